# SPDX-License-Identifier: GPL-2.0-or-later
"""Michael: the standard's own vectors."""

from __future__ import annotations

import pytest

from hwsim.ciphers.michael import covered_header, michael

AP, STATION, HOST = b"\x02" + b"a" * 5, b"\x02" + b"s" * 5, b"\x02" + b"h" * 5


@pytest.mark.parametrize(
    ("key", "message", "code"),
    [
        ("0000000000000000", "", "82925c1ca1d130b8"),
        ("82925c1ca1d130b8", "M", "434721ca40639b3f"),
        ("434721ca40639b3f", "Mi", "e8f9becae97e5d29"),
        ("e8f9becae97e5d29", "Mic", "90038fc6cf13c1db"),
        ("90038fc6cf13c1db", "Mich", "d55e100510128986"),
        ("d55e100510128986", "Michael", "0a942b124ecaa546"),
    ],
)
def test_published_vectors(key: str, message: str, code: str) -> None:
    """IEEE 802.11-2020, J.3.2: each code is the next one's key."""
    assert michael(bytes.fromhex(key), message.encode()).hex() == code


def test_what_is_covered_of_a_header() -> None:
    """Destination and source whichever way the frame goes, and the priority of QoS."""
    up = b"\x88\x41\0\0" + AP + STATION + HOST + b"\0\0" + b"\x06\0"
    assert covered_header(up) == HOST + STATION + b"\x06\0\0\0"
    down = b"\x08\x42\0\0" + STATION + AP + HOST + b"\0\0"
    assert covered_header(down) == STATION + HOST + b"\0\0\0\0"
    through = b"\x08\x43\0\0" + b"r" * 6 + b"t" * 6 + STATION + b"\0\0" + HOST
    assert covered_header(through) == STATION + HOST + b"\0\0\0\0"
