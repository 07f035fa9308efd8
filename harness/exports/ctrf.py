# SPDX-License-Identifier: GPL-2.0-or-later
"""Common Test Report Format (ctrf.io): JSON that dashboards and chat reporters read.

CTRF has one word for what is wrong with the software, "failed"; what says nothing of the driver is
"other", and so is a known issue. `rawStatus` has the verdict itself. `id` is a UUID made of the
test's own id, so it is the same every night.
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import PurePosixPath
from typing import Any, Final

from harness.exports.document import Document, Entry, crash_text
from harness.history.model import Attempt
from harness.results import Verdict

SPEC: Final = "0.0.0"
NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "urn:wlan-hil:test")
STATUS: Final = {
    Verdict.FAIL: "failed", Verdict.ERROR: "other", Verdict.MISS: "other",
    Verdict.PASS: "passed", Verdict.DONE: "other", Verdict.SKIP: "skipped", None: "pending",
}  # fmt: skip
STATUSES: Final = ("passed", "failed", "skipped", "pending", "other")


def as_ctrf(document: Document) -> str:
    """The text of a CTRF report."""
    tests = [_test(entry) for entry in document.entries]
    stopped = document.started_at + timedelta(seconds=document.duration_s)
    report = {
        "reportFormat": "CTRF",
        "specVersion": SPEC,
        "reportId": str(uuid.uuid5(NAMESPACE, document.id)),
        "timestamp": stopped.astimezone(UTC).isoformat(timespec="seconds"),
        "generatedBy": "wlan-hil",
        "results": {
            "tool": {"name": "wlan-hil", "version": version("wlan-hil")},
            "summary": {
                "tests": len(tests),
                **{name: sum(one["status"] == name for one in tests) for name in STATUSES},
                "flaky": sum(entry.flaky for entry in document.entries),
                "start": _ms(document.started_at),
                "stop": _ms(stopped),
                "duration": round(document.duration_s * 1000),
            },
            "tests": tests,
            "environment": {
                "reportName": document.title,
                "extra": {"id": document.id, "state": document.state, **document.facts},
            },
        },
    }
    return json.dumps(report, indent=1) + "\n"


def _test(entry: Entry) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": str(uuid.uuid5(NAMESPACE, entry.id)),
        "name": entry.name,
        "suite": list(entry.group),
        "status": "other" if entry.muted else STATUS[entry.verdict],
        "rawStatus": entry.verdict.value if entry.verdict else "",
        "duration": round(entry.duration_s * 1000),
        "message": "" if entry.verdict is Verdict.PASS else entry.message,
        "trace": "\n".join(entry.details),
        "tags": [entry.mark.value] if entry.mark else [],
        "retries": max(0, len(entry.attempts) - 1),
        "retryAttempts": [_attempt(one) for one in entry.attempts] if entry.retried else [],
        "threadId": entry.attempts[-1].shard if entry.attempts else "",
        "attachments": _attachments(entry),
        "extra": _extra(entry),
    }
    if entry.started_at:
        stopped = entry.started_at + timedelta(seconds=entry.duration_s)
        ended = entry.attempts[-1].ended_at if entry.attempts else None
        said |= {"start": _ms(entry.started_at), "stop": _ms(ended or stopped)}
    if entry.flaky:
        said["flaky"] = True
    return {name: value for name, value in said.items() if value not in ("", [], {})}


def _attempt(attempt: Attempt) -> dict[str, Any]:
    said: dict[str, Any] = {
        "attempt": attempt.number,
        "status": STATUS[attempt.verdict],
        "message": attempt.reason,
        "start": _ms(attempt.started_at),
        "extra": {"id": attempt.id, "shard": attempt.shard, "verdict": attempt.verdict or ""},
    }
    if attempt.ended_at:
        said["stop"] = _ms(attempt.ended_at)
        said["duration"] = said["stop"] - said["start"]
    return {name: value for name, value in said.items() if value != ""}


def _extra(entry: Entry) -> dict[str, Any]:
    run = entry.run
    said = {
        "id": entry.id,
        "attempt": entry.attempts[-1].id if entry.attempts else "",
        "mark": entry.marked,
        "crash": crash_text(entry.crash) if entry.crash else "",
        "again": run.command if run else "",
        "evidence": run.path if run else "",
        "dll_sha256": (run.dll_sha256 or "") if run else "",
        "rules": sorted({one.rule for one in entry.findings if one.severity != "WARN"}),
    }
    return {name: value for name, value in said.items() if value}


def _attachments(entry: Entry) -> list[dict[str, str]]:
    if entry.run is None or not entry.run.path:
        return []
    path = PurePosixPath(entry.run.path)
    return [
        {"name": name, "contentType": kind, "path": str(path / name)}
        for name, kind in (("report.html", "text/html"), ("result.json", "application/json"))
    ]


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
