# SPDX-License-Identifier: GPL-2.0-or-later
"""Where models come from: a class, a program that is started, a socket that is listened on."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hwsim.errors import ModelFault
from hwsim.loop import Loop, now_ns
from hwsim.usb import sources
from hwsim.usb.device import Later, Model, ModelUser, Setup, Stall
from hwsim.usb.guard import MakeModel
from hwsim.usb.sources import ClassSource, Process, SocketSource, listening, started
from tests.unit.hwsim.usb import model_process as far
from tests.unit.hwsim.usb.chips import Broken, Chip, Raising
from tests.unit.hwsim.usb.model_process import ModelEnd, word
from tests.unit.hwsim.usb.test_guard import User

MAC = bytes.fromhex("020000000000")
READ = Setup(0xC0, 5, 0, 0, 4)


class Plugged:
    """A source that was opened, and what came of it."""

    def __init__(self, source: ClassSource | SocketSource) -> None:
        self.loop = Loop()
        self.faults: list[str] = []
        self.model: Model | None = None
        self.give_up = source.open(self.loop, MAC, self._ready, self.faults.append)

    def _ready(self, make: MakeModel) -> None:
        self.model = make(MAC, User(self.loop))

    def until(self, done: Callable[[], object]) -> None:
        """Turn the loop until something is so."""
        limit_ns = now_ns() + 20_000_000_000
        while not done():
            assert now_ns() < limit_ns, self.faults
            self.loop.turn(0.1)

    def fault(self) -> str:
        """The fault, when it is told."""
        self.until(lambda: self.faults)
        (told,) = self.faults
        return told


@contextlib.contextmanager
def paired() -> Iterator[tuple[Plugged, ModelEnd]]:
    """A process that is the test itself."""
    ours, theirs = socket.socketpair()
    plugged, end = Plugged(SocketSource("s", lambda: (ours, Process()))), ModelEnd(theirs)
    yield plugged, end
    plugged.give_up()
    theirs.close()
    plugged.loop.close()


def test_a_class_is_there_at_once_and_is_looked_after() -> None:
    """One that cannot be made says so; of one that was given up nothing is told."""
    good = Plugged(ClassSource("good", Chip))
    assert good.model is not None
    assert good.model.usb.vendor == 0x1234
    with pytest.raises(ModelFault, match="no firmware file"):
        Plugged(ClassSource("broken", Broken))
    bad = Plugged(ClassSource("raising", Raising, watched=True))
    assert bad.model is not None
    bad.give_up()
    with pytest.raises(Stall):
        bad.model.control(READ, b"")
    bad.loop.turn()
    assert bad.faults == []


def test_a_class_is_watched_before_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """One whose making never ends holds up the air, too."""
    order: list[str] = []
    monkeypatch.setattr(sources, "watch", lambda name, _guard: order.append(f"watched {name}"))

    class Made(Chip):
        def __init__(self, mac: bytes, user: ModelUser) -> None:
            order.append("made")
            super().__init__(mac, user)

    Plugged(ClassSource("strange", Made, watched=True))
    assert order == ["watched strange", "made"]
    Plugged(ClassSource("ours", Made))
    assert order[2:] == ["made"]


def test_a_process_is_there_when_it_has_told_what_it_is() -> None:
    """HELLO with version and address, then IDENTITY; from then on it is asked."""
    with paired() as (plugged, end):
        (hello,) = end.got()
        assert (hello.kind, hello.body) == (far.HELLO, b"\1\0" + MAC)
        whole = far.message(far.IDENTITY, far.identity())
        for piece in (whole[:30], whole[30:]):
            assert plugged.model is None
            end.link.sendall(piece)
            plugged.loop.turn()
        assert plugged.model is not None
        answer = plugged.model.control(READ, b"")
        assert isinstance(answer, Later)
        (asked,) = end.got()
        end.send(far.CONTROL_DONE, word(0, b"data"), asked.number)
        plugged.until(lambda: answer.settled)
    assert plugged.faults == []


@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        (far.STARTED, word(1), "its first message was of kind 108, and no IDENTITY"),
        (far.IDENTITY, b"", "it sent IDENTITY that ends too early"),
        (far.IDENTITY, far.identity(endpoints=()), "its endpoints are no tuple of 1 to 30"),
    ],
)
def test_a_process_that_begins_with_nonsense(kind: int, body: bytes, told: str) -> None:
    """It is hung up on, and why is told."""
    with paired() as (plugged, end):
        end.got()
        end.send(kind, body)
        try:
            assert plugged.fault() == told
        except ModelFault as fault:  # which who plugs it in is told by
            assert str(fault) == told  # noqa: PT017


def test_nonsense_later_on_ends_it_and_settles_what_waits() -> None:
    """The driver's request stalls; nothing is left waiting."""
    with paired() as (plugged, end):
        end.send(far.IDENTITY, far.identity())
        plugged.until(lambda: plugged.model)
        assert plugged.model is not None
        answer = plugged.model.control(READ, b"")
        end.send(77)
        assert plugged.fault() == "it sent a message of kind 77, which there is not"
        assert isinstance(answer, Later)
        assert answer.settled


