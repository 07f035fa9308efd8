# SPDX-License-Identifier: GPL-2.0-or-later
"""Realistic runs for the tests of the report: good, failing, broken lab, very large, hostile.

Run as a module it writes the reports to a folder, to be looked at in a browser:
``python -m tests.unit.report.factory DIRECTORY``.
"""

from __future__ import annotations

import functools
import random
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from harness.checks.catalogue import entries
from harness.evidence.timeline import TimelineEvent
from harness.report import render, render_contract
from harness.results import (
    AirSummary,
    AssociationResult,
    EchoResult,
    Environment,
    EvidenceFile,
    FindingResult,
    LabFaultResult,
    PostAssociation,
    RulesResult,
    RunResult,
    Stage,
    TimingSummary,
    UndecidedResult,
    judge_association,
    judge_run,
)

BASE_NS = 81_000_000_000
US, MS = 1_000, 1_000_000
Detail = dict[str, str | int]


@dataclass(frozen=True)
class Rule:
    """As much of a rule as the report shows."""

    cls: str
    text: str
    source: str


RULES = {
    "POST-05": Rule(
        "M",
        "ERROR_SUCCESS means that a PostAssociateCompletion with this hSecuritySessionID must "
        "eventually come, unless StopPostAssociate or DeinitAdapter comes first.",
        "seed; I:dot11extihv_perform_post_associate",
    ),
    "POST-07": Rule(
        "M",
        "hSecuritySessionID in the completion is a value received from PerformPostAssociate.",
        "seed; I:dot11ext_post_associate_completion",
    ),
    "POST-12": Rule("D", "pPeer, if not NULL, should equal the AP's MAC.", "I: optional; S"),
    "HOST-02": Rule("ours", "A handler returns within the limit of this harness.", ""),
    "TX-02": Rule("M", "Packets go to a unicast destination only.", "N:send-operations"),
    "KEY-01": Rule("M", "Keys are set for the peer only.", "N:key-management"),
}


@dataclass
class Recording:
    """Collects the events of one association as time goes by."""

    now: int
    dice: random.Random
    uncertainty_ns: int = 60 * US
    seq: int = 100
    events: list[TimelineEvent] = field(default_factory=list)

    def wait(self, us: float, spread: float = 0.3) -> None:
        """Let roughly ``us`` microseconds pass, with a tail to the long side."""
        self.now += int(us * US * self.dice.lognormvariate(0, spread))

    def add(self, lane: Any, label: str, direction: Any = "", **detail: str | int) -> None:
        """Record an event now."""
        if lane in ("handler", "framework"):
            self.seq += 1
            detail = {"seq": self.seq, "tid": detail.pop("tid", 1204), **detail}
        self.events.append(TimelineEvent(self.now, 0, lane, label, direction, detail))

    def frame(self, label: str, direction: Literal["up", "down"], **detail: str | int) -> None:
        """Record a frame; one that got lost is on the air's clock, so its time is uncertain."""
        unsure = self.uncertainty_ns if detail.get("lost") else 0
        number = len(self.events) + 1
        full: Detail = {"number": number, "length": 133, **detail}
        self.events.append(TimelineEvent(self.now, unsure, "air", label, direction, full))

    def call(self, lane: Any, label: str, us: float, result: int = 0, **detail: Any) -> None:
        """Record a call and its return ``us`` later."""
        tid = detail.get("tid", 1204)
        self.add(lane, label, "enter", **detail)
        start = self.now
        self.wait(us)
        self.add(
            lane, label, "return", tid=tid, result=result, duration_us=(self.now - start) // US
        )


@functools.cache
def recorded(index: int, fault: str = "") -> tuple[TimelineEvent, ...]:
    """The timeline of association ``index``; ``fault`` as the sample driver knows it."""
    dice = random.Random(index * 7919)
    rec = Recording(BASE_NS + index * 3_000 * MS, dice)
    _associate(rec)
    _post(rec, index, fault)
    return tuple(rec.events)


def _associate(rec: Recording) -> None:
    rec.add("wlan", "WlanConnect", "enter")
    rec.wait(900)
    rec.add("wlan", "ACM connection start")
    rec.wait(2_500)
    rec.call("handler", "PerformPreAssociate", 900)
    for name in ("SetEtherTypeHandling", "SetAuthAlgorithm", "SetUnicastCipherAlgorithm"):
        rec.wait(150)
        rec.call("framework", name, 300, tid=1310)
    rec.wait(30_000)
    rec.call("framework", "PreAssociateCompletion", 200, tid=1310, dwReasonCode=0, dwWin32Error=0)
    for label, direction, us in (
        ("auth", "up", 9_000), ("auth", "down", 900), ("assoc-req", "up", 1_600),
        ("assoc-resp", "down", 700),
    ):  # fmt: skip
        rec.wait(us)
        rec.frame(label, direction)  # type: ignore[arg-type]


