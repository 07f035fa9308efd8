# SPDX-License-Identifier: GPL-2.0-or-later
"""CTRF: to its specification, with the stable ids it asks for."""

from __future__ import annotations

import json
import uuid
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from harness.exports import Document, of_run
from harness.exports.ctrf import as_ctrf
from harness.history.model import NightState
from harness.results import Verdict
from tests.unit.exports.samples import attempt, cell, document
from tests.unit.results.samples import NO_COMPLETION, association, run

Status = Literal["passed", "failed", "skipped", "pending", "other"]
Name = Annotated[str, Field(min_length=1)]


class Spec(BaseModel):
    """An object of the specification: what it does not name is not in it."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Attachment(Spec):
    """The specification's "attachment"."""

    name: str
    contentType: str
    path: str


class RetryAttempt(Spec):
    """Its "retry attempt"."""

    attempt: Annotated[int, Field(ge=1)]
    status: Status
    duration: int = 0
    message: str = ""
    start: int = 0
    stop: int = 0
    extra: dict[str, Any] = {}


class Test(Spec):
    """Its "test"."""

    __test__ = False

    id: str
    name: Name
    status: Status
    duration: int
    start: int = 0
    stop: int = 0
    suite: Annotated[list[str], Field(min_length=1)]
    message: str = ""
    trace: str = ""
    rawStatus: str = ""
    tags: list[str] = []
    retries: int = 0
    retryAttempts: list[RetryAttempt] = []
    flaky: bool = False
    threadId: str = ""
    attachments: list[Attachment] = []
    extra: dict[str, Any] = {}


class Summary(Spec):
    """Its "summary"."""

    tests: int
    passed: int
    failed: int
    skipped: int
    pending: int
    other: int
    flaky: int
    start: int
    stop: int
    duration: int


class Tool(Spec):
    """Its "tool"."""

    name: Name
    version: str


class Environment(Spec):
    """Its "environment"."""

    reportName: str
    extra: dict[str, Any]


class Results(Spec):
    """Its "results"."""

    tool: Tool
    summary: Summary
    tests: list[Test]
    environment: Environment


class Report(Spec):
    """The whole."""

    reportFormat: Literal["CTRF"]
    specVersion: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    reportId: str
    timestamp: str
    generatedBy: str
    results: Results


def report(told: Document) -> Results:
    """What a strict reader makes of it."""
    read = Report.model_validate(json.loads(as_ctrf(told)))
    for one in (read.reportId, *(test.id for test in read.results.tests)):
        assert str(uuid.UUID(one)) == one
    summary = read.results.summary
    counted = (summary.passed, summary.failed, summary.skipped, summary.pending, summary.other)
    assert sum(counted) == summary.tests == len(read.results.tests)
    return read.results


def test_failed_is_the_driver_and_all_else_is_other() -> None:
    """The verdict itself is the raw status; what is known is told by a tag."""
    tests = {one.name: one for one in report(document()).tests}
    assert {name: (one.status, one.rawStatus) for name, one in tests.items()} == {
        "good": ("passed", "PASS"), "broken": ("failed", "FAIL"), "retried": ("passed", "PASS"),
        "lab-broke": ("other", "MISS"), "wrong": ("other", "ERROR"), "known": ("other", "FAIL"),
        "crashes #2": ("failed", "FAIL"), "killed": ("other", "MISS"),
        "left-out": ("skipped", "SKIP"), "to-come": ("other", "MISS"),
    }  # fmt: skip
    assert tests["known"].tags == ["known issue"]
    assert tests["crashes #2"].extra["crash"].startswith("0xC0000005 in vendor.dll!Foo+0x12")
    assert report(document(state=NightState.RUNNING)).summary.pending == 1


def test_retries_are_attempts_with_their_ids_and_shards() -> None:
    """One that passed at last is flaky, if not only the lab broke before."""
    again = cell("again", attempt(Verdict.FAIL), attempt(Verdict.PASS, 2))
    assert [one.flaky for one in report(document(again)).tests] == [True]
    (retried,) = (one for one in report(document()).tests if one.name == "retried")
    assert (retried.retries, retried.flaky, retried.threadId) == (1, False, "host/0")
    first, second = retried.retryAttempts
    assert (first.status, second.status) == ("other", "passed")
    assert first.extra == {"id": "MISS-1", "shard": "host/0", "verdict": "MISS"}


def test_a_test_keeps_its_id_from_night_to_night() -> None:
    """Whatever came of it."""
    ids = [one.id for one in report(document()).tests]
    assert len(set(ids)) == len(ids)
    assert ids == [one.id for one in report(document(state=NightState.RUNNING)).tests]


def test_a_run_is_told_by_its_associations() -> None:
    """As in the other formats."""
    told = report(of_run(run(association(1), association(2, NO_COMPLETION)), "runs/r"))
    assert [(one.name, one.status) for one in told.tests] == [
        ("association 1", "passed"), ("association 2", "failed"),
    ]  # fmt: skip
