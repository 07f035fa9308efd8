# SPDX-License-Identifier: GPL-2.0-or-later
"""What rules share that permit the DLL something: only the OS can break them, by refusing it.

A refusal for another reason (the driver does not support it, a wrong argument) proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from harness import codes
from harness.checks.case import Case
from harness.checks.codes import ERROR_INVALID_STATE
from harness.checks.outcomes import Outcomes
from harness.evidence import names
from harness.evidence.calls import Call

WHY_ONLY_THE_OS: Final = "it is a permission to the DLL, so only the OS can break it, by refusing"


def not_refused(case: Case, calls: Iterable[Call], where: str) -> Outcomes:
    """Whether the OS refused calls as out of place; ``where`` says where they were made.

    A refusal for another reason leaves the rule undecided.
    """
    for call in calls:
        if call.returned is None:
            continue
        if call.result == 0:
            yield case.held(call)
        elif call.result == ERROR_INVALID_STATE:
            message = f"{names.short(call.function)} {where} was refused as out of place (5023)"
            yield case.breach(message, call)
        else:
            reason = f"{names.short(call.function)} was refused with {codes.win32(call.result)}"
            yield case.unknown(reason, call)
