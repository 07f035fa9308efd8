# SPDX-License-Identifier: GPL-2.0-or-later
"""The package under test runs in the guest and is not installed here: name its folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "vm-images/reference"))

from .doubles import Rig


@pytest.fixture
def rig() -> Rig:
    """A connection over doubles, its adapter initialised and idle."""
    return Rig().initialise()
