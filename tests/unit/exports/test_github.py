# SPDX-License-Identifier: GPL-2.0-or-later
"""Annotations: one line each, escaped as GitHub unescapes them, and no more than it shows."""

from __future__ import annotations

import re

from harness.exports.github import SHOWN, as_github
from harness.results import Verdict
from tests.unit.exports.samples import attempt, cell, document

COMMAND = re.compile(r"::(error|warning|notice) ((?:[a-z]+=[^,:\r\n]*,?)+)::([^\r\n]*)")


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """The annotations as GitHub's runner reads them: level, properties, message."""
    found = []
    for line in text.splitlines():
        match = COMMAND.fullmatch(line)
        assert match, line
        level, properties, message = match.groups()
        pairs = (one.partition("=")[::2] for one in properties.split(","))
        found.append((level, {name: unescaped(value) for name, value in pairs}, unescaped(message)))
    return found


def unescaped(text: str) -> str:
    """What actions/runner makes of a property or message."""
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


def test_the_level_tells_whose_fault_it_is() -> None:
    """Errors are the driver's alone; what is known or was retried is a notice."""
    told = commands(as_github(document()))
    levels = [(level, properties["title"]) for level, properties, _ in told]
    acme = "reference/hwsim/acme"
    assert levels == [
        ("error", f"FAIL: {acme}/broken"), ("error", f"FAIL: {acme}/crashes#2"),
        ("warning", f"MISS: {acme}/lab-broke"), ("warning", f"ERROR: {acme}/wrong"),
        ("warning", f"MISS: {acme}/killed"), ("warning", f"MISS: {acme}/to-come"),
        ("notice", f"PASS, retried: {acme}/retried"),
        ("notice", f"FAIL, known issue: {acme}/known"),
    ]  # fmt: skip


def test_hostile_text_cannot_end_the_command() -> None:
    """A line break or a colon of a guest stays text; controls are shown as such."""
    told = commands(as_github(document(cell("a:b,c%0A\r\n::error::x", attempt(Verdict.FAIL)))))
    ((level, properties, message),) = told
    assert level == "error"
    assert properties["title"] == "FAIL: reference/hwsim/acme/a:b,c%0A  ::error::x"
    assert properties["file"] == "runs/run-FAIL-1/report.html"
    assert "::error::owned|`*_<b>@all #1 100%, a:b" in message
    assert message.splitlines()[-1] == "again: ./hil run x --dll 'a|b.dll'"


def test_what_github_would_drop_is_counted() -> None:
    """It shows ten of a level."""
    many = [cell(f"s{number}", attempt(Verdict.FAIL)) for number in range(SHOWN + 5)]
    told = commands(as_github(document(*many)))
    assert len(told) == SHOWN
    assert told[-1][1]["title"] == "6 more"
    assert "acme/s14" in told[-1][2]
