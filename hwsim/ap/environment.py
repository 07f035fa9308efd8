# SPDX-License-Identifier: GPL-2.0-or-later
"""What an access point needs of the world around it.

The air process provides it (:class:`hwsim.air_run.AirRun`); :class:`hwsim.ap.ess.Ess` stands
between and adds what its access points are to each other. Unit tests provide their own clock and
their own randomness.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from hwsim.ap.frame_info import FrameInfo
from hwsim.ap.network import Network
from hwsim.ap.network_keys import NetworkKeys
from hwsim.ap.station import Station
from hwsim.loop import Timer


class EssEnvironment(Protocol):
    """Transmission, timers, randomness, and a receiver of events."""

    def transmit(self, frame: bytes, info: FrameInfo) -> int:
        """Send a frame (MAC header first, no FCS) over the medium.

        Returns the air's clock, in nanoseconds, just before the frame left (or, if the medium
        holds it back, would have left).
        """

    def give_up(self, frame: bytes, info: FrameInfo) -> None:
        """Record a frame that was to be sent and never will be: it was not delivered."""

    def now_ns(self) -> int:
        """The air's clock in nanoseconds."""

    def call_after(self, delay_ns: int, callback: Callable[[], None]) -> Timer:
        """Call ``callback`` once after ``delay_ns``; the timer returned can be cancelled."""

    def random(self, size: int) -> bytes:
        """``size`` unpredictable bytes."""

    def keep_key(self, pmk: bytes, station: Station | None = None) -> None:
        """A PMK came into use, of one station or of all: it decrypts the capture."""

    def radio_number(self, mac: bytes) -> int:
        """Which of the guest's radios a station is; 0 for the first and for one not known."""

    def fault(self, what: str, message: str) -> None:
        """A part of the lab (``what``: ``radius``) broke, which is no station's doing."""

    def station_changed(self, station: Station, reason: int | None) -> None:
        """The station's state is another one; ``reason`` as of a deauthentication, if any."""


class ApEnvironment(EssEnvironment, Protocol):
    """The same, and the other access points of the network."""

    def network_keys(self, ssid: bytes) -> NetworkKeys:
        """What the access points of the network of that name know together."""

    def neighbours(self, ssid: bytes, bssid: bytes) -> tuple[Network, ...]:
        """The networks of the other access points under that name that are on the air."""

    def transition(
        self, ssid: bytes, bssid: bytes, mac: bytes, elements: bytes
    ) -> tuple[int, bytes] | None:
        """Status and elements of what an access point of that network answers, over the DS, to the
        first message of a station's transition; None if there is no such access point."""


class ForwardingEnvironment:
    """Forwards all that is asked to another environment; a subclass changes what differs."""

    def __init__(self, environment: EssEnvironment) -> None:
        self._environment = environment

    def transmit(self, frame: bytes, info: FrameInfo) -> int:
        """See :meth:`EssEnvironment.transmit`."""
        return self._environment.transmit(frame, info)

    def give_up(self, frame: bytes, info: FrameInfo) -> None:
        """See :meth:`EssEnvironment.give_up`."""
        self._environment.give_up(frame, info)

    def now_ns(self) -> int:
        """See :meth:`EssEnvironment.now_ns`."""
        return self._environment.now_ns()

    def call_after(self, delay_ns: int, callback: Callable[[], None]) -> Timer:
        """See :meth:`EssEnvironment.call_after`."""
        return self._environment.call_after(delay_ns, callback)

    def random(self, size: int) -> bytes:
        """See :meth:`EssEnvironment.random`."""
        return self._environment.random(size)

    def keep_key(self, pmk: bytes, station: Station | None = None) -> None:
        """See :meth:`EssEnvironment.keep_key`."""
        self._environment.keep_key(pmk, station)

    def radio_number(self, mac: bytes) -> int:
        """See :meth:`EssEnvironment.radio_number`."""
        return self._environment.radio_number(mac)

    def fault(self, what: str, message: str) -> None:
        """See :meth:`EssEnvironment.fault`."""
        self._environment.fault(what, message)

    def station_changed(self, station: Station, reason: int | None) -> None:
        """See :meth:`EssEnvironment.station_changed`."""
        self._environment.station_changed(station, reason)
