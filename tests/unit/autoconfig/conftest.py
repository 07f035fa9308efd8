# SPDX-License-Identifier: GPL-2.0-or-later
"""A connection over doubles, and the whole service over TCP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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