def _post(rec: Recording, index: int, fault: str) -> None:
    rec.wait(2_200)
    session: Detail = {"hSecuritySessionID": f"0x{index:08x}"}
    rec.add("handler", "PerformPostAssociate", "enter", **session)
    start = rec.now
    if fault == "hangs":
        rec.wait(600)
        rec.frame("M1", "down", replay_counter=1)
        return
    rec.wait(140)
    if index % 4 == 0:
        rec.frame("M1", "down", replay_counter=1)
        rec.wait(200)
    rec.add(
        "handler", "PerformPostAssociate", "return", result=0, duration_us=(rec.now - start) // US
    )
    if index % 4:
        rec.wait(350)
        rec.frame("M1", "down", replay_counter=1)
    _handshake(rec, fault)
    rec.wait(500)
    if fault == "never-completes":
        return
    done: dict[str, Any] = {**session, "dwReasonCode": 0, "dwWin32Error": 0}
    if fault == "wrong-session":
        rec.call(
            "framework", "PostAssociateCompletion", 200, result=87, tid=1312,
            **{**done, "hSecuritySessionID": "0x0badf00d"},
        )  # fmt: skip
        rec.wait(300)
    rec.call("framework", "PostAssociateCompletion", 400, tid=1312, **done)
    rec.wait(700)
    rec.add("wlan", "MSM connected")
    for label, direction in (("arp", "down"), ("arp", "up"), ("icmp", "down"), ("icmp", "up")):
        rec.wait(1_100)
        rec.frame(label, direction, protected=1, pn=len(rec.events))  # type: ignore[arg-type]


def _handshake(rec: Recording, fault: str) -> None:
    rec.wait(500)
    rec.call("handler", "ReceivePacket", 250, dwInBufferSize=107)
    rec.wait(900)
    rec.call("framework", "SendPacket", 300, tid=1312, uPacketLen=143)
    rec.wait(500)
    if fault == "m2-lost":
        rec.frame("M2", "up", rule="drop", lost=1, replay_counter=1)
        rec.wait(100_000, 0.02)
        rec.frame("M1", "down", retry=1, replay_counter=2)
        rec.wait(500)
        rec.call("handler", "ReceivePacket", 250, dwInBufferSize=107)
        rec.wait(900)
        rec.call("framework", "SendPacket", 300, tid=1312, uPacketLen=143)
        rec.wait(400)
    rec.frame("M2", "up", replay_counter=1, mic="right")
    rec.wait(420)
    rec.frame("M3", "down", replay_counter=2)
    rec.wait(600)
    rec.call("handler", "ReceivePacket", 260, dwInBufferSize=195)
    rec.wait(700)
    rec.call("framework", "SendPacket", 300, tid=1312, uPacketLen=121)
    rec.wait(400)
    rec.frame("M4", "up", replay_counter=2, mic="right")
    rec.wait(300)
    rec.call("handler", "SendPacketCompletion", 80, hSendCompletion="0x2", buffer="unchanged")
    for name in ("SetKeyMappingKey", "SetDefaultKey", "SetDefaultKeyId"):
        rec.wait(120)
        rec.call("framework", name, 900, tid=1312)


def timings(events: tuple[TimelineEvent, ...]) -> dict[str, float]:
    """The figures of a recorded timeline, as far as it has them."""
    at: dict[str, int] = {}
    for event in events:
        if not event.detail.get("lost"):
            at.setdefault(f"{event.label} {event.direction}", event.at_ns)
    names = {
        "assoc_to_m1": ("assoc-resp down", "M1 down"),
        "m1_to_m2": ("M1 down", "M2 up"),
        "m2_to_m3": ("M2 up", "M3 down"),
        "m3_to_m4": ("M3 down", "M4 up"),
        "handshake": ("M1 down", "M4 up"),
        "assoc_to_handler": ("assoc-resp down", "PerformPostAssociate enter"),
        "handler": ("PerformPostAssociate enter", "PerformPostAssociate return"),
        "handler_to_completion": (
            "PerformPostAssociate return", "PostAssociateCompletion enter",
        ),
        "m4_to_completion": ("M4 up", "PostAssociateCompletion enter"),
        "completion_to_data": ("PostAssociateCompletion enter", "icmp up"),
    }  # fmt: skip
    return {
        name: (at[end] - at[start]) / US
        for name, (start, end) in names.items()
        if start in at and end in at
    }


