# SPDX-License-Identifier: GPL-2.0-or-later
"""A network interface of a radio and nl80211 for it: there from the start, or plugged in later.

Everything that is asked while the interface is not there is refused with ENODEV. Attributes of an
interface's channels: include/uapi/linux/nl80211.h.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from hil_common.loop import Loop

from .interface import RadioError
from .netlink import (
    Attributes,
    Event,
    GenericSocket,
    NetlinkError,
    attribute,
    attributes,
    u32,
)

CMD_GET_WIPHY = 1
ATTR_IFINDEX, ATTR_WIPHY_BANDS, ATTR_SPLIT_WIPHY_DUMP = 3, 22, 174
BAND_FREQS, FREQUENCY_MHZ = 1, 1


class InterfaceLink:
    """The netlink socket of one interface. ``serve`` is called when there are events."""

    def __init__(self, loop: Loop, interface: str, serve: Callable[[], None]) -> None:
        self._loop = loop
        self.interface = interface
        self._serve = serve
        self._socket: GenericSocket | None = None
        self.index = 0
        self.ifindex = b""
        """The attribute that names the interface; empty while there is none."""
        self.channels_mhz: frozenset[int] = frozenset()
        """The channels that its radio has; empty while that is not known."""

    @property
    def is_open(self) -> bool:
        """Whether the interface is there."""
        return self._socket is not None

    def open(self) -> None:
        """Begin with the interface that is there now. Raises RadioError if there is none."""
        try:
            self.index = socket.if_nametoindex(self.interface)
            self.ifindex = u32(ATTR_IFINDEX, self.index)
            self._socket = GenericSocket("nl80211", ("scan", "mlme"))
        except OSError as error:
            raise RadioError(error.errno, f"{self.interface}: {error.strerror}") from error
        self._loop.watch(self._socket.fileno(), self._serve)
        self.channels_mhz = channels(self.dump(CMD_GET_WIPHY, attribute(ATTR_SPLIT_WIPHY_DUMP)))

    def close(self) -> None:
        """Give the socket back; the kernel ends a connection it owns."""
        opened, self._socket = self._socket, None
        self.ifindex = b""
        if opened is not None:
            self._loop.unwatch(opened.fileno())
            opened.close()

    def address(self) -> bytes:
        """The interface's address."""
        text = Path(f"/sys/class/net/{self.interface}/address").read_text(encoding="ascii")
        return bytes.fromhex(text.strip().replace(":", ""))

    def ask(self, command: int, body: bytes = b"") -> int:
        """Ask for something of the interface; the answer's cookie. Raises RadioError."""
        opened = self._opened()
        try:
            return opened.ask(command, self.ifindex + body)
        except OSError as error:
            raise RadioError(error.errno, f"nl80211 command {command}: {error.strerror}") from error
        finally:
            if opened.has_events():
                self._loop.later(self._serve)

    def dump(self, command: int, body: bytes = b"") -> list[Attributes]:
        """All that a command lists of the interface. Raises RadioError."""
        try:
            return self._opened().dump(command, self.ifindex + body)
        except NetlinkError as error:
            raise RadioError(error.errno, f"nl80211 command {command} refused") from error

    def events(self) -> Iterator[Event]:
        """What has come of this interface, oldest first."""
        if self._socket is not None:
            for event in self._socket.events():
                if event.attributes.get(ATTR_IFINDEX) == self.ifindex[4:8]:
                    yield event

    def _opened(self) -> GenericSocket:
        if self._socket is None:
            raise RadioError(errno.ENODEV, f"{self.interface}: {os.strerror(errno.ENODEV)}")
        return self._socket


def channels(parts: list[Attributes]) -> frozenset[int]:
    """The channels' frequencies in what a radio tells of itself, part by part (MHz)."""
    found = set()
    for part in parts:
        for band in attributes(part.get(ATTR_WIPHY_BANDS, b"")).values():
            for channel in attributes(attributes(band).get(BAND_FREQS, b"")).values():
                frequency = attributes(channel).get(FREQUENCY_MHZ, b"")
                found.add(int.from_bytes(frequency[:4], "little"))
    return frozenset(found - {0})
