# SPDX-License-Identifier: GPL-2.0-or-later
"""A device's side of a usbredir connection, with a scripted peer."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.adapter_orders import Holdup, kinds
from hwsim.errors import WireError
from hwsim.usb import redir_wire as wire
from hwsim.usb.device import Endpoint, Later, Setup, Stall, UsbIdentity
from hwsim.usb.holdups import Holdups
from hwsim.usb.redir import MAX_PENDING, Redir
from tests.unit.hwsim.usb.clock import Clock
from tests.unit.hwsim.usb.peer import HELLO, Peer

IN, OUT = 0x81, 0x02


class Device:
    """Answers requests of number 1, and keeps what it was told."""

    usb = UsbIdentity(
        vendor=1, product=2, release=3, manufacturer="m", product_name="p",
        endpoints=(Endpoint(IN), Endpoint(OUT)),
    )  # fmt: skip

    def __init__(self) -> None:
        self.resets = 0
        self.sent: list[bytes] = []
        self.completions: list[Callable[[], None]] = []
        self.asked: list[int] = []
        self.cancelled: list[int] = []
        self.unused: list[int] = []
        self.later: list[Later[bytes | None]] = []

    def reset(self) -> None:
        """Count it."""
        self.resets += 1

    def control(self, setup: Setup, data: bytes) -> bytes | Later[bytes | None]:
        """More than there is room for, a stall, or an answer that the test gives later."""
        if setup.request == 2:
            self.later.append(Later())
            return self.later[-1]
        if setup.request != 1:
            raise Stall
        return bytes(range(64))

    def bulk_out(self, endpoint: int, data: bytes, complete: Callable[[], None]) -> None:
        """Keep it; the test ends it."""
        self.sent.append(data)
        self.completions.append(complete)

    def on_in_request(self, endpoint: int) -> None:
        """Keep it."""
        self.asked.append(endpoint)

    def on_in_cancelled(self, endpoint: int) -> None:
        """Keep it."""
        self.cancelled.append(endpoint)

    def on_answer_unused(self, number: int) -> None:
        """Keep it."""
        self.unused.append(number)


@pytest.fixture
def bench() -> tuple[Peer, Device, Redir]:
    """A connection after the hellos."""
    peer, device = Peer(), Device()
    redir = Redir(device, peer.write, Holdups(Clock()))
    peer.feed = redir.feed
    assert peer.greet() == [wire.INTERFACE_INFO, wire.EP_INFO, wire.DEVICE_CONNECT]
    return peer, device, redir


def test_a_peer_without_what_is_needed_is_refused() -> None:
    """Packets would have another form."""
    device, peer = Device(), Peer()
    redir = Redir(device, peer.write, Holdups(Clock()))
    old = wire.packet(wire.HELLO, bytes(64) + b"\x0a\0\0\0", wide=False)
    with pytest.raises(WireError, match=r"lacks capabilities \[4, 5, 6\]"):
        redir.feed(old)
    with pytest.raises(WireError, match="before the hello"):
        Redir(device, Peer().write, Holdups(Clock())).feed(wire.packet(wire.RESET, b"", wide=False))


def test_it_is_configured(bench: tuple[Peer, Device, Redir]) -> None:
    """SET_CONFIGURATION is answered after its endpoints, and remembered."""
    peer, _, _ = bench
    number = peer.ask(wire.SET_CONFIGURATION, b"\1")
    told = peer.taken()
    assert [one.kind for one in told] == [
        wire.INTERFACE_INFO, wire.EP_INFO, wire.CONFIGURATION_STATUS,
    ]  # fmt: skip
    assert told[-1][1:] == (number, b"\0\1")
    peer.ask(wire.GET_CONFIGURATION, b"")
    assert peer.taken()[-1].body == b"\0\1"
    peer.ask(wire.SET_ALT_SETTING, b"\0\0")
    assert peer.taken()[-1].body == b"\0\0\0"
    peer.ask(wire.SET_ALT_SETTING, b"\0\1")
    assert peer.taken()[-1].body == b"\4\0\1"
    peer.ask(wire.GET_ALT_SETTING, b"\0")
    assert peer.taken()[-1].body == b"\0\0\0"
    peer.ask(wire.START_INTERRUPT_RECEIVING, b"\x85")
    assert peer.taken()[-1].body == b"\0\x85"


def test_control_requests(bench: tuple[Peer, Device, Redir]) -> None:
    """No more than there is room for; what is unknown stalls."""
    peer, _, _ = bench
    assert peer.control(0xC0, 1, 0, 0, 4) == (wire.SUCCESS, bytes(range(4)))
    assert peer.control(0x40, 1, 0, 0, 2, b"ab") == (wire.SUCCESS, b"")
    assert peer.control(0xC0, 9, 0, 0, 4) == (wire.STALL, b"")


def test_data_goes_to_the_oldest_pending_transfer(bench: tuple[Peer, Device, Redir]) -> None:
    """Without one there is nowhere to go."""
    peer, device, redir = bench
    assert redir.answer(IN, b"early") is None
    first, second = peer.want(IN), peer.want(IN)
    assert redir.pending(IN) == 2
    assert redir.answer(IN, b"one")
    assert redir.answer(IN, b"two")
    assert [(one.number, one.body[10:]) for one in peer.taken()] == [
        (first, b"one"), (second, b"two"),
    ]  # fmt: skip
    assert device.asked == [IN, IN]


def test_what_is_taken_back_is_answered_once(bench: tuple[Peer, Device, Redir]) -> None:
    """As cancelled while it is pending; not at all when its answer has crossed."""
    peer, device, redir = bench
    number = peer.want(IN)
    peer.ask(wire.CANCEL_DATA, b"", number)
    (answer,) = peer.taken()
    assert (answer.number, answer.body[1]) == (number, wire.CANCELLED)
    assert device.cancelled == [IN]
    peer.want(IN, number)
    redir.answer(IN, b"x")
    peer.taken()
    peer.ask(wire.CANCEL_DATA, b"", number)
    assert peer.taken() == []
    assert device.unused == [number]
    peer.want(IN, number)
    redir.answer(IN, b"x")
    peer.send(OUT, b"the number of a transfer that was done with", number)
    device.completions[0]()
    peer.taken()
    peer.ask(wire.CANCEL_DATA, b"", number)
    assert (peer.taken(), device.unused) == ([], [number])


def test_a_transfer_that_was_taken_back_ends_no_second_time(
    bench: tuple[Peer, Device, Redir],
) -> None:
    """Its number may be another's by then."""
    peer, device, _ = bench
    number = peer.send(OUT, b"frame")
    peer.ask(wire.CANCEL_DATA, b"", number)
    assert peer.taken()[0].body[1] == wire.CANCELLED
    peer.send(OUT, b"other", number)
    device.completions[0]()
    assert peer.taken() == []
    device.completions[1]()
    assert [(one.number, one.body[2]) for one in peer.taken()] == [(number, 5)]


