# SPDX-License-Identifier: GPL-2.0-or-later
"""Events of Windows' log in words, their codes by name."""

from __future__ import annotations

import pytest

from harness.evidence.event_log import LogEvent
from harness.evidence.event_names import BUGCHECK, WLAN, details, fields_of, label


def wlan(event_id: int, **data: str) -> LogEvent:
    """An event of WLAN-AutoConfig."""
    return LogEvent(0, WLAN, event_id, data=data)


@pytest.mark.parametrize(
    ("event", "name", "shown"),
    [
        (wlan(8002, ReasonCode="229387"), "ReasonCode",
         "WLAN_REASON_CODE_DRIVER_DISCONNECTED (229387, 0x3800b)"),
        (wlan(12013, ReasonCode="0x50005"), "ReasonCode",
         "ONEX_EAP_FAILURE_RECEIVED (327685, 0x50005)"),
        (wlan(12013, EAPReasonCode="0x80420101"), "EAPReasonCode",
         "EAP_E_USER_CERT_INVALID (2151809281, 0x80420101)"),
        (wlan(11009, IhvReasonCode="589825"), "IhvReasonCode", "vendor-defined (589825, 0x90001)"),
        (wlan(11002, Dot11StatusCode="17"), "Dot11StatusCode", "17 DENIED_NO_MORE_STAS"),
        (wlan(10000, ErrorCode="126"), "ErrorCode", "ERROR_MOD_NOT_FOUND (126, 0x7e)"),
        (wlan(11004, SecurityHintCode="odd"), "SecurityHintCode", "odd"),
        (wlan(8003, ReasonCode="4000000000"), "ReasonCode", "4000000000 (0xee6b2800)"),
    ],
)  # fmt: skip
def test_codes_are_shown_by_name(event: LogEvent, name: str, shown: str) -> None:
    """As everywhere else: name, decimal and hex, so that report and event viewer can be matched."""
    assert details(event)[name] == shown


def test_labels_say_what_an_event_is() -> None:
    """Its number first; of an unknown one, whose it is."""
    assert label(wlan(11009)) == "event 11009 IHV security failed"
    assert label(LogEvent(0, BUGCHECK, 1001)) == "event 1001 bug check"
    assert label(wlan(61234)) == f"event 61234 of {WLAN}"
    assert label(LogEvent(0, "Someone", 8000)) == "event 8000 of Someone"


def test_members_have_an_order_for_known_events_alone() -> None:
    """The published one; ids are the provider's own."""
    assert fields_of(WLAN, 10000) == ("ExtensibleModulePath", "ErrorCode")
    assert fields_of("Someone", 10000) == fields_of(WLAN, 1) == ()
