# SPDX-License-Identifier: GPL-2.0-or-later
"""Finding the access point of a profile's networks: what is known already, one channel, or all.

A scan takes 60 ms a channel where it may send a probe request, and 0.1 s where it only listens, in
which the station does nothing else. So a network never seen is sought on the likeliest channel
alone at first.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from functools import partial

from ..radio.interface import Bss, Radio, RadioError

HEARD_LATELY_MS = 10_000
"""An access point heard within this time is tried where another one has refused."""


@dataclass(frozen=True)
class Found:
    """The access point to connect to, and by which of the profile's SSIDs.

    `known` says that no scan was made for it: it may have changed since it was heard.
    """

    ssid: bytes
    bss: Bss
    known: bool = False


Done = Callable[[Found | None], None]

Channels = tuple[int, ...]
"""Their frequencies in MHz; empty: all."""


class NetworkSearch:
    """Searches with one radio.

    Args:
        radio: scans.
        likely_mhz: tells the channels to scan first for a network never seen, the likeliest
            first; none = all.
        fresh_s: a BSS heard within this time needs no scan.
    """

    def __init__(self, radio: Radio, likely_mhz: Callable[[], Channels], fresh_s: float) -> None:
        self._radio = radio
        self._likely_mhz = likely_mhz
        self._fresh_ms = fresh_s * 1000
        self._known_mhz: dict[bytes, int] = {}
        self._current = 0
        self._excluded: bytes | None = None

    def find(
        self,
        ssids: tuple[bytes, ...],
        done: Done,
        excluded: bytes | None = None,
        *,
        rescan: bool = False,
    ) -> None:
        """Call `done`, perhaps at once, with what was found. A later search makes this one void.

        `excluded` is the access point to look past. For another one there is always a scan: while
        associated the radio hears no others, so what it knows of them may hold no more. So it is
        with `rescan`.

        Raises:
            RadioError: the radio cannot scan.
        """
        self._current += 1
        self._excluded = excluded
        found = None if excluded or rescan else self._best(ssids)
        if found is not None and found.bss.age_ms <= self._fresh_ms:
            done(replace(found, known=True))
            return
        self._scan(ssids, self._steps(ssids, excluded), done)

    def look_again(self, ssid: bytes, done: Done) -> None:
        """Scan the usual channels once, whatever is known of the network, then call `done`.

        Raises:
            RadioError: the radio cannot scan.
        """
        self._current += 1
        self._excluded = None
        self._scan((ssid,), (self._likely_mhz(),), done)

    def another(self, ssid: bytes, refused: Container[bytes]) -> Bss | None:
        """The strongest access point of the network heard lately that is none of `refused`."""
        try:
            known = self._radio.bss_list()
        except RadioError:
            return None
        left = [bss for bss in known if bss.ssid() == ssid and bss.bssid not in refused]
        near = [bss for bss in left if bss.age_ms <= HEARD_LATELY_MS]
        return max(near, key=lambda bss: bss.rssi_dbm, default=None)

    def cancel(self) -> None:
        """Make the search in progress void."""
        self._current += 1

    def _steps(self, ssids: tuple[bytes, ...], excluded: bytes | None) -> tuple[Channels, ...]:
        """The scans to make until one finds a network; the last is of all channels.

        Each forgets what those before it heard, so where there is a choice (a second SSID, another
        access point) one scan is of all likely channels.
        """
        likely = self._likely_mhz()
        known = self._known_mhz.get(ssids[0])
        if known and not excluded:
            return (known,), ()
        if excluded or len(ssids) > 1 or len(likely) < 2:
            return likely, ()
        return likely[:1], likely[1:], ()

    def _scan(self, ssids: tuple[bytes, ...], steps: tuple[Channels, ...], done: Done) -> None:
        over = partial(self._scanned, self._current, ssids, steps, done)
        self._radio.scan(ssids[0], steps[0], over)

    def _scanned(
        self,
        number: int,
        ssids: tuple[bytes, ...],
        steps: tuple[Channels, ...],
        done: Done,
        complete: bool,
    ) -> None:
        if number != self._current:
            return
        found, (channels, *others) = self._best(ssids), steps
        if found is None and others and (channels or not complete):
            if not complete and others[0]:  # nobody knows what it heard there
                others[0] = channels + others[0]
            try:
                self._scan(ssids, tuple(others), done)
            except RadioError:
                done(None)
            return
        done(found)

    def _best(self, ssids: tuple[bytes, ...]) -> Found | None:
        """The strongest BSS of the first SSID that is known at all."""
        try:
            known = self._radio.bss_list()
        except RadioError:
            return None
        for ssid in ssids:
            matching = [bss for bss in known if bss.ssid() == ssid and bss.bssid != self._excluded]
            if matching:
                best = max(matching, key=lambda bss: bss.rssi_dbm)
                if self._excluded is None:
                    self._known_mhz[ssid] = best.frequency_mhz
                return Found(ssid, best)
        return None