def test_transfers_of_other_endpoints_stall(bench: tuple[Peer, Device, Redir]) -> None:
    """Whichever way they go."""
    peer, _, _ = bench
    peer.want(0x8A)
    peer.send(0x0A, b"x")
    peer.ask(wire.INTERRUPT, struct.pack("<BBH", 3, 0, 1) + b"x")
    assert [one.body[1] for one in peer.taken()] == [wire.STALL] * 3


def test_a_reset_leaves_pending_transfers_to_the_host(bench: tuple[Peer, Device, Redir]) -> None:
    """It takes them back itself, and waits for that to be answered."""
    peer, device, redir = bench
    number = peer.want(IN)
    peer.ask(wire.RESET, b"")
    assert device.resets == 1
    peer.ask(wire.CANCEL_DATA, b"", number)
    assert redir.pending(IN) == 0
    assert len(peer.taken()) == 1


def test_unplugged_and_plugged_in_again(bench: tuple[Peer, Device, Redir]) -> None:
    """Nothing of before is pending then, and what was on its way is for a device that is gone."""
    peer, device, redir = bench
    peer.want(IN)
    redir.disconnect()
    redir.connect()
    peer.want(IN)
    peer.ask(wire.RESET, b"")
    assert [one.kind for one in peer.taken()] == [wire.DEVICE_DISCONNECT]
    peer.ask(wire.DEVICE_DISCONNECT_ACK, b"")
    assert [one.kind for one in peer.taken()] == [
        wire.INTERFACE_INFO, wire.EP_INFO, wire.DEVICE_CONNECT,
    ]  # fmt: skip
    assert redir.answer(IN, b"") is None
    assert device.resets == 0


