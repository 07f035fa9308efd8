# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil run`: one or more runs planned from the command line, and carried out."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from harness.checks import RULES
from harness.cli.complete import complete_fault, complete_scenario
from harness.cli.options import LabOption
from harness.cli.signals import interrupt_on_signals
from harness.config.lab import load_lab
from harness.console import Console, open_console
from harness.errors import Unfit
from harness.local.cache import check_usable
from harness.naming import own_name
from harness.results import Verdict
from harness.run.perform import perform
from harness.run.plan import RunPlan
from harness.run.planning import plan_run
from harness.run.series import INDEX, Skipped, chosen, perform_series, write_series
from harness.run.vendor import CommandLineDll
from harness.scenarios import find_scenario

ScenarioArguments = Annotated[
    list[str] | None,
    typer.Argument(
        help="Shipped scenarios (see `hil scenarios`), .toml files, patterns such as 'm?-*', "
        "tags such as tag:loss, or all; plain if left out.",
        autocompletion=complete_scenario,
    ),
]
AssociationsOption = Annotated[
    int | None, typer.Option("--associations", "-n", help="How many (default: scenario's).")
]
FaultOption = Annotated[
    str | None,
    typer.Option(help="Fault of the sample DLL (see `hil faults`).", autocompletion=complete_fault),
]
CompanionsOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--with", metavar="<path>", help="A file or folder your DLL needs beside it (repeatable)."
    ),
]
ProfileOption = Annotated[
    Path | None, typer.Option(help="A WLAN profile (XML) for your DLL; SSID and name are ours.")
]


def run(
    scenario: ScenarioArguments = None,
    associations: AssociationsOption = None,
    fault: FaultOption = None,
    dll: Annotated[Path | None, typer.Option(help="Your IHV Extensions DLL (64-bit).")] = None,
    companions: CompanionsOption = None,
    profile: ProfileOption = None,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="Of several, end after the first not to pass.")
    ] = False,
    lab: LabOption = None,
) -> None:
    """Run scenarios: associate, watch the DLL, judge, report.

    Several share a guest; each has its own report, and all have one index and one junit.xml. Of
    several those that this lab cannot run are skipped.
    """
    interrupt_on_signals()
    used = load_lab(lab)
    check_usable(used.store.cache)
    given = CommandLineDll(dll, tuple(companions or ()), profile)
    names: list[str | None] = [*chosen(scenario or [])] or [None]
    options = _typed({"--associations": associations, "--fault": fault, "--dll": dll,
                      "--profile": profile, "--lab": lab}, companions or ())  # fmt: skip
    typed = shlex.join(sys.argv[1:])

    def planned(name: str | None) -> RunPlan:
        return plan_run(
            used, name, associations=associations, fault=fault, given=given,
            command=f"{own_name()} {typed if len(names) == 1 else _again(name, options)}",
        )  # fmt: skip

    plans = _fitting(names, planned)
    with open_console(rules=RULES) as console:
        for notice in _notices(plans):
            console.note(notice)
        verdict = _carry_out(plans, console, used.store.runs, fail_fast=fail_fast)
    raise typer.Exit(verdict.exit_code)


def _fitting(
    names: Sequence[str | None], planned: Callable[[str | None], RunPlan]
) -> list[RunPlan | Skipped]:
    """The plans of these scenarios; of several those that do not fit are to be skipped.

    Raises `Unfit` where nothing would be run.
    """
    found: list[RunPlan | Skipped] = []
    unfit: list[Unfit] = []
    for name in names:
        try:
            found.append(planned(name))
        except Unfit as error:
            unfit.append(error)
            if name is not None:
                found.append(Skipped(find_scenario(name), error.why))
    if len(unfit) == len(names):
        raise unfit[0]
    return found


def _notices(plans: Sequence[RunPlan | Skipped]) -> Sequence[str]:
    """What is odd about the DLL, which is the same in all."""
    dll = next(one.dll for one in plans if isinstance(one, RunPlan))
    return dll.notices if dll else ()


def _carry_out(
    plans: list[RunPlan | Skipped], console: Console, runs: Path, *, fail_fast: bool
) -> Verdict:
    """One run, or several with an index of them: the verdict of all."""
    if len(plans) == 1 and isinstance(plans[0], RunPlan):
        result, _ = perform(plans[0], console)
        return result.verdict
    series = perform_series(plans, console, fail_fast=fail_fast)
    console.note("")
    for line in series.lines():
        console.note(line)
    folder = write_series(series, runs)
    console.note(f"{'Index:':<10}{os.path.relpath(folder / INDEX)}")
    return series.verdict


def _again(name: str | None, options: Sequence[str]) -> str:
    """What is typed to run one scenario of several again."""
    return shlex.join(["run", *([name] if name else []), *options])


def _typed(options: Mapping[str, object], companions: Sequence[Path]) -> list[str]:
    """The options as they are typed, of which each run has its own line."""
    given = [(name, str(value)) for name, value in options.items() if value is not None]
    given += [("--with", str(path)) for path in companions]
    return [word for pair in given for word in pair]
