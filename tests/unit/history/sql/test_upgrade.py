# SPDX-License-Identifier: GPL-2.0-or-later
"""A database is brought to this release's form when it is opened, or refused."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from harness.errors import StoreError
from harness.history.sql import open_history
from harness.history.sql.upgrade import HEAD, MIGRATIONS


def test_the_head_is_the_newest_migration() -> None:
    """It is written down so that a database at it is opened without Alembic."""
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [HEAD]


def test_a_newer_releases_database_is_refused(tmp_path: Path) -> None:
    """Whole, and in one line."""
    place = str(tmp_path / "history.sqlite")
    with open_history(place):
        pass
    with sqlite3.connect(place) as connection:
        connection.execute("UPDATE hil_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreError, match=r"written by a newer release \(its tables are at 9999"):  # noqa: SIM117
        with open_history(place):
            pass


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + b"x" * 100, b"some text" * 100])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    """An empty one becomes one; another is refused, and stays as it is."""
    file = tmp_path / "history.sqlite"
    file.write_bytes(content)
    if not content:
        with open_history(str(file)) as history:
            assert history.nights() == []
        return
    with pytest.raises(StoreError, match=str(file)), open_history(str(file)):
        pass
    assert file.read_bytes() == content


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """The part of the path at fault is named."""
    (tmp_path / "runs").write_text("")
    with pytest.raises(StoreError, match="is a file, not a folder") as caught:  # noqa: SIM117
        with open_history(str(tmp_path / "runs" / "history.sqlite")):
            pass
    assert "[store] database" in caught.value.hint


def test_a_url_that_is_none_is_not_shown() -> None:
    """It may hold a password."""
    url = "postgresql://u:s3cret@h:port/d"
    with pytest.raises(StoreError, match="not the URL of a database") as caught, open_history(url):
        pass
    assert "s3cret" not in caught.value.message


def test_a_database_that_is_up_to_date_needs_no_alembic(tmp_path: Path) -> None:
    """Neither do readers of one, nor PostgreSQL's driver."""
    place = str(tmp_path / "history.sqlite")
    with open_history(place):
        pass
    script = (
        "import sys; from harness.history.sql import open_history\n"
        f"with open_history({place!r}) as history: history.nights()\n"
        "print({'alembic', 'psycopg'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60,
        env=os.environ,
    )  # fmt: skip
    assert done.stdout == "set()\n"
