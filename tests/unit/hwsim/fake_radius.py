# SPDX-License-Identifier: GPL-2.0-or-later
"""A RADIUS server that says what a test has it say, on scapy's layer, without any code of ours.

What both sides got wrong in the same way would not show otherwise.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import socket
import struct
from dataclasses import dataclass, field
from typing import Any

from scapy.layers.radius import Radius, RadiusAttr_EAP_Message, RadiusAttr_State

LIMIT_S = 10.0
SECRET = "between us"
ACCEPT, REJECT, CHALLENGE = 2, 3, 11


@dataclass
class Asked:
    """An Access-Request that came, dissected by scapy and verified."""

    packet: Any
    raw: bytes
    peer: Any
    attributes: dict[str, list[bytes]] = field(default_factory=dict)

    @property
    def identifier(self) -> int:
        """Its identifier."""
        return self.raw[1]

    @property
    def authenticator(self) -> bytes:
        """Its Request Authenticator."""
        return self.raw[4:20]

    @property
    def eap(self) -> bytes:
        """The EAP packet in it."""
        return b"".join(self.attributes["EAP-Message"])


class FakeRadius:
    """The server's side of one test."""

    trouble: dict[str, Any] | None = None
    """What the air is to find wrong with this server."""

    def __init__(self) -> None:
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.sock.settimeout(LIMIT_S)

    @property
    def settings(self) -> dict[str, Any]:
        """What the air's `configure` is to be given."""
        return {
            "port": self.sock.getsockname()[1], "secret": SECRET, "trouble": self.trouble,
        }  # fmt: skip

    def asked(self) -> Asked:
        """The next request; its Message-Authenticator must verify (RFC 3579, 3.2)."""
        raw, peer = self.sock.recvfrom(65536)
        packet = Radius(raw)
        assert packet.code == 1
        asked = Asked(packet, raw, peer)
        at = 20
        while at < len(raw):
            kind, length = raw[at], raw[at + 1]
            asked.attributes.setdefault(_NAMES.get(kind, str(kind)), []).append(
                raw[at + 2 : at + length]
            )
            if kind == 80:
                zeroed = raw[: at + 2] + bytes(16) + raw[at + length :]
                assert hmac.digest(SECRET.encode(), zeroed, "md5") == raw[at + 2 : at + 18]
            at += length
        assert len(asked.attributes["Message-Authenticator"]) == 1
        return asked

    def answer(
        self, asked: Asked, code: int, eap: bytes, *, state: bytes | None = None,
        msk: bytes | None = None, secret: str = SECRET, spoil: str = "",
    ) -> None:  # fmt: skip
        """Send an answer; `spoil` names what is wrong with it."""
        attributes = b"".join(
            bytes(RadiusAttr_EAP_Message(value=eap[i : i + 253])) for i in range(0, len(eap), 253)
        )
        if state is not None:
            attributes += bytes(RadiusAttr_State(value=state))
        if msk is not None:
            attributes += mppe(16, msk[32:], asked.authenticator, secret)
            attributes += mppe(17, msk[:32], asked.authenticator, secret)
        packet = signed(asked, code, attributes, secret.encode(), spoil)
        self.sock.sendto(packet, asked.peer)

    def silent(self, within_s: float = 0.3) -> None:
        """Nothing may come for so long."""
        self.sock.settimeout(within_s)
        try:
            raw = self.sock.recv(65536)
        except TimeoutError:
            return
        finally:
            self.sock.settimeout(LIMIT_S)
        raise AssertionError(f"a packet of {len(raw)} bytes came")

    def close(self) -> None:
        """Nobody listens there any more."""
        self.sock.close()


def signed(asked: Asked, code: int, attributes: bytes, secret: bytes, spoil: str) -> bytes:
    """The answer with both authenticators, or with what `spoil` says instead."""
    authentic = spoil != "no message authenticator"
    body = attributes + (b"\x50\x12" + bytes(16) if authentic else b"")
    head = struct.pack(">BBH", code, asked.identifier, 20 + len(body))
    if spoil == "identifier":
        head = head[:1] + bytes([(asked.identifier + 1) % 256]) + head[2:]
    if spoil == "length":
        head = head[:2] + struct.pack(">H", 24 + len(body))
    if authentic:
        mac = hmac.digest(secret, head + asked.authenticator + body, "md5")
        body = body[:-16] + (bytes(16) if spoil == "message authenticator" else mac)
    authenticator = hashlib.md5(head + asked.authenticator + body + secret).digest()
    if spoil == "response authenticator":
        authenticator = bytes(16)
    return head + authenticator + body


def mppe(kind: int, key: bytes, authenticator: bytes, secret: str) -> bytes:
    """An MS-MPPE key attribute (RFC 2548, 2.4.2), step by step as the RFC tells it."""
    salt = b"\x80" + os.urandom(1)
    plain = bytes([len(key)]) + key
    plain += bytes(-len(plain) % 16)
    cipher, last = b"", authenticator + salt
    for i in range(0, len(plain), 16):
        b = hashlib.md5(secret.encode() + last).digest()
        last = bytes(x ^ y for x, y in zip(plain[i : i + 16], b, strict=True))
        cipher += last
    value = salt + cipher
    inner = bytes([kind, 2 + len(value)]) + value
    return bytes([26, 6 + len(inner)]) + struct.pack(">I", 311) + inner


_NAMES = {
    1: "User-Name", 12: "Framed-MTU", 24: "State", 30: "Called-Station-Id",
    31: "Calling-Station-Id", 32: "NAS-Identifier", 61: "NAS-Port-Type", 79: "EAP-Message",
    80: "Message-Authenticator",
}  # fmt: skip
