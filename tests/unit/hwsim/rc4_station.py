# SPDX-License-Identifier: GPL-2.0-or-later
"""A software station with 802.1X and WEP, which reads the keys that it is handed out.

Written from RFC 3580, 4, and IEEE 802.11-2020, 12.3.2, without any code of ``hwsim``; its RC4 is
held to RFC 6229 by its test.
"""

from __future__ import annotations

import hmac
import struct
from zlib import crc32

from tests.unit.hwsim.eap_station import EapStation, accepted, challenged
from tests.unit.hwsim.fake_radius import FakeRadius
from tests.unit.hwsim.soft_station import LLC_EAPOL, SoftStation


def rc4(key: bytes, data: bytes) -> bytes:
    """RC4, key schedule and stream."""
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


class Rc4Station(SoftStation):
    """A station whose keys come in EAPOL-Key frames with an RC4 descriptor."""

    rsne = b""

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.msk = b""
        self.keys: dict[int, bytes] = {}
        self.counters: list[int] = []

    def take_key(self) -> tuple[int, bool]:
        """The key message that comes next, checked: its index, and whether it is of this station
        alone."""
        frame = self.next_frame()
        assert frame[0] == 0x08
        assert not frame[1] & 0x40
        assert frame[24:32] == LLC_EAPOL
        pdu = frame[32:]
        kind, length, counter, iv, index, signature = struct.unpack_from(">BHQ16sB16s", pdu, 4)
        assert (pdu[1], kind) == (3, 1)
        assert int.from_bytes(pdu[2:4], "big") == 44 + length == len(pdu) - 4
        zeroed = pdu[:32] + bytes(16) + pdu[48:]
        assert hmac.new(self.msk[32:], zeroed, "md5").digest() == signature
        assert counter > max(self.counters, default=0)
        self.counters.append(counter)
        unicast = bool(index & 0x80)
        self.keys[index & 0x7F] = rc4(iv + self.msk[:32], pdu[48:])
        if unicast:
            self.tk = self  # type: ignore[assignment]
            self.tx_pn = 0
        return index & 0x7F, unicast

    def seal(self, header: bytes, plain: bytes, pn: int) -> bytes:
        """Under key 0, which is its own."""
        header = bytes([header[0], header[1] | 0x40]) + header[2:]
        iv = pn.to_bytes(3, "big")
        body = plain + struct.pack("<I", crc32(plain))
        return header + iv + b"\0" + rc4(iv + self.keys[0], body)

    def open(self, frame: bytes) -> bytes:
        """By the key that the frame names."""
        assert frame[1] & 0x40
        index = frame[27] >> 6
        assert (index == 0) == (not frame[4] & 1)
        body = rc4(frame[24:27] + self.keys[index], frame[28:])
        assert struct.pack("<I", crc32(body[:-4])) == body[-4:]
        return body[:-4]


def authenticate(station: EapStation, radius: FakeRadius) -> None:
    """EAP with one challenge; what the server tells the access point is the station's MSK."""
    challenged(station, radius)
    own = station.station
    assert isinstance(own, Rc4Station)
    own.msk = accepted(station, radius)
