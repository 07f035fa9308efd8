# SPDX-License-Identifier: GPL-2.0-or-later
"""KCIDB v5.3, the form in which kernel test systems report; its statuses are our verdicts.

The DLL's builds are the builds, the tests are the tests; a crash and a known issue are issues, each
with an incident at the test it was seen in. The first attempts of a test that was retried are in
its `misc`: as tests of their own they would fail the build, since the worst status counts.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from harness.errors import UsageError
from harness.exports.document import Document, Entry, crash_text
from harness.results import Verdict
from harness.text import clean

ORIGIN: Final = "wlan_hil"
"""The name of the system that reports; KernelCI gives out others."""
EXCERPT: Final = 16_384
SAMPLE: Final = "sample"


def as_kcidb(document: Document, origin: str = ORIGIN) -> str:
    """The text of a KCIDB report, of which all ids begin with `origin`."""
    builds = {_build(entry): entry for entry in document.entries}
    issues: dict[str, dict[str, Any]] = {}
    incidents: list[dict[str, Any]] = []
    for entry in document.entries:
        for issue in _issues(entry, origin):
            known = issues.setdefault(issue["id"], issue)
            known["culprit"] = _most_guilty(known["culprit"], issue["culprit"])
            incidents.append(_incident(document, entry, issue, origin))
    report = {
        "version": {"major": 5, "minor": 3},
        "checkouts": [_checkout(name, one, origin) for name, one in builds.items()],
        "builds": [
            {"id": f"{origin}:{name}", "checkout_id": f"{origin}:{name}", "origin": origin,
             "architecture": "x86_64", "comment": _comment(one)}
            for name, one in builds.items()
        ],
        "tests": [_test(document, entry, origin) for entry in document.entries],
        "issues": list(issues.values()),
        "incidents": incidents,
    }  # fmt: skip
    return json.dumps({name: value for name, value in report.items() if value}, indent=1) + "\n"


def check_origin(origin: str) -> None:
    """Raise `UsageError` for a name that KCIDB does not take."""
    if not re.fullmatch(r"[a-z0-9_]+", origin):
        raise UsageError(
            f"--origin {origin}: KCIDB takes a-z, 0-9 and _",
            hint="give the name that KernelCI gave this lab",
        )


def _build(entry: Entry) -> str:
    """The build of the DLL: by its digest, since a name is that of many builds."""
    return (entry.run.dll_sha256 if entry.run else None) or _dll(entry)


def _dll(entry: Entry) -> str:
    return entry.run.test.dll if entry.run else entry.group[-1] if entry.attempts else SAMPLE


def _comment(entry: Entry) -> str:
    digest = entry.run.dll_sha256 if entry.run else None
    return clean(f"{_dll(entry)}, SHA-256 {digest}" if digest else _dll(entry))


def _checkout(name: str, entry: Entry, origin: str) -> dict[str, Any]:
    told = {"tree_name": clean(_dll(entry)), "comment": _comment(entry)}
    return {"id": f"{origin}:{name}", "origin": origin, **told}


def _test_id(document: Document, entry: Entry, origin: str) -> str:
    return f"{origin}:{clean(document.id)}/{clean(entry.id)}"


def _test(document: Document, entry: Entry, origin: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": _test_id(document, entry, origin),
        "build_id": f"{origin}:{_build(entry)}",
        "origin": origin,
        "path": ".".join(_step(part) for part in ("wlan_hil", *entry.id.split("/"))),
        "comment": clean(" ".join((*entry.group, entry.name))),
        "duration": round(entry.duration_s, 3),
        "log_excerpt": "\n".join(map(clean, entry.details))[:EXCERPT],
        "environment": {"misc": dict(document.facts)} if document.facts else {},
        "misc": _misc(entry),
    }
    if entry.verdict:
        said["status"] = entry.verdict.value
    if entry.started_at:
        said["start_time"] = entry.started_at.isoformat()
    return {name: value for name, value in said.items() if value not in ("", {})}


def _misc(entry: Entry) -> dict[str, Any]:
    attempts = [
        {"id": one.id, "shard": one.shard, "status": one.verdict or "", "reason": one.reason}
        for one in entry.attempts
    ]
    run = entry.run
    said = {
        "attempts": attempts,
        "reason": entry.reason,
        "mark": entry.marked,
        "again": run.command if run else "",
        "evidence": run.path if run else "",
        "environment": run.environment if run else "",
    }
    return {name: value for name, value in said.items() if value}


def _issues(entry: Entry, origin: str) -> list[dict[str, Any]]:
    """What of a test is an issue of its own: a crash, by its fingerprint, and a known issue."""
    found = []
    if entry.crash:
        found.append(("crash", crash_text(entry.crash)))
    if entry.muted:
        found.append(("known", entry.marked))
    guilty = {"code": True} if entry.verdict is Verdict.FAIL else {"harness": True}
    return [
        {"id": f"{origin}:{kind}-{_digest(text)}", "version": 1, "origin": origin,
         "report_subject": clean(text), "culprit": guilty, "misc": {"kind": kind}}
        for kind, text in found
    ]  # fmt: skip


def _most_guilty(one: Mapping[str, bool], other: Mapping[str, bool]) -> dict[str, bool]:
    """An issue that was the driver's once is the driver's."""
    return {"code": True} if one.get("code") or other.get("code") else dict(one)


def _incident(
    document: Document, entry: Entry, issue: Mapping[str, Any], origin: str
) -> dict[str, Any]:
    test = _test_id(document, entry, origin)
    return {
        "id": f"{test}/{issue['id'].partition(':')[2]}", "origin": origin, "test_id": test,
        "issue_id": issue["id"], "issue_version": issue["version"], "present": True,
    }  # fmt: skip


def _step(text: str) -> str:
    """`text` as a step of a path, which takes few characters; two texts never become the same."""
    plain = re.sub(r"[^a-zA-Z0-9_-]", "_", text)
    return plain if plain == text != "" else f"{plain}-{_digest(text)[:8]}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
