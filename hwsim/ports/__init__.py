# SPDX-License-Identifier: GPL-2.0-or-later
"""How a radio reaches the medium.

A port moves hwsim messages between a guest's kernel and the medium and ties their clocks. The
medium sees only the two protocols below, so that other transports (a kernel's own hwsim radios by
generic netlink, or a vhost-user device) can stand beside the virtio-serial port.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Radio:
    """A radio of the guest: ``mac`` of its interface, ``hw`` the address hwsim knows it by."""

    mac: bytes
    hw: bytes


class PortUser(Protocol):
    """What a port tells the medium. ``guest_ns`` is the guest's clock, ``air_ns`` the air's."""

    def on_frame(self, message: bytes, guest_ns: int, air_ns: int) -> None:
        """A HWSIM_CMD_FRAME message of a radio."""

    def on_delivered(self, tag: int, errno: int, guest_ns: int) -> None:
        """The message sent with ``tag`` was handed to the guest's kernel (``errno`` 0) or not."""

    def on_port_state(self, connected: bool) -> None:
        """Radios can be reached (their relay has said hello), or no longer."""

    def on_stall(self, since_ns: int, until_ns: int) -> None:
        """The guest did not answer between these times of the air's clock, and then did."""


class Port(Protocol):
    """What the medium asks of a port."""

    @property
    def radios(self) -> tuple[Radio, ...]:
        """The radios that can be reached now; empty while there is no relay."""

    @property
    def congested(self) -> bool:
        """Whether the guest does not keep up: what can be left out should be."""

    def send(self, message: bytes, tag: int) -> int:
        """Send a hwsim message; a ``tag`` other than 0 asks for :meth:`PortUser.on_delivered`.

        Returns the air's time just before the write.
        """
