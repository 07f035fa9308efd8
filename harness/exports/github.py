# SPDX-License-Identifier: GPL-2.0-or-later
"""Workflow commands by which GitHub Actions shows annotations at a job.

Written to the job's standard output. A line break ends a command, so that what comes from a guest
is escaped as actions/toolkit does it: in the message % CR LF, in properties : and , as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from harness.exports.document import Document, Entry, crash_text
from harness.results import Verdict
from harness.text import clean

SHOWN: Final = 10
"""Annotations of one level that GitHub takes of a step; it drops the others without a word."""
LINES: Final = 20


def as_github(document: Document) -> str:
    """One command for each test that went wrong or passed a retry only, what blames first."""
    levels: dict[str, list[Entry]] = {"error": [], "warning": [], "notice": []}
    for entry in document.entries:
        level = _level(entry)
        if level:
            levels[level].append(entry)
    return "".join(line for level, found in levels.items() for line in _commands(level, found))


def _level(entry: Entry) -> str:
    if entry.muted or entry.passed_again:
        return "notice"
    if entry.verdict is Verdict.FAIL:
        return "error"
    return "warning" if entry.verdict in (Verdict.ERROR, Verdict.MISS) else ""


def _commands(level: str, entries: Sequence[Entry]) -> list[str]:
    few = len(entries) <= SHOWN
    shown = entries if few else entries[: SHOWN - 1]
    lines = [_command(level, _title(one), _text(one), _file(one)) for one in shown]
    if not few:
        rest = ", ".join(one.id for one in entries[SHOWN - 1 :])
        lines.append(
            _command(level, f"{len(entries) - len(shown)} more", clean(rest), "")
        )  # fmt: skip
    return lines


def _title(entry: Entry) -> str:
    verdict = entry.verdict.value if entry.verdict else ""
    if entry.muted and entry.mark:
        verdict = f"{verdict}, {entry.mark.value}"
    return f"{verdict if not entry.passed_again else 'PASS, retried'}: {entry.id}"


def _text(entry: Entry) -> str:
    lines = [*entry.details[:LINES]] or [entry.reason]
    lines += [entry.marked, entry.retried and f"attempts: {entry.retried}"]
    lines += [f"crash {crash_text(entry.crash)}"] if entry.crash else []
    lines += [f"again: {entry.run.command}"] if entry.run else []
    return "\n".join(clean(line) for line in lines if line)


def _file(entry: Entry) -> str:
    return f"{entry.run.path}/report.html" if entry.run and entry.run.path else ""


def _command(level: str, title: str, message: str, file: str) -> str:
    said = {"file": file, "title": title}
    properties = ",".join(f"{name}={_property(value)}" for name, value in said.items() if value)
    return f"::{level} {properties}::{_message(message)}\n"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(clean(text)).replace(":", "%3A").replace(",", "%2C")
