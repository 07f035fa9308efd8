# SPDX-License-Identifier: GPL-2.0-or-later
"""What a radio port is: the two protocols between a port and the air.

A port carries 802.11 frames between a guest's radios and the medium, says what became of them in
the guest, and ties the guest's clock to the air's. How it does that (hwsim's netlink messages in a
virtio-serial port, an emulated USB adapter, a vhost-user device) shows nowhere outside it.

All times are nanoseconds: ``air_ns`` of the air's clock (the host's CLOCK_MONOTONIC), ``guest_ns``
of the guest's. All calls are made in the thread of the air's loop, and none may block.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from hwsim.clock import ClockEstimate


@dataclass(frozen=True, slots=True)
class Radio:
    """A radio of the guest.

    ``mac`` is the address of its interface, ``hw`` the six bytes by which the port addresses the
    radio itself (with mac80211_hwsim 42:…), ``number`` its place among the guest's, from 1.
    """

    mac: bytes
    hw: bytes
    number: int = 1


class RadioFrame(NamedTuple):
    """A frame that a radio of the guest transmitted.

    ``radio`` is the radio's :attr:`Radio.hw`, ``frame`` an 802.11 frame without radiotap and FCS.
    ``freq_mhz`` is the channel's centre and ``rate_kbps`` the legacy rate that the radio chose;
    each is ``None`` if the port does not know it. ``guest_ns`` is when the guest's side of the port
    had the frame, ``air_ns`` when it had been read on this side. ``status_token`` is the port's
    own: whatever it needs to find the frame again in :meth:`Port.transmit_status`.
    """

    radio: bytes
    frame: bytes
    freq_mhz: int | None
    rate_kbps: int | None
    guest_ns: int
    air_ns: int
    status_token: bytes = b""


class PortUser(Protocol):
    """What a port calls when something happens at its far end: the air."""

    @property
    def busy(self) -> bool:
        """Whether a handshake is under way, during which a port sends nothing it can put off."""

    def on_frame(self, sent: RadioFrame) -> None:
        """A radio transmitted a frame, and waits for :meth:`Port.transmit_status`."""

    def on_malformed(self) -> None:
        """The guest sent something that is no frame; the port goes on with what follows."""

    def on_delivered(self, tag: int, errno: int, guest_ns: int) -> None:
        """The frame delivered with ``tag`` reached the guest's radio at ``guest_ns``.

        An ``errno`` other than 0 is the guest's reason why it did not.
        """

    def on_port_state(self, connected: bool) -> None:
        """:attr:`Port.radios` changed: there are some (other ones), or there are none any more."""

    def on_stall(self, since_ns: int, until_ns: int) -> None:
        """The guest stood still between these times of the air's clock."""

    def on_fault(self, reason: str) -> None:
        """The radio itself broke, by no doing of the guest: a model that failed, in words."""


class Port(Protocol):
    """What the air calls: a way to the radios of one guest."""

    @property
    def radios(self) -> tuple[Radio, ...]:
        """The radios that can be reached now, in the guest's order; empty while there are none."""

    @property
    def congested(self) -> bool:
        """Whether the guest does not keep up: what can be left out should be."""

    @property
    def errors(self) -> int:
        """How often the guest broke the port's own protocol, which costs it the connection."""

    def start(self, user: PortUser) -> None:
        """Begin to serve; called once. What happens from now on is told to ``user``."""

    def close(self) -> None:
        """Release everything; afterwards nothing is sent and nobody is called."""

    def deliver(
        self,
        radio: bytes,
        frame: bytes,
        *,
        freq_mhz: int,
        rate_kbps: int,
        signal_dbm: int,
        tag: int,
    ) -> int:
        """Let the radio with that :attr:`Radio.hw` receive an 802.11 frame.

        A ``tag`` (32 bits) other than 0 asks for :meth:`PortUser.on_delivered`. Returns the air's
        time just before the frame left. A frame for a guest that is gone is lost without an error.
        """

    def transmit_status(self, sent: RadioFrame, *, acked: bool, signal_dbm: int) -> None:
        """Tell the radio whether the frame it ``sent`` was acknowledged, and how strongly."""

    def clock_estimate(self, air_ns: int) -> ClockEstimate | None:
        """How the guest's clock stands to the air's at ``air_ns``; ``None`` while not known."""

    def ask_radios(self) -> None:
        """Ask the guest anew which radios it has: it may have got another one."""

    def missing(self, radios: int) -> str:
        """What a client that waits for so many radios waits for, and the state last seen."""
