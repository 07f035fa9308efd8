# SPDX-License-Identifier: GPL-2.0-or-later
"""One run of ARP and ICMP echo towards a station: the proof that keys and data path work.

First an ARP request is broadcast under the group key, which proves the GTK, then echo requests
follow one by one under the pairwise key; an open network has neither key. An ARP that nobody
answers does not stop the echoes: the station's MAC address is known, and what failed shows in the
result. A station in the middle of its handshake (its M4 may have been lost) is waited for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from hwsim.ap.datapath import DataPath, Icmp
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.frame_info import FrameInfo
from hwsim.ap.station import Station
from hwsim.loop import Timer

ARP_TRY_NS: Final = 250_000_000
ARP_TRIES: Final = 4
ECHO_TRY_NS: Final = 1_000_000_000
"""An echo not answered for so long counts as lost, and the next one is sent."""


@dataclass(slots=True)
class EchoResult:
    """``protected``: every answer came protected, and there was one."""

    sent: int = 0
    answered: int = 0
    arp: bool = False
    rtt_us: list[int] = field(default_factory=list)
    protected: bool = False

    def combined_with(self, other: EchoResult) -> EchoResult:
        """The result of this run and of another one, to another station, as one.

        Counts are added; ``arp`` is true if it is so of both, ``protected`` if it is so of those
        that answered.
        """
        answers = [one.protected for one in (self, other) if one.answered]
        return EchoResult(
            self.sent + other.sent,
            self.answered + other.answered,
            self.arp and other.arp,
            [*self.rtt_us, *other.rtt_us],
            bool(answers) and all(answers),
        )


class EchoRun:
    """Sends, waits and ends within ``timeout_ns``; then ``done`` gets the result, once."""

    def __init__(
        self,
        station: Station,
        *,
        count: int,
        timeout_ns: int,
        identifier: int,
        path: DataPath,
        environment: ApEnvironment,
        done: Callable[[EchoResult], None],
    ) -> None:
        self.station = station
        self.result = EchoResult()
        self._count = count
        self._identifier = identifier
        self._path = path
        self._environment = environment
        self._done: Callable[[EchoResult], None] | None = done
        self._unprotected = False
        self._arp_tries = 0
        self._sent_ns: dict[int, int] = {}
        self._retry: Timer | None = None
        self._limit = environment.call_after(timeout_ns, self.finish)

    def start(self) -> None:
        """Send the first ARP request, or wait for :meth:`on_authorized` if it is too early."""
        if self._path.carries(self.station):
            self._send_arp()

    def on_authorized(self) -> None:
        """The station has its keys now."""
        if self._arp_tries == 0:
            self._send_arp()

    def on_arp(self, protected: bool) -> None:
        """An ARP answer of the station; ``protected``: it came under a key."""
        self._unprotected = self._unprotected or not protected
        if not self.result.arp:
            self.result.arp = True
            if self.result.sent == 0:
                self._send_echo()

    def on_icmp(self, icmp: Icmp, protected: bool, air_ns: int) -> None:
        """The station sent an ICMP message; only an answer to our echo counts."""
        sequence = self._path.echo_answer(self.station, icmp, self._identifier)
        sent_ns = None if sequence is None else self._sent_ns.pop(sequence, None)
        if sent_ns is None:
            return
        self._unprotected = self._unprotected or not protected
        self.result.answered += 1
        self.result.rtt_us.append((air_ns - sent_ns) // 1000)
        if sequence == self.result.sent:
            self._send_echo()

    def finish(self) -> None:
        """End now, with what there is."""
        for timer in (self._retry, self._limit):
            if timer is not None:
                timer.cancel()
        done, self._done = self._done, None
        if done is not None:
            self.result.protected = self.result.answered > 0 and not self._unprotected
            done(self.result)

    def _send_arp(self) -> None:
        if self._arp_tries == ARP_TRIES:
            self._send_echo()
            return
        self._arp_tries += 1
        info = FrameInfo("arp")
        request = self._path.arp_request(self.station)
        self._environment.transmit(self._path.for_all(request, info), info)
        self._wait(ARP_TRY_NS, self._send_arp)

    def _send_echo(self) -> None:
        if self.result.sent == self._count:
            self.finish()
            return
        self.result.sent += 1
        sequence = self.result.sent
        payload = self._path.echo_request(self.station, self._identifier, sequence)
        info = FrameInfo("icmp", detail={"icmp": "echo request", "sequence": sequence})
        frame = self._path.for_station(self.station, payload, info)
        self._sent_ns[sequence] = self._environment.transmit(frame, info)
        self._wait(ECHO_TRY_NS, self._send_echo)

    def _wait(self, wait_ns: int, callback: Callable[[], None]) -> None:
        if self._retry is not None:
            self._retry.cancel()
        self._retry = self._environment.call_after(wait_ns, callback)
