# SPDX-License-Identifier: GPL-2.0-or-later
"""A history that is open: read, and written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import final

from harness.config.database import shown
from harness.history.sql.database import Database
from harness.history.sql.reader import SqlReader
from harness.history.sql.snapshot import readable
from harness.history.sql.upgrade import bring_up_to_date
from harness.history.sql.writer import SqlWriter


@final
class SqlHistory(SqlReader, SqlWriter):
    """A history in a database: a `History` and a `Writer`."""

    def __init__(self, database: Database) -> None:
        SqlReader.__init__(self, database)
        SqlWriter.__init__(self, database)


@contextlib.contextmanager
def open_history(place: str) -> Iterator[SqlHistory]:
    """The history in a file (made where there is none) or at the URL of a PostgreSQL database.

    Raises `StoreError`, which shows no password: it is not reached, not one, or a newer release's.
    """
    database = Database(place)
    try:
        bring_up_to_date(database)
        yield SqlHistory(database)
    finally:
        database.close()


@contextlib.contextmanager
def read_history(place: str) -> Iterator[SqlReader]:
    """The history that is there, to be read alone, also by somebody who may not write it.

    One that is not there reads as an empty one, and is not made. Raises `StoreError`.
    """
    with readable(place) as there:
        database = Database(there, shown(place))
        try:
            bring_up_to_date(database)
            yield SqlReader(database)
        finally:
            database.close()
