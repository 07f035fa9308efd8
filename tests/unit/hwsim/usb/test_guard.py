# SPDX-License-Identifier: GPL-2.0-or-later
"""What a stranger's model does wrong is told as its fault, in one line, and goes no further."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from hwsim.errors import ModelFault, WireError
from hwsim.loop import Loop, now_ns
from hwsim.usb import guard as guarding
from hwsim.usb.device import AirFrame, Done, Later, SentFrame, Setup, Stall, Transfer
from hwsim.usb.guard import Guard, discard
from tests.unit.hwsim.usb.chips import IDENTITY, Broken, Chip, Raising, Slow

MAC = bytes(6)
READ = Setup(0xC0, 5, 0, 0, 4)
FRAME = AirFrame(bytes(24), 2437, 6000, -40)


class User:
    """Keeps what the model does; it may be told to break."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self.sent: list[tuple[SentFrame, Done]] = []
        self.transfers: list[Transfer] = []
        self.told: list[str] = []
        self.error: Exception | None = None

    def now_ns(self) -> int:
        """The time."""
        return now_ns()

    def call_after(self, delay_ns: int, callback: Callable[[], None]) -> None:
        """By the loop."""
        self.loop.call_after(delay_ns, callback)

    def on_frame(self, sent: SentFrame, done: Done) -> None:
        """Keep it, or break."""
        if self.error is not None:
            raise self.error
        self.sent.append((sent, done))

    def on_transfer(self, transfer: Transfer) -> None:
        """Keep it."""
        self.transfers.append(transfer)

    def on_malformed(self) -> None:
        """Keep it."""
        self.told.append("malformed")

    def on_started(self) -> None:
        """Keep it."""
        self.told.append("started")


class Bench:
    """A model behind its guard."""

    def __init__(self, make: Callable[[bytes, Any], Any] = Chip) -> None:
        self.loop = Loop()
        self.user = User(self.loop)
        self.faults: list[str] = []
        self.model: Any = None

        def made(mac: bytes, user: Any) -> Any:
            self.model = make(mac, user)
            return self.model

        self.guard = Guard(made, MAC, self.user, self.loop, self.faults.append, watch=discard)

    def fault(self) -> str:
        """The one fault that was told."""
        self.loop.turn()
        (told,) = self.faults
        return told


@pytest.fixture
def bench() -> Iterator[Bench]:
    """A good model."""
    bench = Bench()
    yield bench
    bench.loop.close()


def model_with(**members: Any) -> Callable[[bytes, Any], Any]:
    """A chip in which something is otherwise."""
    return type("Otherwise", (Chip,), members)


def test_a_good_model_is_let_through(bench: Bench) -> None:
    """Requests, frames both ways, timers."""
    guard, user = bench.guard, bench.user
    assert guard.control(READ, b"") == bytes(4)
    assert guard.receive(FRAME) == Transfer(0x81, FRAME.frame)
    ended: list[bool] = []
    guard.bulk_out(2, bytes(24), lambda: ended.append(True))
    ((sent, done),) = user.sent
    assert sent.frame == bytes(24)
    done(True)
    assert ended == [True]
    guard.call_after(0, lambda: guard.on_transfer(Transfer(0x81, b"event")))
    guard.on_malformed()
    guard.on_started()
    bench.loop.turn(1)
    assert (user.transfers, user.told) == ([Transfer(0x81, b"event")], ["malformed", "started"])
    assert not guard.started
    guard.reset()
    assert bench.faults == []


def test_what_it_may_raise_is_no_fault() -> None:
    """A request that the chip does not know, and what is no frame of it."""

    def stall(*_: Any) -> bytes:
        raise Stall

    def malformed(*_: Any) -> None:
        raise WireError("no frame")

    bench = Bench(model_with(control=stall, bulk_out=malformed))
    with pytest.raises(Stall):
        bench.guard.control(READ, b"")
    with pytest.raises(WireError):
        bench.guard.bulk_out(2, b"x", lambda: None)
    other = Bench(model_with(control=malformed))
    with pytest.raises(Stall):
        other.guard.control(READ, b"")
    for one in (bench, other):
        one.loop.turn()
        assert one.faults == []


