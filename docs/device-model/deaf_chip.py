# SPDX-License-Identifier: GPL-2.0-or-later
"""A device model in Python: an RTL8187L whose receiver loses every tenth beacon.

It stands for a chip in development: begin with one that works, and put your own in its place piece
by piece. See docs/adding-a-device-model.md.
"""

from __future__ import annotations

from hwsim.usb.catalogue import AdapterKind
from hwsim.usb.device import AirFrame, ModelUser, Transfer
from hwsim.usb.models.realtek.rtl8187l import Rtl8187l

BEACON = 0x80
EVERY = 10


class DeafChip(Rtl8187l):
    """RTL8187L, hard of hearing."""

    kind = AdapterKind(
        name="", chip="RTL8187L whose receiver loses every tenth beacon",
        usb=("0bda:8187 rev 0100",), linux="rtl8187", windows="none was tried",
        proven="associates with Linux' driver", implementation=("", ""),
        hides={
            "5 GHz": "the chip has the 2.4 GHz band alone",
            "management frame protection": "Linux' driver does not offer it",
            "WMM": "Linux' driver has one queue for it",
        },
    )  # fmt: skip

    def __init__(self, mac: bytes, user: ModelUser) -> None:
        self._beacons = 0
        super().__init__(mac, user)

    def receive(self, frame: AirFrame) -> Transfer | None:
        """What the driver gets of a frame on the air."""
        if frame.frame[0] == BEACON:
            self._beacons += 1
            if self._beacons % EVERY == 0:
                return None
        return super().receive(frame)
