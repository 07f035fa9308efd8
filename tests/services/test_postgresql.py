# SPDX-License-Identifier: GPL-2.0-or-later
"""A history in PostgreSQL: all that one in SQLite holds to, and a server that goes away."""

from __future__ import annotations

import socket
import time

import psycopg
import pytest

from harness.errors import StoreError
from harness.history.sql import engines, open_history, upgrade
from tests.history_battery import AT, PLAIN, HistoryBattery, WritersBattery
from tests.history_writer import Writer, check
from tests.services.postgresql import Server

pytestmark = pytest.mark.timeout(300)


class TestPostgresql(HistoryBattery, WritersBattery):
    """All that a history must hold to, in a database of the server."""


def test_a_server_killed_ten_times_loses_and_doubles_nothing(
    postgresql: Server, place: str
) -> None:
    """Two writers write all the while; each kill comes when they have got further."""
    writers = [Writer(place, f"w{number}", 80) for number in range(2)]
    for kill in range(10):
        writers[kill % 2].go_on(5)
        postgresql.kill()
        postgresql.start()
    assert [one.end() for one in writers] == [0, 0]
    assert [len(one.acknowledged) for one in writers] == [80, 80]
    check(place, writers)


def test_a_server_that_stays_away_is_told_in_a_line(
    postgresql: Server, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a bounded wait, without the password."""
    monkeypatch.setattr(upgrade, "REACH_S", 0.5)
    postgresql.kill()
    try:
        with pytest.raises(StoreError) as caught, open_history(with_password(place)):
            pass
    finally:
        postgresql.start()
    assert "s3cret" not in caught.value.message + caught.value.hint
    assert "\n" not in caught.value.message
    assert "hil:***@" in caught.value.message


@pytest.mark.parametrize("wrong", ["postgresql://hil@/none?", "postgresql://none@/postgres?"])
def test_what_no_waiting_mends_is_told_at_once(postgresql: Server, wrong: str) -> None:
    """A database or a user that is not there."""
    url = f"{wrong}host={postgresql.folder}"
    with pytest.raises(StoreError, match=r'"none" does not exist$'), open_history(url):
        pass


def test_a_reader_sees_one_moment(place: str) -> None:
    """Whatever is written while it reads."""
    with open_history(place) as history:
        night_id = history.begin_night("p", "d", [(PLAIN, 1)], AT)

        def work(connection: object) -> list[int]:
            counted = []
            for _ in range(2):
                counted.append(
                    connection.exec_driver_sql("SELECT count(*) FROM attempts").scalar_one()  # type: ignore[attr-defined]
                )
                history.begin_attempt(night_id, 0, "slot-1", AT)
            return counted

        assert history.database.read(work) == [0, 0]


def test_other_tables_in_the_same_database_stay(place: str) -> None:
    """Another program's, with Alembic's own table of versions."""
    with psycopg.connect(place) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num text)")
        connection.execute("INSERT INTO alembic_version VALUES ('theirs')")
    with open_history(place) as history:
        assert history.nights() == []
    with psycopg.connect(place) as connection:
        assert connection.execute("SELECT * FROM alembic_version").fetchall() == [("theirs",)]


def with_password(place: str) -> str:
    """The URL with a password, which a server that trusts us does not ask for."""
    return place.replace("hil@", "hil:s3cret@")


@pytest.mark.parametrize("host", ["127.0.0.1", "none.invalid"])
def test_a_wrong_host_is_told_in_seconds(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that takes the connection and is silent, and a name that nobody has."""
    monkeypatch.setattr(upgrade, "REACH_S", 1)
    monkeypatch.setitem(engines.POSTGRESQL, "connect_timeout", 2)
    began_s = time.monotonic()
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        place = f"postgresql://hil:s3cret@{host}:{silent.getsockname()[1]}/hil"
        with pytest.raises(StoreError) as caught, open_history(place):
            pass
    assert time.monotonic() - began_s < 2 * engines.REACH_S
    assert caught.value.hint.startswith("is the host right, and does its server run?")
    assert "s3cret" not in caught.value.message
