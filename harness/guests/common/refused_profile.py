# SPDX-License-Identifier: GPL-2.0-or-later
"""A profile that WlanSetProfile refuses: who refused it, with which codes, and what to give.

Windows answers ERROR_BAD_PROFILE and a WLAN reason code whoever it was; only the trace shows
whether the DLL was asked (Dot11ExtIhvValidateProfile) and what it said. A DLL that does not know a
profile is no fault of the driver: the profile is the user's to give. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from harness import codes
from harness.errors import HarnessError
from harness.evidence import IhvRecord, fields, names
from harness.local.jsonlines import CallFailed
from harness.scenarios.model import Ihv
from harness.scenarios.sample_fragments import SAMPLE_SECURITY

NOT_WRITTEN: Final = 0xFFFFFFFF
"""What the reference guest's host puts where a DLL is to write its reason."""

HINTS: Final = {
    0x80001: "give a WLANProfile as its schema has it; with the reference guest, serial.log in the "
    "run's folder names what is wrong with this one",
    0x80007: "the WLAN service found no IHV Extensions DLL at work: see the trace in the run's "
    "folder",
    0x80008: "the OUI of the profile is another than the adapter's (AdapterOUI): fix [ihv] oui",
    0x3800E: "the DLL's process ended or did not answer in ValidateProfile: see the findings",
}
"""What to do about a refusal of the service's own, by its reason."""


class ProfileRefused(HarnessError):
    """The guest does not take the scenario's profile: the test cannot be carried out."""


def refusal(
    records: Sequence[IhvRecord], failed: CallFailed, ihv: Ihv, *, own_dll: bool
) -> ProfileRefused:
    """Who refused the profile, and what to give instead.

    `records` is what the trace has since the profile was set, `failed` the guest's answer;
    `own_dll` says that the DLL under test is the user's, not the guest's sample.
    """
    answer = f"{codes.win32(_code(failed))}, reason {codes.reason(failed.reason)}"
    validated = [one for one in records if one.function == names.VALIDATE_PROFILE]
    last = validated[-1] if validated else None
    if last is not None and last.kind == "return" and last.result:
        reason = fields.integer(last.out, "pdwReasonCode")
        told = "not written" if reason == NOT_WRITTEN else codes.reason(reason)
        return ProfileRefused(
            f"the DLL under test refuses the profile: ValidateProfile returned "
            f"{codes.win32(last.result)}, reason {told}",
            hint=_what_to_give(ihv, own_dll=own_dll),
        )
    asked = "without asking the DLL" if last is None else "though the DLL does not refuse it"
    if last is not None and last.kind != "return":
        asked = "since the DLL gave no answer to ValidateProfile"
    return ProfileRefused(
        f"the WLAN service refuses the profile {asked}: WlanSetProfile returned {answer}",
        hint=HINTS.get(failed.reason or 0, "the reason says what of the profile it does not take"),
    )


def _what_to_give(ihv: Ihv, *, own_dll: bool) -> str:
    if not own_dll:
        return (
            "the DLL under test is the guest's own sample, which knows its own fragment alone: "
            "name yours with --dll, or leave the profile out"
        )
    if not ihv.profile and ihv.security == SAMPLE_SECURITY:
        return (
            "the fragment is that of our sample DLL; give your DLL's own: [ihv] security in the "
            "scenario, [dll] security in lab.toml, or a whole profile with --profile"
        )
    return (
        "give a profile that this DLL accepts: --profile, or [ihv] security and connectivity; the "
        "trace in the run's folder shows what it was asked"
    )


def _code(failed: CallFailed) -> int | None:
    return failed.code if isinstance(failed.code, int) else None
