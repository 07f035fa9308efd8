# SPDX-License-Identifier: GPL-2.0-or-later
"""What a model of a USB WLAN adapter is: the two protocols between a model and who plugs it in.

A model plays one chip: registers, memory, descriptors of its transfers, its cipher engine. It knows
neither usbredir nor the medium. Who plugs it in (:mod:`hwsim.usb.adapter`, :mod:`hwsim.ports.usb`)
answers the standard requests of chapter 9 from :attr:`Model.usb`, keeps the IN transfers that the
driver has pending, and carries 802.11 frames between model and medium.

All calls are made in one thread, and none may block: a driver may declare its device dead when a
control request takes 50 ms. What a driver sends is untrusted: a model bounds what it keeps, and for
what its chip would not take it raises :class:`Stall` or :class:`hwsim.errors.WireError`, no other.
Times are nanoseconds of the air's clock (the host's CLOCK_MONOTONIC).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, Literal, NamedTuple, Protocol, TypeVar

DIRECTION_IN = 0x80
"""Bit 7 of an endpoint's address, and of bmRequestType: towards the host (USB 2.0, table 9-2)."""

Done = Callable[[bool], None]
"""What became of a frame that was transmitted: whether it was acknowledged."""


TRANSFER_TYPES: Final = {"bulk": 2, "interrupt": 3}
"""An endpoint's kind in its descriptor (USB 2.0, table 9-13), and in usbredir's ep_info."""


Answer = TypeVar("Answer")


class Later(Generic[Answer]):
    """An answer that a model does not have yet, as one in another process: it comes once."""

    def __init__(self) -> None:
        self._answers: list[Answer] = []
        self._wanted: list[Callable[[Answer], None]] = []

    @property
    def settled(self) -> bool:
        """Whether the answer is there."""
        return bool(self._answers)

    def settle(self, answer: Answer) -> None:
        """This is the answer; another one changes nothing."""
        if not self._answers:
            self._answers.append(answer)
            wanted, self._wanted = self._wanted, []
            for callback in wanted:
                callback(answer)

    def then(self, callback: Callable[[Answer], None]) -> None:
        """Call back with the answer: now, if it is there."""
        if self._answers:
            callback(self._answers[0])
        else:
            self._wanted.append(callback)


class Stall(Exception):
    """The device does not know a request: it is answered with STALL, which harms nothing else."""


@dataclass(frozen=True, slots=True)
class Setup:
    """The eight bytes that begin a control transfer (USB 2.0, table 9-2)."""

    request_type: int
    request: int
    value: int
    index: int
    length: int
    """How many bytes the host sends, or has room for."""

    @property
    def is_in(self) -> bool:
        """Whether the device sends the data."""
        return bool(self.request_type & DIRECTION_IN)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint of the one interface: its address with the direction in bit 7."""

    address: int
    kind: Literal["bulk", "interrupt"] = "bulk"
    max_packet: int = 512
    interval: int = 0
    """Of an interrupt endpoint, in the units of bInterval; never 0 there. Such an endpoint can be
    announced, and no transfer is carried on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbIdentity:
    """What a device's descriptors say, whichever chip it is: one configuration, one interface."""

    vendor: int
    product: int
    release: int
    """bcdDevice, by which INF files tell revisions (REV_0200)."""
    endpoints: tuple[Endpoint, ...]
    manufacturer: str
    product_name: str
    serial: str = ""
    """Left out of the descriptors if it is empty."""
    device_class: int = 0
    interface_class: int = 0xFF
    interface_subclass: int = 0xFF
    interface_protocol: int = 0xFF
    max_power_ma: int = 500


class SentFrame(NamedTuple):
    """An 802.11 frame that the chip transmits, without FCS, as it goes on the air: encrypted.

    ``freq_mhz`` is the centre of the channel that the chip is tuned to, ``None`` if it is tuned to
    none; ``rate_kbps`` the legacy rate of its descriptor, ``None`` for one that is no legacy rate.
    """

    frame: bytes
    freq_mhz: int | None
    rate_kbps: int | None


class AirFrame(NamedTuple):
    """An 802.11 frame that arrives at the antenna, without FCS."""

    frame: bytes
    freq_mhz: int
    rate_kbps: int
    signal_dbm: int


class Transfer(NamedTuple):
    """What the device has for the driver on an IN endpoint (its address, 0x8x): one transfer."""

    endpoint: int
    data: bytes


class ModelUser(Protocol):
    """What a model calls: who plugged it in."""

    def now_ns(self) -> int:
        """The time, for timing synchronisation functions and timers of the chip."""

    def call_after(self, delay_ns: int, callback: Callable[[], None]) -> None:
        """Have the chip called back when so much time has passed, as by a timer of its own; it is
        called whatever has happened meanwhile, a reset too."""

    def on_frame(self, sent: SentFrame, done: Done) -> None:
        """The chip transmits. ``done`` is called once, at once or later, with whether the frame
        was acknowledged; one for a group never is."""

    def on_transfer(self, transfer: Transfer) -> None:
        """The chip has something for the driver that is no received frame: a transmit status, an
        event. It waits until the driver has a transfer pending, or is dropped with the device."""

    def on_malformed(self) -> None:
        """The driver sent what is no frame of this chip, as is known only now."""

    def on_started(self) -> None:
        """:attr:`Model.started` has changed by itself; after each call of the model's it is looked
        at anyway."""


class Model(Protocol):
    """One adapter, from the moment it is plugged in. A reset makes it as new; one that a scenario
    pulls out is reset, and plugged in again as it is.

    A class of models is called with ``(mac, user)``: the six bytes of its EEPROM's address, and
    its :class:`ModelUser`.
    """

    @property
    def usb(self) -> UsbIdentity:
        """Its descriptors."""

    @property
    def mac(self) -> bytes:
        """The interface's address: that of the EEPROM."""

    @property
    def started(self) -> bool:
        """Whether the driver has put the chip into operation since the last reset: it is a radio.

        Stays true when the receiver is switched off for a moment, as at a change of channels.
        """

    def reset(self) -> Later[None] | None:
        """A reset of the bus, several of which come during an enumeration: registers as at power
        on. Calls of ``done`` that are still to come are for what was before, and change nothing.
        """

    def control(self, setup: Setup, data: bytes) -> bytes | Later[bytes | None]:
        """A request that is not a standard one: of an IN what the chip answers, at most
        ``setup.length`` bytes; of an OUT, which brings ``data``, nothing. Raises :class:`Stall`,
        which as a later answer is ``None``."""

    def bulk_out(self, endpoint: int, data: bytes, complete: Callable[[], None]) -> None:
        """The driver sends a transfer to an OUT endpoint (its address), whole: packets of 512 bytes
        are put together already, and an empty one that ends a multiple of that is left out.

        ``complete`` ends the driver's transfer, and is called once, at once or later: a chip of
        which drivers read the acknowledgement or the time in the air there calls it in ``done``.
        Raises :class:`hwsim.errors.WireError` for what is no frame of this chip; it is then
        completed by the caller, and was not sent.
        """

    def receive(self, frame: AirFrame) -> Transfer | Later[Transfer | None] | None:
        """What the driver gets of a frame on the air; ``None`` if the chip does not receive it: it
        is switched off, on another channel, or its filter leaves the frame out."""
