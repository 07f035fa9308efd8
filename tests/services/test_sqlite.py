# SPDX-License-Identifier: GPL-2.0-or-later
"""A history in SQLite that several processes write to, and are killed at it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.history_battery import WritersBattery

pytestmark = pytest.mark.timeout(300)


class TestSqlite(WritersBattery):
    """As in PostgreSQL."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> str:
        """A file that is not there yet, in a folder that is not there."""
        return str(tmp_path / "runs" / "history.sqlite")
