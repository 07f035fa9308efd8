# SPDX-License-Identifier: GPL-2.0-or-later
"""A summary in Markdown, for a job's page at GitHub (`$GITHUB_STEP_SUMMARY`) or a merge request.

What comes from a guest or a plan is text: nothing in it becomes markup, a link or a mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from harness.exports.document import Document, Entry, crash_text
from harness.results import Verdict
from harness.results.wording import span_s
from harness.text import clean

ROWS: Final = 200
"""Of each table: GitHub refuses a summary of more than 1 MiB as a whole."""
LINE: Final = 300
_MARKUP = re.compile(r"[\\`*_{}\[\]()<>#|~&@:!$]|(?<=www)\.", re.IGNORECASE)


def as_markdown(document: Document) -> str:
    """The verdict, how many of each, and a table each of what went wrong and what was retried."""
    sections = [
        f"## {_verdict(document)}: {text(document.title)}",
        _counts(document),
        *_table("Went wrong", [one for one in document.entries if one.counts]),
        *_table("Known issues and quarantine", [one for one in document.entries if one.muted]),
        *_table("Passed when tried again", [one for one in document.entries if one.passed_again]),
        *_crashes(document.entries),
        *_environment(document),
    ]
    return "\n\n".join(sections) + "\n"


def text(value: str, limit: int = LINE) -> str:
    """`value` as text on one line, to stand anywhere in Markdown, in a table too."""
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", clean(value, limit))


def _verdict(document: Document) -> str:
    return document.verdict.value if document.verdict else "no verdict yet"


def _counts(document: Document) -> str:
    counted = [f"{document.having(one)} {one.value}" for one in Verdict if document.having(one)]
    to_come = document.having(None)
    counted += [f"{to_come} to come"] if to_come else []
    muted = sum(one.muted for one in document.entries)
    note = f" ({muted} of them known or in quarantine)" if muted else ""
    state = f", {document.state}" if document.state else ""
    number = len(document.entries)
    took = span_s(document.duration_s)
    tests = "1 test" if number == 1 else f"{number} tests"
    return f"{tests}: {', '.join(counted) or 'none ran'}{note}; {took}{state}."


def _table(heading: str, entries: Sequence[Entry]) -> list[str]:
    if not entries:
        return []
    order = sorted(entries, key=lambda one: one.verdict.priority if one.verdict else 0)
    rows = [
        f"| {one.verdict} | {text(one.id)} | {_what(one)} | {_again(one)} |" for one in order[:ROWS]
    ]
    head = ["| verdict | test | what | again |", "|---|---|---|---|"]
    more = [f"… and {len(entries) - ROWS} more"] if len(entries) > ROWS else []
    return [f"### {heading}", "\n".join(head + rows), *more]


def _what(entry: Entry) -> str:
    more = f"and {len(entry.details) - 1} more" if len(entry.details) > 1 else ""
    said = [entry.message, more, entry.retried, entry.marked]
    return "; ".join(text(part) for part in said if part)


def _again(entry: Entry) -> str:
    return f"<code>{text(entry.run.command)}</code>" if entry.run else ""


def _crashes(entries: Iterable[Entry]) -> list[str]:
    """The crashes, the same one once, with the tests that it came in."""
    found: dict[str, list[str]] = {}
    for one in entries:
        if one.crash:
            found.setdefault(crash_text(one.crash), []).append(one.id)
    if not found:
        return []
    lines = [f"- {text(crash)}: {text(', '.join(where))}" for crash, where in found.items()]
    return ["### Crashes", "\n".join(lines[:ROWS])]


def _environment(document: Document) -> list[str]:
    if not document.facts:
        return []
    rows = [f"- {text(name)}: {text(value)}" for name, value in document.facts.items()]
    return ["<details><summary>Environment</summary>", "\n".join(rows), "</details>"]
