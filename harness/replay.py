# SPDX-License-Identifier: GPL-2.0-or-later
"""A finished run judged again from its files: by today's rules, on another machine, years later.

A field bug's evidence stays evidence when the checker learns something new, and a rule can be
tried on every run a lab has kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from harness.checks import Expectation, Limits
from harness.config import load_lab
from harness.errors import UsageError
from harness.evidence import (
    AssociationEvidence,
    ClockModel,
    Echo,
    Notification,
    PerformedOrder,
    RunEvidence,
    parse_trace,
    performed_orders,
    split,
)
from harness.judge import Judge, judged
from harness.overrides import Overrides, in_force
from harness.recording import EVENTS, TRACE
from harness.results import RunResult, load_result
from hwsim.errors import RecordError
from hwsim.records import FrameRecord


@dataclass(slots=True)
class Replay:
    """A run as its files tell it."""

    evidence: RunEvidence
    judge: Judge


def judge_again(folder: Path) -> tuple[RunResult, RunEvidence]:
    """The run in `folder` judged by the rules as they are now; raises `UsageError`."""
    stored = load_result(folder / "result.json")
    replay = load(folder)
    faults = {one.index: one.lab_fault for one in stored.associations if one.lab_fault}
    first = replay.judge
    judge = Judge(
        first.limits, first.expect, _overrides(folder, stored.started_at.date()), stored.guest
    )
    return judged(stored, replay.evidence, judge, faults), replay.evidence


def _overrides(folder: Path, day: date) -> Overrides:
    """The [[rules]] of the run's own lab.toml, as of the day of the run."""
    file = folder / "lab.toml"
    return in_force(load_lab(file).rules, day) if file.exists() else Overrides()


def load(folder: Path) -> Replay:
    """The evidence in `folder`; raises `UsageError` naming the file and line that is no evidence.

    The files may come from anywhere: every line is checked.
    """
    frames: dict[int, list[FrameRecord]] = {}
    notifications: list[Notification] = []
    performed: dict[int, tuple[PerformedOrder, ...]] = {}
    associations: list[AssociationEvidence] = []
    judge = Judge(Limits(), Expectation())
    clock = ClockModel(0, 1 << 62)
    for number, event in _events(folder / EVENTS):
        try:
            match event.pop("event"):
                case "plan":
                    judge = _judge(event)
                case "frame":
                    frame = FrameRecord.from_json(event)
                    frames.setdefault(frame.association, []).append(frame)
                case "notification":
                    del event["host_ns"]
                    notifications.append(Notification(**event))
                case "orders":
                    performed[event["association"]] = performed_orders(event["done"])
                case "association":
                    associations.append(_association(event))
                    clock = ClockModel(**event["clock"])
        except (KeyError, TypeError, ValueError, RecordError) as error:
            raise UsageError(
                f"{folder / EVENTS}:{number}: not an event of a run: {error}"
            ) from None
    trace, damage = parse_trace(_read(folder / TRACE))
    parts = split(trace, [one.connect_ns for one in associations])[1:]
    whole = tuple(
        replace(
            one,
            frames=tuple(frames.get(one.index, ())),
            performed=performed.get(one.index, ()),
            ihv=part,
            notifications=tuple(n for n in notifications if one.connect_ns <= n.t_ns <= one.end_ns),
        )
        for one, part in zip(associations, parts, strict=True)
    )
    return Replay(RunEvidence(trace, whole, clock, damage), judge)


def _events(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(_read(path).splitlines(), 1):
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            event = None
        if not isinstance(event, dict) or "event" not in event:
            raise UsageError(f"{path}:{number}: not an event of a run")
        yield number, event


def _judge(event: dict[str, Any]) -> Judge:
    expect = dict(event["expect"])
    expect["messages"] = tuple(expect["messages"])
    expect["orders"] = tuple(expect.get("orders", ()))
    expect["air"] = tuple(expect.get("air", ()))
    return Judge(Limits(**event["limits"]), Expectation(**expect))


def _association(event: dict[str, Any]) -> AssociationEvidence:
    echo = event["echo"]
    return AssociationEvidence(
        index=event["index"],
        connect_ns=event["connect_ns"],
        end_ns=event["end_ns"],
        echo=Echo(**{**echo, "rtt_us": tuple(echo["rtt_us"])}) if echo else None,
        lab_fault=event["lab_fault"],
        orders=tuple(event.get("orders", ())),
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", hint="give a run directory") from None
