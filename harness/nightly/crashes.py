# SPDX-License-Identifier: GPL-2.0-or-later
"""Crashes of the process that hosts the DLL, as they are found again over nights.

The recorder writes the exception's code and the module and offset it came from. The frames above
that one are the calls of the contract the thread was in: they stay the same from build to build.
Of a crash that only Windows tells (HOST-08, HOST-09, NDIS) the dump or the event has the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, final

from harness.evidence import CrashDump, fields
from harness.evidence.crashes import merged, told_by_events
from harness.evidence.model import IhvRecord
from harness.evidence.sources.base import TRACE
from harness.evidence.sources.guest_files import read_guest_files
from harness.evidence.sources.seal import read_seal
from harness.evidence.trace import parse_trace
from harness.history.model import Crash, Night, Test
from harness.results import FindingResult, RunResult

CRASHED: Final = "HOST-01"
GONE: Final = "HOST-03"
PROGRAM: Final = "HOST-08"
SYSTEM: Final = ("HOST-09", "NDIS")
"""A rule, and a family of them: what a bug check breaks."""
MOST_FRAMES: Final = 5
UNKNOWN_CODE: Final = 0
"""Of a process that vanished without a record of its exception."""


def crash_of(result: RunResult, folder: Path) -> Crash | None:
    """The first crash of a run, by its findings and its trace; None where there is none.

    One that is not the driver's doing (of the lab's own process, in another module) is none: a
    night takes a crash for a failure, whatever a retry comes to.
    """
    blaming = [one for one in result.all_findings if one.severity == "FAIL"]
    found = [one for one in blaming if one.rule in (CRASHED, GONE)]
    if not found:
        return _told_by_windows(blaming, folder)
    first = min(found, key=lambda one: (one.process, one.at_ns or 0))
    try:
        records, _ = parse_trace((folder / TRACE).read_bytes())
    except OSError:  # the finding stands without its evidence
        records = ()
    return fingerprint([one for one in records if one.process == first.process])


def _told_by_windows(blaming: Sequence[FindingResult], folder: Path) -> Crash | None:
    """The first crash that a dump or the event log tells, if a finding rests on one."""
    for finding in blaming:
        system = finding.rule.startswith(SYSTEM)
        if system or finding.rule == PROGRAM:
            files = read_guest_files(folder, read_seal(folder) or {})
            told = merged(files.dumps, told_by_events(files.events), ())
            same = [one for one in told if one.system is system and one.told_by in finding.message]
            return fingerprint_of(same[0]) if same else Crash(UNKNOWN_CODE)
    return None


def fingerprint_of(crash: CrashDump) -> Crash:
    """A crash by its dump or by the event that tells it.

    Of Windows: the bug check's code, and as frames the driver that Windows names and the first
    parameter, which says which kind of this bug check it is.
    """
    if not crash.system:
        return Crash(crash.code, (crash.where,))
    named = (crash.module,) if crash.module else ()
    return Crash(crash.code, (*named, f"parameter 1 {crash.parameters[0]:#x}"))


def fingerprint(records: Sequence[IhvRecord]) -> Crash:
    """A crash by the records of the process that it ended."""
    raised = next((one for one in records if one.kind == "exception"), None)
    if raised is None:
        return Crash(UNKNOWN_CODE, tuple(_open_calls(records))[:MOST_FRAMES])
    before = records[: records.index(raised)]
    calls = _open_calls(one for one in before if one.tid == raised.tid)
    return Crash(_code(raised), (_where(raised), *calls)[:MOST_FRAMES])


@final
@dataclass(frozen=True, slots=True)
class CrashGroup:
    """One crash over nights."""

    crash: Crash
    tests: tuple[Test, ...]
    """The tests it came in tonight."""
    nights: int
    """In how many nights, tonight's included."""
    first_at: datetime
    """When the first of these nights began."""

    def in_words(self) -> str:
        """The code and the frames."""
        code = f"0x{self.crash.code:08X}" if self.crash.code else "process gone"
        return f"{code} {' < '.join(self.crash.frames) or 'at an unknown place'}"


def grouped(tonight: Night, before: Sequence[Night]) -> list[CrashGroup]:
    """Tonight's crashes, each with the nights it was seen in, the most frequent first."""
    groups = []
    for crash in dict.fromkeys(one for _, one in _crashes(tonight)):
        tests = dict.fromkeys(test for test, one in _crashes(tonight) if one == crash)
        seen = [night for night in before if any(one == crash for _, one in _crashes(night))]
        first_at = min(night.started_at for night in (*seen, tonight))
        groups.append(CrashGroup(crash, tuple(tests), len(seen) + 1, first_at))
    return sorted(groups, key=lambda one: -len(one.tests))


def _crashes(night: Night) -> Iterable[tuple[Test, Crash]]:
    for cell in night.cells:
        for attempt in cell.attempts:
            if attempt.crash is not None:
                yield cell.test, attempt.crash


def _open_calls(records: Iterable[IhvRecord]) -> list[str]:
    """The functions that were entered and not returned from, the innermost first."""
    entered: dict[int | None, str] = {}
    for one in records:
        if one.kind == "enter" and one.function:
            entered[one.call] = one.function
        elif one.kind == "return":
            entered.pop(one.call, None)
    return list(entered.values())[::-1]


def _where(raised: IhvRecord) -> str:
    module, offset = (fields.text(raised.raw, name) for name in ("module", "offset"))
    if not module:
        return "no known module"
    return f"{module}+{offset}" if offset else module


def _code(raised: IhvRecord) -> int:
    text = fields.text(raised.raw, "code") or ""
    try:
        return int(text, 16) & 0xFFFFFFFF
    except ValueError:
        return UNKNOWN_CODE
