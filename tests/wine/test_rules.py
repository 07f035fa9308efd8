# SPDX-License-Identifier: GPL-2.0-or-later
"""The recorder's real traces against the rules: the correct sample breaks none, and each of its
faults breaks exactly the rules it is meant to. The quick form of tests/vm/test_faults.py."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.checks import RULES, CheckLimits, Evaluation, Expectation, evaluate
from harness.evidence import AssociationEvidence, ClockModel, RunEvidence, parse_trace, split
from harness.faults import FAULTS, Fault
from tests.wine.conftest import Recorder, StartHost
from tests.wine.peer import HostGone, HostPeer
from tests.wine.stimuli import LAST, SCENARIOS, STARTS, Os

MakeRecorder = Callable[[Path], Recorder]
LIMITS = CheckLimits(post_associate_s=1.0, pre_associate_s=1.0, handler_s=1.0)
ENDS = {"HOST-01": HostGone, "HOST-02": TimeoutError}
"""What the OS meets when such a rule is broken."""
ON_THE_AIR = {"EXPECT-01", "EXPECT-02", "EXPECT-06"}
"""Rules that need frames or a scenario's expectation: for the guest with a radio."""
REACHED = {"eap-tls": {"ONEX-07", "ONEX-13", "POST-11"}}
"""Rules that are put to the test only where a scenario comes as far as it is meant to."""
HERE = [fault for fault in FAULTS.values() if not set(fault.rules) <= ON_THE_AIR]


def judged(trace: str, begun_ns: list[int]) -> Evaluation:
    """Evaluate a trace; the associations end with it."""
    records, damage = parse_trace(trace)
    assert damage == ()
    end_ns = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
    associations = tuple(
        AssociationEvidence(number, start_ns, end_ns, ihv=part)
        for number, (start_ns, part) in enumerate(
            zip(begun_ns, split(records, begun_ns)[1:], strict=True), 1
        )
    )
    evidence = RunEvidence(records, associations, ClockModel(0, 1000))
    expect = Expectation(connected=None, echoes=0, messages=())
    return evaluate(evidence, LIMITS, expect)


def run(host: HostPeer, scenario: str, fault: Fault | None) -> list[int]:
    """Drive the DLL as far as the fault lets it come; when each association began."""
    os = Os(host, fault.name if fault and fault.where != "service" else None)
    ends = tuple(ENDS[rule] for rule in (fault.rules if fault else ()) if rule in ENDS)
    start = STARTS.get(fault.name) if fault else None
    if start is not None:
        start(os)
        host.process.kill()
        host.wait_exit()
        return []
    try:
        host.start()
        for _ in range(fault.associations if fault else 1 if scenario in LAST else 2):
            SCENARIOS[scenario](os)
        os.end()
    except ends:
        host.process.kill()
        host.wait_exit()
    return os.begun_ns


@pytest.fixture
def sample(pe: Path, tmp_path: Path) -> Callable[[Fault | None], Path]:
    """A sample.dll with the settings that a fault of the service needs beside it."""

    def place(fault: Fault | None) -> Path:
        folder = tmp_path / "vendor"
        folder.mkdir()
        shutil.copy(pe / (fault.build if fault else "sample.dll"), folder / "sample.dll")
        if fault is not None and fault.where == "service":
            (folder / "sample.ini").write_text(f"[sample]\r\nfault={fault.name}\r\n")
        return folder / "sample.dll"

    return place


def test_every_scenario_of_a_fault_is_played() -> None:
    """None is left to the guest with a radio for want of a stimulus here."""
    assert {fault.scenario for fault in HERE} <= set(SCENARIOS)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_correct_sample_breaks_no_rule(
    start_host: StartHost, recorder: MakeRecorder, sample: Callable[..., Path], scenario: str
) -> None:
    """Not so much as a warning, whatever the OS does."""
    setup = recorder(sample(None))
    begun_ns = run(start_host(setup.dll), scenario, None)
    result = judged(setup.trace.read_text(), begun_ns)
    assert result.findings == ()
    assert REACHED.get(scenario, set()) <= set(result.checked)


def m1_to_m2_ms(trace: str) -> float:
    """The shortest time from the entry of ReceivePacket with an M1 to the sending of the M2."""
    found, m1_ns = [], None
    for line in trace.splitlines():
        record = json.loads(line)
        entered = record.get("function") if record["kind"] == "enter" else None
        if entered == "Dot11ExtIhvPerformPostAssociate":
            m1_ns = None
        elif entered == "Dot11ExtIhvReceivePacket" and m1_ns is None:
            m1_ns = record["t"]
        elif entered == "Dot11ExtSendPacket" and m1_ns:
            found.append((record["t"] - m1_ns) / 1e6)
            m1_ns = 0
    return min(found)


def test_a_slower_sample_breaks_no_rule(
    start_host: StartHost, recorder: MakeRecorder, sample: Callable[..., Path]
) -> None:
    """It has work to do before each M2: later, and right in every other way."""
    usual = recorder(dll := sample(None))
    run(start_host(usual.dll), "plain", None)
    as_ever_ms = m1_to_m2_ms(usual.trace.read_text())
    usual.trace.unlink()
    (dll.parent / "sample.ini").write_text("[sample]\r\nm2_work=100000\r\n")
    slower = recorder(dll)
    begun_ns = run(start_host(slower.dll), "plain", None)
    assert judged(slower.trace.read_text(), begun_ns).findings == ()
    assert m1_to_m2_ms(slower.trace.read_text()) > as_ever_ms + 20


@pytest.mark.parametrize("fault", HERE, ids=[fault.name for fault in HERE])
def test_each_fault_breaks_its_rules_only(
    start_host: StartHost, recorder: MakeRecorder, sample: Callable[..., Path], fault: Fault
) -> None:
    """The ids found are those of the fault, each with the severity it is to have."""
    setup = recorder(sample(fault))
    host = start_host(setup.dll)
    host.completion_delay_s = 0.02  # as on the air, where a packet takes its time
    begun_ns = run(host, fault.scenario, fault)
    result = judged(setup.trace.read_text(), begun_ns)
    expected = {
        (rule, fault.severity or RULES[rule].severity) for rule in set(fault.rules) - ON_THE_AIR
    }
    assert {(found.rule, found.severity) for found in result.findings} == expected, [
        found.message for found in result.findings
    ]
