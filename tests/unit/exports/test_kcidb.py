# SPDX-License-Identifier: GPL-2.0-or-later
"""KCIDB: the library of KernelCI takes it as v5.3, and the statuses are the verdicts."""

from __future__ import annotations

import json
from typing import Any

import kcidb_io.schema

from harness.exports import Document, of_run
from harness.exports.kcidb import as_kcidb
from harness.history.model import NightState
from harness.results import Verdict
from tests.unit.exports.samples import HOSTILE, attempt, cell, document
from tests.unit.results.samples import NO_COMPLETION, association, run


def report(told: Document) -> dict[str, Any]:
    """What the library reads, which raises for what is not to its schema."""
    data: dict[str, Any] = kcidb_io.schema.V5_3.validate(json.loads(as_kcidb(told)))
    return data


def test_the_statuses_are_the_verdicts() -> None:
    """One to one; what is known keeps its own."""
    data = report(document())
    statuses = {one["path"].rpartition(".")[2].partition("-")[0]: one["status"]
                for one in data["tests"]}  # fmt: skip
    assert statuses == {
        "good": "PASS", "broken": "FAIL", "retried": "PASS", "lab": "MISS", "wrong": "ERROR",
        "known": "FAIL", "crashes_2": "FAIL", "killed": "MISS", "left": "SKIP", "to": "MISS",
    }  # fmt: skip
    assert "status" not in report(document(state=NightState.RUNNING))["tests"][-1]


def test_crashes_and_known_issues_are_issues_with_incidents() -> None:
    """An incident leads from the issue to the test; the driver is the culprit."""
    data = report(document())
    issues = {one["misc"]["kind"]: one for one in data["issues"]}
    assert issues["crash"]["report_subject"].startswith("0xC0000005 in vendor.dll!Foo+0x12")
    assert issues["known"]["report_subject"] == "known issue: ticket 7, until 2027-01-01"
    assert issues["crash"]["culprit"] == {"code": True}
    at = {one["issue_id"]: one["test_id"] for one in data["incidents"]}
    assert at[issues["crash"]["id"]] == "wlan_hil:n1/reference/hwsim/acme/crashes#2"
    assert at[issues["known"]["id"]] == "wlan_hil:n1/reference/hwsim/acme/known"


def test_retries_are_in_the_misc_of_their_test() -> None:
    """As tests of their own they would fail the build."""
    (retried,) = (one for one in report(document())["tests"] if one["id"].endswith("/retried"))
    attempts = retried["misc"]["attempts"]
    assert [one["status"] for one in attempts] == ["MISS", "PASS"]
    assert attempts[0]["shard"] == "host/0"


def test_ids_lead_from_a_test_to_the_build_of_the_dll() -> None:
    """By its digest: a name is that of many builds."""
    data = report(document())
    builds = {one["id"] for one in data["builds"]}
    assert f"wlan_hil:{'ab' * 32}" in builds
    assert {one["build_id"] for one in data["tests"]} <= builds
    assert {one["checkout_id"] for one in data["builds"]} == {
        one["id"] for one in data["checkouts"]
    }


def test_hostile_text_is_taken() -> None:
    """Names that a path cannot hold stay apart; no NUL gets in."""
    data = report(document(cell("a.b", attempt(Verdict.FAIL)), cell("a_b", attempt(Verdict.FAIL)),
                           cell(HOSTILE, attempt(Verdict.MISS))))  # fmt: skip
    paths = {one["path"] for one in data["tests"]}
    assert len(paths) == 3


def test_a_run_is_taken() -> None:
    """Its associations are the tests."""
    data = report(of_run(run(association(1), association(2, NO_COMPLETION)), "runs/r"))
    assert [one["status"] for one in data["tests"]] == ["PASS", "FAIL"]