def test_an_error_is_told_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    """And the model is asked nothing more; who wrote it finds the rest in the log."""
    bench = Bench(Raising)
    with pytest.raises(Stall):
        bench.guard.control(READ, b"")
    assert bench.fault().startswith("control() of request 5 raised ZeroDivisionError: ")
    assert " at chips.py:" in bench.fault()
    assert "Traceback" in capsys.readouterr().err
    assert bench.guard.receive(FRAME) is None
    bench.guard.bulk_out(2, bytes(24), lambda: None)
    assert bench.user.sent == []
    assert len(bench.faults) == 1


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (Broken, "its class raised OSError: no firmware file at chips.py:"),
        (model_with(mac=property(lambda _: b"x", lambda *_: None)), "its mac is b'x', and not"),
        (model_with(usb=property(lambda _: 5, lambda *_: None)), "its usb is a int, and no Usb"),
    ],
    ids=["raises", "another address", "no descriptors"],
)
def test_a_model_that_cannot_be_made(make: Callable[..., Any], told: str) -> None:
    """There is no adapter then."""
    with pytest.raises(ModelFault) as found:
        Bench(make)
    assert str(found.value).startswith(told)


def test_a_call_before_it_is_made() -> None:
    """In its constructor it may know the time and set timers, no more."""

    def make(mac: bytes, user: Any) -> Chip:
        user.now_ns()
        user.call_after(1, lambda: None)
        user.on_started()
        return Chip(mac, user)

    with pytest.raises(ModelFault) as found:
        Bench(make)
    assert str(found.value) == "it called on_started() before it was made"


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"control": lambda *_: "text"}, "it answered a control request with a str, no bytes"),
        ({"control": lambda *_: bytes(5)}, "it answered control request 5 with 5 bytes"),
        ({"receive": lambda *_: b"frame"}, "what it has for the driver is a bytes, no Transfer"),
        ({"receive": lambda *_: Transfer(0x82, b"")}, "it has a transfer for 130, no IN endpoint"),
        ({"receive": lambda *_: Transfer(0x81, bytes(1 << 17))}, "it has a transfer of 131072"),
        ({"reset": lambda *_: 1 / 0}, "reset() raised ZeroDivisionError: division by zero at"),
    ],
)
def test_lies_are_told(members: dict[str, Any], told: str) -> None:
    """What no device could answer."""
    bench = Bench(model_with(**members))
    try:
        bench.guard.control(READ, b"")
    except Stall:
        pass
    else:
        assert bench.guard.receive(FRAME) is None or "reset" in members
        bench.guard.reset()
    assert bench.fault().startswith(told)


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (SentFrame(b"short", 2437, 6000), "it transmits a frame of 5 bytes"),
        (SentFrame(bytes(20000), 2437, 6000), "it transmits a frame of 20000 bytes"),
        (SentFrame(bytes(24), 100, 6000), "its freq_mhz is 100; wanted is 2400 to 7199"),
        (SentFrame(bytes(24), 2437, -1), "its rate_kbps is -1; wanted is"),
        ("frame", "what it transmits is a str, no SentFrame"),
    ],
)
def test_frames_that_are_none_do_not_reach_the_air(bench: Bench, sent: Any, told: str) -> None:
    """A driver would be blamed for them."""
    bench.guard.on_frame(sent, lambda _acked: None)
    assert bench.fault().startswith(told)
    assert bench.user.sent == []


def test_a_call_that_blocks_is_told() -> None:
    """It has held up the air, and so the driver."""
    bench = Bench(Slow)
    with pytest.raises(Stall):
        bench.guard.control(READ, b"")
    assert re.match(r"control\(\) of request 5 took [\d.]+ s, and may not block", bench.fault())


