# SPDX-License-Identifier: GPL-2.0-or-later
"""Text of a guest, made safe to show."""

from __future__ import annotations

from harness.text import clean, milliseconds


def test_clean_defuses_terminal_and_bidi_controls() -> None:
    """Nothing the guest says can steer the terminal or reorder the line."""
    assert clean("a\x1b[31mb\n\tc\u202ed\x9b") == "a\ufffd[31mb  c\ufffdd\ufffd"
    assert clean("x" * 50, 10) == "x" * 9 + "…"


def test_milliseconds_have_two_decimals() -> None:
    """Of microseconds."""
    assert milliseconds(1234.5) == "1.23"
