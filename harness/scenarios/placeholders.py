# SPDX-License-Identifier: GPL-2.0-or-later
"""`{placeholder}` in what a scenario gives as XML: what is known, and its filling in. Pure.

A brace that is meant as one is written ``&#123;`` in XML, so no text is out of reach.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

PLACEHOLDER: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")

MEANINGS: Final = {
    "passphrase": "the network's passphrase, escaped for XML; nothing in a network without one",
    "fault": "the <Fault> element by which our sample DLL is told to have a fault, or nothing",
    "root": "with [eap]: the SHA-1 thumbprint of the authority that the RADIUS server's "
    "certificate is from, 40 hex digits",
    "server": "with [eap]: the RADIUS server's name in its certificate",
}
OF_EAP: Final = frozenset({"root", "server"})
FRAGMENT: Final = tuple(MEANINGS)
"""Known in a fragment for our sample DLL or another's."""
PROFILE: Final = ("passphrase", "root", "server")
"""Known in a whole profile."""


def placeholders(text: str) -> set[str]:
    """The names of the placeholders in a text."""
    return set(PLACEHOLDER.findall(text))


def unknown(text: str, known: Collection[str]) -> str:
    """What is wrong with the placeholders of a text; empty if all of them are known."""
    strange = sorted(placeholders(text) - set(known))
    if not strange:
        return ""
    listed = ", ".join(f"{{{name}}}" for name in known)
    return (
        f"has the placeholder {{{strange[0]}}}, which is none here: known are {listed}, and a "
        "brace that is meant is written &#123;"
    )


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders replaced, each once: what a value holds is not looked at."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)
