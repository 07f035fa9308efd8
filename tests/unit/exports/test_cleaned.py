# SPDX-License-Identifier: GPL-2.0-or-later
"""Text is made safe wherever it is; all else stays what it was."""

from __future__ import annotations

from harness.exports.cleaned import cleaned
from harness.history.model import Crash, Mark, Test
from tests.unit.exports.samples import HOSTILE, document


def test_text_is_clean_however_deep() -> None:
    """In dataclasses, tuples, and names and values of mappings."""
    crash = Crash(5, ("a\x00", "b\n"))
    assert cleaned({"x\x1b": (crash, "\ud800")}) == {
        "x\ufffd": (Crash(5, ("a\ufffd", "b ")), "\ufffd")
    }
    assert cleaned(Test("a\x07", "b", "c", "d")).id == "a\ufffd/b/c/d"


def test_all_else_stays() -> None:
    """Numbers, marks, times, and what is clean already."""
    for one in (1, 2.5, None, Mark.QUARANTINE, document()):
        assert cleaned(one) == one
    assert HOSTILE not in str(document())
