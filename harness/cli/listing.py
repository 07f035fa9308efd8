# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil faults` and `hil scenarios`: what there is to run."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from harness.cli.options import JsonOption
from harness.cli.rows import row, terminal_columns
from harness.errors import UsageError
from harness.faults import FAULTS
from harness.scenarios import find_scenario, scenario_names
from harness.scenarios.catalogue import scenario_text
from harness.scenarios.patterns import fitting


def faults(as_json: JsonOption = False) -> None:
    """List the sample DLL's faults.

    A line is: name, rules that find it, scenario in which it shows, meaning.
    """
    if as_json:
        rows = [
            {
                "name": fault.name,
                "meaning": fault.meaning,
                "rules": list(fault.rules),
                "scenario": fault.scenario,
                "associations": fault.associations,
                "where": fault.where,
            }
            for fault in FAULTS.values()
        ]
        typer.echo(json.dumps(rows, indent=1))
        return
    columns = terminal_columns()
    wide, widest = (max(map(len, names)) for names in (FAULTS, scenario_names()))
    for fault in FAULTS.values():
        where = f"{' '.join(fault.rules):<16}  {fault.scenario:<{widest}}"
        typer.echo(row(f"{fault.name:<{wide}}  {where}  ", fault.meaning, columns))


def scenarios(
    patterns: Annotated[
        list[str] | None,
        typer.Argument(help="Only those: names, patterns such as 'm?-*', tag:NAME."),
    ] = None,
    as_json: JsonOption = False,
    as_toml: Annotated[
        bool, typer.Option("--toml", help="Print the file of one, to begin one of your own from.")
    ] = False,
) -> None:
    """List the shipped scenarios, each with its tags, by which a nightly's plan selects."""
    names = [name for pattern in patterns or ("*",) for name in fitting(pattern)]
    found = [find_scenario(name) for name in dict.fromkeys(names)]
    if as_toml:
        _show_file([one.name for one in found])
    elif as_json:
        rows = [
            {
                "name": one.name,
                "summary": one.summary,
                "tags": list(one.tags),
                "source": one.source,
                "beyond_documents": one.beyond_documents,
            }
            for one in found
        ]
        typer.echo(json.dumps(rows, indent=1))
    else:
        width, columns = max(len(one.name) for one in found) + 2, terminal_columns()
        for one in found:
            stress = "(beyond the documents) " if one.beyond_documents else ""
            tags = f" [{' '.join(one.tags)}]" if one.tags else ""
            typer.echo(row(f"{one.name:<{width}}", f"{stress}{one.summary}{tags}", columns))


def _show_file(names: list[str]) -> None:
    if len(names) != 1:
        raise UsageError(
            f"--toml shows one scenario, and {len(names)} fit", hint="name one: `hil scenarios`"
        )
    if names[0] not in scenario_names():
        raise UsageError("--toml shows a shipped scenario", hint="a file of your own is at hand")
    typer.echo(scenario_text(names[0]), nl=False)
