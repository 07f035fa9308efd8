# SPDX-License-Identifier: GPL-2.0-or-later
"""SSIDs as what they are: 1 to 32 bytes (IEEE 802.11-2020 9.4.2.2), which need not be text.

Routers keep names in GB2312, as one emoji, or with NUL bytes in them. Where a text is wanted, for
the <name> of a profile or for a person's eyes, it is made here. Pure.
"""

from __future__ import annotations

import re
from typing import Final

_NOT_XML: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (2.2) cannot hold, and the carriage return, which a reader makes a line feed of."""


def in_xml(ssid: bytes) -> str | None:
    """The SSID as a text that XML can hold; None if it is none."""
    try:
        text = ssid.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if _NOT_XML.search(text) else text


def shown(ssid: bytes) -> str:
    r"""The SSID for people: as it stands if all of it can be seen, else escaped, with its bytes.

    ``DIRECT-\x07printer (4449524543542D077072696E746572)``.
    """
    text = ssid.decode("utf-8", "backslashreplace")
    seen = "".join(one if one.isprintable() else _escaped(one) for one in text)
    plain = seen.encode("utf-8", "surrogatepass") == ssid and seen == seen.strip()
    return seen if plain else f"{seen} ({ssid.hex().upper()})"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
