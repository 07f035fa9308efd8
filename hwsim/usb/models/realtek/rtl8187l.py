# SPDX-License-Identifier: GPL-2.0-or-later
"""RTL8187L, as in an Alfa AWUS036H: its descriptors, and how it tells what became of a frame."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final

from hwsim.usb.device import Endpoint, ModelUser, Transfer, UsbIdentity
from hwsim.usb.models.realtek.chip import Chip

_RX: Final = 0x81
_RETRIES: Final = 0xFFFA
"""How many retries there were in all: drivers see by its increase whether frames were lost."""
_ATTEMPTS: Final = 7
"""More than these, and Linux' driver takes a frame for not acknowledged."""
_TRAILER: Final = struct.Struct("<IBBBBQ")
_QUALITY: Final = 60
_DECRYPTED: Final = 1


class Rtl8187l(Chip):
    """See :class:`hwsim.usb.device.Model`."""

    tx_header = 12

    def __init__(self, mac: bytes, user: ModelUser) -> None:
        self.usb = UsbIdentity(
            vendor=0x0BDA, product=0x8187, release=0x0100,
            endpoints=(Endpoint(_RX), Endpoint(0x02), Endpoint(0x03)),
            manufacturer="Manufacturer_Realtek_RTL8187_", product_name="RTL8187_Wireless",
            serial=mac.hex().upper(), interface_class=0, interface_subclass=0,
            interface_protocol=0,
        )  # fmt: skip
        super().__init__(mac, user)

    def transmitted(self, frame: bytes, *, acked: bool, complete: Callable[[], None]) -> None:
        """Count the retries of a frame that was not acknowledged, before its transfer ends."""
        if not acked and not frame[4] & 1:
            retries = int.from_bytes(self._bytes(_RETRIES, 2), "little") + _ATTEMPTS
            self._set(_RETRIES, (retries & 0xFFFF).to_bytes(2, "little"))
        complete()

    def received(self, frame: bytes, flags: int, signal_dbm: int, *, decrypted: bool) -> Transfer:
        """The frame and a trailer of 16 bytes."""
        agc = gain(signal_dbm)
        trailer = _TRAILER.pack(
            flags, _QUALITY, 100 + max(-100, min(0, signal_dbm)), agc,
            _DECRYPTED if decrypted else 0, self.tsf_us(),
        )  # fmt: skip
        return Transfer(_RX, frame + trailer)


def gain(signal_dbm: int) -> int:
    """The gain that the chip's AGC reports of a signal; drivers reckon dBm = -4 - 27/64 of it."""
    return max(0, min(255, -((signal_dbm + 4) * 64 // 27)))
