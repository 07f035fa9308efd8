# SPDX-License-Identifier: GPL-2.0-or-later
"""Limits of an 802.11 network's names, secrets and channels, which host and guest keep to."""

from __future__ import annotations

from string import hexdigits
from typing import Final

MAX_SSID_BYTES: Final = 32
"""IEEE 802.11-2020 9.4.2.2; a network that can be joined has at least one."""
MIN_PASSPHRASE: Final = 8
"""Characters of a WPA2 passphrase, printable ASCII (IEEE 802.11-2020 J.4.1)."""
MAX_PASSPHRASE: Final = 63
PSK_DIGITS: Final = 64
"""Hex digits of a PSK that is given as it is, in the place of a passphrase."""
MAX_PASSWORD_ID: Final = 254
"""Bytes of an SAE password identifier: an element's 255 less its extended identifier."""
WEP_KEY_BYTES: Final = (5, 13)
"""Of a WEP40 and a WEP104 key; as text it has as many characters, or twice as many hex digits."""
BEACON_INTERVALS_TU: Final = (15, 1000)
"""The least and the greatest time between beacons, in time units of 1024 µs."""

CHANNELS_6GHZ: Final = range(5955, 7116, 20)
"""The 20 MHz channels of 6 GHz by their centre in MHz: their numbers, 1 to 233, are those of other
bands too (IEEE 802.11-2024, 27.3.23.2)."""
CHANNELS: Final = frozenset((
    *range(1, 14), *range(36, 65, 4), *range(100, 145, 4), *range(149, 162, 4), 165, *CHANNELS_6GHZ,
))  # fmt: skip
"""20 MHz channels that mac80211_hwsim has. From 52 to 144 an access point has to listen for radar
first, which does not concern stations (IEEE 802.11-2020, annex E)."""
CHANNELS_IN_WORDS: Final = (
    "1 to 13; 36 to 64, 100 to 144 and 149 to 161 in steps of four; 165; of 6 GHz the centre in "
    "MHz, 5955 to 7115 in steps of 20"
)


def is_raw_psk(text: str) -> bool:
    """Whether this is no passphrase but the PSK itself: 64 hex digits."""
    return len(text) == PSK_DIGITS and all(character in hexdigits for character in text)


def wep_key(text: str) -> bytes | None:
    """The WEP key of a text, None if it is none."""
    if len(text) in WEP_KEY_BYTES and is_printable_ascii(text):
        return text.encode("ascii")
    digits = all(character in hexdigits for character in text)
    return bytes.fromhex(text) if digits and len(text) in (10, 26) else None


def is_printable_ascii(text: str) -> bool:
    """Whether a passphrase may hold these characters (32 to 126)."""
    return all(32 <= ord(character) <= 126 for character in text)
