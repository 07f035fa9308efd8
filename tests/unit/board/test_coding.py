# SPDX-License-Identifier: GPL-2.0-or-later
"""Data in a page is small, and inert whatever it says."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from harness.board.coding import Codebook, script_json, shown

HOSTILE = (
    "</script><script>alert(1)</script><!-- <img src=x onerror=alert(1)> & \u2028 \x1b[31m\u202e"
)


def test_a_value_that_comes_again_is_written_once() -> None:
    """It keeps its number."""
    book: Codebook[str] = Codebook()
    assert [book.code(one) for one in ("b", "a", "b")] == [0, 1, 0]
    assert book.values == ["b", "a"]
    assert (book.code_or_none(None), book.code_or_none("a")) == (-1, 1)


@given(st.recursive(st.text() | st.integers() | st.none(), st.lists))
def test_json_in_a_script_element_says_the_same_and_nothing_to_html(value: object) -> None:
    """No character of HTML's own is in it, and no byte beyond ASCII."""
    text = script_json(value)
    assert json.loads(text) == value
    assert not set(text) & set("<>&")
    assert text.isascii()


def test_text_of_others_is_one_line_without_controls() -> None:
    """And bounded."""
    assert "\x1b" not in shown(HOSTILE)
    assert "\u202e" not in shown(HOSTILE)
    assert len(shown("x" * 1000)) == 300
