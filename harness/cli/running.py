# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil run`: a run planned from the command line, and carried out."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from harness.checks import RULES
from harness.cli.complete import complete_fault, complete_scenario
from harness.cli.options import LabOption
from harness.cli.signals import interrupt_on_signals
from harness.config.lab import load_lab
from harness.console import open_console
from harness.local.cache import check_usable
from harness.naming import own_name
from harness.run.perform import perform
from harness.run.planning import plan_run
from harness.run.vendor import CommandLineDll


def run(
    scenario: Annotated[
        str | None,
        typer.Argument(
            help="Shipped scenario (see `hil scenarios`), or a .toml file; plain if left out.",
            autocompletion=complete_scenario,
        ),
    ] = None,
    associations: Annotated[
        int | None, typer.Option("--associations", "-n", help="How many (default: scenario's).")
    ] = None,
    fault: Annotated[
        str | None,
        typer.Option(
            help="Fault of the sample DLL (see `hil faults`).", autocompletion=complete_fault
        ),
    ] = None,
    dll: Annotated[Path | None, typer.Option(help="Your IHV Extensions DLL (64-bit).")] = None,
    companions: Annotated[
        list[Path] | None,
        typer.Option(
            "--with",
            metavar="<path>",
            help="A file or folder your DLL needs beside it (repeatable).",
        ),
    ] = None,
    profile: Annotated[
        Path | None, typer.Option(help="A WLAN profile (XML) for your DLL; SSID and name are ours.")
    ] = None,
    lab: LabOption = None,
) -> None:
    """Run a scenario: associate, watch the DLL, judge, report."""
    interrupt_on_signals()
    used = load_lab(lab)
    check_usable(used.store.cache)
    given = CommandLineDll(dll, tuple(companions or ()), profile)
    plan = plan_run(
        used,
        scenario,
        associations=associations,
        fault=fault,
        given=given,
        command=f"{own_name()} {shlex.join(sys.argv[1:])}",
    )
    with open_console(rules=RULES) as console:
        for notice in plan.dll.notices if plan.dll else ():
            console.note(notice)
        result, _ = perform(plan, console)
    raise typer.Exit(result.verdict.exit_code)
