# SPDX-License-Identifier: GPL-2.0-or-later
"""Device models that strangers might have written: a good one, and what goes wrong with others."""

from __future__ import annotations

import time
from collections.abc import Callable

from hwsim.usb.catalogue import AdapterKind
from hwsim.usb.device import (
    AirFrame,
    Endpoint,
    Later,
    ModelUser,
    SentFrame,
    Setup,
    Transfer,
    UsbIdentity,
)

IDENTITY = UsbIdentity(
    vendor=0x1234, product=0x5678, release=0x0100, endpoints=(Endpoint(0x81), Endpoint(0x02)),
    manufacturer="A vendor", product_name="A chip",
)  # fmt: skip


class Chip:
    """A chip that sends what it is given, and receives everything."""

    kind = AdapterKind(
        name="", chip="A chip of the tests", usb=("1234:5678",), linux="none", windows="none",
        proven="nothing", implementation=("", ""), hides={"5 GHz": "it has one band"},
    )  # fmt: skip

    def __init__(self, mac: bytes, user: ModelUser) -> None:
        self.mac = mac
        self.usb = IDENTITY
        self.started = False
        self.user = user

    def reset(self) -> Later[None] | None:
        """Switched off."""
        self.started = False
        return None

    def control(self, setup: Setup, data: bytes) -> bytes | Later[bytes | None]:
        """Request 1 switches it on."""
        self.started = self.started or setup.request == 1
        return bytes(setup.length) if setup.is_in else b""

    def bulk_out(self, endpoint: int, data: bytes, complete: Callable[[], None]) -> None:
        """Each transfer is a frame."""
        self.user.on_frame(SentFrame(data, 2437, 6000), lambda _acked: complete())

    def receive(self, frame: AirFrame) -> Transfer | Later[Transfer | None] | None:
        """As it came."""
        return Transfer(0x81, frame.frame)


class Raising(Chip):
    """It has an error in a request."""

    def control(self, setup: Setup, data: bytes) -> bytes:
        """Divide by what is not there."""
        return bytes(1 // len(data))


class Broken(Chip):
    """It cannot even be made."""

    def __init__(self, mac: bytes, user: ModelUser) -> None:
        raise OSError("no firmware file")


class Slow(Chip):
    """It takes its time in a request."""

    def control(self, setup: Setup, data: bytes) -> bytes:
        """Longer than is allowed."""
        time.sleep(0.3)
        return b""


class Hanging(Chip):
    """A request never ends."""

    def control(self, setup: Setup, data: bytes) -> bytes:
        """Wait for nothing."""
        while True:
            time.sleep(1)


no_class = 5
