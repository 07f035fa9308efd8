# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls of the DLL that run side by side with a call of the OS: a race that no DLL can avoid.

A thread of the DLL looks whether it may go on, and calls. Between the two the OS may enter a
handler that forbids it, and no lock closes that gap, since the DLL learns of the handler only once
it is in it. So the first call of such a thread proves nothing; that it goes on does.
"""

from __future__ import annotations

from harness.checks.case import Case
from harness.checks.codes import ERROR_CANCELLED
from harness.evidence import fields
from harness.evidence.calls import Call


def may_precede(case: Case, call: Call, end: Call) -> bool:
    """Another thread entered ``call`` while ``end`` ran, and may have decided on it before that.

    Not so if it reports a cancellation, which answers ``end``, if the thread has made another call
    for the same adapter since, or took longer than ``[limits] race_s``, which is this harness's.
    """
    if call.tid == end.tid or call.key < end.key or call.entered_after_return_of(end):
        return False
    if fields.integer(call.args, "dwWin32Error") == ERROR_CANCELLED:
        return False
    if call.start_ns - end.start_ns > case.limits.race_s * 1e9:
        return False
    before = case.index.previous_on_thread(call)
    return before is None or before.key < end.key
