# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil rules`: the contract as this harness knows it, rule by rule, and one explained in full."""

from __future__ import annotations

import json
import re
import textwrap
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from typing import Annotated, Any, Final, Literal

import typer

from harness.checks import RULES, UNOBSERVABLE
from harness.checks.registry import SEVERITY_OF_CLASS
from harness.errors import UsageError

Status = Literal["implemented", "unobservable"]

FAMILIES: Final = (
    "LIFE", "ADPT", "PRE", "ETH", "TX", "RX", "POST", "STOP", "RST", "ONEX", "KEY", "UI", "IND",
    "MEM", "PROF", "CTRL", "NIC", "VS", "HOST", "EXPECT",
)  # fmt: skip
"""Order of the families, that of the contract; HOST and EXPECT are this harness's own."""

OWN_FAMILIES: Final = ("HOST", "EXPECT")

CLASSES: Final = {
    "M": "documented plainly",
    "M(OS)": "documented plainly, of the OS's side",
    "C": "the documents contradict each other",
    "D": "derived from documented facts",
    "S": "only Microsoft's sample shows it",
    "ours": "a rule of this harness, of no document",
}


SOURCES: Final = {
    "N": "MicrosoftDocs/windows-driver-docs, windows-driver-docs-pr/network/…",
    "A": "the same folder up to June 2018, before its Native 802.11 topics were archived",
    "I": "MicrosoftDocs/windows-driver-docs-ddi, wdk-ddi-src/content/wlanihv/nc-wlanihv-…",
    "H": "wlanihv.h of the Windows SDK (10.0.16299), and the headers it includes",
    "S": 'Microsoft\'s sample "Native Wifi IHV Service" in windows-driver-samples (2016)',
    "W": "MicrosoftDocs/win32, desktop-src/…",
}
"""What the letters before the colon of a source stand for."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule for people. ``observed`` says how it is checked, ``needs`` why it is not."""

    id: str
    cls: str
    severity: str
    status: Status
    text: str
    source: str
    why: str = ""
    observed: str = ""
    needs: str = ""

    @property
    def family(self) -> str:
        """The part of the id before the dash."""
        return self.id.partition("-")[0]


def entries() -> list[Entry]:
    """All rules, family by family, in the order of their numbers."""
    found = [
        Entry(
            rule.id, rule.cls, rule.severity, "implemented", rule.text, rule.source, rule.why,
            observed=" ".join((rule.check.__doc__ or "").split()),
        )
        for rule in RULES.values()
    ] + [
        Entry(
            rule.id, rule.cls, rule.severity, "unobservable", rule.text, rule.source,
            needs=rule.needs,
        )
        for rule in UNOBSERVABLE.values()
    ]  # fmt: skip
    return sorted(found, key=lambda entry: (FAMILIES.index(entry.family), entry.id))


def summary() -> dict[str, int]:
    """How many rules there are: of the contract by status, and of this harness's own."""
    contract = [entry for entry in entries() if entry.family not in OWN_FAMILIES]
    implemented = sum(entry.status == "implemented" for entry in contract)
    return {
        "implemented": implemented,
        "unobservable": len(contract) - implemented,
        "total": len(contract),
        "own": len(entries()) - len(contract),
    }


def find(rule_id: str) -> Entry:
    """The rule of that id; raises `UsageError` with the nearest one."""
    known = {entry.id: entry for entry in entries()}
    if rule_id.upper() not in known:
        near = get_close_matches(rule_id.upper(), known, 1)
        hint = f"did you mean {near[0]}?" if near else "`hil rules` lists them all"
        raise UsageError(f"rule {rule_id}: there is none of that id", hint=hint)
    return known[rule_id.upper()]


def explain(entry: Entry) -> list[str]:
    """All that is known of a rule, as lines."""
    why = f" ({entry.why})" if entry.why else ""
    by_class = SEVERITY_OF_CLASS.get(entry.cls)  # type: ignore[call-overload]
    reason = why or f" (the class's: {CLASSES[entry.cls]})" if entry.severity == by_class else why
    facts = {
        "class": f"{entry.cls}: {CLASSES[entry.cls]}",
        "severity": f"{entry.severity}{reason}",
        "status": entry.status,
        "source": entry.source,
        "observed": entry.observed,
        "why not": entry.needs,
    }
    lines = [entry.id, *textwrap.wrap(entry.text, 96), ""]
    for name, value in facts.items():
        if value:
            wrapped = textwrap.wrap(value, 84)
            lines += [f"{name:<10}{wrapped[0]}", *(" " * 10 + line for line in wrapped[1:])]
        if name == "source":
            lines += [f"{'':<10}({tag}: {SOURCES[tag]})" for tag in _tags(value)]
    return lines + _example(entry.id)


def _tags(source: str) -> list[str]:
    """The letters of `SOURCES` that a source uses, in their order there."""
    used = set(re.findall(r"\b([A-Z])2?(?=:|\b)", source))
    return [tag for tag in SOURCES if tag in used]


def _example(rule_id: str) -> list[str]:
    """A told story that breaks the rule: the events around the breach, and the finding."""
    example = examples().get(rule_id)
    if example is None:
        return []
    head = ["", "Example (a told story that breaks it; time in ms, > marks what shows it):"]
    found = textwrap.wrap(f"{example['severity']} {rule_id}: {example['message']}", 96)
    return [*head, *example["timeline"], *found]


def examples() -> dict[str, Any]:
    """The examples shipped with the harness, by rule id (made by tests/unit/checks/examples.py)."""
    text = files("harness.checks").joinpath("examples.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def rules(
    rule_id: Annotated[str, typer.Argument(help="Explain this rule, such as POST-05.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    numbers: Annotated[bool, typer.Option("--summary", help="Only how many there are.")] = False,
) -> None:
    """List the rules of the contract, or explain one."""
    if numbers:
        typer.echo(json.dumps(summary()) if as_json else summary_line())
    elif as_json:
        chosen = [find(rule_id)] if rule_id else entries()
        typer.echo(json.dumps([_row(entry) for entry in chosen], indent=1, ensure_ascii=False))
    elif rule_id:
        typer.echo("\n".join(explain(find(rule_id))))
    else:
        for entry in entries():
            head = f"{entry.id:<10}{entry.cls:<7}{entry.severity:<6}{entry.status:<14}"
            typer.echo(head + entry.text)
        typer.echo(summary_line())


def summary_line() -> str:
    """`summary` in one line."""
    count = summary()
    return (
        f"implemented {count['implemented']}, unobservable {count['unobservable']}, "
        f"total {count['total']} (and {count['own']} of this harness's own)"
    )


def _row(entry: Entry) -> dict[str, str]:
    members = ("id", "cls", "severity", "status", "text", "source", "why", "observed", "needs")
    return {("class" if name == "cls" else name): getattr(entry, name) for name in members}
