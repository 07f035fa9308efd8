# SPDX-License-Identifier: GPL-2.0-or-later
"""Transactions that outlive a restart of the server: done again, for a bounded time.

Whoever is done again must come to the same rows: a commit may have reached the database though its
answer did not reach us.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar, final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from harness.config.database import shown
from harness.errors import StoreError
from harness.history.sql.damage import UNREADABLE, damage_in
from harness.history.sql.engines import WRITING, engine_of
from harness.history.sql.server_names import UNRESOLVED
from harness.history.sql.snapshot import not_ours
from harness.local.deadline import Deadline
from harness.local.folders import user_name
from harness.local.storage import FREE_SOME, NEARLY_FULL, DiskFull, free_bytes

T = TypeVar("T")

RETRY_S: Final = 60.0
"""How long a transaction is tried again while the server is away or others are in the way."""

_EVERY_S: Final = 0.1
_LATER: Final = ("40", "53", "55P03", "57P")
"""SQLSTATEs, or their classes, after which it may go well: conflicts, no room, locks, restarts."""
_NEVER: Final = re.compile(r"authentication failed|does not exist|no pg_hba|no password supplied")
_NO_ROOM: Final = re.compile(r"disk is full|disk I/O error")
"""SQLite says the second, too, of a disk that has no room for the file beside its own."""
_SERVER_FULL: Final = "53100"
"""SQLSTATE of a PostgreSQL whose disk has no room."""
_NOT_OURS: Final = re.compile(r"readonly database|unable to open database file")
_LOCKED: Final = re.compile(r"database (is|table is|schema is) locked")


@final
class Database:
    """A database that can be read and written, each time in one transaction."""

    def __init__(self, place: str, shown_as: str = "") -> None:
        self.shown = shown_as or shown(place)
        self.engine = engine_of(place)
        self._reached = False
        """It answered once: that it does not now is the lab's trouble, and no wrong address."""
        self._given_up = False
        """It was waited for in vain, and has not answered since: it is not waited for again."""

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    def read(self, work: Callable[[Connection], T], *, limit_s: float | None = None) -> T:
        """What `work` reads, all of it as of one moment; raises `StoreError`."""
        return self._carry_out(work, limit_s or RETRY_S, writing=False)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do `work`, whole or not at all; it may be called again. Raises `StoreError`."""
        return self._carry_out(work, RETRY_S, writing=True)

    def _carry_out(self, work: Callable[[Connection], T], limit_s: float, *, writing: bool) -> T:
        deadline = Deadline(f"history {self.shown}", 0.0 if self._given_up else limit_s)
        engine = self.engine.execution_options(**self._options(writing=writing))
        while True:
            try:
                with engine.begin() as connection:
                    done = work(connection)
                self._reached, self._given_up = True, False
                return done
            except DBAPIError as error:
                if not _may_go_well(error) or (not self._reached and _is_no_name(error)):
                    raise self._unusable(error, deadline) from self._full(error)
                if deadline.expired:
                    self._given_up = True
                    gone = deadline.gone() if self._reached else None
                    raise self._unusable(error, deadline) from self._full(error) or gone
            except SQLAlchemyError as error:
                raise self._unusable(error, deadline) from None
            except UNREADABLE:
                self._tell_damage()
                raise
            time.sleep(min(_EVERY_S, deadline.remaining_s))

    def _options(self, *, writing: bool) -> dict[str, object]:
        if writing or self.engine.dialect.name != "postgresql":
            return {WRITING: writing}
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    def _tell_damage(self) -> None:
        """Raise `StoreError` for a value that cannot be read, if there is one."""
        with self.engine.begin() as connection:
            found = damage_in(connection)
        if found:
            raise StoreError(
                f"history {self.shown}: {found}",
                hint="was it changed by hand? put the value right, or delete that run or night; "
                "`hil runs import` takes a run in again",
            ) from None

    def _unusable(self, error: SQLAlchemyError, deadline: Deadline) -> StoreError:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
        why = next((line for line in str(cause).splitlines() if line.strip()), type(cause).__name__)
        password = self.engine.url.password
        if password:
            why = why.replace(password, "***")
        tried = f" (tried for {deadline.waited_s:.0f} s)" if deadline.waited_s > 1 else ""
        if self._full(error):
            return StoreError(f"history {self.shown}: the disk is full: {why}", hint=FREE_SOME)
        if closed := self._not_ours(why):
            return StoreError(
                f"history {self.shown}: {closed} may not be written by user {user_name()}",
                hint="ask whoever it belongs to, or name another: [store] database in lab.toml",
            )
        hint = "see docs/history.md, or name another place: [store] database in lab.toml"
        if not self._reached and isinstance(error, DBAPIError) and _is_not_reached(error):
            hint = "is the host right, and does its server run? [store] database in lab.toml"
        return StoreError(f"history {self.shown}: {why.strip()}{tried}", hint=hint)

    def _not_ours(self, why: str) -> Path | None:
        """What of a file's history this user may not write, if that is why."""
        file = self.engine.url.database if self.engine.dialect.name == "sqlite" else None
        return not_ours(Path(file)) if file and _NOT_OURS.search(why) else None

    def _full(self, error: SQLAlchemyError) -> DiskFull | None:
        """The disk that `error` is for want of room on, if it is."""
        cause = error.orig if isinstance(error, DBAPIError) else None
        file = self.engine.url.database if self.engine.dialect.name == "sqlite" else None
        if file:
            folder = Path(file).parent
            full = _NO_ROOM.search(str(cause)) and free_bytes(folder) < NEARLY_FULL
            return DiskFull("writing to the history", folder, str(cause)) if full else None
        full = getattr(cause, "sqlstate", None) == _SERVER_FULL
        return DiskFull("writing to the history", Path(self.shown), str(cause)) if full else None


def _may_go_well(error: DBAPIError) -> bool:
    """Whether the same may go well a moment later."""
    text, state = str(error.orig), getattr(error.orig, "sqlstate", None)
    if state:
        return str(state).startswith(_LATER) or state == "23505"  # one more writer of the same key
    if error.connection_invalidated or _LOCKED.search(text):
        return True
    return _is_not_reached(error) and not _NEVER.search(text)


def _is_not_reached(error: DBAPIError) -> bool:
    """Whether no server said it, but the client."""
    cause = error.orig
    return type(cause).__module__.startswith("psycopg") and not getattr(cause, "sqlstate", None)


def _is_no_name(error: DBAPIError) -> bool:
    """Whether no address was found; a server that was reached has one, whatever DNS says now."""
    return _is_not_reached(error) and UNRESOLVED in str(error.orig)