def found(fault: str, index: int, events: tuple[TimelineEvent, ...]) -> tuple[FindingResult, ...]:
    """The findings a fault leads to."""
    handler = next(event for event in events if event.label == "PerformPostAssociate")
    last_seq = max(int(event.detail.get("seq", 0)) for event in events)
    seq = int(handler.detail["seq"])
    if fault == "never-completes":
        text = (
            "PerformPostAssociate returned ERROR_SUCCESS, but no PostAssociateCompletion came "
            "within 10.0 s (a limit of this harness: no document gives one)"
        )
        at_ns = handler.at_ns + 10_000 * MS
        return (FindingResult(
            rule="POST-05", severity="FAIL", message=text, at_ns=at_ns, association=index,
            evidence=(seq, seq + 1),
        ),)  # fmt: skip
    if fault == "wrong-session":
        done = next(event for event in events if event.label == "PostAssociateCompletion")
        text = f"completed session 0x0badf00d, but the handler was given 0x{index:08x}"
        return (FindingResult(
            rule="POST-07", severity="FAIL", message=text, at_ns=done.at_ns, association=index,
            evidence=(seq, int(done.detail["seq"])),
        ),)  # fmt: skip
    if fault == "hangs":
        text = "PerformPostAssociate had not returned after 5.0 s (a limit of this harness)"
        return (FindingResult(
            rule="HOST-02", severity="FAIL", message=text, at_ns=handler.at_ns + 5_000 * MS,
            association=index, evidence=(last_seq,),
        ),)  # fmt: skip
    return ()


def association(index: int, fault: str = "") -> tuple[AssociationResult, tuple[TimelineEvent, ...]]:
    """An association and its timeline."""
    events = recorded(index, fault)
    figures = timings(events)
    kinds = [event.label for event in events if event.lane == "air"]
    completions = sum(
        1 for e in events if e.label == "PostAssociateCompletion" and e.direction == "enter"
    )
    ended = fault in ("never-completes", "hangs")
    result = judge_association(
        found(fault, index, events),
        index=index,
        connected=not ended,
        post_association=PostAssociation(
            called=True,
            return_code=None if fault == "hangs" else 0,
            completions=completions,
            win32_error=0 if completions else None,
            reason_code=0 if completions else None,
            asynchronous=True if completions else None,
        ),
        messages={name: kinds.count(name) for name in ("M1", "M2", "M3", "M4")},
        retries={"m1": kinds.count("M1") - 1, "m3": 0},
        echo=None
        if ended
        else EchoResult(sent=3, answered=3, arp=True, protected=True, rtt_us=(900, 870, 1100)),
        timing_us=figures,
        timing_uncertainty_us={
            name: 58.4 for name in ("assoc_to_m1", "assoc_to_handler") if name in figures
        },
        duration_s=2.4,
    )
    return result, events


def summaries(items: list[AssociationResult]) -> dict[str, TimingSummary]:
    """Percentiles as the checks compute them (nearest rank is near enough here)."""
    made = {}
    for name in dict.fromkeys(key for item in items for key in item.timing_us):
        values = sorted(item.timing_us[name] for item in items if name in item.timing_us)
        at = [values[min(int(share * len(values)), len(values) - 1)] for share in (0.5, 0.95, 0.99)]
        made[name] = TimingSummary(
            n=len(values), min=values[0], p50=at[0], p95=at[1], p99=at[2], max=values[-1]
        )
    return made


ENVIRONMENT = Environment(
    dll_path="C:\\drivers\\ihvsample\\sample.dll",
    dll_sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    guest_build="reference, Windows 10.0.19045 face, Wine 10.0",
    qemu="7.2.17",
    accelerator="TCG",
    accelerator_reason="/dev/kvm is missing",
    kernel="Linux 6.1.0-40-amd64",
    host_cpu="AMD EPYC 7B13",
    host_cpus=2,
    clock_uncertainty_us=58.4,
    versions={"wlan-hil": "0.1.0", "Python": "3.11.2", "scapy": "2.8.0", "pyroute2": "0.9.7"},
    other={"clocksource": "tsc", "guest image": "b1946ac92492d234"},
)


