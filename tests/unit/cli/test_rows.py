# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows of lists on a terminal, and elsewhere."""

from __future__ import annotations

from harness.cli.rows import row, terminal_columns


def test_a_row_goes_on_beside_its_head() -> None:
    """No word is cut in two, whatever the width."""
    told = row("m4-lost  ", "The first M4 is lost; a second M3 must be answered.", 34)
    assert told.splitlines() == [
        "m4-lost  The first M4 is lost; a",
        "         second M3 must be",
        "         answered.",
    ]


def test_a_text_without_room_goes_below() -> None:
    """Its head takes most of the width."""
    told = row("completes-pre-association-twice  ", "It calls it twice.", 40)
    assert told == "completes-pre-association-twice\n    It calls it twice."


def test_a_row_stays_whole_in_a_pipe() -> None:
    """A program reads it line by line."""
    text = "The first M4 is lost. " * 20
    assert row("m4-lost  ", text, None) == "m4-lost  " + text


def test_a_pipe_has_no_columns() -> None:
    """The output of a test is none."""
    assert terminal_columns() is None
