# SPDX-License-Identifier: GPL-2.0-or-later
"""Connections to SQLite that many processes may write, and to PostgreSQL: every wait is bounded."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from harness.config.database import is_url, shown
from harness.errors import StoreError
from harness.history.sql.server_names import look_up
from harness.local.folders import trouble

BUSY_MS: Final = 30_000
"""How long a writer of SQLite waits for another one."""

REACH_S: Final = 4
"""How long a server, or who knows its name, may take to answer, and how long it is tried to reach
one for the first time: a wrong host is told soon."""

POSTGRESQL: Final = {
    "connect_timeout": REACH_S,
    "application_name": "wlan-hil",
    "options": f"-c lock_timeout={BUSY_MS} -c idle_in_transaction_session_timeout=60000",
    "keepalives_idle": 30,
    "tcp_user_timeout": 60_000,
}
"""What bounds every wait for a server; a URL may say otherwise."""

WRITING: Final = "hil_writing"
"""Execution option of a transaction that is going to write."""


def engine_of(place: str) -> Engine:
    """An engine for a file or URL; nothing is opened yet. Raises `StoreError`."""
    return _postgresql(place) if is_url(place) else _sqlite(Path(place))


def _postgresql(place: str) -> Engine:
    try:
        url = make_url(place)
        url = url.set(drivername="postgresql+psycopg")
        arguments = {name: value for name, value in POSTGRESQL.items() if name not in url.query}
        engine = create_engine(url, connect_args=arguments, hide_parameters=True)
        event.listen(engine, "do_connect", _find)
        return engine
    except (ArgumentError, ValueError):
        raise StoreError(
            f"history {shown(place)}: not the URL of a database",
            hint="write postgresql://user@host/database; escape :/@ in a password, as %3A %2F %40",
        ) from None


def _find(_: object, __: object, ___: object, parameters: dict[str, Any]) -> None:
    """The time in which a server is to be reached is that of its name, too; 0 is libpq's for ever,
    which also tells what is no time."""
    said = str(parameters["connect_timeout"])
    limit_s = int(said) if said.isdecimal() else REACH_S
    look_up(parameters, limit_s or threading.TIMEOUT_MAX)


def _sqlite(file: Path) -> Engine:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"history {file}: {trouble(file.parent, error)}",
            hint="name another file: [store] database in lab.toml",
        ) from None
    engine = create_engine(
        URL.create("sqlite", database=str(file)),
        connect_args={"timeout": BUSY_MS / 1000},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: Any, _: object) -> None:
    """The driver's own transactions begin too late, and not before DDL: ours are said in SQL."""
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    """A writer takes its place at once: two that first read could both not go on."""
    writing = connection.get_execution_options().get(WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
