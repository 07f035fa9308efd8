# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil doctor` and `hil bench`: this machine, prepared and measured."""

from __future__ import annotations

import enum
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.options import JsonOption, LabOption
from harness.cli.signals import interrupt_on_signals
from harness.config.lab import Lab, load_lab
from harness.console import Console, open_console

if TYPE_CHECKING:
    from harness.field.measuring import ReadingFigures
    from harness.run.air_figures import AirFigures
    from harness.run.bench import Figures
    from harness.run.soak import Soak
    from harness.run.usb_figures import UsbFigures


Nights = Annotated[
    int, typer.Option(min=0, help="Instead: nights of so many cells, one and two at a time.")
]
HistoryFlag = Annotated[
    bool, typer.Option("--history", help="Instead: board and comparison, on a made-up history.")
]
Rounds = Annotated[int, typer.Option(min=1, help="How often, with --nights, --history or `field`.")]
Before = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        resolve_path=True,
        help="The `hil` of another tree, whose runs --nights compares with.",
    ),
]


class Subject(enum.Enum):
    """What may be measured in the place of the lab."""

    AIR = "air"
    USB = "usb"
    FIELD = "field"


SubjectArgument = Annotated[
    Subject | None,
    typer.Argument(
        help="Instead: `air` beside hostapd and wmediumd, in one guest; emulated adapters (`usb`) "
        "beside the simulated radio; captures read (`field`) beside tshark."
    ),
]
Adapters = Annotated[
    list[str] | None, typer.Option("--adapter", help="Of `usb`: this one alone (repeatable).")
]
Wmediumd = Annotated[
    Path | None,
    typer.Option(
        exists=True, dir_okay=False, resolve_path=True,
        help="A wmediumd, built statically, that `air` compares with.",
    ),
]  # fmt: skip


def doctor(
    as_json: JsonOption = False,
    deep: Annotated[bool, typer.Option("--deep", help="Also boot the guest, KVM anew.")] = False,
    windows: Annotated[
        bool,
        typer.Option("--windows", help="Also a Windows guest's, and what is unproven."),
    ] = False,
    lab: LabOption = None,
) -> None:
    """List every need of the lab, one line each, with the exact fix."""
    from harness.lab.doctor import examine, examine_deeply, examine_windows

    needs = examine()
    if windows:
        needs += examine_windows(load_lab(lab))
    if deep and all(need.ok or not need.required for need in needs):
        interrupt_on_signals()
        with open_console(sys.stderr) as console:
            needs += examine_deeply(load_lab(lab), console)
    if as_json:
        rows = [{"need": n.name, "ok": n.ok, "found": n.found, "fix": n.fix} for n in needs]
        typer.echo(json.dumps(rows, indent=1))
    else:
        for need in needs:
            mark = "ok     " if need.ok else "MISSING" if need.required else "note   "
            fix = "" if need.ok or not need.fix else f"; fix: {need.fix}"
            typer.echo(f"{mark} {need.name}: {need.found}{fix}")
        if windows:
            typer.echo("\n".join(_of_windows()))
    raise typer.Exit(0 if all(need.ok or not need.required for need in needs) else 2)


def _of_windows() -> Iterator[str]:
    """What has been run on Windows, what is unproven, and what to run first."""
    from harness.guests.registry import RUN_ON_WINDOWS, UNPROVEN, WINDOWS_STEPS

    yield f"run on Windows: {RUN_ON_WINDOWS}"
    for name, fact in UNPROVEN.items():
        steps = ", ".join(one.name for one in WINDOWS_STEPS if name in one.facts)
        yield f"unproven: {fact} (step {steps})"
    yield "to be run first: `hil prove windows`; `hil prove windows --steps` lists its ten steps"


def bench(
    subject: SubjectArgument = None,
    as_json: JsonOption = False,
    associations: Annotated[int, typer.Option("--associations", "-n", min=1)] = 20,
    build: Annotated[bool, typer.Option(help="Also time an image build from nothing.")] = True,
    soaked: Annotated[
        int,
        typer.Option("--soak", min=0, help="Instead: so many associations over all scenarios."),
    ] = 0,
    nights: Nights = 0,
    before: Before = None,
    history: HistoryFlag = False,
    rounds: Rounds = 1,
    wmediumd: Wmediumd = None,
    adapter: Adapters = None,
    lab: LabOption = None,
) -> None:
    """Measure how fast the lab is, or soak it.

    Image build, first verdict, rate, turnaround of the access point, cost of the recorder; with
    --nights runs by themselves, a night's cells, and the same two at a time, in turns.
    """
    from harness.field.measuring import measure_reading
    from harness.nightly.measuring import NightBench
    from harness.nightly.measuring_history import measure_history
    from harness.run.bench import measure
    from harness.run.soak import Soak, soak

    interrupt_on_signals()
    figures: Figures | AirFigures | Soak | UsbFigures | ReadingFigures
    with open_console(sys.stderr) as console:
        if soaked:
            figures = soak(load_lab(lab), console, soaked)
        elif nights:
            figures = NightBench(load_lab(lab), nights, rounds, before).measure(console)
        elif history:
            figures = measure_history(rounds, console)
        elif subject is Subject.FIELD:
            figures = measure_reading(rounds, console)
        elif subject is not None:
            figures = _of_subject(subject, load_lab(lab), console, associations, wmediumd, adapter)
        else:
            figures = measure(load_lab(lab), console, associations=associations, build=build)
    if as_json:
        typer.echo(json.dumps(figures.to_json(), indent=1))
    else:
        for line in figures.lines():
            typer.echo(line)
    if isinstance(figures, Soak):
        raise typer.Exit(figures.verdict.exit_code)


def _of_subject(
    subject: Subject,
    lab: Lab,
    console: Console,
    associations: int,
    wmediumd: Path | None,
    adapters: list[str] | None,
) -> AirFigures | UsbFigures:
    from harness.run.air_bench import measure_air
    from harness.run.bench import figures_of_this_machine
    from harness.run.usb_bench import adapters_named, measure_usb

    environment = figures_of_this_machine().environment
    if subject is Subject.AIR:
        return measure_air(lab, console, associations, wmediumd, environment)
    return measure_usb(lab, console, associations, adapters_named(adapters), environment)
