# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs and nights in the formats that other tools read.

| format | FAIL | ERROR, MISS | known issue, quarantine | a retry that passed |
|---|---|---|---|---|
| junit | `failure` | `error` | `skipped` | passed; told in `system-out` |
| kcidb | FAIL | ERROR, MISS | FAIL, with an issue and an incident | PASS, attempts in `misc` |
| ctrf | failed | other, `rawStatus` tells | other, tagged | passed, flaky, attempts |
| github | `::error` | `::warning` | `::notice` | `::notice` |
| markdown | a table each | the same | the same | the same |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from harness.exports.ctrf import as_ctrf
from harness.exports.document import Document, Entry, of_night, of_run
from harness.exports.github import as_github
from harness.exports.junit import as_junit
from harness.exports.kcidb import as_kcidb, check_origin
from harness.exports.markdown import as_markdown

FORMATS: Final[Mapping[str, Callable[[Document], str]]] = {
    "junit": as_junit,
    "kcidb": as_kcidb,
    "ctrf": as_ctrf,
    "github": as_github,
    "markdown": as_markdown,
}
"""Name of a format → what writes a document in it."""


def write(document: Document, form: str, origin: str) -> str:
    """`document` in the format of this name; `origin` counts for KCIDB.

    Raises `UsageError` for an origin that KCIDB cannot take.
    """
    if form == "kcidb":
        check_origin(origin)
        return as_kcidb(document, origin)
    return FORMATS[form](document)


__all__ = ["FORMATS", "Document", "Entry", "of_night", "of_run", "write"]
