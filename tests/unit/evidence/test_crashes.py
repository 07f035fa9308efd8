# SPDX-License-Identifier: GPL-2.0-or-later
"""Crashes by the event log, and each once however often it is told."""

from __future__ import annotations

import pytest

from harness.evidence.crashes import (
    CrashDump,
    DriverVerifier,
    file_name,
    merged,
    told_by_events,
)
from harness.evidence.event_log import LogEvent, WallClock
from harness.evidence.event_names import APPLICATION_ERROR, BUGCHECK, KERNEL_POWER
from harness.evidence.sources.event_xml import read_event_xml
from tests.unit.evidence.windows_log import NOON_NS, event_xml

TEXT = "0x000000c4 (0x0000000000094007, 0xffffb1, 0x0, 0x0000000000000003)"
PARAMETERS = (0x94007, 0xFFFFB1, 0, 3)


def crashes(provider: str, event_id: int, **data: str) -> tuple[CrashDump, ...]:
    """What one event tells."""
    return told_by_events([LogEvent(NOON_NS, provider, event_id, data=data, t_ns=5)])


def test_a_bug_check_by_the_event_after_it() -> None:
    """Code and parameters stand in a text that is the same in every language; its time is that of
    the start after it."""
    (crash,) = crashes(BUGCHECK, 1001, param1=TEXT, param2=r"C:\Windows\MEMORY.DMP")
    assert crash == CrashDump(
        "event 1001", True, 0xC4, NOON_NS, parameters=PARAMETERS, t_ns=5, told_later=True
    )


def test_a_bug_check_by_the_loss_of_power() -> None:
    """Where no dump was written; without a code it was none."""
    data = {"BugcheckCode": "196", "BugcheckParameter1": "0x94007", "BugcheckParameter4": "0x3"}
    (crash,) = crashes(KERNEL_POWER, 41, **data)
    assert (crash.code, crash.parameters) == (0xC4, (0x94007, 0, 0, 3))
    assert crashes(KERNEL_POWER, 41, BugcheckCode="0") == ()


@pytest.mark.parametrize("named", [True, False])
def test_a_program_by_its_error_report(named: bool) -> None:
    """Older Windows writes the members without their names."""
    data = {
        "AppName": "wlanext.exe", "AppVersion": "10.0.19041.1", "AppTimeStamp": "5f2a3b4c",
        "ModuleName": "AcmeIhv.dll", "ModuleVersion": "1.0", "ModuleTimeStamp": "5f2a3b4d",
        "ExceptionCode": "c0000005", "FaultingOffset": "0000000000001234",
    }  # fmt: skip
    text = event_xml(1000, provider=APPLICATION_ERROR, data=data, named=named)
    (crash,) = told_by_events(read_event_xml(text.encode(), "x").events)
    assert (crash.program, crash.where, crash.code) == (
        "wlanext.exe", "acmeihv.dll+0x1234", 0xC0000005
    )  # fmt: skip


@pytest.mark.parametrize(
    ("provider", "event_id", "data"),
    [
        (BUGCHECK, 1001, {"param1": "gone"}),
        (BUGCHECK, 1001, {}),
        (APPLICATION_ERROR, 1000, {"ExceptionCode": "none"}),
        (APPLICATION_ERROR, 1002, {"ExceptionCode": "c0000005"}),
        ("Someone", 1001, {"param1": TEXT}),
    ],
)
def test_odd_and_other_events_tell_none(provider: str, event_id: int, data: dict[str, str]) -> None:
    """What cannot be read is no crash."""
    assert crashes(provider, event_id, **data) == ()


def test_each_crash_is_there_once() -> None:
    """The dump tells more than the event, and comes first; another crash is another."""
    dump = CrashDump("a.dmp", True, 0xC4, NOON_NS, module="acme.sys", parameters=PARAMETERS)
    told = crashes(BUGCHECK, 1001, param1=TEXT)
    other = CrashDump("b.dmp", True, 0xD1, NOON_NS - 9, parameters=PARAMETERS)
    found = merged([dump, other], told, [WallClock(NOON_NS, 1000, 0)])
    assert [(one.told_by, one.t_ns) for one in found] == [("b.dmp", 991), ("a.dmp", 1000)]


def test_the_verifier_is_on_one_driver() -> None:
    """NDIS itself beside it is none of ours; names of files have no case."""
    assert DriverVerifier("acme.sys", ("NDIS.sys", "Acme.sys"), True).on_the_miniport_alone
    assert not DriverVerifier("acme.sys", ("ndis.sys",), True).on_the_miniport_alone
    assert not DriverVerifier("acme.sys", ("acme.sys", "b.sys"), True).on_the_miniport_alone


def test_a_file_is_named_as_windows_names_it() -> None:
    """The last part of a path, whatever its case."""
    assert file_name(r"\SystemRoot\System32\drivers\NDIS.sys") == "ndis.sys"
    assert file_name("x.dll\0\0") == "x.dll"
    assert file_name("") == ""