def run(faults: list[str], **fields: Any) -> tuple[RunResult, dict[int, tuple[TimelineEvent, ...]]]:
    """A run with one association for each fault name ("" for a good one)."""
    made = [association(index, fault) for index, fault in enumerate(faults, 1)]
    items = [item for item, _ in made]
    checked = [f"{family}-{n:02}" for family, most in
               (("LIFE", 6), ("ADPT", 3), ("PRE", 4), ("ETH", 2), ("TX", 5), ("POST", 10))
               for n in range(1, most + 1)]  # fmt: skip
    defaults: dict[str, Any] = {
        "scenario": "plain",
        "scenario_description": "Open authentication, WPA2-PSK with CCMP, every frame passes.",
        "guest": "reference",
        "run_id": "20261122T163005Z-5d41a2",
        "started_at": datetime(2026, 11, 22, 16, 30, 5, tzinfo=UTC),
        "duration_s": 61.4,
        "command": "./hil run --scenario plain --associations 20",
        "requested_associations": len(faults),
        "environment": ENVIRONMENT,
        "air": AirSummary(
            ssid="hil-lab", bssid="02:00:00:00:10:00", channel=6, security="WPA2-PSK, CCMP"
        ),
        "associations": tuple(items),
        "timing_summary_us": summaries(items),
        "rules": RulesResult(
            checked=tuple(checked),
            undecided=(
                UndecidedResult(
                    rule="POST-06", association=3,
                    reason="completion and return lie 12 µs apart, the uncertainty is 58 µs",
                ),
            ),
        ),
        "stages": (
            Stage(name="restore the saved guest", duration_s=4.2),
            Stage(name="SSH", duration_s=0.6),
            Stage(name="agent and recorder", duration_s=1.9),
            Stage(name="associations", duration_s=54.1),
        ),
        "evidence": (
            EvidenceFile(path="air.pcapng", description="every frame, radiotap", size_bytes=48_211),
            EvidenceFile(
                path="air.keys", description="keys for Wireshark", size_bytes=81, secret=True
            ),
            EvidenceFile(
                path="ihv-trace.jsonl", description="calls of the DLL", size_bytes=912_004
            ),
            EvidenceFile(path="events.jsonl", description="what the harness did and when"),
            EvidenceFile(path="serial.log", description="console of the guest", size_bytes=18_310),
            EvidenceFile(path="result.json", description="this report as data"),
        ),
    }  # fmt: skip
    result = judge_run(**(defaults | fields))
    return result, {index: events for index, (_, events) in enumerate(made, 1)}


def good() -> tuple[RunResult, dict[int, tuple[TimelineEvent, ...]]]:
    """Twenty good associations."""
    return run([""] * 20)


def failing() -> tuple[RunResult, dict[int, tuple[TimelineEvent, ...]]]:
    """Twelve associations, some of which fail in three ways, one with a warning besides."""
    faults = ["", "m2-lost", "wrong-session", "", "never-completes", "", "hangs", "", "",
              "never-completes", "", ""]  # fmt: skip
    warning = FindingResult(
        rule="POST-12", severity="WARN", message="pPeer is 00:00:00:00:00:00", at_ns=None
    )
    result, timelines = run(
        faults, fault="never-completes", command="./hil run --fault never-completes"
    )
    items = list(result.associations)
    items[3] = items[3].model_copy(update={"findings": (warning,)})
    return result.model_copy(update={"associations": tuple(items)}), timelines


def broken_lab() -> tuple[RunResult, dict[int, tuple[TimelineEvent, ...]]]:
    """Four associations of twenty, then the guest was gone."""
    fault = LabFaultResult(
        message="QEMU ended with signal 9",
        awaited="answer of agent.exe to connect",
        waited_s=3.2,
        last_state="association 5 begun, SSH connected",
        hint="look at serial.log and qmp.jsonl in the run directory",
    )
    return run([""] * 4, requested_associations=20, lab_faults=(fault,))


def large() -> tuple[RunResult, dict[int, tuple[TimelineEvent, ...]]]:
    """A thousand associations, every tenth failing."""
    return run(["never-completes" if n % 10 == 3 else "" for n in range(1000)])


def main(folder: Path) -> None:
    """Write all reports to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for make in (good, failing, broken_lab, large):
        result, timelines = make()
        (folder / f"{make.__name__}.html").write_text(
            render(result, timelines, RULES), encoding="utf-8"
        )
        (folder / f"{make.__name__}-contract.html").write_text(
            render_contract(result, timelines, entries()), encoding="utf-8"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
