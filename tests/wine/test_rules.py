# SPDX-License-Identifier: GPL-2.0-or-later
"""The recorder's real traces against the rules: the correct sample breaks none, and each of its
faults breaks exactly the rule it is meant to."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.checks import Expectation, Limits, evaluate
from harness.evidence import AssociationEvidence, ClockModel, RunEvidence, parse_trace
from tests.wine.conftest import Recorder, StartHost
from tests.wine.peer import HostGone, HostPeer

MakeRecorder = Callable[[Path], Recorder]
LIMITS = Limits(post_associate_s=1.0, handler_s=1.0)
PAST_LIMITS_S = 1.5
FAULTS = {
    None: set(),
    "never-completes": {"POST-05"},
    "completes-inside-handler": {"POST-06"},
    "wrong-session": {"POST-07"},
    "error-and-completes": {"POST-17"},
    "reason-out-of-range": {"POST-08"},
    "completes-after-stop": {"STOP-04"},
    "writes-port-state": {"POST-03"},
    "broken-ethertype": {"TX-01"},
    "crashes": {"HOST-01"},
    "hangs": {"HOST-02"},
}


def run(host: HostPeer, fault: str | None) -> None:
    """One association with a fault, as far as the fault lets it come."""
    host.start()
    host.connect(fault=fault)
    started = host.result(host.post_associate(), timeout_s=PAST_LIMITS_S)
    if started["result"]["status"] == 0:
        host.deliver(host.ap.m1())
        host.wait_for(lambda: "Dot11ExtSetDefaultKeyId" in host.names(), "keys")
        if fault == "never-completes":
            with pytest.raises(TimeoutError):  # the limit passes without a completion
                host.wait_completion(timeout_s=PAST_LIMITS_S)
        elif fault != "completes-after-stop":
            host.wait_completion(2 if fault == "wrong-session" else 1)
        host.stop()
    if fault in ("error-and-completes", "completes-after-stop"):
        host.wait_completion()
    host.reset()
    host.shut_down()


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_breaks_its_rule_only(
    start_host: StartHost, recorder: MakeRecorder, pe: Path, fault: str | None
) -> None:
    """FAIL findings of one association, judged from the trace the recorder wrote."""
    setup = recorder(pe / "sample.dll")
    host = start_host(setup.dll)
    begin_ns = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
    try:
        run(host, fault)
    except HostGone:
        assert fault == "crashes"
    except TimeoutError:
        assert fault == "hangs"
        host.process.kill()
        host.wait_exit()
    end_ns = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
    records, damage = parse_trace(setup.trace.read_text())
    assert damage == ()
    association = AssociationEvidence(1, begin_ns, end_ns, ihv=records)
    evidence = RunEvidence(records, (association,), ClockModel(0, 1000))
    judged = evaluate(evidence, LIMITS, Expectation(connected=False, echoes=0))
    assert {f.rule for f in judged.findings if f.severity == "FAIL"} == FAULTS[fault]
