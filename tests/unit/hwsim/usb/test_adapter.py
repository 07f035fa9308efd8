# SPDX-License-Identifier: GPL-2.0-or-later
"""An adapter that is plugged in: what waits for its driver, and when the driver has it."""

from __future__ import annotations

import struct
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from hwsim.adapter_orders import Holdup, kinds
from hwsim.errors import WireError
from hwsim.usb import redir_wire as wire
from hwsim.usb.adapter import MAX_QUEUED, Adapter
from hwsim.usb.catalogue import ADAPTERS, maker
from hwsim.usb.device import AirFrame, Endpoint, Later, ModelUser, Setup, Transfer, UsbIdentity
from tests.unit.hwsim.usb.clock import Clock
from tests.unit.hwsim.usb.models.realtek.driver import MAC, Driver, User, data_frame, on_channel_6
from tests.unit.hwsim.usb.peer import HELLO, Peer

RX = 0x81
MS = 1_000_000
FRAME = on_channel_6(data_frame(MAC, MAC))


def started() -> Driver:
    """A chip in operation."""
    driver = Driver("rtl8187l")
    driver.start()
    return driver


def test_the_descriptors_are_the_models() -> None:
    """Device, configuration, strings, as an operating system asks for them."""
    driver = Driver("rtl8187b")
    status, device = driver.control(0x80, 6, 0x0100, 0, 18)
    assert status == wire.SUCCESS
    assert device[8:14] == bytes.fromhex("da0b89810002")
    status, configuration = driver.control(0x80, 6, 0x0200, 0, 255)
    assert int.from_bytes(configuration[2:4], "little") == len(configuration)
    assert configuration[4] == 1
    assert driver.control(0x80, 6, 0x0303, 0x0409, 255)[1].decode("utf-16-le")[1:] == MAC.hex()
    assert driver.control(0x80, 6, 0x03EE, 0, 255)[0] == wire.STALL
    assert driver.control(0x80, 0, 0, 0, 2) == (wire.SUCCESS, bytes(2))
    assert driver.control(0x02, 1, 0, 0x81, 0) == (wire.SUCCESS, b"")
    assert driver.control(0x80, 10, 0, 0, 1)[0] == wire.STALL


def test_a_frame_is_taken_when_its_transfer_comes_again() -> None:
    """Not when it is written; and a frame behind it not before it."""
    driver = started()
    driver.want(RX)
    driver.want(RX)
    for tag in (11, 12):
        assert driver.adapter.receive(FRAME, tag)
    assert driver.user.taken == []
    driver.want(RX)
    assert driver.user.taken == [11]
    driver.want(RX)
    assert driver.user.taken == [11, 12]


def test_a_driver_that_takes_its_transfers_back_has_what_it_was_given() -> None:
    """It will not put them in again."""
    driver = started()
    driver.want(RX)
    driver.adapter.receive(FRAME, 11)
    number = driver.want(RX)
    driver.ask(wire.CANCEL_DATA, b"", number)
    assert driver.user.taken == [11]


def test_a_frame_whose_transfer_was_taken_back_on_its_way_is_lost() -> None:
    """QEMU had sent the cancellation before the frame came, and throws the frame away."""
    driver = started()
    first, second = driver.want(RX), driver.want(RX)
    driver.adapter.receive(FRAME, 11)
    driver.adapter.receive(FRAME, 12)
    driver.ask(wire.CANCEL_DATA, b"", second)
    assert (driver.user.taken, driver.user.lost) == ([], [12])
    assert [one.body[1] for one in driver.taken()] == [wire.SUCCESS] * 2
    driver.want(RX)
    assert (driver.user.taken, driver.user.lost) == ([11], [12])
    driver.ask(wire.CANCEL_DATA, b"", first)
    assert (driver.user.taken, driver.user.lost) == ([11], [12])


def test_what_a_driver_does_not_ask_for_is_lost_in_the_end() -> None:
    """A chip's memory has an end; until then it waits in its order."""
    driver = started()
    taken = [driver.adapter.receive(FRAME, tag) for tag in range(1, MAX_QUEUED + 2)]
    assert taken == [True] * MAX_QUEUED + [False]
    assert driver.adapter.congested
    for _ in range(3):
        driver.want(RX)
    assert driver.user.taken == [1, 2]


def test_a_reset_loses_what_is_on_its_way() -> None:
    """Which is told of each frame once; so it is when the adapter is pulled out."""
    driver = started()
    driver.want(RX)
    for tag in (11, 12, 0):
        driver.adapter.receive(FRAME, tag)
    driver.ask(wire.RESET, b"")
    assert sorted(driver.user.lost) == [11, 12]
    driver.adapter.unplug()
    assert sorted(driver.user.lost) == [11, 12]
    assert driver.taken()[-1].kind == wire.DEVICE_DISCONNECT