def test_one_that_stays_out_is_announced_later(bench: tuple[Peer, Device, Redir]) -> None:
    """Nor does it answer until then."""
    peer, _, redir = bench
    redir.disconnect()
    peer.ask(wire.DEVICE_DISCONNECT_ACK, b"")
    peer.ask(wire.GET_CONFIGURATION, b"")
    assert [one.kind for one in peer.taken()] == [wire.DEVICE_DISCONNECT]
    assert not redir.attached
    redir.connect()
    assert peer.taken()[-1].kind == wire.DEVICE_CONNECT


def held_up() -> tuple[Peer, Device, Redir, Clock]:
    """A connection whose device leaves all unanswered for 100 ms."""
    peer, device, clock = Peer(), Device(), Clock()
    holdups = Holdups(clock)
    redir = Redir(device, peer.write, holdups)
    peer.feed = redir.feed
    peer.greet()
    holdups.begin(Holdup(kinds(()), clock.now, clock.now + 100_000_000))
    return peer, device, redir, clock


def test_a_request_that_is_held_up_is_answered_later() -> None:
    """Then it is as any other; each kind in its order."""
    peer, device, _, clock = held_up()
    setup = struct.pack("<BBBBHHH", 0x80, 1, 0xC0, 0, 0, 0, 4)
    numbers = [peer.ask(wire.CONTROL, setup), peer.send(OUT, b"one"), peer.send(OUT, b"two")]
    assert (peer.taken(), device.sent) == ([], [])
    clock.go_on(100)
    assert device.sent == [b"one", b"two"]
    for complete in device.completions:
        complete()
    assert [one.number for one in peer.taken()] == numbers


def test_one_that_is_taken_back_never_reaches_the_device() -> None:
    """And is answered as cancelled, once."""
    peer, device, _, clock = held_up()
    setup = struct.pack("<BBBBHHH", 0x00, 1, 0x40, 0, 0, 0, 2)
    numbers = [peer.ask(wire.CONTROL, setup + b"ab"), peer.send(OUT, b"frame")]
    for number in numbers:
        peer.ask(wire.CANCEL_DATA, b"", number)
    control, bulk = peer.taken()
    assert (control.number, control.body[3]) == (numbers[0], wire.CANCELLED)
    assert (bulk.number, bulk.body[1]) == (numbers[1], wire.CANCELLED)
    clock.go_on(200)
    assert (peer.taken(), device.sent) == ([], [])


def test_no_more_is_held_up_than_a_driver_has() -> None:
    """A peer that asks for ever is hung up on, and nothing is raised from a timer."""
    peer, _, _, clock = held_up()
    for _ in range(MAX_PENDING):
        peer.send(OUT, b"data")
    with pytest.raises(WireError, match="more than"):
        peer.send(OUT, b"data")
    clock.go_on(100)


