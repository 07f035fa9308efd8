# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest with the Windows face."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.guests.windows.powershell import PowerShell
from tests.unit.guests.windows.face import WindowsFace, shell_of


@pytest.fixture
def face(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WindowsFace:
    """It, with the service running and the sample DLL registered."""
    return WindowsFace(tmp_path, monkeypatch)


@pytest.fixture
def shell(face: WindowsFace) -> PowerShell:
    """PowerShell there."""
    return shell_of(face)
