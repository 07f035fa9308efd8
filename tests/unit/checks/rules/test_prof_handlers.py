# SPDX-License-Identifier: GPL-2.0-or-later
"""PROF and CTRL rules: return values that are no Win32 errors, and a size that was not written."""

from __future__ import annotations

import pytest

from harness.evidence import names
from tests.unit.checks.judging import only_finding
from tests.unit.checks.stories import in_post
from tests.unit.checks.story_steps import control, reason_of

STATUS_INVALID_PARAMETER = 0xC000000D


@pytest.mark.parametrize(
    ("function", "rule", "severity"),
    [
        (names.VALIDATE_PROFILE, "PROF-01", "FAIL"),
        (names.CAPABILITY_MATCH, "PROF-02", "WARN"),
        (names.DISCOVERY_PROFILES, "PROF-03", "FAIL"),
    ],
)
def test_an_error_is_one_of_win32(function: str, rule: str, severity: str) -> None:
    """NTSTATUS values are not; of failures of COM, which winerror.h has too, it is a warning."""
    story = in_post(reason_of(function, STATUS_INVALID_PARAMETER, 0x90001))()
    only_finding(story, rule, severity, "3221225485 (0xc000000d), which is no code of winerror.h")
    story = in_post(reason_of(function, 0x80070057, 0x90001))()
    only_finding(story, rule, "WARN", "the HRESULT 0x80070057; expected a Win32 error")


def test_ctrl_01_says_what_it_takes_for_unwritten() -> None:
    """The reference guest puts 0xffffffff there before the call."""
    only_finding(in_post(control(9))(), "CTRL-01", "WARN", "9 bytes into a buffer of 8")
    only_finding(in_post(control(0xFFFFFFFF))(), "CTRL-01", "WARN", "not written")
