# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading XML that comes from outside.

Its size and depth are limited, a document type or any entity declaration is refused, and an error
never quotes it (it holds passphrases).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import codes

MAX_XML_BYTES = 256 * 1024
MAX_DEPTH = 32


class ProfileError(ValueError):
    """The profile, or what belongs to it, cannot be used.

    Attributes:
        reason: WLAN reason code that says why.
    """

    def __init__(self, reason: int, text: str) -> None:
        super().__init__(text)
        self.reason = reason


def unusable(text: str) -> ProfileError:
    """The error of a text that is not what its schema says."""
    return ProfileError(codes.REASON_INVALID_PROFILE_SCHEMA, text)


def read(xml: str, attach: Callable[[Any, bytes], None]) -> None:
    """Read `xml`, whose names come as "namespace name".

    Args:
        xml: the text.
        attach: given the expat parser and the bytes it will read, sets its handlers of elements
            and text.

    Raises:
        ProfileError: too long, not well-formed, or with a document type.
    """
    from xml.parsers import expat

    data = xml.lstrip("\ufeff \t\r\n").encode("utf-8", "replace")
    if len(data) > MAX_XML_BYTES:
        raise unusable("the text is too long")
    parser = expat.ParserCreate("utf-8", " ")
    attach(parser, data)
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise unusable(f"not well-formed at line {error.lineno}") from None


def descend(path: list[str], name: str) -> None:
    """Enter an element: `path` gets its name.

    Raises:
        ProfileError: too deep.
    """
    path.append(name)
    if len(path) > MAX_DEPTH:
        raise unusable("elements nest too deeply")


def _refuse(*_declaration: object) -> None:
    raise unusable("document types are refused")
