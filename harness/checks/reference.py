# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/contract.md: `python -m harness.checks.reference > docs/contract.md`. Pure.

What the sources say together is written in `contract.md` beside this file; the rules, their classes
and the letters of their sources come from the catalogue, so that the document cannot fall behind.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.resources import files
from itertools import groupby
from typing import Final

from harness.checks.catalogue import CLASSES, FAMILIES, SOURCES, Entry, entries, summary
from harness.checks.severity import SEVERITY_OF_CLASS

PLACES: Final = {"<!-- sources -->", "<!-- classes -->", "<!-- rules -->"}
"""Lines of the text in whose place the catalogue is put."""


def reference() -> str:
    """The text of docs/contract.md: that of the package, with the catalogue in its places."""
    text = files(__package__).joinpath("contract.md").read_text("utf-8")
    parts = {
        "<!-- sources -->": _sources(),
        "<!-- classes -->": _classes(),
        "<!-- rules -->": _rules(),
    }
    lines: list[str] = []
    for line in text.splitlines():
        lines += parts[line] if line in PLACES else [line]
    return "\n".join(lines) + "\n"


def _sources() -> Iterator[str]:
    yield "| letter | source |"
    yield "| --- | --- |"
    for letter, meaning in SOURCES.items():
        yield f"| `{letter}` | {_cell(meaning)} |"


def _classes() -> Iterator[str]:
    yield "| class | the rule is | a breach is |"
    yield "| --- | --- | --- |"
    for name, severity in SEVERITY_OF_CLASS.items():
        yield f"| {name} | {CLASSES[name]} | {severity} |"


def _rules() -> Iterator[str]:
    for family, rules in groupby(entries(), key=lambda entry: entry.family):
        yield f"### {family}: {FAMILIES[family]}"
        yield ""
        yield "| rule | class | severity | what it says | source |"
        yield "| --- | --- | --- | --- | --- |"
        yield from (_row(entry) for entry in rules)
        yield ""
    count = summary()
    yield (
        f"{count['total']} rules of the contract, {count['implemented']} of them checked; the "
        f"{count['unobservable']} marked *not checked* leave nothing in the evidence that could "
        f"decide them. {count['own']} more are this harness's own."
    )


def _row(entry: Entry) -> str:
    severity = entry.severity if entry.status == "implemented" else "*not checked*"
    return (
        f"| {entry.id} | {entry.cls} | {severity} | {_cell(entry.text)} | {_cell(entry.source)} |"
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(reference())
