# SPDX-License-Identifier: GPL-2.0-or-later
"""A profile the guest does not take: who refused it, with its codes by name, and what to give."""

from __future__ import annotations

import pytest

from harness.evidence import IhvRecord, names
from harness.guests.common.refused_profile import refusal
from harness.local.jsonlines import CallFailed
from harness.scenarios.model import Ihv

OWN = "<IhvSecurity><FullSecurity>TRUE</FullSecurity></IhvSecurity>"
ENTER = IhvRecord(1, 10, 7, 1, "enter", 1, names.VALIDATE_PROFILE)


def answered(result: int, reason: object) -> tuple[IhvRecord, ...]:
    """The trace of a ValidateProfile that returned."""
    out = {"pdwReasonCode": reason}
    ended = IhvRecord(2, 20, 7, 1, "return", 1, names.VALIDATE_PROFILE, out=out, result=result)
    return ENTER, ended


def failed(reason: int) -> CallFailed:
    """What the guest says of a profile it does not take."""
    return CallFailed("agent.exe", "set_profile", 1206, "WlanSetProfile", reason)


def test_a_dll_that_refuses_is_told_with_its_own_codes() -> None:
    """Not WlanSetProfile's 1206, but what ValidateProfile returned."""
    told = refusal(answered(87, 589830), failed(589830), Ihv(security=OWN), own_dll=True)
    assert told.message == (
        "the DLL under test refuses the profile: ValidateProfile returned "
        "ERROR_INVALID_PARAMETER (87, 0x57), reason vendor-defined (589830, 0x90006)"
    )


def test_a_reason_the_dll_did_not_write_is_said_to_be_missing() -> None:
    """The host's mark where a DLL is to write its reason is no reason."""
    told = refusal(answered(13, 0xFFFFFFFF), failed(0xFFFFFFFF), Ihv(), own_dll=True)
    assert "ERROR_INVALID_DATA (13, 0xd), reason not written" in told.message


def test_a_service_that_refuses_is_told_apart() -> None:
    """The DLL was never asked: its reason is the WLAN service's, by name."""
    told = refusal((), failed(0x80008), Ihv(security=OWN), own_dll=True)
    assert "the WLAN service refuses the profile without asking the DLL" in told.message
    assert "ERROR_BAD_PROFILE (1206, 0x4b6)" in told.message
    assert "WLAN_REASON_CODE_IHV_OUI_MISMATCH (524296, 0x80008)" in told.message
    assert "[ihv] oui" in told.hint


def test_a_dll_that_gave_no_answer_did_not_refuse() -> None:
    """It ended or hangs in the handler: that is for the findings to judge."""
    told = refusal((ENTER,), failed(0x3800E), Ihv(), own_dll=True)
    assert "since the DLL gave no answer to ValidateProfile" in told.message
    assert "findings" in told.hint


@pytest.mark.parametrize(
    ("ihv", "own_dll", "named"),
    [
        (Ihv(), True, "[ihv] security"),
        (Ihv(security=OWN), True, "--profile"),
        (Ihv(security=OWN), False, "--dll"),
    ],
)
def test_what_to_give_depends_on_what_was_given(ihv: Ihv, own_dll: bool, named: str) -> None:
    """Our sample's fragment to another DLL, another's fragment to it, or to our sample."""
    assert named in refusal(answered(87, 0x90006), failed(0x90006), ihv, own_dll=own_dll).hint
