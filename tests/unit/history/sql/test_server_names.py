# SPDX-License-Identifier: GPL-2.0-or-later
"""The name of a database server is looked up in bounded time, and each of its addresses tried."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from psycopg import OperationalError
from sqlalchemy.exc import DBAPIError

from harness.errors import StoreError
from harness.history.sql.database import Database
from harness.history.sql.server_names import look_up

KNOWN = {"one": ["10.0.0.1", "10.0.0.1"], "two": ["fd00::2", "10.0.0.2"]}
UNANSWERED = "unanswered"


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two names that are known, one that no server answers for, and none else."""
    over = threading.Event()

    def getaddrinfo(host: str, *_: object, **__: object) -> Sequence[tuple[Any, ...]]:
        if host == UNANSWERED:
            over.wait(60)
        if host not in KNOWN:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(0, 0, 0, "", (address, 0)) for address in KNOWN[host]]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.delenv("PGHOST", raising=False)
    monkeypatch.delenv("PGPORT", raising=False)
    yield
    over.set()


def found(**parameters: Any) -> tuple[str, str, str]:
    """Host, address and port of the connection with these parameters."""
    look_up(parameters, 5)
    host, address, port = (parameters.get(one, "") for one in ("host", "hostaddr", "port"))
    return host, address, port


def test_a_name_has_its_addresses_beside_it() -> None:
    """The name stays for the server's certificate."""
    assert found(host="one") == ("one", "10.0.0.1", "5432")
    assert found(host="two", port=5433) == ("two,two", "fd00::2,10.0.0.2", "5433,5433")


def test_of_several_hosts_each_has_its_port() -> None:
    """A socket and an address need no looking up; one name that is not known is left out."""
    assert found(host="one,none,/run,10.0.0.9", port="1,2,3,4") == (
        "one,/run,10.0.0.9", "10.0.0.1,,10.0.0.9", "1,3,4",
    )  # fmt: skip
    assert found(host="one,two", port="7") == ("one,two,two", "10.0.0.1,fd00::2,10.0.0.2", "7,7,7")


@pytest.mark.parametrize(
    "parameters",
    [{}, {"host": "/run/postgresql"}, {"host": "::1"}, {"host": "none", "hostaddr": "10.0.0.1"}],
)
def test_where_there_is_no_name_nothing_changes(parameters: dict[str, Any]) -> None:
    """A Unix socket, an address, or an address beside the name."""
    before = dict(parameters)
    look_up(parameters, 5)
    assert parameters == before


def test_a_name_of_the_environment_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """As libpq takes it from there."""
    monkeypatch.setenv("PGHOST", "one")
    monkeypatch.setenv("PGPORT", "9")
    assert found() == ("one", "10.0.0.1", "9")


def test_name_servers_that_do_not_answer_are_not_waited_for() -> None:
    """Beyond the limit, which is that of all names together."""
    began_s = time.monotonic()
    with pytest.raises(OperationalError) as caught:
        look_up({"host": f"{UNANSWERED},{UNANSWERED},none"}, 0.05)
    assert time.monotonic() - began_s < 2
    assert str(caught.value) == (
        "failed to resolve host 'unanswered': no name server answered within 0.05 s; "
        "failed to resolve host 'unanswered': no name server answered within 0.05 s; "
        "failed to resolve host 'none': Name or service not known"
    )


def nobody_knows() -> DBAPIError:
    """What a connection comes to while there is no address."""
    return DBAPIError("", {}, OperationalError("failed to resolve host 'db': no name server"))


def test_a_server_that_was_reached_has_a_name_whatever_name_servers_say(tmp_path: Path) -> None:
    """That is the lab's trouble, and waited for; before, the host may be wrong, and is told."""
    answers = iter(("there", nobody_knows(), nobody_knows(), "there again"))

    def work(_: object) -> str:
        answer = next(answers)
        if isinstance(answer, DBAPIError):
            raise answer
        return answer

    database = Database(str(tmp_path / "history.sqlite"))
    assert (database.read(work), database.read(work)) == ("there", "there again")
    database.close()
    answers, new = iter((nobody_knows(), "there")), Database(str(tmp_path / "history.sqlite"))
    with pytest.raises(StoreError, match="failed to resolve host 'db'") as caught:
        new.read(work)
    new.close()
    assert caught.value.hint.startswith("is the host right")
