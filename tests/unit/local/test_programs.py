# SPDX-License-Identifier: GPL-2.0-or-later
"""What a program of this machine said last, for the errors that quote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.local.programs import last_line


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", ""),
        (b"one\ntwo\n\n  \n", "two"),
        (b"a\x1b[31mred\x07\n", "a?[31mred?"),
        (b"\xff\xfe\n", "\ufffd\ufffd"),
        (b"x" * 9000, "x" * 160),
    ],
)
def test_the_last_line_is_short_and_printable(tmp_path: Path, content: bytes, said: str) -> None:
    """A guest's console may hold anything: no control character gets to the terminal."""
    path = tmp_path / "log"
    path.write_bytes(content)
    assert last_line(path) == said


def test_the_last_line_of_no_file_is_empty(tmp_path: Path) -> None:
    """A log that was never written is no error."""
    assert last_line(tmp_path / "log") == ""