def test_what_was_under_way_counts_with_what_is_held_up() -> None:
    """Both together are no more than the bound, or a timer would raise what ends the air."""
    peer, device, clock = Peer(), Device(), Clock()
    holdups = Holdups(clock)
    redir = Redir(device, peer.write, holdups)
    peer.feed = redir.feed
    peer.greet()
    for _ in range(MAX_PENDING // 2):
        peer.send(OUT, b"data")
    holdups.begin(Holdup(kinds(()), clock.now, clock.now + 100_000_000))
    for _ in range(MAX_PENDING // 2):
        peer.send(OUT, b"data")
    with pytest.raises(WireError, match="more than"):
        peer.send(OUT, b"data")
    clock.go_on(100)
    assert len(device.sent) == MAX_PENDING


def test_no_more_is_kept_than_a_driver_has(bench: tuple[Peer, Device, Redir]) -> None:
    """A peer that asks for ever is hung up on."""
    peer, _, redir = bench
    for _ in range(MAX_PENDING):
        peer.want(IN)
        peer.send(OUT, b"data")
    kept = [one for requests in redir._unfinished.values() for one in requests.values()]
    assert not any(one.data for one in kept)
    with pytest.raises(WireError, match="more than"):
        peer.want(IN)
    with pytest.raises(WireError, match="more than"):
        peer.send(OUT, b"")


KINDS = st.integers(0, 110) | st.sampled_from((wire.CONTROL, wire.BULK, wire.CANCEL_DATA))
BULK_HEADS = st.builds(
    lambda endpoint, length: struct.pack("<BBHIH", endpoint, 0, length, 0, 0) + bytes(length),
    st.sampled_from((IN, OUT)), st.integers(0, 8),
)  # fmt: skip
STEPS = st.lists(
    st.tuples(KINDS, st.binary(max_size=40) | BULK_HEADS, st.integers(0, 3)), max_size=12
)


@given(STEPS, st.booleans(), st.integers(0, 11))
def test_any_packets_are_taken_or_refused(
    packets: list[tuple[int, bytes, int]], held: bool, unplugged: int
) -> None:
    """The only error is WireError, in whatever order they come, held up or not, and with the device
    pulled out in between; and none comes of what is held up then."""
    device, clock = Device(), Clock()
    holdups = Holdups(clock)
    redir = Redir(device, lambda _data: None, holdups)
    redir.feed(HELLO)
    if held:
        holdups.begin(Holdup(kinds(()), clock.now, clock.now + 10_000_000))
    with contextlib.suppress(WireError):
        for place, (kind, body, number) in enumerate(packets):
            if place == unplugged:
                redir.disconnect()
                redir.connect()
            redir.feed(wire.packet(kind, body, number))
    clock.go_on(20)
    for complete in device.completions:
        complete()


@given(st.lists(st.sampled_from(("in", "out", "control", "cancel", "more")), max_size=200))
def test_a_hostile_peer_makes_nothing_grow(steps: list[str]) -> None:
    """Of each kind of request no more is kept than the bound, whatever is asked, taken back and
    asked again under numbers that are in use; a transfer's data is not kept at all."""
    peer, device, redir, clock = held_up()
    frame = bytes(1000)
    with contextlib.suppress(WireError):
        for place, step in enumerate(steps):
            number = place % 7
            if step == "in":
                peer.want(IN, number)
            elif step == "out":
                peer.send(OUT, frame, number)
            elif step == "control":
                peer.ask(wire.CONTROL, struct.pack("<BBBBHHH", 0x80, 1, 0xC0, 0, 0, 0, 4), number)
            elif step == "cancel":
                peer.ask(wire.CANCEL_DATA, b"", number)
            else:
                for _ in range(MAX_PENDING // 8):
                    peer.send(OUT, b"", number)
    clock.go_on(100)
    assert redir.pending(IN) <= MAX_PENDING
    kept = [one for requests in redir._unfinished.values() for one in requests.values()]
    assert len(kept) <= MAX_PENDING
    assert not any(one.data for one in kept)
    assert len(device.completions) <= MAX_PENDING


def test_a_request_that_is_answered_later(bench: tuple[Peer, Device, Redir]) -> None:
    """With data or a stall; one that was taken back is answered as cancelled, and no more."""
    peer, device, _ = bench
    setup = struct.pack("<BBBBHHH", 0x80, 2, 0xC0, 0, 0, 0, 4)
    numbers = [peer.ask(wire.CONTROL, setup) for _ in range(3)]
    assert peer.taken() == []
    peer.ask(wire.CANCEL_DATA, b"", numbers[2])
    (cancelled,) = peer.taken()
    assert (cancelled.kind, cancelled.body[3]) == (wire.CONTROL, wire.CANCELLED)
    device.later[1].settle(None)
    device.later[0].settle(b"123456")
    device.later[0].settle(b"again")
    device.later[2].settle(b"late")
    stalled, answered = peer.taken()
    assert (stalled.number, stalled.body[3]) == (numbers[1], wire.STALL)
    assert (answered.number, answered.body[3]) == (numbers[0], wire.SUCCESS)
    assert answered.body[10:] == b"1234"
    told: list[bytes | None] = []
    device.later[0].then(told.append)
    assert told == [b"123456"]


def test_transfers_of_an_endpoint_end_in_their_order(bench: tuple[Peer, Device, Redir]) -> None:
    """Whichever the chip has done with first: QEMU ends itself otherwise (usb/core.c, 7.2)."""
    peer, device, _ = bench
    numbers = [peer.send(OUT, bytes((one,))) for one in range(4)]
    device.completions[1]()
    device.completions[3]()
    assert peer.taken() == []
    device.completions[0]()
    assert [one.number for one in peer.taken()] == numbers[:2]
    peer.ask(wire.CANCEL_DATA, b"", numbers[2])
    cancelled, ended = peer.taken()
    assert (cancelled.number, cancelled.body[1]) == (numbers[2], wire.CANCELLED)
    assert (ended.number, ended.body[1]) == (numbers[3], wire.SUCCESS)
    device.completions[2]()
    assert peer.taken() == []
