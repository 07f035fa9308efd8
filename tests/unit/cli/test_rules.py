# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil rules`: every rule is listed, each is explained, and the numbers are those of the table."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from harness.checks import RULES, UNOBSERVABLE, evaluate
from harness.checks.catalogue import entries, summary
from harness.cli.app import app
from harness.cli.rules import examples, explain, find
from harness.errors import UsageError
from tests.unit.checks.pairs import PAIRS

CONTRACT = {
    "LIFE": 12, "ADPT": 10, "PRE": 13, "ETH": 7, "TX": 7, "RX": 4, "POST": 17, "STOP": 9, "RST": 7,
    "ONEX": 13, "KEY": 12, "UI": 7, "IND": 1, "MEM": 3, "PROF": 4, "CTRL": 1, "NIC": 1, "VS": 1,
    "NDIS": 14,
}  # fmt: skip
"""Rules of the documented contract by family, numbered from 01 without a gap."""


def test_the_contract_is_whole() -> None:
    """Every id of the contract is there once, implemented or declared with its reason."""
    wanted = {f"{name}-{n:02}" for name, count in CONTRACT.items() for n in range(1, count + 1)}
    own = {entry.id for entry in entries() if entry.cls == "ours"}
    assert {entry.id for entry in entries()} - own == wanted
    assert not set(RULES) & set(UNOBSERVABLE)
    assert len(entries()) == len(RULES) + len(UNOBSERVABLE)
    assert all(entry.needs for entry in entries() if entry.status == "unobservable")


def test_summary_counts() -> None:
    """The numbers add up, in words and in JSON."""
    count = summary()
    assert count["implemented"] + count["unobservable"] == count["total"] == sum(CONTRACT.values())
    shown = CliRunner().invoke(app, ["rules", "--summary"]).output
    assert f"implemented {count['implemented']}, unobservable {count['unobservable']}" in shown
    assert json.loads(CliRunner().invoke(app, ["rules", "--summary", "--json"]).output) == count


def test_list_and_json() -> None:
    """A line per rule; the JSON has the same rules with class, source and status."""
    lines = CliRunner().invoke(app, ["rules"]).output.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == [entry.id for entry in entries()]
    rows = json.loads(CliRunner().invoke(app, ["rules", "--json"]).output)
    assert [row["id"] for row in rows] == [entry.id for entry in entries()]
    assert all(row["class"] and row["source"] and row["status"] for row in rows)


@pytest.mark.parametrize("rule", [entry.id for entry in entries()])
def test_explained(rule: str) -> None:
    """A rule is explained with its text, source and status; an implemented one by example."""
    entry = find(rule.lower())
    text = "\n".join(explain(entry))
    assert entry.source[:20] in text
    assert ("Example" in text) == (entry.status == "implemented")


def test_examples_show_their_rule() -> None:
    """Every implemented rule has an example, and none another has one."""
    assert set(examples()) == set(RULES)
    assert all(item["timeline"] and item["message"] for item in examples().values())


@pytest.mark.parametrize("rule", PAIRS)
def test_an_example_is_as_its_rule_is(rule: str) -> None:
    """The message shown is the one found today: python -m tests.unit.checks.examples renews it."""
    findings = evaluate(PAIRS[rule].breaks().evidence()).findings
    shown = next(item.message for item in findings if item.rule == rule)
    assert examples()[rule]["message"] == shown


def test_unknown_rule() -> None:
    """A wrong id is refused with a way out."""
    with pytest.raises(UsageError) as caught:
        find("POST-77")
    assert "POST-" in caught.value.hint