def test_a_process_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not waited for without end."""
    monkeypatch.setattr(sources, "IDENTITY_NS", 1)
    with paired() as (plugged, _end):
        assert plugged.fault().startswith("it did not tell what it is within")


def test_a_process_that_hangs_up() -> None:
    """What is known of it is told."""
    with paired() as (plugged, end):
        end.link.close()
        assert plugged.fault() == "it closed the connection"


def program(folder: Path, text: str) -> str:
    """A program in Python, whose standard input is the socket."""
    path = folder / "model"
    path.write_text(f"#!{sys.executable}\nimport os, signal, socket, sys, time\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sys.exit(3)", "its process ended with status 3"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "its process ended by signal 9"),
    ],
)
def test_a_program_that_ends(tmp_path: Path, text: str, told: str) -> None:
    """How, in words."""
    path = program(tmp_path, text)
    plugged = Plugged(SocketSource("p", lambda: started([path])))
    assert plugged.fault() == told


def test_a_program_is_started_with_the_socket_and_ends_with_it(tmp_path: Path) -> None:
    """One that does not end by itself is ended."""
    path = program(
        tmp_path,
        "s = socket.socket(fileno=os.dup(0)); s.recv(100)\n"
        f"s.sendall({far.message(far.IDENTITY, far.identity())!r}); print('printed')\n"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(60)",
    )
    plugged = Plugged(SocketSource("p", lambda: started([path])))
    plugged.until(lambda: plugged.model)
    plugged.until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    pid = int((tmp_path / "pid").read_text())
    plugged.give_up()

    def gone() -> bool:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 0)
            return False
        return True

    plugged.until(gone)
    assert plugged.faults == []


def test_a_program_does_not_outlive_the_air() -> None:
    """Whose loop ends with the run, before a program that does not end by itself is due."""
    air = (
        "from hwsim.loop import Loop; from hwsim.usb.sources import started\n"
        "link, process = started(['sleep', '60']); print(process._process.pid)\n"
        "loop = Loop(); link.close(); process.end(loop, 0.01); loop.close()"
    )
    said = subprocess.run([sys.executable, "-c", air], stdout=subprocess.PIPE, check=True)
    with pytest.raises(ProcessLookupError):
        os.kill(int(said.stdout), 0)


def test_what_cannot_be_reached(tmp_path: Path) -> None:
    """A program that there is not, a socket that nobody listens on."""
    nothing = str(tmp_path / "nothing")
    for connect in (lambda: started([nothing]), lambda: listening(nothing)):
        plugged = Plugged(SocketSource("n", connect))
        assert plugged.fault() == "it cannot be reached: No such file or directory"


def test_a_process_that_listens(tmp_path: Path) -> None:
    """It is connected to, and left alone when it is given up."""
    path = str(tmp_path / "model")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(1)
        plugged = Plugged(SocketSource("u", lambda: listening(path)))
        link, _ = listener.accept()
        end = ModelEnd(link)
        assert end.got()[0].kind == far.HELLO
        plugged.give_up()
        assert link.recv(1) == b""
        link.close()
