# SPDX-License-Identifier: GPL-2.0-or-later
"""RTL8187B: more endpoints, longer descriptors, and a transmit status that comes by itself."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final

from hwsim.usb.device import Endpoint, ModelUser, Transfer, UsbIdentity
from hwsim.usb.models.realtek.chip import Chip

_RX: Final = 0x83
_STATUS: Final = 0x89
_OUT: Final = (0x04, 0x05, 0x06, 0x07, 0x0C)
"""Four access categories, and management."""
_REVISION: Final = 0xFFE1
_REVISION_E: Final = 2
_TRAILER: Final = struct.Struct("<IQBBBBHBB")
_QUALITY: Final = 60
_DECRYPTED: Final = 1
_TX_STATUS: Final = 1 << 30
_ACKNOWLEDGED: Final = 1 << 15
_ATTEMPTS: Final = 7
STATUS_NS: Final = 1_000_000
"""So long after a transfer the status of its frame comes: about what a short frame is in the air
for. Drivers look for the frame among those whose transfers have ended. A status that a USB host
hands them with the end of its transfer may come first: then they know no frame of that number, and
take the frame for one that was not acknowledged when more have been sent."""
_IN_AIR: Final = 4
"""Frames between the end of their transfer and their status; Linux' driver keeps five."""


class Rtl8187b(Chip):
    """See :class:`hwsim.usb.device.Model`."""

    tx_header = 32

    def __init__(self, mac: bytes, user: ModelUser) -> None:
        self.usb = UsbIdentity(
            vendor=0x0BDA, product=0x8189, release=0x0200,
            endpoints=(Endpoint(_RX), *map(Endpoint, _OUT), Endpoint(_STATUS)),
            manufacturer="Manufacturer_Realtek", product_name="RTL8187B_WLAN_Adapter",
            serial=mac.hex().upper(), interface_class=0, interface_subclass=0,
            interface_protocol=0,
        )  # fmt: skip
        self._held: deque[tuple[int, Callable[[], None]]] = deque()
        self._in_air = 0
        super().__init__(mac, user)

    def reset(self) -> None:
        """See :class:`hwsim.usb.device.Model`."""
        super().reset()
        held, self._held, self._in_air = self._held, deque(), 0
        for _, complete in held:
            complete()

    def _load(self) -> None:
        super()._load()
        self._set(_REVISION, bytes((_REVISION_E,)))

    def transmitted(self, frame: bytes, *, acked: bool, complete: Callable[[], None]) -> None:
        """Tell by the sequence control, of which the chip has room for twelve bits.

        The transfer ends when there is room for the frame, the status comes after it.
        """
        sequence = int.from_bytes(frame[22:24], "little") & 0xFFF
        status = _TX_STATUS | sequence << 16
        status |= _ACKNOWLEDGED if acked else _ATTEMPTS
        self._held.append((status, complete))
        self._go_on()

    def _go_on(self) -> None:
        """End the transfers of as many frames as there is room for."""
        while self._held and self._in_air < _IN_AIR:
            status, complete = self._held.popleft()
            self._in_air += 1
            self._user.call_after(STATUS_NS, partial(self._tell, status, self._epoch))
            complete()

    def _tell(self, status: int, epoch: int) -> None:
        if epoch != self._epoch:
            return  # of a frame before a reset
        self._in_air -= 1
        self._user.on_transfer(Transfer(_STATUS, status.to_bytes(8, "little")))
        self._go_on()

    def received(self, frame: bytes, flags: int, signal_dbm: int, *, decrypted: bool) -> Transfer:
        """The frame and a trailer of 20 bytes."""
        trailer = _TRAILER.pack(
            flags, self.tsf_us(), _QUALITY, 100 + max(-100, min(0, signal_dbm)),
            gain(signal_dbm), _DECRYPTED if decrypted else 0, 0, 0, 0,
        )  # fmt: skip
        return Transfer(_RX, frame + trailer)


def gain(signal_dbm: int) -> int:
    """The gain that the chip's AGC reports of a signal; drivers reckon dBm = 14 - half of it."""
    return max(0, min(255, 2 * (14 - signal_dbm)))
