# SPDX-License-Identifier: GPL-2.0-or-later
"""PRE-05: which profile is invalid only the DLL can say, and it does, in ValidateProfile.

A success of PerformPreAssociate tells the OS that the profile is valid
(N:pre-association-operation-guidelines). So the two answers are held against each other: same
adapter, same contents, by the hashes of the trace.
"""

from __future__ import annotations

from typing import Final

from harness import codes
from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.checks.shared.profiles import profile_contents
from harness.evidence import names
from harness.evidence.calls import Call

OF_THE_DATA: Final = frozenset({11, 13, 87, 1206, 1465})
"""Errors that speak of the profile, not of the DLL's state or means: ERROR_BAD_FORMAT,
ERROR_INVALID_DATA, ERROR_INVALID_PARAMETER, ERROR_BAD_PROFILE, ERROR_XML_PARSE_ERROR."""


@rule(
    "PRE-05", cls="M",
    source="N:pre-association-operation-guidelines; N:overview-of-ihv-extensibility",
    text="Invalid profile fragments make PerformPreAssociate return a Win32 error. (Which are "
    "invalid is the DLL's own word: ValidateProfile refused the same profile before, with an error "
    "that speaks of its data.)",
    severity="WARN",
    why="it is one answer of the DLL against another, and no page says which of them is right",
)  # fmt: skip
def invalid_profile_is_refused(case: Case) -> Outcomes:
    """What ValidateProfile called invalid does not start a pre-association."""
    for adapter in case.segments.adapters:
        validations: dict[str, Call] = {}
        for item in case.calls_with_phase(adapter):
            call = item.call
            if call.function == names.VALIDATE_PROFILE and call.returned:
                validations[profile_contents(call)] = call
            if call.function != names.PRE_ASSOCIATE or call.returned is None:
                continue
            validation = validations.get(profile_contents(call))
            if validation is None or validation.result not in OF_THE_DATA:
                continue
            message = (
                "PerformPreAssociate took a profile that ValidateProfile had refused as invalid, "
                f"with {codes.win32(validation.result)}"
            )
            yield case.held(call) if call.result else case.breach(message, call, validation)
