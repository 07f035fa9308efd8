# SPDX-License-Identifier: GPL-2.0-or-later
"""What the handshakes compute with: key derivation, integrity code, key wrap, and their lengths.

Sources, all IEEE 802.11-2020: 12.7.1.2 (PRF), 12.7.1.3 (pairwise key hierarchy and PMKID),
12.7.1.6.2 (KDF), 12.7.2 (key descriptor versions, padding of key data, ARC4), 12.7.3 and table 12-8
(which AKM has which of them); RFC 3394 (NIST AES key wrap).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from Crypto.Cipher import ARC4
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from hwsim import eapol
from hwsim.ap.pairwise_keys import PairwiseKeys
from hwsim.errors import UndecryptableError

_WRAP_BLOCK: Final = 8
_LEAST_WRAPPED: Final = 16
PMKID_LENGTH: Final = 16


@dataclass(frozen=True, slots=True)
class KeySuite:
    """The key derivation and EAPOL-Key protection that go with an AKM suite; all lengths in bytes.

    Attributes:
        descriptor_version: bits 0 to 2 of the key information of every EAPOL-Key frame.
        expand: the PRF or KDF: key, label, context and number of bytes to its output.
        mic: the MIC of an EAPOL-Key frame whose MIC field is zero, from the KCK and the EAPOL PDU.
        digest: the hash (by hashlib's name) of the HMAC that the PMKID is.
        kck_length: of the key confirmation key.
        kek_length: of the key encryption key.
        mic_length: of the MIC field, which moves the fields behind it.
        arc4: key data goes under ARC4 in place of the NIST AES key wrap, as of TKIP.
        wpa: the messages are WPA's: another descriptor type, M3 in the clear and without the group
            key, which comes bare in G1 right after the 4-way handshake.
    """

    descriptor_version: int
    expand: Callable[[bytes, bytes, bytes, int], bytes]
    mic: Callable[[bytes, bytes], bytes]
    digest: str
    kck_length: int = 16
    kek_length: int = 16
    mic_length: int = 16
    arc4: bool = False
    wpa: bool = False

    @property
    def descriptor(self) -> int:
        """The key descriptor type of its messages (12.7.2)."""
        return eapol.DESCRIPTOR_WPA if self.wpa else eapol.DESCRIPTOR_RSN

    def derive_ptk(
        self, pmk: bytes, authenticator: bytes, supplicant: bytes, anonce: bytes, snonce: bytes,
        tk_length: int,
    ) -> PairwiseKeys:  # fmt: skip
        """The PTK (12.7.1.3): over both addresses and both nonces, the smaller of each first.

        ``tk_length`` is that of the pairwise cipher's key.
        """
        addresses = authenticator + supplicant
        if supplicant < authenticator:
            addresses = supplicant + authenticator
        context = addresses + (anonce + snonce if anonce < snonce else snonce + anonce)
        kek_at = self.kck_length
        tk_at = kek_at + self.kek_length
        end = tk_at + tk_length
        ptk = self.expand(pmk, b"Pairwise key expansion", context, end)
        return PairwiseKeys(kck=ptk[:kek_at], kek=ptk[kek_at:tk_at], tk=ptk[tk_at:end])

    def pmkid(self, pmk: bytes, authenticator: bytes, supplicant: bytes) -> bytes:
        """What names a PMK without revealing it (12.7.1.3): HMAC-128 over both addresses."""
        name = b"PMK Name" + authenticator + supplicant
        return hmac.digest(pmk, name, self.digest)[:PMKID_LENGTH]

    def wrap(self, kek: bytes, key_data: bytes, iv: bytes = b"") -> bytes:
        """Key data under the NIST AES key wrap, padded as 12.7.2 asks; or under ARC4, which alone
        has use of the frame's key IV."""
        if self.arc4:
            return _arc4(iv + kek, key_data)
        short = max(-len(key_data) % _WRAP_BLOCK, _LEAST_WRAPPED - len(key_data))
        if short:
            key_data += b"\xdd" + bytes(short - 1)
        return aes_key_wrap(kek, key_data)

    def unwrap(self, kek: bytes, wrapped: bytes, iv: bytes = b"") -> bytes:
        """The key data in a wrap (padding stays); raises :class:`UndecryptableError`, but under
        ARC4, which tells nothing."""
        if self.arc4:
            return _arc4(iv + kek, wrapped)
        try:
            return aes_key_unwrap(kek, wrapped)
        except (InvalidUnwrap, ValueError):
            raise UndecryptableError("key data does not unwrap") from None


def _arc4(key: bytes, data: bytes) -> bytes:
    """ARC4 whose first 256 bytes are skipped (12.7.2)."""
    return ARC4.new(key, drop=256).encrypt(data)


def prf_sha1(key: bytes, label: bytes, context: bytes, size: int) -> bytes:
    """The first ``size`` bytes of the PRF of HMAC-SHA1 (12.7.1.2)."""
    seed = label + b"\0" + context
    blocks = (size + 19) // 20
    return b"".join(hmac.digest(key, seed + bytes((count,)), "sha1") for count in range(blocks))[
        :size
    ]


def kdf(digest: str, key: bytes, label: bytes, context: bytes, size: int) -> bytes:
    """The first ``size`` bytes of the KDF of HMAC with that hash, for that size (12.7.1.6.2).

    ``digest`` is hashlib's name of the hash. Outputs of other sizes are other bytes altogether.
    """
    return kdf_bits(digest, key, label, context, 8 * size).to_bytes(size, "big")


def kdf_bits(digest: str, key: bytes, label: bytes, context: bytes, bits: int) -> int:
    """The same of a number of bits that need not fill bytes, as a number."""
    length = bits.to_bytes(2, "little")
    blocks = -(-bits // (8 * hashlib.new(digest).digest_size))
    output = b"".join(
        hmac.digest(key, count.to_bytes(2, "little") + label + context + length, digest)
        for count in range(1, blocks + 1)
    )
    return int.from_bytes(output, "big") >> 8 * len(output) - bits


def _hmac_sha1_128(kck: bytes, pdu: bytes) -> bytes:
    return hmac.digest(kck, pdu, "sha1")[:16]


HMAC_SHA1: Final = KeySuite(
    descriptor_version=2, expand=prf_sha1, mic=_hmac_sha1_128, digest="sha1"
)
"""AKM suites 00-0F-AC:1 and :2 without TKIP: PRF and MIC of HMAC-SHA1."""


def _hmac_md5(kck: bytes, pdu: bytes) -> bytes:
    return hmac.digest(kck, pdu, "md5")


TKIP_SUITE: Final = KeySuite(
    descriptor_version=1, expand=prf_sha1, mic=_hmac_md5, digest="sha1", arc4=True
)
"""AKM suites 00-0F-AC:1 and :2 with TKIP: MIC of HMAC-MD5, key data under ARC4."""
WPA_TKIP_SUITE: Final = replace(TKIP_SUITE, wpa=True)
WPA_CCMP_SUITE: Final = replace(HMAC_SHA1, wpa=True)
