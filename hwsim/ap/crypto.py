# SPDX-License-Identifier: GPL-2.0-or-later
"""The cryptography of RSN with a pre-shared key and CCMP.

Sources, all IEEE 802.11-2020: J.4 (PSK from a passphrase), 12.7.1.2 (PRF), 12.7.1.3 (pairwise
key hierarchy), 12.7.2 (MIC and key wrap of key descriptor version 2), 12.5.3 (CCMP).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap,
    aes_key_wrap,
)

from hwsim.errors import UndecryptableError, WireError
from hwsim.frames import PROTECTED, SUBTYPE_QOS_BIT, parse_header

CCMP_HEADER_LENGTH: Final = 8
CCMP_MIC_LENGTH: Final = 8
_EXT_IV: Final = 0x20


def pmk_from_passphrase(passphrase: str, ssid: bytes) -> bytes:
    """The 256-bit PSK: PBKDF2 of HMAC-SHA1, 4096 rounds, salted with the SSID (J.4.1)."""
    return hashlib.pbkdf2_hmac("sha1", passphrase.encode("ascii"), ssid, 4096, 32)


def prf(key: bytes, label: bytes, data: bytes, size: int) -> bytes:
    """The first ``size`` bytes of the PRF of HMAC-SHA1 (12.7.1.2)."""
    seed = label + b"\0" + data
    blocks = (size + 19) // 20
    return b"".join(hmac.digest(key, seed + bytes((count,)), "sha1") for count in range(blocks))[
        :size
    ]


@dataclass(frozen=True, slots=True)
class PairwiseKeys:
    """The PTK's parts; none shows in the object's text."""

    kck: bytes = field(repr=False)
    kek: bytes = field(repr=False)
    tk: bytes = field(repr=False)


def derive_ptk(
    pmk: bytes, authenticator: bytes, supplicant: bytes, anonce: bytes, snonce: bytes
) -> PairwiseKeys:
    """The PTK of CCMP (12.7.1.3): PRF-384 over both addresses and nonces, the smaller first."""
    data = (
        min(authenticator, supplicant)
        + max(authenticator, supplicant)
        + min(anonce, snonce)
        + max(anonce, snonce)
    )
    ptk = prf(pmk, b"Pairwise key expansion", data, 48)
    return PairwiseKeys(kck=ptk[:16], kek=ptk[16:32], tk=ptk[32:48])


def pmkid(pmk: bytes, authenticator: bytes, supplicant: bytes) -> bytes:
    """What names a PMK without telling it (12.7.1.3): HMAC-SHA1-128 over both addresses."""
    return hmac.digest(pmk, b"PMK Name" + authenticator + supplicant, "sha1")[:16]


def eapol_mic(kck: bytes, pdu: bytes) -> bytes:
    """The MIC of an EAPOL-Key frame whose MIC field is zero: HMAC-SHA1-128 (12.7.2)."""
    return hmac.digest(kck, pdu, "sha1")[:16]


def same(left: bytes, right: bytes) -> bool:
    """Whether two codes are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(left, right)


def wrap_key_data(kek: bytes, key_data: bytes) -> bytes:
    """Key data under the NIST AES key wrap (RFC 3394), padded as 12.7.2 asks."""
    short = -len(key_data) % 8
    if short:
        key_data += b"\xdd" + bytes(short - 1)
    return aes_key_wrap(kek, key_data)


def unwrap_key_data(kek: bytes, wrapped: bytes) -> bytes:
    """The key data in a wrap (padding stays); raises :class:`UndecryptableError`."""
    try:
        return aes_key_unwrap(kek, wrapped)
    except (InvalidUnwrap, ValueError):
        raise UndecryptableError("key data does not unwrap") from None


class CcmpKey:
    """A temporal key in use; the cipher is set up once.

    Packet numbers belong to the key: ``tx_pn`` is the last one sent under it, ``rx_pn`` the last
    one received of each TID (12.5.3.4.4).
    """

    __slots__ = ("_aead", "key_id", "rx_pn", "tx_pn")

    def __init__(self, tk: bytes, key_id: int = 0) -> None:
        self._aead = AESCCM(tk, tag_length=CCMP_MIC_LENGTH)
        self.key_id = key_id
        self.tx_pn = 0
        self.rx_pn: dict[int, int] = {}

    def protect(self, header: bytes, plaintext: bytes, pn: int) -> bytes:
        """The protected frame: ``header`` (its Protected bit set here), CCMP header, data, MIC."""
        header = header[:1] + bytes((header[1] | PROTECTED,)) + header[2:]
        nonce, aad = _nonce_and_aad(header, pn)
        sealed = self._aead.encrypt(nonce, plaintext, aad)
        return header + ccmp_header(pn, self.key_id) + sealed

    def open(self, frame: bytes, header_length: int) -> bytes:
        """The plaintext of a protected frame; raises :class:`UndecryptableError`."""
        pn = packet_number(frame, header_length)
        nonce, aad = _nonce_and_aad(frame[:header_length], pn)
        try:
            return self._aead.decrypt(nonce, frame[header_length + CCMP_HEADER_LENGTH :], aad)
        except InvalidTag:
            raise UndecryptableError("CCMP: the MIC does not verify") from None


def ccmp_header(pn: int, key_id: int) -> bytes:
    """The eight bytes between header and data (12.5.3.2)."""
    number = pn.to_bytes(6, "little")
    return number[:2] + bytes((0, _EXT_IV | key_id << 6)) + number[2:]


def packet_number(frame: bytes, header_length: int) -> int:
    """The CCMP packet number of a protected frame; raises :class:`WireError`."""
    if len(frame) < header_length + CCMP_HEADER_LENGTH + CCMP_MIC_LENGTH:
        raise WireError(f"CCMP: {len(frame)} bytes hold no header and MIC")
    begin = header_length
    if not frame[begin + 3] & _EXT_IV:
        raise WireError("CCMP: the ExtIV bit is not set")
    return int.from_bytes(frame[begin : begin + 2] + frame[begin + 4 : begin + 8], "little")


def _nonce_and_aad(header: bytes, pn: int) -> tuple[bytes, bytes]:
    """CCM nonce (12.5.3.3.4) and additional data (12.5.3.3.3) of a data frame."""
    qos = header[0] >> 4 & SUBTYPE_QOS_BIT
    flags = header[1] & 0b1100_0111 | PROTECTED  # without Retry, Power Management, More Data
    if qos:
        flags &= 0x7F  # and without +HTC
    tid = bytes((parse_header(header).tid,)) if qos else b"\0"
    length = 30 if header[1] & 3 == 3 else 24
    aad = b"".join((
        bytes((header[0] & 0b1000_1111, flags)),
        header[4:22],
        bytes((header[22] & 0x0F, 0)),
        header[24:length],
        tid + b"\0" if qos else b"",
    ))  # fmt: skip
    return tid + header[10:16] + pn.to_bytes(6, "big"), aad
