# SPDX-License-Identifier: GPL-2.0-or-later
"""A history in SQLite."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.history_battery import HistoryBattery


class TestSqlite(HistoryBattery):
    """All the values that a history must hold to, in a file."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> str:
        """A file that is not there yet, in a folder that is not there."""
        return str(tmp_path / "runs" / "history.sqlite")
