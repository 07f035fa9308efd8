# SPDX-License-Identifier: GPL-2.0-or-later
"""EAPOL-Key frames with an RC4 descriptor: so an access point hands out WEP keys after 802.1X.

Sources: IEEE 802.1X-2001, 7.6 (the descriptor, type 1); RFC 3580, 4 (how 802.11 uses it: the key
under RC4 with IV and MS-MPPE-Recv-Key, the signature by HMAC-MD5 with MS-MPPE-Send-Key). The keys
are those of the peer's MSK: its first half encrypts, its second signs.
"""

from __future__ import annotations

import hmac
import struct
from dataclasses import dataclass, field
from typing import Final

from Crypto.Cipher import ARC4

from hwsim.eapol import EAPOL_KEY_TYPE
from hwsim.errors import WireError

DESCRIPTOR_RC4: Final = 1
IV_LENGTH: Final = 16
MSK_LENGTH: Final = 64
_HALF: Final = 32
_VERSION: Final = 2
_UNICAST: Final = 0x80
_FIXED: Final = struct.Struct(">BHQ16sB16s")
_EAPOL_HEADER: Final = 4
_SIGNATURE: Final = slice(_EAPOL_HEADER + 28, _EAPOL_HEADER + 44)


@dataclass(frozen=True, slots=True)
class Rc4Key:
    """A WEP key as a frame hands it out.

    Attributes:
        key: the key itself, 5 or 13 bytes.
        index: its identifier, 0 to 3.
        unicast: it is for what goes between the two alone; else for what goes to all.
    """

    key: bytes = field(repr=False)
    index: int
    unicast: bool

    def describe(self) -> dict[str, str | int]:
        """What a frame's record tells of it."""
        return _described(self.index, unicast=self.unicast)


def rc4_key_pdu(given: Rc4Key, msk: bytes, replay_counter: int, iv: bytes) -> bytes:
    """The EAPOL PDU that hands out a key, encrypted and signed; ``iv`` has 16 bytes."""
    index = given.index | (_UNICAST if given.unicast else 0)
    fixed = _FIXED.pack(DESCRIPTOR_RC4, len(given.key), replay_counter, iv, index, bytes(16))
    body = fixed + ARC4.new(iv + msk[:_HALF]).encrypt(given.key)
    pdu = bytes((_VERSION, EAPOL_KEY_TYPE)) + len(body).to_bytes(2, "big") + body
    signature = hmac.digest(msk[_HALF:MSK_LENGTH], pdu, "md5")
    return pdu[: _SIGNATURE.start] + signature + pdu[_SIGNATURE.stop :]


def is_rc4_key(pdu: bytes) -> bool:
    """Whether an EAPOL PDU is of this descriptor type."""
    return pdu[1:2] == bytes((EAPOL_KEY_TYPE,)) and pdu[4:5] == bytes((DESCRIPTOR_RC4,))


def describe_rc4_key(pdu: bytes) -> tuple[int, dict[str, str | int]]:
    """Replay counter of such a PDU, and what its record tells; raises :class:`WireError`."""
    end = _EAPOL_HEADER + int.from_bytes(pdu[2:4], "big")
    if not _EAPOL_HEADER + _FIXED.size <= end <= len(pdu):
        raise WireError(f"EAPOL-Key (RC4): body of {end - _EAPOL_HEADER} bytes, {len(pdu)} there")
    _, _, counter, _, index, _ = _FIXED.unpack_from(pdu, _EAPOL_HEADER)
    return counter, _described(index & ~_UNICAST, unicast=bool(index & _UNICAST))


def _described(index: int, *, unicast: bool) -> dict[str, str | int]:
    return {"key": "unicast" if unicast else "broadcast", "index": index}
