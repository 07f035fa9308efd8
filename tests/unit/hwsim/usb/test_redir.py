# SPDX-License-Identifier: GPL-2.0-or-later
"""A device's side of a usbredir connection, with a scripted peer."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.errors import WireError
from hwsim.usb import redir_wire as wire
from hwsim.usb.device import Endpoint, Later, Setup, Stall, UsbIdentity
from hwsim.usb.redir import MAX_PENDING, Redir
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


@pytest.fixture
def bench() -> tuple[Peer, Device, Redir]:
    """A connection after the hellos."""
    peer, device = Peer(), Device()
    redir = Redir(device, peer.write)
    peer.feed = redir.feed
    assert peer.greet() == [wire.INTERFACE_INFO, wire.EP_INFO, wire.DEVICE_CONNECT]
    return peer, device, redir


def test_a_peer_without_what_is_needed_is_refused() -> None:
    """Packets would have another form."""
    device, peer = Device(), Peer()
    redir = Redir(device, peer.write)
    old = wire.packet(wire.HELLO, bytes(64) + b"\x0a\0\0\0", wide=False)
    with pytest.raises(WireError, match=r"lacks capabilities \[4, 5, 6\]"):
        redir.feed(old)
    with pytest.raises(WireError, match="before the hello"):
        Redir(device, Peer().write).feed(wire.packet(wire.RESET, b"", wide=False))


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
    assert not redir.answer(IN, b"early")
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
    """Nothing of before is pending then."""
    peer, _, redir = bench
    peer.want(IN)
    redir.disconnect()
    redir.connect()
    assert [one.kind for one in peer.taken()] == [
        wire.DEVICE_DISCONNECT, wire.INTERFACE_INFO, wire.EP_INFO, wire.DEVICE_CONNECT,
    ]  # fmt: skip
    assert not redir.answer(IN, b"")


def test_no_more_is_kept_than_a_driver_has(bench: tuple[Peer, Device, Redir]) -> None:
    """A peer that asks for ever is hung up on."""
    peer, _, redir = bench
    for _ in range(MAX_PENDING):
        peer.want(IN)
        peer.send(OUT, b"data")
    assert not any(one.data for one in redir._unfinished.values())
    with pytest.raises(WireError, match="more than"):
        peer.want(IN)
    with pytest.raises(WireError, match="more than"):
        peer.send(OUT, b"")


@given(st.lists(st.tuples(st.integers(0, 110), st.binary(max_size=40)), max_size=12))
def test_any_packets_are_taken_or_refused(packets: list[tuple[int, bytes]]) -> None:
    """The only error is WireError, in whatever order they come."""
    redir = Redir(Device(), lambda _data: None)
    redir.feed(HELLO)
    with contextlib.suppress(WireError):
        for kind, body in packets:
            redir.feed(wire.packet(kind, body, 1))


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
