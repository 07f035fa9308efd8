# SPDX-License-Identifier: GPL-2.0-or-later
"""PROF rules: the handlers that judge and make profiles."""

from __future__ import annotations

from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.checks.shared.reasons import reason_fits
from harness.evidence import fields, names
from harness.evidence.calls import Call


@rule(
    "PROF-01", cls="M", source="I:dot11extihv_validate_profile",
    text="ValidateProfile gives success with a reason of 0 or in the IHV range, or a Win32 error "
    "with an L2 or IHV reason. (An HRESULT, which winerror.h knows too: a warning.)",
)  # fmt: skip
def validation_has_its_reason(case: Case) -> Outcomes:
    """Return value and reason of ValidateProfile."""
    return reason_fits(case, names.VALIDATE_PROFILE, win32=True)


@rule(
    "PROF-02", cls="C", source="I:dot11extihv_perform_capability_match; S:",
    text="PerformCapabilityMatch without a match returns an error and a reason that is not 0. "
    "(Whether all or one of the networks must match is contradicted and not judged.)",
)  # fmt: skip
def match_has_its_reason(case: Case) -> Outcomes:
    """Return value and reason of PerformCapabilityMatch."""
    return reason_fits(case, names.CAPABILITY_MATCH, win32=True)


@rule(
    "PROF-03", cls="M", source="I:dot11extihv_create_discovery_profiles",
    text="CreateDiscoveryProfiles gives its reason as ValidateProfile does. (Whether the profiles "
    "are secure ones is not seen: the trace has hashes of them.)",
)  # fmt: skip
def discovery_has_its_reason(case: Case) -> Outcomes:
    """Return value and reason of CreateDiscoveryProfiles."""
    return reason_fits(case, names.DISCOVERY_PROFILES, win32=True)


@rule(
    "PROF-04", cls="M", source="I:dot11ext_set_profile_custom_user_data",
    text="SetCurrentProfile empties the profile's custom user data.",
    severity="MISS",
    why="it is the OS that empties it",
)  # fmt: skip
def profile_change_empties_data(case: Case) -> Outcomes:
    """What is read after SetCurrentProfile, before new data is set, is empty."""
    emptied: dict[tuple[int, int | None], Call] = {}
    for call in case.segments.calls:
        key = (call.process, fields.handle(call.args, "hConnectSession"))
        if call.function == names.SET_CURRENT_PROFILE and call.succeeded:
            emptied[key] = call
        elif call.function == names.SET_USER_DATA:
            emptied.pop(key, None)
        elif call.function == names.GET_USER_DATA and key in emptied and call.succeeded:
            size = fields.integer(call.out, "pdwDataSize")
            message = f"{size} bytes of custom user data were left by SetCurrentProfile"
            yield case.breach(message, call, emptied[key]) if size else case.held(call)
