# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: parses, plans, and turns errors into one clear line and an exit code.

Exit codes of `run`: 0 PASS, 1 FAIL, 2 wrong usage or ERROR, 3 MISS.
"""

from __future__ import annotations

import json
import shlex
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

from harness.bench import Figures, measure
from harness.checks import RULES
from harness.config import Lab, load_lab
from harness.console import Console, open_console
from harness.errors import HarnessError, LabFault, UsageError
from harness.faults import FAULTS, find_fault
from harness.outcome import perform
from harness.results import ResultFileError, StoreError, write_atomic
from harness.rulebook import rules
from harness.run import Plan
from harness.scenarios import Scenario, find_scenario, scenario_names
from harness.soak import Soak, soak
from harness.vendor import Brought, dressed, vendors_dll

MISS_EXIT = 3
INTERRUPTED_EXIT = 130
"""What typer makes of a KeyboardInterrupt."""

FAULT_ASSOCIATIONS = 3
"""Associations of a run with a fault asked for, unless told otherwise: it fails in each."""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Validates the IHV Extensions DLL of a Windows WLAN driver, end to end.",
)

LabOption = Annotated[Path | None, typer.Option("--lab", help="lab.toml to use.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def run(
    scenario: Annotated[str, typer.Argument(help="Shipped scenario, or a .toml file.")] = "",
    associations: Annotated[
        int | None, typer.Option("--associations", "-n", help="How many (default: scenario's).")
    ] = None,
    fault: Annotated[str, typer.Option(help="Fault of the sample DLL (see `hil faults`).")] = "",
    dll: Annotated[Path | None, typer.Option(help="Your IHV Extensions DLL (64-bit).")] = None,
    beside: Annotated[
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
    _signals()
    used = load_lab(lab)
    brought = Brought(dll, tuple(beside or ()), profile)
    plan = _plan(scenario, associations, fault, brought, used, sys.argv[1:])
    with open_console(rules=RULES) as console:
        for notice in plan.dll.notices if plan.dll else ():
            console.note(notice)
        result, _ = perform(plan, console)
    raise typer.Exit(result.verdict.exit_code)


@app.command()
def judge(
    folder: Annotated[Path, typer.Argument(help="A run directory, e.g. runs/latest.")],
    report: Annotated[
        Path | None, typer.Option(help="Also write report.html and contract.html to this folder.")
    ] = None,
) -> None:
    """Judge a finished run again, from its evidence, by the rules as they are now."""
    from harness.outcome import pages
    from harness.replay import judge_again

    result, evidence = judge_again(folder)
    with open_console(rules=RULES) as console:
        for association in result.associations:
            console.association(association)
        console.summary(result, folder)
    if report is not None:
        report.mkdir(parents=True, exist_ok=True)
        for name, make in pages(evidence).items():
            write_atomic(report / name, make(result))
    raise typer.Exit(result.verdict.exit_code)


@app.command()
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


app.command(name="rules")(rules)


@app.command()
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


@app.command()
def doctor(as_json: JsonOption = False) -> None:
    """List every need of the lab, one line each, with the exact fix."""
    from harness.doctor import examine

    needs = examine()
    if as_json:
        rows = [{"need": n.name, "ok": n.ok, "found": n.found, "fix": n.fix} for n in needs]
        typer.echo(json.dumps(rows, indent=1))
    else:
        for need in needs:
            mark = "ok     " if need.ok else "MISSING" if need.required else "note   "
            fix = "" if need.ok or not need.fix else f"; fix: {need.fix}"
            typer.echo(f"{mark} {need.name}: {need.found}{fix}")
    raise typer.Exit(0 if all(need.ok or not need.required for need in needs) else 2)


@app.command()
def image(lab: LabOption = None) -> None:
    """Build the reference guest's image, if it is not in the cache."""
    from harness.vm.images import prepare

    _signals()
    with open_console() as console:
        images = prepare(load_lab(lab).store.cache, console)
        console.note(f"image {images.key} in {images.disk.parent}")


@app.command()
def bench(
    as_json: JsonOption = False,
    associations: Annotated[int, typer.Option("--associations", "-n")] = 20,
    build: Annotated[bool, typer.Option(help="Also time an image build from nothing.")] = True,
    soaked: Annotated[
        int,
        typer.Option("--soak", min=0, help="Instead: so many associations over all scenarios."),
    ] = 0,
    lab: LabOption = None,
) -> None:
    """Measure image build, first verdict, rate, AP turnaround, cost of the recorder; or soak."""
    _signals()
    figures: Figures | Soak
    with open_console(sys.stderr) as console:
        if soaked:
            figures = soak(load_lab(lab), console, soaked)
        else:
            figures = measure(load_lab(lab), console, associations=associations, build=build)
    if as_json:
        typer.echo(json.dumps(figures.to_json(), indent=1))
    else:
        for line in figures.lines():
            typer.echo(line)
    if isinstance(figures, Soak):
        raise typer.Exit(figures.verdict.exit_code)


def main() -> NoReturn:
    """The program `wlan-hil`: `app`, with our errors as one line and an exit code."""
    try:
        app()
    except LabFault as error:
        _complain(error.message, error.hint)
        sys.exit(MISS_EXIT)
    except HarnessError as error:
        _complain(error.message, error.hint)
    except (ResultFileError, StoreError) as error:
        _complain(str(error), "")
    except SystemExit as end:
        if end.code != INTERRUPTED_EXIT:
            raise
        _complain("interrupted", "")
        sys.exit(MISS_EXIT)
    sys.exit(2)


def _plan(
    scenario: str,
    associations: int | None,
    fault: str,
    brought: Brought,
    lab: Lab,
    argv: list[str],
) -> Plan:
    chosen = find_fault(fault) if fault else None
    found = find_scenario(scenario or (chosen.scenario if chosen else "plain"))
    usual = FAULT_ASSOCIATIONS if chosen else found.associations
    count = usual if associations is None else associations
    if not 1 <= count <= 100_000:
        raise UsageError(f"--associations {count}: wanted 1 to 100000")
    found = dressed(found, lab, brought)
    _check_guest(found, lab.guest.kind)
    if chosen and (brought.dll or lab.dll.path or not found.ihv.takes_a_fault):
        raise UsageError(
            f"--fault {fault}: only our sample DLL can be told to have a fault",
            hint="leave out --dll (lab.toml's [dll] path), and the scenario's [ihv] security",
        )
    return Plan(
        lab=lab,
        scenario=_counted(found, count).with_passphrase(),
        command=shlex.join(["./hil", *argv]),
        fault=chosen,
        dll=vendors_dll(lab, brought),
    )


def _check_guest(scenario: Scenario, kind: str) -> None:
    if scenario.orders_the_guest and kind != "reference":
        raise UsageError(
            f"scenario {scenario.name}: only the reference guest obeys orders to its WLAN service",
            hint=f"take a scenario without, or a lab.toml whose guest is not {kind}",
        )


def _counted(scenario: Scenario, count: int) -> Scenario:
    return scenario.model_copy(update={"associations": count})


def _signals() -> None:
    """Make SIGTERM and SIGHUP end a run as Ctrl-C does; a second signal cannot cut the clean-up."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt(signal.Signals(number).name)

    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, interrupt)


def _complain(message: str, hint: str) -> None:
    console: Console = open_console(sys.stderr)
    console.error(message, hint or None)


if __name__ == "__main__":
    main()
