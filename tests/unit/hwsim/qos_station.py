# SPDX-License-Identifier: GPL-2.0-or-later
"""A station with WMM: its data, and that to it, goes with QoS control.

Written from IEEE 802.11-2020, 9.2.4.5 and 12.5.3.3, without any code of ``hwsim``.
"""

from __future__ import annotations

import struct

from tests.unit.hwsim.soft_station import RATES, CcmpFrame, KeyMessage, SoftStation

INFORMATION = bytes.fromhex("dd070050f2020001")
"""The WMM Information element without its last byte, the QoS Info."""


def inputs(header: bytes, pn: int) -> tuple[bytes, bytes]:
    """Nonce and additional data of CCMP, both of which have the TID."""
    tid = header[24] & 15
    aad = bytes([header[0], (header[1] & 0x47) | 0x40]) + header[4:22]
    aad += bytes([header[22] & 15, 0, tid, 0])
    return bytes([tid]) + header[10:16] + pn.to_bytes(6, "big"), aad


def sealed(key: CcmpFrame, header: bytes, plain: bytes, pn: int) -> bytes:
    """A protected frame."""
    header = bytes([header[0], header[1] | 0x40]) + header[2:]
    n = pn.to_bytes(6, "little")
    nonce, aad = inputs(header, pn)
    ccmp = bytes([n[0], n[1], 0, 0x20, n[2], n[3], n[4], n[5]])
    return header + ccmp + key.ccm.encrypt(nonce, plain, aad)


class QosStation(SoftStation):
    """`qos_info` is what it says of U-APSD: bits of voice, video, background and best effort, and
    above them how many frames it wants at once."""

    qos_info = 0

    def assoc_request(self, rsne: bytes | None = None, ssid: bytes | None = None) -> int:
        """Send an association request with WMM information."""
        body = struct.pack("<HH", 0x0431, 5) + bytes([0, len(self.ssid)]) + self.ssid
        return self.management(0, body + RATES + self.rsne + INFORMATION + bytes([self.qos_info]))

    def data(self, payload: bytes, *, pn: int | None = None, protect: bool = True) -> int:
        """Send a data frame with QoS control, best effort."""
        return self.qos_data(payload, protect=protect)

    def qos_data(
        self, payload: bytes, *, flags: int = 0, tid: int = 0, protect: bool = True
    ) -> int:
        """The same with other flags, and of another TID."""
        header = self.header(bytes([0x88, 0x01 | flags]), self.bssid, self.bssid) + bytes([tid, 0])
        if self.tk is None or not protect:
            return self.send_frame(header + payload)
        self.tx_pn += 1
        return self.send_frame(sealed(self.tk, header, payload, self.tx_pn))

    def qos_null(self, *, flags: int = 0, tid: int = 0) -> int:
        """Send a QoS Null frame."""
        header = self.header(bytes([0xC8, 0x01 | flags]), self.bssid, self.bssid)
        return self.send_frame(header + bytes([tid, 0]))

    def parse_key(self, frame: bytes) -> KeyMessage:
        """Check and read an EAPOL-Key frame, which may be protected."""
        assert frame[0] == 0x88, frame.hex()
        payload = self.open(frame) if frame[1] & 0x40 else frame[26:]
        return super().parse_key(b"\x08" + bytes([frame[1] & ~0x40]) + frame[2:24] + payload)

    def open(self, frame: bytes) -> bytes:
        """The payload of a frame to us or to all, which has no QoS control."""
        if frame[4] & 1:
            return super().open(frame)
        assert frame[0] == 0x88, frame.hex()
        assert self.tk is not None
        pn = int.from_bytes(frame[26:28] + frame[30:34], "little")
        nonce, aad = inputs(frame[:26], pn)
        return self.tk.ccm.decrypt(nonce, frame[34:], aad)
