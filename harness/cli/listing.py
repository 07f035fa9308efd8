# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil faults` and `hil scenarios`: what there is to run."""

from __future__ import annotations

import json

import typer

from harness.cli.options import JsonOption
from harness.faults import FAULTS
from harness.scenarios import find_scenario, scenario_names


def faults(as_json: JsonOption = False) -> None:
    """List the faults the sample DLL can be told to have."""
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
    for fault in FAULTS.values():
        typer.echo(f"{fault.name:<42}{' '.join(fault.rules):<18}{fault.meaning}")


def scenarios(as_json: JsonOption = False) -> None:
    """List the shipped scenarios."""
    found = [find_scenario(name) for name in scenario_names()]
    if as_json:
        rows = [
            {
                "name": one.name,
                "summary": one.summary,
                "beyond_documents": one.beyond_documents,
            }
            for one in found
        ]
        typer.echo(json.dumps(rows, indent=1))
        return
    width = max(len(one.name) for one in found) + 2
    for one in found:
        stress = "(beyond the documents) " if one.beyond_documents else ""
        typer.echo(f"{one.name:<{width}}{stress}{one.summary}")
