# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows of a list for the terminal: names to the left, and beside them what they mean."""

from __future__ import annotations

import shutil
import sys
import textwrap

_BELOW = "    "
"""How far a text is indented that has no room beside its head."""


def terminal_columns() -> int | None:
    """How wide the terminal is; None where the output goes elsewhere and no line is broken."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def row(head: str, text: str, columns: int | None) -> str:
    """One row; what is wider than `columns` goes on at a word beside its head, or below one that
    takes most of the width."""
    if columns is None:
        return head + text
    below = len(head) > columns * 2 // 3
    return (f"{head.rstrip()}\n" if below else "") + textwrap.fill(
        text, columns, initial_indent=_BELOW if below else head,
        subsequent_indent=_BELOW if below else " " * len(head),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
