# SPDX-License-Identifier: GPL-2.0-or-later
"""Limits of an 802.11 network's names and secrets, which host and guest hold each other to."""

from __future__ import annotations

from typing import Final

MAX_SSID_BYTES: Final = 32
"""IEEE 802.11-2020 9.4.2.2; a network that can be joined has at least one."""
MIN_PASSPHRASE: Final = 8
"""Characters of a WPA2 passphrase, printable ASCII (IEEE 802.11-2020 J.4.1)."""
MAX_PASSPHRASE: Final = 63


def is_printable_ascii(text: str) -> bool:
    """Whether a passphrase may hold these characters (32 to 126)."""
    return all(32 <= ord(character) <= 126 for character in text)
