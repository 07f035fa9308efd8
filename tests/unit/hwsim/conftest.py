# SPDX-License-Identifier: GPL-2.0-or-later
"""The air as a real process, a client for its control socket, and a software station."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hil_common.security import SECURITY_CHOICES
from tests.unit.hwsim.fake_radius import FakeRadius
from tests.unit.hwsim.soft_station import SoftStation

LIMIT_S = 20.0
HANG_UP_S = 3.0
NETWORK: dict[str, Any] = {
    "ssid": "hil-net",
    "passphrase": "correct horse",
    "channel": 6,
    "security": "wpa2-psk",
    "ap_ip": "10.77.0.1",
    "station_ip": "10.77.0.2",
}


class Client:
    """A blocking client of the control socket that keeps the events."""

    def __init__(self, path: Path) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(str(path))
        self.buffer = b""
        self.events: list[dict[str, Any]] = []
        self.replies: dict[Any, dict[str, Any]] = {}
        self.number = 0
        self.transcript = bytearray()

    def close(self) -> None:
        """Hang up."""
        self.sock.close()

    def send_raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.sock.sendall(data)

    def post(self, call: str, *, medium: Any = None, **args: Any) -> int:
        """Send a call without waiting for its reply."""
        self.number += 1
        request = {"id": self.number, "call": call, "args": args}
        if medium is not None:
            request["medium"] = medium
        self.sock.sendall(json.dumps(request).encode() + b"\n")
        return self.number

    def call(self, call: str, **args: Any) -> dict[str, Any]:
        """The result of a call; AssertionError if it is an error."""
        reply = self.reply(self.post(call, **args))
        assert "result" in reply, reply
        return reply["result"]

    def error(self, call: str, **args: Any) -> dict[str, Any]:
        """The error of a call; AssertionError if it succeeds."""
        reply = self.reply(self.post(call, **args))
        assert "error" in reply, reply
        return reply["error"]

    def reply(self, number: Any) -> dict[str, Any]:
        """The reply to a call, when it is there."""
        end = time.monotonic() + LIMIT_S
        while number not in self.replies:
            self._read(end)
        return self.replies.pop(number)

    def wait(
        self, what: Callable[[dict[str, Any]], bool], limit_s: float = LIMIT_S
    ) -> dict[str, Any]:
        """The first event, past or to come, that fits."""
        end = time.monotonic() + limit_s
        while True:
            for event in self.events:
                if what(event):
                    return event
            self._read(end)

    def frame(self, kind: str, nth: int = 1, direction: str | None = None) -> dict[str, Any]:
        """The nth record of a kind of frame."""
        end = time.monotonic() + LIMIT_S
        while True:
            found = [
                event
                for event in self.events
                if event["event"] == "frame"
                and event["kind"] == kind
                and direction in (None, event["direction"])
            ]
            if len(found) >= nth:
                return found[nth - 1]
            self._read(end)

    def state(self, state: str) -> dict[str, Any]:
        """The event that a station came into a state."""
        return self.wait(lambda e: e["event"] == "station" and e["state"] == state)

    def kinds(self) -> list[str]:
        """The kinds of the frames recorded so far, in order."""
        return [event["kind"] for event in self.events if event["event"] == "frame"]

    def _read(self, end: float) -> None:
        try:
            self.sock.settimeout(max(end - time.monotonic(), 0))
            data = self.sock.recv(65536)
        except (TimeoutError, BlockingIOError):
            raise AssertionError(f"nothing came in time; so far: {self.kinds()}") from None
        if not data:
            raise ConnectionError("the air closed the control socket")
        self.transcript += data
        *lines, self.buffer = (self.buffer + data).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "event" in message:
                self.events.append(message)
            else:
                self.replies[message["id"]] = message


class AirProcess:
    """``python -m hwsim`` with handed-over sockets, as the harness starts it."""

    def __init__(self, directory: Path, *, run_dir: Path | None = None) -> None:
        self.run_dir = run_dir or directory / "run"
        self.run_dir.mkdir(exist_ok=True)
        self.control_path = directory / "control"
        self.radio_path = directory / "radio"
        control, radio = _listen(self.control_path), _listen(self.radio_path)
        argv = [sys.executable, "-m", "hwsim", "--control", str(control.fileno())]
        argv += ["--radio", str(radio.fileno()), "--run-dir", str(self.run_dir)]
        self.process = subprocess.Popen(
            argv,
            pass_fds=(control.fileno(), radio.fileno()),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=Path(__file__).parents[3],
            env={**os.environ, "PYTHONWARNINGS": "default"},
        )
        control.close()
        radio.close()
        self.client = Client(self.control_path)
        self.stations: list[SoftStation] = []

    def on_air(self, **changes: Any) -> Client:
        """Configure and start; hostapd's timers unless changed."""
        timers = changes.pop("timers", {})
        network = {**NETWORK, **changes}
        if SECURITY_CHOICES[network["security"]].credential != "passphrase":
            del network["passphrase"]
        self.client.call("configure", network=network, timers=timers)
        self.client.call("start")
        self.client.call("begin", association=1, rules=[])
        return self.client

    def station(
        self, *, hello: bool = True, kind: type[SoftStation] = SoftStation, **changes: Any
    ) -> SoftStation:
        """A station on the radio port, its relay's hello said."""
        known = {"ssid": NETWORK["ssid"], "passphrase": NETWORK["passphrase"], **changes}
        station = kind(str(self.radio_path), **known)
        self.stations.append(station)
        if hello:
            station.hello()
            self.client.call("wait_radio", timeout_s=10)
        return station

    def leave(self) -> str:
        """Let the client go; returns what the process printed. It must end with 0."""
        self.client.close()
        output, _ = self.process.communicate(timeout=LIMIT_S)
        assert self.process.returncode == 0, output
        return output.decode()

    def reset(self) -> None:
        """Back to how it began, for the next test: off the air, no radio, no events."""
        for station in self.stations:
            station.sock.close()
        self.stations.clear()
        end = time.monotonic() + LIMIT_S
        while self.client.call("status")["port"] != "lost":
            assert time.monotonic() < end, "the radio port is not seen to be closed"
        self.client.call("stop")
        self.client.events.clear()
        self.client.replies.clear()

    def close(self) -> None:
        """End everything: by hanging up, as a user does, and by force where that is not enough."""
        for station in self.stations:
            station.sock.close()
        self.client.close()
        assert self.process.stdout is not None
        if self.process.stdout.closed:
            return
        try:
            self.process.communicate(timeout=HANG_UP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate(timeout=LIMIT_S)


def _listen(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(1)
    return listener


@pytest.fixture(scope="session")
def kept_airs() -> Iterator[list[AirProcess]]:
    """The air process that tests share, if there is one."""
    kept: list[AirProcess] = []
    yield kept
    for process in kept:
        process.close()


@pytest.fixture
def air(
    kept_airs: list[AirProcess], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AirProcess]:
    """The shared air process as good as new; one that a test has broken is shared no more."""
    process = kept_airs.pop() if kept_airs else AirProcess(tmp_path_factory.mktemp("air"))
    yield process
    try:
        process.reset()
    except BaseException:
        process.close()
        raise
    kept_airs.append(process)


@pytest.fixture
def fresh_air(tmp_path: Path) -> Iterator[AirProcess]:
    """A fresh air process with its client."""
    process = AirProcess(tmp_path)
    yield process
    process.close()


@pytest.fixture
def radius() -> Iterator[FakeRadius]:
    """A RADIUS server."""
    server = FakeRadius()
    yield server
    server.close()
