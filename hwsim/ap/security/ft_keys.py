# SPDX-License-Identifier: GPL-2.0-or-later
"""The key hierarchy of fast transitions: PMK-R0, PMK-R1 and PTK.

Sources, all IEEE 802.11-2020: 12.7.1.6.3 (PMK-R0), 12.7.1.6.4 (PMK-R1), 12.7.1.6.5 (PTK), table
12-8 (AKM suites 3, 4 and 9: KDF of SHA-256, MIC by AES-128-CMAC).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from hwsim.ap.network_keys import PmkR0
from hwsim.ap.pairwise_keys import PairwiseKeys
from hwsim.ap.security.key_suite import PMKID_LENGTH, KeySuite, kdf
from hwsim.ap.security.psk_sha256 import aes_cmac

_PMK_LENGTH: Final = 32
_SALT_LENGTH: Final = 16


class FtKeySuite(KeySuite):
    """A key suite whose PTK is made from a PMK-R1."""

    def derive_ptk(
        self, pmk: bytes, authenticator: bytes, supplicant: bytes, anonce: bytes, snonce: bytes,
        tk_length: int,
    ) -> PairwiseKeys:  # fmt: skip
        """The PTK (12.7.1.6.5): the station's nonce goes first, and the BSSID."""
        context = snonce + anonce + authenticator + supplicant
        kek_at, tk_at = self.kck_length, self.kck_length + self.kek_length
        ptk = self.expand(pmk, b"FT-PTK", context, tk_at + tk_length)
        return PairwiseKeys(kck=ptk[:kek_at], kek=ptk[kek_at:tk_at], tk=ptk[tk_at:])


FT_SUITE: Final = FtKeySuite(
    descriptor_version=3, expand=partial(kdf, "sha256"), mic=aes_cmac, digest="sha256"
)
"""AKM suites 00-0F-AC:3 and :4."""
FT_SAE_SUITE: Final = replace(FT_SUITE, descriptor_version=0)
"""AKM suite 00-0F-AC:9."""


@dataclass(frozen=True, slots=True)
class PmkR1:
    """The key of one station at one access point; only its name shows in the text."""

    pmk: bytes = field(repr=False)
    name: bytes


def pmk_r0(xxkey: bytes, ssid: bytes, domain: bytes, holder: bytes, station: bytes) -> PmkR0:
    """The key that a station and the holder ``holder`` (R0KH-ID) in a mobility domain share.

    ``xxkey`` is the PSK, the PMK of SAE, or the second half of the MSK.
    """
    context = bytes((len(ssid),)) + ssid + domain + bytes((len(holder),)) + holder + station
    made = kdf("sha256", xxkey, b"FT-R0", context, _PMK_LENGTH + _SALT_LENGTH)
    name = hashlib.sha256(b"FT-R0N" + made[_PMK_LENGTH:]).digest()[:PMKID_LENGTH]
    return PmkR0(made[:_PMK_LENGTH], name, holder)


def pmk_r1(r0: PmkR0, holder: bytes, station: bytes) -> PmkR1:
    """The key that a station and the access point ``holder`` (R1KH-ID) share."""
    pmk = kdf("sha256", r0.pmk, b"FT-R1", holder + station, _PMK_LENGTH)
    named = hashlib.sha256(b"FT-R1N" + r0.name + holder + station)
    return PmkR1(pmk, named.digest()[:PMKID_LENGTH])
