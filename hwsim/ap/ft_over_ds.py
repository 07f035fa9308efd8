# SPDX-License-Identifier: GPL-2.0-or-later
"""Fast transitions over the DS: the first two messages go through the access point a station is at.

Source: IEEE 802.11-2020, 9.6.8 (FT Action frames), 13.5.3 (procedure).
"""

from __future__ import annotations

from typing import Final, NamedTuple

CATEGORY: Final = 6
REQUEST: Final = 1
RESPONSE: Final = 2
_FIXED: Final = 14


class FtRequest(NamedTuple):
    """An FT Request: who asks, of which access point, and the elements of its first message."""

    station: bytes
    target: bytes
    elements: bytes

    def response(self, status: int, elements: bytes) -> bytes:
        """The body of the FT Response with what the target answers."""
        fixed = self.station + self.target + status.to_bytes(2, "little")
        return bytes((CATEGORY, RESPONSE)) + fixed + elements


def parse_ft_request(body: bytes) -> FtRequest | None:
    """The FT Request in an action frame's body; None for any other action."""
    if len(body) < _FIXED or body[:2] != bytes((CATEGORY, REQUEST)):
        return None
    return FtRequest(body[2:8], body[8:14], body[14:])
