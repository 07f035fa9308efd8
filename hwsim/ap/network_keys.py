# SPDX-License-Identifier: GPL-2.0-or-later
"""What the access points of one network know of stations together, over the wire between them."""

from __future__ import annotations

from dataclasses import dataclass, field

from hwsim.ap.pmksa import PmkCache, keep_newest


@dataclass(frozen=True, slots=True)
class PmkR0:
    """The first key of a station in a mobility domain (12.7.1.6.3), which does not show in the
    text; its name, and the access point (R0KH-ID) at which it was made."""

    pmk: bytes = field(repr=False)
    name: bytes
    holder: bytes


class R0KeyHolders:
    """The R0 key holders of a mobility domain: whoever asks them is another access point of it."""

    def __init__(self) -> None:
        self._holders: set[bytes] = set()
        self._kept: dict[bytes, PmkR0] = {}

    def begin(self, holder: bytes) -> None:
        """One is there, and knows nothing from before."""
        self._holders.add(holder)
        for mac in [mac for mac, kept in self._kept.items() if kept.holder == holder]:
            del self._kept[mac]

    def keep(self, mac: bytes, made: PmkR0) -> None:
        """The newest of a station, which all access points may ask for."""
        keep_newest(self._kept, mac, made)

    def known(self, holder: bytes) -> bool:
        """Whether there is such a holder."""
        return holder in self._holders

    def find(self, mac: bytes, holder: bytes, name: bytes) -> PmkR0 | None:
        """That of a station at a holder, under its name."""
        kept = self._kept.get(mac)
        fits = kept is not None and (kept.holder, kept.name) == (holder, name)
        return kept if fits else None


class NetworkKeys:
    """The keys that an access point finds there which another one has made.

    Attributes:
        pmks: PMKSAs, where the network has opportunistic key caching.
        r0: the keys from which fast transitions come.
    """

    def __init__(self) -> None:
        self.pmks = PmkCache()
        self.r0 = R0KeyHolders()