def test_time_without_the_processor_is_not_the_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine with more to do than it has processors another process may have it."""
    monkeypatch.setattr(guarding, "BLOCKED_NS", 0)
    monkeypatch.setattr(guarding, "_spent", lambda: (7, 7))
    bench = Bench()
    bench.guard.control(READ, b"")
    bench.loop.turn()
    assert bench.faults == []


def test_the_airs_own_time_and_errors_are_not_the_models(bench: Bench) -> None:
    """What it does when a frame is transmitted is no doing of the model."""
    bench.user.error = KeyError("of the access point")
    with pytest.raises(KeyError):
        bench.guard.bulk_out(2, bytes(24), lambda: None)
    bench.loop.turn()
    assert bench.faults == []


def test_another_thread_is_told(bench: Bench) -> None:
    """The air has one."""
    thread = threading.Thread(target=bench.guard.on_started)
    thread.start()
    thread.join()
    assert bench.fault() == "it called on_started() in a thread of its own"


def test_an_answer_that_never_comes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a request, a frame, a reset, each within its time."""
    monkeypatch.setattr(guarding, "ANSWER_NS", 0)
    monkeypatch.setattr(guarding, "_LOOK_NS", 1_000_000)
    for call, what in (
        ("control", "control() of request 5"), ("receive", "receive()"), ("reset", "reset()"),
    ):  # fmt: skip
        bench = Bench(model_with(**{call: lambda *_: Later()}))
        {
            "control": lambda b: b.guard.control(READ, b""),
            "receive": lambda b: b.guard.receive(FRAME), "reset": lambda b: b.guard.reset(),
        }[call](bench)  # fmt: skip
        while not bench.faults:
            bench.loop.turn(1)
        assert bench.fault() == f"{what} was not answered within 0 s"


def test_a_later_answer_is_looked_at_when_it_comes() -> None:
    """As one that comes at once."""
    answers: list[Later[Any]] = [Later(), Later()]
    waiting = iter(answers)
    bench = Bench(model_with(control=lambda *_: next(waiting)))
    told: list[object] = []
    for _ in answers:
        answer = bench.guard.control(READ, b"")
        assert isinstance(answer, Later)
        answer.then(told.append)
    answers[0].settle(b"1234")
    answers[1].settle(b"12345")
    assert told == [b"1234", None]
    assert bench.fault().startswith("it answered control request 5 with 5 bytes")


def test_a_transfer_that_is_never_completed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless a frame of it waits for its status, which is the air's to tell."""
    monkeypatch.setattr(guarding, "COMPLETE_NS", 0)
    monkeypatch.setattr(guarding, "_LOOK_NS", 1_000_000)
    good = Bench()
    good.guard.bulk_out(2, bytes(24), lambda: None)
    for _ in range(3):
        good.loop.turn(1)
    assert good.faults == []
    bench = Bench(model_with(bulk_out=lambda *_: None))
    bench.guard.bulk_out(2, bytes(24), lambda: None)
    while not bench.faults:
        bench.loop.turn(1)
    assert bench.fault() == "a transfer to endpoint 0x02 was not completed within 0 s"


def test_a_status_from_before_a_reset_is_none_of_what_is_owed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The transfer after it still waits for the status of its own frame."""
    monkeypatch.setattr(guarding, "COMPLETE_NS", 0)
    monkeypatch.setattr(guarding, "_LOOK_NS", 1_000_000)
    bench = Bench()
    bench.guard.bulk_out(2, bytes(24), lambda: None)
    bench.guard.reset()
    bench.guard.bulk_out(2, bytes(24), lambda: None)
    (_, before), (_, after) = bench.user.sent
    before(True)
    for _ in range(3):
        bench.loop.turn(1)
    assert bench.faults == []
    after(True)
    bench.loop.turn(0.01)
    assert bench.faults == []


def test_of_a_model_that_is_gone_nothing_is_told() -> None:
    """Its timers and transfers are nobody's business any more."""
    bench = Bench(model_with(bulk_out=lambda *_: None))
    bench.guard.bulk_out(2, bytes(24), lambda: None)
    bench.guard.call_after(0, lambda: bench.guard.on_frame("lie", lambda _: None))  # type: ignore[arg-type]
    bench.guard.retire()
    bench.loop.turn(1)
    assert bench.faults == []


def test_an_identity_is_looked_at() -> None:
    """By hwsim.usb.identity, of which the tests are beside these."""
    lie = replace(IDENTITY, vendor=1 << 16)
    with pytest.raises(ModelFault, match="its vendor is 65536"):
        Bench(model_with(usb=property(lambda _: lie, lambda *_: None)))
