# SPDX-License-Identifier: GPL-2.0-or-later
"""The fixtures by the names they had first, which other plugins may well have for theirs.

Whoever else has a fixture of such a name is given way to: `pytest_sessionstart` offers the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from harness.config.lab import Lab
    from harness.lab.air_process import AirProcess
    from harness.lab.bring_up import RunningGuest
    from harness.pytest_plugin.running_lab import RunningLab
    from harness.pytest_plugin.runs import ScenarioRun


@pytest.fixture(scope="session")
def lab_config(hil_config: Lab) -> Lab:
    """Old name of `hil_config`."""
    return hil_config


@pytest.fixture(scope="session")
def guest(hil_guest: RunningGuest) -> RunningGuest:
    """Old name of `hil_guest`."""
    return hil_guest


@pytest.fixture(scope="session")
def air(hil_air: AirProcess) -> AirProcess:
    """Old name of `hil_air`."""
    return hil_air


@pytest.fixture(scope="session")
def lab(hil_lab: RunningLab) -> RunningLab:
    """Old name of `hil_lab`."""
    return hil_lab


@pytest.fixture(scope="session")
def associate(hil_lab: RunningLab) -> Callable[..., ScenarioRun]:
    """`hil_lab.associate`: runs a scenario on the guest of `hil_lab`."""
    return hil_lab.associate


FIXTURES: Final = {
    "lab_config": lab_config, "guest": guest, "air": air, "lab": lab, "associate": associate,
}  # fmt: skip
