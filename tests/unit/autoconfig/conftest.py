# SPDX-License-Identifier: GPL-2.0-or-later
"""The package under test runs in the guest and is not installed here: name its folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "vm-images/reference"))

from tests.unit.autoconfig.doubles import Rig
from tests.unit.autoconfig.serving import Lab


@pytest.fixture
def rig() -> Rig:
    """A connection over doubles, its adapter initialised and idle."""
    return Rig().initialise()


@pytest.fixture
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A service; its parameter is the host's fault."""
    made = Lab(getattr(request, "param", "good"))
    yield made
    made.close()
