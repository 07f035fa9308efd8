# SPDX-License-Identifier: GPL-2.0-or-later
"""Exit codes asked of cmd.exe."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.guests.common.exit_status import Told, asking, new_token, told


def test_what_is_asked() -> None:
    """`call` has the variable read when the command is over."""
    assert asking("ver", "aa") == "ver & call echo hil-exit-aa %^errorlevel%"
    assert new_token() != new_token()


def test_the_code_is_the_last_line() -> None:
    """Also where the command's output does not end its own; Windows' codes are unsigned."""
    assert told("a\nb\nhil-exit-aa 5\n", "aa") == Told("a\nb", 5)
    assert told("no end of linehil-exit-aa 0", "aa") == Told("no end of line", 0)
    assert told("hil-exit-aa -1073741819", "aa") == Told("", 0xC0000005)
    assert told("hil-exit-bb 5", "aa") is None
    assert told("hil-exit-aa %errorlevel%", "aa") is None


@given(st.text(), st.integers(0, 2**32 - 1))
def test_no_output_hides_it(output: str, code: int) -> None:
    """Nor is any output taken for it."""
    found = told(f"{output}\nhil-exit-aa {code}\n", "aa")
    assert found is not None
    assert found.status == code
    assert told(output, "0123456789abcdef") is None
