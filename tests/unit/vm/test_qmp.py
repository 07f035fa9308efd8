# SPDX-License-Identifier: GPL-2.0-or-later
"""QMP: a dead QEMU is told from a slow one, refusals are errors, and nothing outlives `close`."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.errors import PeerGone, TooSlow
from harness.vm.qmp import Qmp, QmpRefused

LIMIT_S = 20.0
GREETING = {"QMP": {"version": {"qemu": {"major": 7, "minor": 2, "micro": 0}, "package": ""},
                    "capabilities": []}}  # fmt: skip
EVENT = {"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 2}}


class Server:
    """QEMU's end of a QMP session: answers each command as the test says."""

    def __init__(self, greeting: bytes) -> None:
        self.client, self._sock = socket.socketpair()
        self.asked: list[str] = []
        self.answers: dict[str, Callable[[], dict[str, Any]]] = {}
        self.fds: queue.Queue[int] = queue.Queue()
        self._greeting = greeting
        self._thread = threading.Thread(target=self._serve, name="qemu")
        self._thread.start()

    def say(self, message: dict[str, Any]) -> None:
        """Send one message."""
        self._sock.sendall(json.dumps(message).encode() + b"\r\n")

    def hang_up(self) -> None:
        """QEMU is gone."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the server."""
        self.hang_up()
        self._thread.join(10)
        self._sock.close()
        self.client.close()

    def _serve(self) -> None:
        pending = b""
        with contextlib.suppress(OSError):
            self._sock.sendall(self._greeting)
            while True:
                data, fds, _, _ = socket.recv_fds(self._sock, 65536, 4)
                for fd in fds:
                    self.fds.put(fd)
                if not data:
                    return
                pending += data
                pending = self._take(pending)

    def _take(self, pending: bytes) -> bytes:
        while pending.strip():
            try:
                request, end = json.JSONDecoder().raw_decode(pending.decode().lstrip())
            except ValueError:
                return pending
            pending = pending.lstrip()[end:]
            self._answer(request)
        return b""

    def _answer(self, request: dict[str, Any]) -> None:
        name = request["execute"]
        self.asked.append(name)
        answer = self.answers.get(name, lambda: {"return": {}})()
        if answer:
            self.say({"id": request["id"], **answer} if "id" in request else answer)


@contextlib.contextmanager
def serving(greeting: bytes = json.dumps(GREETING).encode() + b"\r\n") -> Iterator[Server]:
    """A server that greets with these bytes."""
    server = Server(greeting)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def server() -> Iterator[Server]:
    """QEMU, as far as QMP shows it."""
    with serving() as server:
        yield server


@pytest.fixture
def qmp(server: Server, tmp_path: Path) -> Iterator[Qmp]:
    """A session with it."""
    qmp = Qmp(server.client, tmp_path / "qmp.jsonl", timeout_s=LIMIT_S)
    yield qmp
    qmp.close()


def test_a_command_gets_its_result(server: Server, qmp: Qmp) -> None:
    """Capabilities are negotiated first; the value returned is QEMU's own."""
    server.answers["query-status"] = lambda: {"return": {"status": "running"}}
    assert qmp.execute("query-status") == {"status": "running"}
    assert server.asked == ["qmp_capabilities", "query-status"]


def test_a_refusal_is_told_with_qemus_words(server: Server, qmp: Qmp) -> None:
    """A command QEMU cannot do is its own error, and the session goes on."""
    error = {"error": {"class": "GenericError", "desc": "No such device"}}
    server.answers["device_del"] = lambda: error
    with pytest.raises(QmpRefused, match=r"QMP command device_del: .*No such device"):
        qmp.execute("device_del", {"id": "x"})
    assert qmp.execute("cont") == {}


def test_a_qemu_that_dies_is_gone_at_once(server: Server, qmp: Qmp) -> None:
    """The end of the connection ends the command under way and every later one, long before
    any limit."""

    def die() -> dict[str, Any]:
        server.hang_up()
        return {}

    server.answers["stop"] = die
    with pytest.raises(PeerGone, match="QMP command stop"):
        qmp.execute("stop", timeout_s=3600)
    with pytest.raises(PeerGone, match="QMP command cont"):
        qmp.execute("cont", timeout_s=3600)


def test_a_qemu_that_stands_still_is_too_slow(server: Server, qmp: Qmp) -> None:
    """No answer costs the limit; the state says that the command was sent."""
    server.answers["stop"] = dict
    with pytest.raises(TooSlow, match=r"QMP command stop: gave up .*sent, no answer"):
        qmp.execute("stop", timeout_s=0.1)
    assert qmp.execute("cont") == {}


def test_events_are_logged_as_they_came(server: Server, qmp: Qmp, tmp_path: Path) -> None:
    """Each event is one JSON line; those that came before an answer are there with it."""
    server.say(EVENT)
    server.say(EVENT | {"event": "RESUME"})
    qmp.execute("cont")
    qmp.close()
    lines = (tmp_path / "qmp.jsonl").read_text().splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["STOP", "RESUME"]


def test_a_descriptor_is_handed_over(server: Server, qmp: Qmp, tmp_path: Path) -> None:
    """`send_fd` gives QEMU the very file, under the name `getfd` takes."""
    path = tmp_path / "memory"
    with path.open("wb") as file:
        qmp.send_fd("state", file.fileno())
    received = server.fds.get(timeout=LIMIT_S)
    try:
        assert os.fstat(received).st_ino == path.stat().st_ino
    finally:
        os.close(received)
    assert server.asked[-1] == "getfd"


@pytest.mark.parametrize("dead", [False, True])
def test_closing_leaves_no_thread(tmp_path: Path, dead: bool) -> None:
    """The loop's thread ends with a living QEMU and with a dead one; closing twice is no error."""
    with serving() as server:
        before = set(threading.enumerate())
        qmp = Qmp(server.client, tmp_path / "qmp.jsonl", timeout_s=LIMIT_S)
        assert set(threading.enumerate()) > before
        if dead:
            server.hang_up()
        qmp.close()
        qmp.close()
        assert not {one for one in set(threading.enumerate()) - before if one.is_alive()}


@pytest.mark.parametrize("greeting", [b"", b"hello\r\n", b"{}\r\n"])
def test_a_qemu_that_does_not_greet_leaves_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, greeting: bytes
) -> None:
    """Silence is `TooSlow`, rubbish is `PeerGone`; no thread stays, nothing is logged."""
    with serving(greeting) as server:
        before = set(threading.enumerate())
        with pytest.raises((TooSlow, PeerGone), match="greeting of QEMU over QMP") as caught:
            Qmp(server.client, tmp_path / "qmp.jsonl", timeout_s=0.3)
        assert isinstance(caught.value, PeerGone if greeting else TooSlow)
        assert not {one for one in set(threading.enumerate()) - before if one.is_alive()}
    assert not caplog.records
