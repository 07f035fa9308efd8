# SPDX-License-Identifier: GPL-2.0-or-later
"""The radio of an adapter that comes and goes: plugged in some time after the service has started.

Its address is known beforehand; its interface is set up when the kernel tells of it. Source of
those news: include/uapi/linux/rtnetlink.h.
"""

from __future__ import annotations

import errno
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

from hil_common.loop import Loop

from ..log import note
from ..settings import ServiceLimits
from .extra_radio import set_up
from .nl80211 import Nl80211Radio

NETLINK_ROUTE, RTMGRP_LINK = 0, 1
TRIES, PAUSE_S = 8, 0.5
"""An interface that cannot be switched on is tried again: it is there before its driver's probe has
ended, and Linux' rtl8187 reads its EEPROM after that, in the midst of a start's reload of it."""
SET_UP_LIMIT_S = 30.0
"""A driver writes thousands of registers, each by a transfer of its own."""


class PluggedRadio(Nl80211Radio):
    """The radio of the interface with that name and address, while it is there; see Nl80211Radio.

    While it is not, whatever is asked of it is refused with ENODEV.
    """

    def __init__(self, loop: Loop, interface: str, limits: ServiceLimits, mac: bytes) -> None:
        super().__init__(loop, interface, limits, mac)
        self._wanted: frozenset[int] = frozenset()
        self._tries = 0
        self._presence: Callable[[bool], None] = lambda _there: None
        self._news = InterfaceNews(loop, self._look)
        loop.later(self._look)

    def on_presence(self, told: Callable[[bool], None]) -> None:
        """Let `told` know when it goes, or is there."""
        self._presence = told

    def listen(self, ethertypes: frozenset[int]) -> None:
        """See Radio; goes for the time in which it is not there as well."""
        self._wanted = ethertypes
        if self._link.is_open:
            super().listen(ethertypes)

    def close(self) -> None:
        """See Nl80211Radio."""
        self._news.close()
        super().close()

    def _look(self) -> None:
        """The interface came, or went, or another one did; one of the same name is another one."""
        link = self._link
        index = {name: number for number, name in socket.if_nameindex()}.get(link.interface)
        if link.is_open and link.index != index:
            self._serve()  # the kernel has told of the connection's end
            super().listen(frozenset())
            link.close()
            self._tries = 0
            note(f"{link.interface} is gone")
            self._presence(False)
        if index is not None and not link.is_open:
            self._arrive()

    def _arrive(self) -> None:
        link = self._link
        try:
            await_probe(usb_device(link.interface), SET_UP_LIMIT_S)
            set_up(link.interface, 0, SET_UP_LIMIT_S)
            link.open()
            address = link.address()
        except OSError as error:
            note(f"{link.interface}: {error.strerror}")
            link.close()
            self._tries += 1
            if self._tries < TRIES:
                self._loop.call_after_s(PAUSE_S, self._look)
            return
        if address != self.mac:
            note(f"{link.interface} is {address.hex(':')}, not {self.mac.hex(':')}")
            link.close()
            return
        self._tries = 0
        super().listen(self._wanted)
        note(f"{link.interface} is there")
        self._presence(True)


def usb_device(interface: str) -> Path:
    """The folder of an interface's USB device; that of something else if it has none."""
    return Path(f"/sys/class/net/{interface}/device/..")


def await_probe(device: Path, limit_s: float) -> None:
    """Wait until the driver's probe of a USB device has ended.

    An interface is there before that, and Linux' rtl8192cu lets it be switched on then without
    switching the chip on. The kernel holds the device's lock during a probe, and takes it to read
    this attribute.

    Raises:
        OSError: it does not end within the limit.
    """
    try:
        command = ["cat", str(device / "bConfigurationValue")]
        subprocess.run(command, capture_output=True, timeout=limit_s, check=False)
    except subprocess.TimeoutExpired:
        raise OSError(
            errno.ETIMEDOUT, f"the driver's probe has no end after {limit_s:g} s"
        ) from None


class InterfaceNews:
    """Tells when interfaces come and go: ``changed`` is called, whichever it was."""

    def __init__(self, loop: Loop, changed: Callable[[], None]) -> None:
        self._loop = loop
        self._changed = changed
        kinds = socket.SOCK_RAW | socket.SOCK_NONBLOCK
        self._socket = socket.socket(socket.AF_NETLINK, kinds, NETLINK_ROUTE)
        self._socket.bind((0, RTMGRP_LINK))
        loop.watch(self._socket.fileno(), self._readable)

    def close(self) -> None:
        """Tell no more."""
        self._loop.unwatch(self._socket.fileno())
        self._socket.close()

    def _readable(self) -> None:
        while True:
            try:
                self._socket.recv(65536)
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != errno.ENOBUFS:  # news were lost; that there were any, not
                    raise
        self._changed()
