# SPDX-License-Identifier: GPL-2.0-or-later
"""The board is served to who knows its secret path, with files of the runs' folder alone."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from harness.board.serve import LOOPBACK, BoardServer
from harness.errors import StoreError


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A folder of runs with one run, and a secret beside it."""
    (tmp_path / "secret.txt").write_text("not to be served")
    run = tmp_path / "runs" / "one"
    run.mkdir(parents=True)
    (run / "report.html").write_text("<p>report")
    (tmp_path / "runs" / "history.sqlite").touch()
    (run / "air.pcapng").write_bytes(b"\x0a\x0d")
    (run / "away").symlink_to(tmp_path / "secret.txt")
    return tmp_path / "runs"


@pytest.fixture
def server(runs: Path) -> Iterator[BoardServer]:
    """The server, at work in a thread."""
    pages = iter(["first", "second"])
    with BoardServer(0, runs, lambda: next(pages)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(10)


def answer(server: BoardServer, path: str, method: str = "GET") -> tuple[int, str, bytes]:
    """Status, kind and body of what is answered; `path` is sent as it is."""
    connection = http.client.HTTPConnection(LOOPBACK, server.server_port, timeout=10)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        return response.status, response.headers["Content-Type"], response.read()
    finally:
        connection.close()


def below(server: BoardServer, path: str = "") -> str:
    """A path below the secret."""
    return urlsplit(server.url).path + path


def test_the_page_is_made_anew_for_each_reader(server: BoardServer) -> None:
    """The night goes on while it is looked at."""
    assert answer(server, below(server)) == (200, "text/html; charset=utf-8", b"first")
    assert answer(server, below(server))[2] == b"second"


def test_files_of_runs_have_their_kind(server: BoardServer) -> None:
    """What no browser shows is for saving."""
    assert answer(server, below(server, "one/report.html"))[1:] == (
        "text/html; charset=utf-8", b"<p>report",
    )  # fmt: skip
    assert answer(server, below(server, "./one/air.pcapng"))[:2] == (
        200, "application/octet-stream",
    )  # fmt: skip
    assert answer(server, below(server, "one/report.html"), "HEAD")[2] == b""


@pytest.mark.parametrize(
    "path",
    ["../secret.txt", "one/../../secret.txt", "%2e%2e/secret.txt", "one/away", "one", "/etc/passwd",
     "nothing", "one%00", "history.sqlite", "one/../history.sqlite"],
)  # fmt: skip
def test_nothing_outside_the_runs_is_served(server: BoardServer, path: str) -> None:
    """Neither by dots, quoted or not, nor by a link, nor by an absolute path; and no folder."""
    assert answer(server, below(server, path))[0] == 404


def test_nothing_is_there_without_the_secret(server: BoardServer) -> None:
    """Other users of this machine, and pages of other sites, can reach the port."""
    for path in ("/", "/one/report.html", f"/{'x' * 22}/", "/ü/"):
        assert answer(server, path.replace("ü", "%C3%BC"))[0] == 404


def test_only_reading_is_answered(server: BoardServer) -> None:
    """There is nothing to write."""
    assert answer(server, below(server), "POST")[0] == 501


def test_a_history_that_cannot_be_read_is_told_in_the_page(runs: Path) -> None:
    """It may come back."""

    def broken() -> str:
        raise StoreError("the database is not reached")

    with BoardServer(0, runs, broken) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            status, _, body = answer(server, below(server))
        finally:
            server.shutdown()
            thread.join(10)
    assert status == 503
    assert b"the database is not reached" in body


def test_it_listens_on_loopback_alone(server: BoardServer) -> None:
    """No other machine is asked in."""
    assert server.socket.getsockname()[0] == "127.0.0.1"
