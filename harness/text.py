# SPDX-License-Identifier: GPL-2.0-or-later
"""Text that is safe to show, and durations as they are written everywhere."""

from __future__ import annotations

import unicodedata

_SPACES = str.maketrans("\r\n\t", "   ")


def clean(text: str, limit: int = 2000) -> str:
    """Return text of the guest in a form safe to print: one line, no controls, bounded.

    Control characters, line ends and format characters (terminal escapes, bidirectional
    overrides) become U+FFFD or a space.
    """
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    if cut.isprintable():
        return cut
    return "".join(
        "\ufffd" if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") else char
        for char in cut.translate(_SPACES)
    )


def milliseconds(us: float) -> str:
    """Write microseconds as a bare number of milliseconds with two decimals."""
    return f"{us / 1000:.2f}"
