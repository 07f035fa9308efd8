# SPDX-License-Identifier: GPL-2.0-or-later
"""RTL8187B: more endpoints, longer descriptors, and a transmit status that comes by itself."""

from __future__ import annotations

import struct
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
        super().__init__(mac, user)

    def _load(self) -> None:
        super()._load()
        self._set(_REVISION, bytes((_REVISION_E,)))

    def transmitted(self, frame: bytes, *, acked: bool) -> None:
        """Tell by the sequence control, of which the chip has room for twelve bits."""
        sequence = int.from_bytes(frame[22:24], "little") & 0xFFF
        status = _TX_STATUS | sequence << 16
        status |= _ACKNOWLEDGED if acked else _ATTEMPTS
        self._user.on_transfer(Transfer(_STATUS, status.to_bytes(8, "little")))

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
