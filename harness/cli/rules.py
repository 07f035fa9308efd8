# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil rules`: the contract rule by rule, and one rule explained in full."""

from __future__ import annotations

import json
import re
import textwrap
from importlib.resources import files
from typing import Annotated, Any

import typer

from harness.checks.catalogue import CLASSES, SOURCES, Entry, entries, summary
from harness.checks.severity import SEVERITY_OF_CLASS
from harness.cli.rows import row, terminal_columns
from harness.errors import UsageError
from harness.naming import near_rule


def find(rule_id: str) -> Entry:
    """The rule of that id; raises `UsageError` with the nearest one."""
    known = {entry.id: entry for entry in entries()}
    if rule_id.upper() not in known:
        hint = near_rule(rule_id, known) or "`hil rules` lists them all"
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


def _complete(incomplete: str) -> list[str]:
    """The rules whose ids begin so, for the shell."""
    return [entry.id for entry in entries() if entry.id.startswith(incomplete.upper())]


def rules(
    rule_id: Annotated[
        str | None,
        typer.Argument(help="Explain this rule, such as POST-05.", autocompletion=_complete),
    ] = None,
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
        columns = terminal_columns()
        for entry in entries():
            head = f"{entry.id:<10}{entry.cls:<7}{entry.severity:<6}{entry.status:<14}"
            typer.echo(row(head, entry.text, columns))
        typer.echo(summary_line())


def summary_line() -> str:
    """How many rules are implemented, how many nothing can observe, and how many there are."""
    count = summary()
    return (
        f"implemented {count['implemented']}, unobservable {count['unobservable']}, "
        f"total {count['total']} (and {count['own']} of this harness's own)"
    )


def _row(entry: Entry) -> dict[str, str]:
    members = ("id", "cls", "severity", "status", "text", "source", "why", "observed", "needs")
    return {("class" if name == "cls" else name): getattr(entry, name) for name in members}
