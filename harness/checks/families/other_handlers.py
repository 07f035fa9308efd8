# SPDX-License-Identifier: GPL-2.0-or-later
"""IND, PROF, CTRL, NIC and VS rules: the handlers and functions beside the connection itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.checks.reasons import reason_fits
from harness.checks.registry import rule
from harness.evidence import fields, names
from harness.evidence.calls import Call

LAST_INDICATION: Final = 4
UNWRITTEN: Final = 0xFFFFFFFF
"""What the reference guest's IHV host puts where a handler is to write."""
PASSPHRASE_BYTES: Final = range(2, 65)
"""strlen + 1 of what fits into DOT11EXT_PSK_MAX_LENGTH bytes."""


@rule(
    "IND-01", cls="M", source="I:dot11extihv_receive_indication; H",
    text="ReceiveIndication of type 0 to 4; the buffer may be NULL; an unknown type gives an "
    "error and no crash. (Success for an unknown type: a warning.)",
)  # fmt: skip
def indications_are_survived(case: Case) -> Outcomes:
    """Every indication comes back; one of an unknown type with an error."""
    for call in case.index.calls(names.RECEIVE_INDICATION):
        kind = fields.integer(call.args, "indicationType")
        if case.ended_inside(call):
            message = f"ReceiveIndication did not survive an indication of type {kind}"
            yield case.breach(message, call)
        elif call.returned is None or kind is None:
            yield case.unknown("the handler has not returned within the evidence", call)
        elif kind > LAST_INDICATION and call.result == 0:
            message = f"ReceiveIndication succeeded for the unknown type {kind}"
            yield case.breach(message, call, severity="WARN")
        else:
            yield case.held(call)


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


@rule(
    "CTRL-01", cls="M", source="I:dot11extihv_control; S:",
    text="Control always writes *pdwBytesReturned, at most dwOutBufferSize on success. (That it "
    "was not written is seen only where what stood there before is more than fits.)",
    severity="WARN",
    why="Microsoft's own sample returns success without writing it",
)  # fmt: skip
def control_tells_its_size(case: Case) -> Outcomes:
    """A success does not claim more bytes than the buffer has."""
    for call in case.index.calls(names.CONTROL):
        if not call.succeeded:
            continue
        size = fields.integer(call.args, "dwOutBufferSize")
        told = fields.integer(call.out, "pdwBytesReturned")
        if size is None or told is None:
            yield case.unknown("the trace does not show both sizes", call)
        elif told > size:
            doubt = " (it seems it was not written)" if told == UNWRITTEN else ""
            message = f"Control returned {told} bytes into a buffer of {size}{doubt}"
            yield case.breach(message, call)
        else:
            yield case.held(call)


@rule(
    "NIC-01", cls="M(OS)", source="I:dot11ext_nic_specific_extension",
    text="NicSpecificExtension reaches the driver; a success returns no more than fits, and a "
    "driver without it means ERROR_NOT_SUPPORTED.",
)  # fmt: skip
def extension_keeps_to_the_buffer(case: Case) -> Outcomes:
    """A success does not return more bytes than were offered."""
    for call in case.index.calls(names.NIC_EXTENSION):
        offered = fields.integer(call.args, "pdwOutBufferSize")
        told = fields.integer(call.out, "pdwOutBufferSize")
        if call.succeeded and offered is not None and told is not None:
            message = f"NicSpecificExtension returned {told} bytes into a buffer of {offered}"
            yield case.breach(message, call) if told > offered else case.held(call)


@rule(
    "VS-01", cls="M", source="I:ns-wlanihv-_dot11ext_virtual_station_ap_property",
    text="A virtual station's key has 32 or 64 bytes, or is a passphrase of its length with the "
    "final NUL. (The NUL itself is not seen: the trace has a hash of the key.)",
)  # fmt: skip
def station_key_has_its_length(case: Case) -> Outcomes:
    """dwKeyLength of every property."""
    for call in case.index.calls(names.SET_VS_AP_PROPERTIES):
        for item in fields.sequence(call.args, "pProperties") or []:
            if not isinstance(item, Mapping):
                continue
            length = fields.integer(item, "dwKeyLength")
            phrase = fields.integer(item, "bIsPassPhrase")
            if length is None or phrase is None:
                yield case.unknown("the trace does not show the key's length", call)
            elif length in (PASSPHRASE_BYTES if phrase else (32, 64)):
                yield case.held(call)
            else:
                what = "passphrase" if phrase else "key"
                yield case.breach(f"the virtual station's {what} has {length} bytes", call)
