# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil faults` and `hil scenarios`: what there is to run."""

from __future__ import annotations

import json

import typer

from harness.cli.options import JsonOption
from harness.faults import FAULTS
from harness.scenarios import find_scenario, scenario_names


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
    wide, widest = (max(map(len, names)) for names in (FAULTS, scenario_names()))
    for fault in FAULTS.values():
        where = f"{' '.join(fault.rules):<16}  {fault.scenario:<{widest}}"
        typer.echo(f"{fault.name:<{wide}}  {where}  {fault.meaning}")


def scenarios(as_json: JsonOption = False) -> None:
    """List the shipped scenarios, each with its tags, by which a nightly's plan selects."""
    found = [find_scenario(name) for name in scenario_names()]
    if as_json:
        rows = [
            {
                "name": one.name,
                "summary": one.summary,
                "tags": list(one.tags),
                "beyond_documents": one.beyond_documents,
            }
            for one in found
        ]
        typer.echo(json.dumps(rows, indent=1))
        return
    width = max(len(one.name) for one in found) + 2
    for one in found:
        stress = "(beyond the documents) " if one.beyond_documents else ""
        tags = f" [{' '.join(one.tags)}]" if one.tags else ""
        typer.echo(f"{one.name:<{width}}{stress}{one.summary}{tags}")
