# SPDX-License-Identifier: GPL-2.0-or-later
"""A whole run: collected, judged, written down, and told."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.checks import RULES
from harness.checks.catalogue import entries
from harness.checks.severity import GuestKind
from harness.console import Console
from harness.console.lines import corrections
from harness.evidence import RunEvidence, timelines, unended
from harness.evidence.capture import match, read_packets
from harness.lab.recording import open_recording
from harness.report import Clocks, render, render_contract
from harness.results import (
    AirSummary,
    AssociationResult,
    LabFaultResult,
    Pages,
    RunResult,
    create_run_directory,
    judge_run,
    save,
    write_atomic,
)
from harness.run.collect import CollectedRun, RunPlan, collect
from harness.run.fingerprint import evidence_files
from harness.run.judge import judge_of_scenario, judged
from harness.run.seal import seal
from harness.scenarios import Scenario
from harness.scenarios.ssid import shown

CAPTURE = "air.pcapng"
"""What the air calls its capture."""


def perform(
    plan: RunPlan,
    console: Console,
    *,
    on_association: Callable[[AssociationResult], None] = lambda _: None,
) -> tuple[RunResult, Path]:
    """Carry out `plan`: its result, and the folder everything is kept in.

    `on_association` is called with each association as soon as it is judged.
    """

    lines_shown: list[AssociationResult] = []

    def show(result: AssociationResult) -> None:
        lines_shown.append(result)
        console.association(result)
        on_association(result)

    started_at, started_s = datetime.now(UTC), time.monotonic()
    directory = create_run_directory(plan.lab.store.runs)
    with contextlib.suppress(OSError):  # a full disk shows in the recording, and is told there
        write_atomic(directory.file("lab.toml"), resolved(plan))
    console.plan(plan.scenario.associations)
    if plan.scenario.beyond_documents:
        console.note(f"{plan.scenario.name} goes beyond the documents: no OS is known to do this")
    judge = judge_of_scenario(plan.lab, plan.scenario, started_at)
    with open_recording(directory.path) as recording:
        recording.begin(_begun(plan, directory.run_id, started_at))
        recording.judged_by(judge.limits, judge.expect)
        collected = collect(plan, judge, recording, console, directory.path, show)
        recording.finish_trace()
        evidence = _finished(collected.evidence(recording), plan.lab.guest.kind)
        recording.end(associations=len(collected.associations))
        write_fault = recording.fault
    with contextlib.suppress(OSError):  # its absence is seen
        seal(directory.path)
    if write_fault and collected.lab_fault is None and not collected.broken:
        collected.lab_fault = LabFaultResult(
            message=write_fault, hint="free disk space and run again"
        )
    result = judged(
        _unjudged(plan, collected, directory.run_id, started_at), evidence, judge, collected.broken
    ).model_copy(
        update={
            "duration_s": time.monotonic() - started_s,
            "evidence": evidence_files(directory.path),
        }
    )
    saved = save(directory, result, pages(evidence, directory.path))
    for note in corrections(lines_shown, saved.result):
        console.note(note)
    console.summary(saved.result, directory.path, [lost.name for lost in saved.lost])
    return saved.result, directory.path


def _begun(plan: RunPlan, run_id: str, started_at: datetime) -> dict[str, Any]:
    """What the result says of the run before anything has come of it."""
    begun = _unjudged(plan, CollectedRun(), run_id, started_at)
    return begun.model_dump(mode="json", by_alias=True, exclude={"verdict", "reason"})


def _finished(evidence: RunEvidence, guest: GuestKind) -> RunEvidence:
    """The evidence of a run that is over: nothing comes behind the last record any more."""
    if not evidence.associations:
        return evidence
    open_end = unended(evidence.trace, service_tells=guest == "reference")
    return replace(evidence, damage=evidence.damage + open_end)


def resolved(plan: RunPlan) -> str:
    """lab.toml as it was used, defaults filled in. Scenario secrets are not part of it."""
    lines = []
    tables = [
        (f"[[{name}]]" if isinstance(content, list) else f"[{name}]", table)
        for name, content in plan.lab.model_dump(mode="json").items()
        for table in (content if isinstance(content, list) else [content])
    ]
    for heading, values in tables:
        lines.append(heading)
        lines += [f"{key} = {_toml(value)}" for key, value in values.items() if value is not None]
    return "\n".join(lines) + "\n"


def _unjudged(
    plan: RunPlan, collected: CollectedRun, run_id: str, started_at: datetime
) -> RunResult:
    """Everything the result says that does not follow from the evidence."""
    network = plan.scenario.network
    return judge_run(
        run_id=run_id,
        scenario=plan.scenario.name,
        scenario_description=plan.scenario.summary,
        guest=plan.lab.guest.kind,
        started_at=started_at,
        duration_s=0.0,
        beyond_documents=plan.scenario.beyond_documents,
        orders=_ordered(plan.scenario),
        command=plan.command,
        fault=plan.fault.name if plan.fault else None,
        requested_associations=plan.scenario.associations,
        environment=collected.environment,
        air=AirSummary(
            ssid=shown(network.ssid_bytes),
            bssid=collected.bssid or None,
            channel=network.channel,
            security=network.security,
            rules=tuple(rule.phrase() for rule in plan.scenario.air),
        ),
        stages=tuple(collected.stages),
        lab_faults=(collected.lab_fault,) if collected.lab_fault else (),
        errors=tuple(collected.errors),
    )


def _ordered(scenario: Scenario) -> tuple[str, ...]:
    """What the guest's WLAN service is asked to do out of the ordinary, in words."""
    form = scenario.os_parameters.association
    unusual = "" if scenario.os_parameters.usual else (
        f"association parameters of {form.size} bytes, revision {form.revision}"
        + (f", {form.hostile}" if form.hostile else "")
    )  # fmt: skip
    return tuple(order.phrase() for order in scenario.os) + ((unusual,) if unusual else ())


def pages(evidence: RunEvidence, folder: Path) -> Pages:
    """The HTML pages of a run, by file name; `folder` has its capture."""
    frames = [frame for one in evidence.associations for frame in one.frames]
    found = match(read_packets(folder / CAPTURE), frames)
    drawn = timelines(evidence, found.numbers)
    clock = evidence.clock
    clocks = Clocks(clock.offset_ns, clock.uncertainty_ns, found.wall_minus_air_ns)
    known = clocks if evidence.associations else None
    return {
        "report.html": lambda result: render(result, drawn, RULES, known),
        "contract.html": lambda result: render_contract(result, drawn, entries(), known),
    }


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(_toml(one) for one in value)}]"
    return repr(value) if isinstance(value, int | float) else json.dumps(str(value))
