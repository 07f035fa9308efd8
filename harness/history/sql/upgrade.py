# SPDX-License-Identifier: GPL-2.0-or-later
"""The database brought to this release's form when it is opened.

Alembic is needed, and imported, only where there is something to do.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, String, column, inspect, select, table, text

from harness.errors import StoreError
from harness.history.sql.database import Database
from harness.history.sql.engines import REACH_S

HEAD: Final = "0001"
"""The newest migration."""

VERSION_TABLE: Final = "hil_version"
"""Where the database has its version: a name of our own, as others' tables may be beside ours."""

MIGRATIONS: Final = Path(__file__).parent / "migrations"
_LOCK: Final = 0x68696C  # any number: who else in this database takes an advisory lock?


def bring_up_to_date(database: Database) -> None:
    """Make the tables, or those that are lacking; raises `StoreError` for a newer release's."""
    if database.read(version_of, limit_s=REACH_S) != HEAD:
        database.write(lambda connection: _upgrade(connection, database.shown))


def version_of(connection: Connection) -> str | None:
    """The migration that the database is at; None for one without our tables."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    held = table(VERSION_TABLE, column("version_num", String))
    return connection.execute(select(held.c.version_num)).scalar_one_or_none()


def _upgrade(connection: Connection, shown: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    if connection.dialect.name == "postgresql":  # one at a time; SQLite's writers are so anyway
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    found = version_of(connection)
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = {one.revision for one in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreError(
            f"history {shown}: written by a newer release (its tables are at {found}, this release "
            f"knows up to {HEAD})",
            hint="update this clone, or name another place: [store] database in lab.toml",
        )
    command.upgrade(config, "head")
