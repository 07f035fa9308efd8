# SPDX-License-Identifier: GPL-2.0-or-later
"""How the board's data is written into its page: small, and inert whatever it says. Pure.

A value that comes again is written once and then told by its number (`Codebook`). The whole is JSON
in a script element that no browser runs; `script_json` writes it so that nothing in it can end that
element or begin another.
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar

from harness.text import clean

T = TypeVar("T", bound=Hashable)

_INERT: Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
"""Characters by which HTML could take a string for markup, as JSON escapes."""


class Codebook(Generic[T]):
    """Numbers for values in the order in which they come, from 0."""

    def __init__(self) -> None:
        self._codes: dict[T, int] = {}

    def code(self, value: T) -> int:
        """The number of a value, a new one if it is new."""
        return self._codes.setdefault(value, len(self._codes))

    def code_or_none(self, value: T | None) -> int:
        """The number of a value; -1 for none."""
        return -1 if value is None else self.code(value)

    @property
    def values(self) -> list[T]:
        """The values; each at the place of its number."""
        return list(self._codes)


def script_json(content: Any) -> str:
    """JSON of `content` in ASCII, safe in a script element and in an HTML comment."""
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.translate(_INERT)


@lru_cache(maxsize=1 << 14)  # nights say the same again and again
def shown(text: str, limit: int = 300) -> str:
    """Text of a guest, a DLL or a path as a page may show it: one line, no controls, bounded."""
    return clean(text, limit).strip()
