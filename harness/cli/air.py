# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil air`: rules of the air of a run under way, given, changed, triggered and taken back."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer

from harness.cli.commands import command_group
from harness.cli.options import JsonOption
from harness.errors import UsageError
from harness.lab.live_air import ask, rule_of, runs_under_way

air = command_group("Rules of the air while a run is under way: list, add, change, trigger.")

Process = Annotated[int | None, typer.Option("--pid", help="Of which run: its air's process.")]
Medium = Annotated[int, typer.Option(min=1, help="Of isolated media, which.")]
Place = Annotated[int, typer.Argument(min=1, help="The rule's place, as `hil air list` has it.")]
RuleFile = Annotated[str, typer.Argument(help="[[air]] rules as in a scenario; - reads.")]


@air.command("list")
def list_rules(json_wanted: JsonOption = False, medium: Medium = 1, pid: Process = None) -> None:
    """List the rules in force, with how many messages fitted each and on how many it acted."""
    rules = ask(_run(pid), "list", medium=medium)["rules"]
    if json_wanted:
        typer.echo(json.dumps(rules, indent=1))
        return
    for rule in rules:
        live = ", given live" if rule["live"] else ""
        counts = f"fitted {rule['fitted']}, acted {rule['acted']}"
        typer.echo(f"{rule['place']:>3}  {rule['words']}: {counts}{live}")
    if not rules:
        typer.echo("no rule is in force")


@air.command()
def add(
    file: RuleFile,
    asked: Annotated[bool, typer.Option("--asked", help="They act when triggered only.")] = False,
    medium: Medium = 1,
    pid: Process = None,
) -> None:
    """Give more rules, which count messages from now on and end with the association."""
    rules = _rules(file)
    told = ask(_run(pid), "add", rules=rules, asked_only=asked, medium=medium)
    for place in told["places"]:
        typer.echo(f"rule {place} is in force")


@air.command()
def change(place: Place, file: RuleFile, medium: Medium = 1, pid: Process = None) -> None:
    """Give another rule in the stead of one; it has a place of its own."""
    rules = _rules(file)
    if len(rules) != 1:
        raise UsageError(f"{file}: wanted one [[air]] in the place of rule {place}")
    told = ask(_run(pid), "change", place=place, rule=rules[0], medium=medium)
    typer.echo(f"rule {told['place']} is in force")


@air.command()
def remove(place: Place, medium: Medium = 1, pid: Process = None) -> None:
    """Take a rule back: it acts no more, and what it put off does not come."""
    ask(_run(pid), "remove", place=place, medium=medium)


@air.command()
def trigger(place: Place, medium: Medium = 1, pid: Process = None) -> None:
    """Have a rule act: now, if it sends something by itself, or on the next message that fits."""
    stations = ask(_run(pid), "trigger", place=place, medium=medium)["stations"]
    if stations:
        typer.echo(f"sent to {stations} station{'s' if stations > 1 else ''}")
    else:
        typer.echo(f"rule {place} acts on the next message that fits it")


def _run(pid: int | None) -> Path:
    """The socket of the run that is meant."""
    runs = runs_under_way()
    if not runs:
        raise UsageError("no run of yours is under way", hint="start one: `hil run`")
    if pid is None and len(runs) == 1:
        return next(iter(runs.values()))
    if pid not in runs:
        raise UsageError(
            f"{'--pid' if pid is None else f'--pid {pid}'}: wanted one of the runs under way: "
            f"{', '.join(map(str, runs))}"
        )
    return runs[pid]


def _rules(file: str) -> list[dict[str, Any]]:
    """The rules of a file, each checked."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        given = tomllib.loads(text)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"{file}: not valid TOML: {error}") from None
    rules = given.get("air")
    if not isinstance(rules, list) or not rules or given.keys() != {"air"}:
        raise UsageError(f"{file}: wanted [[air]] rules, and nothing else")
    for place, rule in enumerate(rules, 1):
        rule_of(rule, f"{file}, rule {place}")
    return rules
