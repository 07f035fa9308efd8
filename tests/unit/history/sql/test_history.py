# SPDX-License-Identifier: GPL-2.0-or-later
"""A history in SQLite."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection

from harness.errors import StoreError
from harness.history.sql import database, open_history
from harness.local.storage import is_for_want_of_room
from tests.history_battery import HistoryBattery


class TestSqlite(HistoryBattery):
    """All the values that a history must hold to, in a file."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> str:
        """A file that is not there yet, in a folder that is not there."""
        return str(tmp_path / "runs" / "history.sqlite")


def test_a_full_disk_is_named_with_its_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's own words tell it from no other trouble; a file that may not grow stands for it."""
    monkeypatch.setattr(database, "free_bytes", lambda _: 0)
    with open_history(str(tmp_path / "history.sqlite")) as history:

        def grow(connection: Connection) -> None:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")
            connection.exec_driver_sql("CREATE TABLE more AS SELECT zeroblob(1000000)")

        with pytest.raises(StoreError, match="the disk is full") as told:
            history.database.write(grow)
    assert told.value.hint == database.FREE_SOME
    assert is_for_want_of_room(told.value)
