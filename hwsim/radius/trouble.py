# SPDX-License-Identifier: GPL-2.0-or-later
"""What a RADIUS server does wrong because a scenario wants it so, made of what it really answers.

The access point is not told: it gets the datagrams as such a server would send them.
"""

from __future__ import annotations

from hwsim.radius.codec import Trouble, encode_reject, identifier_of

_AUTHENTICATOR = slice(4, 20)


def troubled(trouble: Trouble, packet: bytes, authenticator: bytes, secret: bytes) -> bytes | None:
    """The datagram in the place of an answer to the request with that authenticator; None for none.

    Raises :class:`WireError` for an answer without a header.
    """
    identifier = identifier_of(packet)
    if trouble.kind == "silent":
        return None
    if trouble.kind == "rejects":
        return encode_reject(identifier, authenticator, secret)
    if trouble.kind == "forged":
        wrong = bytes(byte ^ 0xFF for byte in packet[_AUTHENTICATOR])
        return packet[: _AUTHENTICATOR.start] + wrong + packet[_AUTHENTICATOR.stop :]
    return packet