def test_a_driver_waits_for_the_holdup_that_there_is_alone() -> None:
    """Not for the end of one that was let go of."""
    driver = started()
    now = driver.clock.now
    driver.adapter.hold_up(Holdup(kinds(["bulk-in"]), now, now + 30_000 * MS))
    driver.want(RX)
    driver.adapter.receive(FRAME, 11)
    driver.adapter.let_go()
    driver.want(RX)
    assert driver.user.taken == [11]
    now = driver.clock.now
    driver.adapter.hold_up(Holdup(kinds(["bulk-in"]), now, now + 1000 * MS, 10 * MS))
    driver.adapter.receive(FRAME, 12)
    assert len(driver.taken()) == 1
    driver.clock.go_on(10)
    assert len(driver.taken()) == 1


class Slow:
    """A model in another process, as it were: it answers later, and stalls with a reset."""

    usb = UsbIdentity(
        vendor=1, product=2, release=3, manufacturer="m", product_name="p",
        endpoints=(Endpoint(RX), Endpoint(0x02)),
    )  # fmt: skip
    started = False

    def __init__(self, mac: bytes, user: ModelUser) -> None:
        self.mac, self.user = mac, user
        self.answer: Later[bytes | None] = Later()
        self.complete: Callable[[], None] = lambda: None

    def reset(self) -> None:
        """What it was asked for comes to nothing."""
        self.answer.settle(None)
        self.complete()

    def control(self, setup: Setup, data: bytes) -> Later[bytes | None]:
        """Later."""
        return self.answer

    def bulk_out(self, endpoint: int, data: bytes, complete: Callable[[], None]) -> None:
        """Later."""
        self.complete = complete

    def receive(self, frame: AirFrame) -> None:
        """Nothing."""


def test_one_that_is_pulled_out_says_nothing_any_more() -> None:
    """Neither of what it was asked before, nor to the driver of when it is back."""
    models: list[Slow] = []

    def make(mac: bytes, user: ModelUser) -> Slow:
        models.append(Slow(mac, user))
        return models[-1]

    peer, clock = Peer(), Clock()
    adapter = Adapter(make, MAC, User(), peer.write, clock)
    peer.feed = adapter.feed
    peer.greet()
    peer.ask(wire.CONTROL, struct.pack("<BBBBHHH", 0x80, 5, 0xC0, 0, 0, 0, 4))
    peer.send(0x02, b"frame")
    adapter.unplug()
    assert [one.kind for one in peer.taken()] == [wire.DEVICE_DISCONNECT]
    models[0].user.on_transfer(Transfer(RX, b"status"))
    peer.ask(wire.DEVICE_DISCONNECT_ACK, b"")
    adapter.plug()
    peer.taken()
    peer.want(RX)
    assert peer.taken() == []


def test_how_far_the_guest_is() -> None:
    """For whoever waits for a radio."""
    user = User()
    adapter = Adapter(maker("rtl8187l"), MAC, user, lambda _data: None, Clock())
    assert "hello" in adapter.state()
    adapter.feed(HELLO)
    assert "no driver" in adapter.state()
    assert started().adapter.state() == "its driver has put it into operation"


REQUESTS = st.tuples(
    st.sampled_from((0xC0, 0x40, 0x80, 0x00)), st.integers(0, 12),
    st.integers(0, 0xFFFF) | st.integers(0xFE00, 0xFFFF), st.sampled_from((0, 1, 2, 3, 0x8225)),
    st.binary(max_size=8),
)  # fmt: skip


@given(st.sampled_from(sorted(ADAPTERS)), st.lists(REQUESTS, max_size=40), st.binary(max_size=80))
def test_no_model_minds_what_a_driver_sends(
    name: str, requests: list[tuple[int, int, int, int, bytes]], sent: bytes
) -> None:
    """Any requests, any transfer: each is answered, and nothing is raised."""
    driver = Driver(name)
    for request_type, request, value, index, data in requests:
        body = b"" if request_type & 0x80 else data
        driver.control(request_type, request, value, index, len(data), body)
    out = next(one.address for one in driver.adapter.usb.endpoints if not one.address & 0x80)
    number = driver.send(out, sent)
    for _, done in driver.user.sent:
        done(True)
    assert [one.number for one in driver.taken() if one.kind == wire.BULK] == [number]


@given(st.sampled_from(("rtl8187b", "rtl8187l")), st.binary(max_size=60))
def test_no_realtek_minds_what_is_on_the_air(name: str, frame: bytes) -> None:
    """It is received or not; with its cipher engine on as well."""
    driver = Driver(name)
    driver.start()
    driver.adapter.receive(on_channel_6(frame), 0)


def test_a_connection_with_rubbish_is_refused() -> None:
    """Before a hello there is nothing else."""
    adapter = Adapter(maker("rtl8187l"), MAC, User(), lambda _data: None, Clock())
    try:
        adapter.feed(bytes(range(200)))
    except WireError:
        return
    raise AssertionError("rubbish was taken")
