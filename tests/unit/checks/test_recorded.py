# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules on recorded traces: what recorder.dll wrote of sample.dll in ihvhost.exe under Wine.

``recorded/good.jsonl`` has three associations and an orderly end, the others one association with
the fault of their name. There was no radio and no WLAN service, so there are no frames and no
notifications: these traces show the interface alone.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.checks import Evaluation, eapol_timing, evaluate
from harness.evidence import (
    AssociationEvidence,
    ClockModel,
    Notification,
    RunEvidence,
    names,
    parse_trace,
    segment,
    split,
)
from harness.faults import FAULTS

RECORDED = Path(__file__).parent / "recorded"
CLOCK = ClockModel(0, 0)
BEFORE_NS = 1_000


def recorded(name: str, without: int | None = None) -> RunEvidence:
    """A recorded trace as evidence, one call left out; each PerformPreAssociate begins an
    association."""
    whole, damage = parse_trace((RECORDED / f"{name}.jsonl").read_bytes())
    records = tuple(record for record in whole if without is None or record.call != without)
    connects = [
        record.t_ns - BEFORE_NS
        for record in records
        if (record.kind, record.function) == ("enter", names.PRE_ASSOCIATE)
    ]
    parts = split(records, connects)[1:]
    associations = tuple(
        AssociationEvidence(
            index=index,
            connect_ns=connect_ns,
            end_ns=part[-1].t_ns,
            ihv=part,
            notifications=tuple(
                Notification(record.t_ns, names.SOURCE_MSM, names.MSM_CONNECTED, "{guid}", 0)
                for record in part
                if (record.kind, record.function) == ("return", names.POST_COMPLETION)
            ),
        )
        for index, (connect_ns, part) in enumerate(zip(connects, parts, strict=True), start=1)
    )
    return RunEvidence(records, associations, CLOCK, damage)


def broken_rules(result: Evaluation) -> set[tuple[str, str]]:
    """Rules with a finding; expectations aside, as there was no air."""
    return {(i.rule, i.severity) for i in result.findings if not i.rule.startswith("EXPECT")}


def test_good_trace_is_whole() -> None:
    """No damage, no call left open, all tied to three sessions."""
    evidence = recorded("good")
    cut = segment(evidence)
    assert cut.damage == ()
    assert all(call.returned for call in cut.calls)
    assert [len(session.completions) for session in cut.sessions] == [1, 1, 1]
    assert all(session.stop for session in cut.sessions)
    assert all(send.completion for send in cut.sends)
    assert not cut.stray_pre + cut.stray_post + cut.stray_stops + cut.stray_send_completions


def test_good_trace_keeps_every_rule_it_exercises() -> None:
    """No finding; every family of the interface was put to the test."""
    result = evaluate(recorded("good"))
    assert broken_rules(result) == set()
    untested = {
        "ADPT-07", "ADPT-10", "CTRL-01", "ETH-07", "HOST-04", "IND-01", "KEY-07", "LIFE-08",
        "LIFE-11", "MEM-01", "MEM-02", "MEM-03", "NIC-01", "ONEX-01", "ONEX-02", "ONEX-03",
        "ONEX-04", "ONEX-05", "ONEX-06", "ONEX-07", "ONEX-08", "ONEX-09", "ONEX-10", "ONEX-12",
        "ONEX-13", "PRE-05",
        "POST-10", "POST-13", "POST-14", "POST-15", "POST-17", "PRE-01", "PRE-08", "PRE-09",
        "PRE-11", "PRE-12", "PRE-13", "PROF-01", "PROF-02", "PROF-03", "PROF-04", "RST-03",
        "RST-04", "RST-06", "RX-03", "STOP-02", "STOP-05", "STOP-06", "STOP-07", "STOP-08",
        "TX-07", "UI-01", "UI-02", "UI-03", "UI-04", "UI-05", "UI-06", "UI-07", "VS-01",
        "HOST-07", "HOST-08", "HOST-09", *(f"NDIS-{number:02}" for number in range(1, 15)),
    }  # fmt: skip
    of_the_interface = {item.rule for item in result.undecided if "EXPECT" not in item.rule}
    assert of_the_interface == untested
    assert "LIFE-06" in result.checked


def test_802_1x_of_the_os_keeps_every_rule_it_exercises() -> None:
    """``reauthentication``: an association in the reference guest, EAP-TLS by its wpa_supplicant
    and hostapd's RADIUS server, authenticated twice more by the access point. Packets of more than
    the trace shows are known by their length, the others by their hash."""
    result = evaluate(recorded("reauthentication"))
    assert broken_rules(result) == set()
    assert {rule for rule in result.checked if rule.startswith("ONEX")} == {
        "ONEX-01", "ONEX-02", "ONEX-03", "ONEX-04", "ONEX-07", "ONEX-10", "ONEX-12", "ONEX-13",
    }  # fmt: skip
    assert "POST-10" in result.checked


@pytest.mark.parametrize(
    ("function", "nth", "rule", "severity"),
    [
        (names.START_ONEX, 2, "ONEX-07", "WARN"),
        (names.START_ONEX, 1, "ONEX-13", "WARN"),
        (names.RECEIVE_PACKET, 3, "ONEX-04", "WARN"),
        (names.SET_ETHERTYPES, 1, "ONEX-02", "FAIL"),
    ],
)
def test_what_is_missing_from_802_1x_is_found(
    function: str, nth: int, rule: str, severity: str
) -> None:
    """The same recording without one call breaks the rule that speaks of it."""
    calls = [
        record.call
        for record in recorded("reauthentication").trace
        if (record.kind, record.function) == ("enter", function)
    ]
    evidence = recorded("reauthentication", without=calls[nth - 1])
    assert (rule, severity) in broken_rules(evaluate(evidence))


def test_handler_timing_of_the_good_trace() -> None:
    """Figures of the handler are measured; those of the air are absent."""
    for association in recorded("good").associations:
        (timing,) = eapol_timing(association, CLOCK)
        values = timing.values
        assert set(values) == {"handler", "handler_to_completion"}
        assert 0 < values["handler"].us < values["handler_to_completion"].us


@pytest.mark.parametrize("fault", sorted({path.stem for path in RECORDED.iterdir()} & set(FAULTS)))
def test_recorded_fault_is_found_and_nothing_else(fault: str) -> None:
    """A fault of the sample DLL, as recorded, breaks exactly the rules it stands for."""
    evidence = recorded(fault)
    assert evidence.damage == ()
    expected = {(rule, "FAIL") for rule in FAULTS[fault].rules}
    assert broken_rules(evaluate(evidence)) == expected


def test_no_secret_in_the_recorded_traces() -> None:
    """Profiles and keys are there by length and hash only."""
    for path in RECORDED.glob("*.jsonl"):
        content = path.read_text("ascii")
        assert "Passphrase" not in content
        for record in parse_trace(content)[0]:
            key = record.args.get("pKey")
            result = record.args.get("pDot11MsOneXResultParams")
            hidden = [key["ucKey"]] if isinstance(key, dict) else []
            if isinstance(result, dict) and record.args["msOneXResult"] == 0:
                hidden += [result["pbMPPESendKey"], result["pbMPPERecvKey"]]
            for secret in hidden:
                assert {"length", "hash"} <= set(secret) <= {"length", "hash", "address", "size"}
