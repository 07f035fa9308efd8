# SPDX-License-Identifier: GPL-2.0-or-later
"""A model in another process: what it is asked, and what its answers do."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.errors import ModelFault
from hwsim.loop import Loop
from hwsim.usb.device import AirFrame, Setup, Stall, Transfer
from hwsim.usb.guard import Guard
from hwsim.usb.socket_model import MAX_FRAMES, MAX_OUT, SocketModel
from hwsim.usb.socket_wire import Message
from tests.unit.hwsim.usb import model_process as far
from tests.unit.hwsim.usb.chips import IDENTITY
from tests.unit.hwsim.usb.model_process import Got, word
from tests.unit.hwsim.usb.test_guard import User

READ = Setup(0xC0, 5, 0, 0, 4)
FRAME = AirFrame(bytes(24), 2437, 6000, -40)
SENT_24 = bytes.fromhex("85090000 70170000") + bytes(24)


class Wired:
    """A model and what was written to it."""

    def __init__(self) -> None:
        self.user = User(Loop())
        self.written = b""
        self.model = SocketModel(bytes(6), self.user, IDENTITY, self._write)

    def _write(self, data: bytes) -> None:
        self.written += data

    def asked(self) -> Got:
        """The one message that was written since."""
        (got,) = far.messages(self.written)
        self.written = b""
        return got

    def say(self, kind: int, body: bytes = b"", number: int = 0) -> None:
        """The model sends a message."""
        self.model.take(Message(kind, number, body))


@pytest.fixture
def wired() -> Wired:
    """A model that has told what it is."""
    return Wired()


def test_a_request_and_its_answer(wired: Wired) -> None:
    """Data, a stall; each goes to the request of its number."""
    told: list[object] = []
    numbers = []
    for _ in range(2):
        wired.model.control(READ, b"").then(told.append)
        got = wired.asked()
        assert got.kind == far.CONTROL
        assert got.time_ns
        numbers.append(got.number)
    wired.say(far.CONTROL_DONE, word(1), numbers[1])
    wired.say(far.CONTROL_DONE, word(0, b"data"), numbers[0])
    assert told == [None, b"data"]


def test_a_frame_goes_out_and_its_status_comes_back(wired: Wired) -> None:
    """And the transfer ends when the model says so."""
    ended: list[bool] = []
    wired.model.bulk_out(2, b"transfer", lambda: ended.append(True))
    transfer = wired.asked()
    assert (transfer.kind, transfer.body) == (far.BULK_OUT, word(2, b"transfer"))
    wired.say(far.SENT, SENT_24, 77)
    ((sent, done),) = wired.user.sent
    assert (sent.frame, sent.freq_mhz, sent.rate_kbps) == (bytes(24), 2437, 6000)
    done(True)
    status = wired.asked()
    assert (status.kind, status.number, status.body) == (far.STATUS, 77, word(1))
    wired.say(far.BULK_DONE, word(1), transfer.number)
    assert (ended, wired.user.told) == ([True], ["malformed"])


def test_a_frame_on_the_air_is_received_or_not(wired: Wired) -> None:
    """And is not even offered where too many wait."""
    told: list[object] = []
    for body in (word(0x81, b"got"), word(0)):
        answer = wired.model.receive(FRAME)
        assert answer is not None
        answer.then(told.append)
        wired.say(far.RECEIVED, body, wired.asked().number)
    assert told == [Transfer(0x81, b"got"), None]
    offered = [wired.model.receive(FRAME) is not None for _ in range(MAX_FRAMES + 1)]
    assert offered == [True] * MAX_FRAMES + [False]


def test_events_and_the_start(wired: Wired) -> None:
    """Unasked, at any time."""
    wired.say(far.TRANSFER, word(0x81, b"event"))
    assert wired.user.transfers == [Transfer(0x81, b"event")]
    wired.say(far.STARTED, word(1))
    assert (wired.model.started, wired.user.told) == (True, ["started"])


def test_a_reset_ends_what_was_before(wired: Wired) -> None:
    """Requests stall, frames are lost, and what still comes of it is passed over."""
    told: list[object] = []
    wired.model.control(READ, b"").then(told.append)
    old = wired.asked().number
    wired.model.bulk_out(2, b"x", lambda: told.append("complete"))
    wired.say(far.SENT, SENT_24, 1)
    wired.say(far.STARTED, word(1))
    ((_, done),) = wired.user.sent
    wired.written = b""
    answer = wired.model.reset()
    assert (told, wired.model.started) == ([None, "complete"], False)
    assert wired.model.receive(FRAME) is None
    first = wired.asked().number
    wired.model.reset()
    done(True)
    wired.say(far.CONTROL_DONE, word(0), old)
    wired.say(far.SENT, SENT_24, 2)
    wired.say(far.RESET_DONE, number=first)
    assert not answer.settled
    wired.say(far.RESET_DONE, number=wired.asked().number)
    assert len(wired.user.sent) == 1
    wired.say(far.SENT, SENT_24, 1)
    assert len(wired.user.sent) == 2


@pytest.mark.parametrize(
    ("kind", "body", "number", "told"),
    [
        (99, b"", 0, "a message of kind 99, which there is not"),
        (far.CONTROL_DONE, word(0), 5, "CONTROL_DONE 5, which was not asked for"),
        (far.BULK_DONE, word(0), 5, "BULK_DONE 5, which was not asked for"),
        (far.RECEIVED, word(0), 5, "RECEIVED 5, which was not asked for"),
        (far.RESET_DONE, b"", 5, "RESET_DONE 5, which was not asked for"),
        (far.TRANSFER, word(0), 0, "TRANSFER for no endpoint"),
        (far.TRANSFER, word(0, b"x"), 0, "TRANSFER with 1 bytes for no endpoint"),
        (far.STARTED, word(2), 0, "STARTED that is neither 0 nor 1"),
        (far.STARTED, b"", 0, "STARTED with 0 bytes, of which the first 4 are missing"),
        (far.SENT, b"1234567", 0, "SENT with 7 bytes; 8 come before the frame"),
    ],
)
def test_nonsense_is_a_fault(wired: Wired, kind: int, body: bytes, number: int, told: str) -> None:
    """With what it was."""
    with pytest.raises(ModelFault) as found:
        wired.say(kind, body, number)
    assert told in str(found.value)


def test_answers_that_are_none_are_a_fault(wired: Wired) -> None:
    """Neither done nor stalled; a number that is in use; more frames than any chip has."""
    wired.model.control(READ, b"")
    with pytest.raises(ModelFault, match="neither done nor stalled"):
        wired.say(far.CONTROL_DONE, word(2), wired.asked().number)
    wired.say(far.SENT, SENT_24, 1)
    with pytest.raises(ModelFault, match="SENT 1 while the one before had no status"):
        wired.say(far.SENT, SENT_24, 1)
    for number in range(2, MAX_OUT + 1):
        wired.say(far.SENT, SENT_24, number)
    with pytest.raises(ModelFault, match="more than 1024 frames"):
        wired.say(far.SENT, SENT_24, 5000)


STEPS: dict[str, Callable[[Guard], object]] = {
    "control": lambda guard: guard.control(READ, b""),
    "bulk": lambda guard: guard.bulk_out(2, b"x", lambda: None),
    "frame": lambda guard: guard.receive(FRAME),
    "reset": lambda guard: guard.reset(),
}
BODIES = st.binary(max_size=60) | st.builds(
    word, st.sampled_from((0, 1, 0x81)), st.binary(max_size=60)
)


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(sorted(STEPS))
        | st.tuples(st.integers(100, 109), BODIES, st.integers(0, 6)),
        max_size=25,
    )
)
def test_any_conversation_ends_in_answers_or_in_one_fault(
    steps: list[str | tuple[int, bytes, int]],
) -> None:
    """Whatever a process sends between what it is asked: nothing else is raised."""
    loop, faults, made = Loop(), list[str](), list[SocketModel]()

    def make(mac: bytes, user: Guard) -> SocketModel:
        made.append(SocketModel(mac, user, IDENTITY, lambda _data: None))
        return made[0]

    user = User(loop)
    guard = Guard(make, bytes(6), user, loop, faults.append)  # type: ignore[arg-type]
    for step in steps:
        if isinstance(step, str):
            with contextlib.suppress(Stall):
                STEPS[step](guard)
            continue
        kind, body, number = step
        try:
            made[0].take(Message(kind, number, body))
        except ModelFault as fault:
            guard.fail(str(fault))
    for _, done in user.sent:
        done(True)
    loop.turn()
    assert len(faults) <= 1
    loop.close()
