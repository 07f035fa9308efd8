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
from harness.config.lab import GuestKind, Lab, load_lab
from harness.console import open_console
from harness.eap import check_profile
from harness.errors import UsageError
from harness.faults import FAULTS, find_fault
from harness.guests.abilities import ABILITIES
from harness.local.cache import check_usable
from harness.naming import own_name
from harness.run.perform import perform
from harness.run.plan import RunPlan
from harness.run.vendor import CommandLineDll, apply_vendor_profile, vendors_dll
from harness.scenarios import Scenario, find_scenario

FAULT_ASSOCIATIONS = 3
"""Associations of a run with a fault asked for, unless told otherwise: it fails in each."""


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
    plan = _plan(scenario, associations, fault, given, used, sys.argv[1:])
    with open_console(rules=RULES) as console:
        for notice in plan.dll.notices if plan.dll else ():
            console.note(notice)
        result, _ = perform(plan, console)
    raise typer.Exit(result.verdict.exit_code)


def _plan(
    scenario: str | None,
    associations: int | None,
    fault: str | None,
    given: CommandLineDll,
    lab: Lab,
    argv: list[str],
) -> RunPlan:
    chosen = find_fault(fault) if fault else None
    if scenario in FAULTS:
        raise UsageError(f"{scenario} is a fault, no scenario", hint=f"run it: --fault {scenario}")
    found = find_scenario(scenario or (chosen.scenario if chosen else "plain"))
    usual = FAULT_ASSOCIATIONS if chosen else found.associations
    count = usual if associations is None else associations
    if not 1 <= count <= 100_000:
        raise UsageError(
            f"--associations {count}: wanted 1 to 100000",
            hint="leave it out for the scenario's own",
        )
    found = apply_vendor_profile(found, lab, given)
    check_profile(found)
    _check_guest(found, lab.guest.kind)
    if chosen and (given.dll or lab.dll.path or not found.ihv.takes_a_fault):
        raise UsageError(
            f"--fault {fault}: only our sample DLL can be told to have a fault",
            hint="leave out --dll (lab.toml's [dll] path), and the scenario's [ihv] security",
        )
    return RunPlan(
        lab=lab,
        scenario=_counted(found, count).with_passphrase(),
        command=f"{own_name()} {shlex.join(argv)}",
        fault=chosen,
        dll=vendors_dll(lab, given),
    )


def _check_guest(scenario: Scenario, kind: GuestKind) -> None:
    if scenario.orders_the_guest and not ABILITIES[kind].takes_stimuli:
        able = " or ".join(name for name, can in ABILITIES.items() if can.takes_stimuli)
        raise UsageError(
            f"scenario {scenario.name}: only the {able} guest obeys orders to its WLAN service",
            hint=f"take a scenario without, or a lab.toml whose guest is not {kind}",
        )


def _counted(scenario: Scenario, count: int) -> Scenario:
    return scenario.model_copy(update={"associations": count})
