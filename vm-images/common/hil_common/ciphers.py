# SPDX-License-Identifier: GPL-2.0-or-later
"""The ciphers of an RSN, and what each means to host and guest: the one table.

The air carries a cipher out (hwsim.ciphers), a scenario names it, and the guest associates with
it. Sources: IEEE 802.11-2020, table 9-149 (selectors), table 12-7 (lengths of keys); wlantypes.h
(DOT11_CIPHER_ALGORITHM); windot11.h (DOT11_KEY_ALGO_*, how a DLL hands a key over).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, kw_only=True)
class Cipher:
    """One cipher.

    Attributes:
        name: as scenario files and the air's ``configure`` call spell it; the standard's, in lower
            case.
        suite: the cipher suite selector, OUI first.
        key_length: of a key, in bytes.
        algorithm: DOT11_CIPHER_ALGORITHM.
        by_ihv: windot11.h has a structure in which a DLL can hand its keys over.
    """

    name: str
    suite: int
    key_length: int
    algorithm: int
    by_ihv: bool = True

    @property
    def selector(self) -> bytes:
        """The suite selector as an RSNE holds it."""
        return self.suite.to_bytes(4, "big")


CCMP_128 = Cipher(name="ccmp-128", suite=0x000FAC04, key_length=16, algorithm=0x04)
GCMP_128 = Cipher(name="gcmp-128", suite=0x000FAC08, key_length=16, algorithm=0x08)
GCMP_256 = Cipher(name="gcmp-256", suite=0x000FAC09, key_length=32, algorithm=0x09)
CCMP_256 = Cipher(
    name="ccmp-256", suite=0x000FAC0A, key_length=32, algorithm=0x0A, by_ihv=False
)  # fmt: skip
TKIP = Cipher(name="tkip", suite=0x000FAC02, key_length=32, algorithm=0x02)
WEP = Cipher(name="wep", suite=0x000FAC05, key_length=13, algorithm=0x101)
"""Of 40 or 104 bits; no network of an RSN or WPA has it."""
BIP_CMAC_128 = Cipher(name="bip-cmac-128", suite=0x000FAC06, key_length=16, algorithm=0x06)
BIP_GMAC_128 = Cipher(
    name="bip-gmac-128", suite=0x000FAC0B, key_length=16, algorithm=0x0B, by_ihv=False
)  # fmt: skip
BIP_GMAC_256 = Cipher(name="bip-gmac-256", suite=0x000FAC0C, key_length=32, algorithm=0x0C)
BIP_CMAC_256 = Cipher(
    name="bip-cmac-256", suite=0x000FAC0D, key_length=32, algorithm=0x0D, by_ihv=False
)  # fmt: skip

_RSN_CIPHERS = (CCMP_128, GCMP_128, GCMP_256, CCMP_256)
RSN_CIPHERS = tuple(one.name for one in _RSN_CIPHERS)
"""Of data and of robust management frames to one station in an RSN, the default first."""
DATA_CIPHERS = {one.name: one for one in (*_RSN_CIPHERS, TKIP)}
"""Of data: those, and that of WPA."""
GROUP_MANAGEMENT_CIPHERS = {
    one.name: one for one in (BIP_CMAC_128, BIP_GMAC_128, BIP_GMAC_256, BIP_CMAC_256)
}
"""Of robust management frames to all, the default first."""

ALL_CIPHERS = {**DATA_CIPHERS, **GROUP_MANAGEMENT_CIPHERS}


class NetworkCiphers(NamedTuple):
    """The ciphers of one network, by name.

    Attributes:
        pairwise: those of which a station chooses one for what goes between it and the network.
        group: of data to all.
        management: of robust management frames to all.
    """

    pairwise: tuple[str, ...]
    group: str
    management: str


def usual_group_cipher(pairwise: Sequence[str]) -> str:
    """The group cipher of a network that names none, as hostapd chooses it.

    The pairwise cipher where there is one; of several the one that any station has, which is TKIP
    where it is among them, and else CCMP-128.
    """
    if TKIP.name in pairwise:
        return TKIP.name
    return pairwise[0] if len(pairwise) == 1 else CCMP_128.name
