# SPDX-License-Identifier: GPL-2.0-or-later
"""From a plan to its cells: guests × radios × DLLs × repetitions × scenarios.

All that a person got wrong is refused here, before anything starts. Cells of one guest and DLL
stand together, so that they can share a guest; of these each test comes once before any comes
again, so that a night that is cut short has seen as many of them as it could.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, final

from harness.config.lab import DllConfig, Lab, load_lab
from harness.errors import Unfit, UsageError
from harness.faults import find_fault
from harness.guests.common.given_by import LAB, GivenBy, named
from harness.history.model import Test
from harness.naming import own_name
from harness.nightly.expectation import Expectation
from harness.nightly.plan import LONGEST_NAME, DllEntry, GuestEntry, Plan
from harness.nightly.selection import Chosen, select
from harness.run.plan import RunPlan, resolved
from harness.run.planning import FAULT_ASSOCIATIONS, plan_run
from harness.run.vendor import CommandLineDll

KEYS: Final = GivenBy("path", "with", "profile")
"""What a [[dll]] calls its files."""

SAMPLE: Final = DllEntry(name="sample")
USUAL: Final = Path("lab.toml")
"""The lab.toml that is used where none is named, if it is there."""


@final
@dataclass(frozen=True, slots=True)
class PlannedCell:
    """A cell before it runs: everything that its runner needs."""

    position: int
    test: Test
    repetition: int
    run: RunPlan
    expect: Expectation | None = None
    """None: it is to pass."""
    unfit: str = ""
    """Why its guest, radio or DLL cannot run the scenario: the cell is left out every night."""

    @property
    def group(self) -> tuple[str, str, str]:
        """Cells that are equal in this can share a guest."""
        return self.test.guest, self.test.radio, self.test.dll

    @property
    def label(self) -> str:
        """The cell as a person reads it: the test's id and, from the second on, the repetition."""
        return self.test.id if self.repetition == 1 else f"{self.test.id} #{self.repetition}"


def cells_of(plan: Plan, file: Path, *, repetitions: int | None = None) -> list[PlannedCell]:
    """The cells of the plan in a file, in their order; raises `UsageError`."""
    main = load_lab(plan.lab)
    count = repetitions or plan.repetitions
    found: list[PlannedCell] = []
    for guest in plan.guest or (GuestEntry(name=main.guest.kind),):
        lab = _lab_of(guest, main)
        radio = _radio_of(guest, lab, file)
        for dll in plan.dll or (_dll_of(lab),):
            chosen = _scenarios(plan, dll, file.parent)
            with named(f"{file}: [[dll]] {dll.name}:") if plan.dll else nullcontext():
                runs = [_planned(plan, guest, lab, dll, one) for one in chosen]
            for repetition in range(1, count + 1):
                for run, why in runs:
                    test = Test(guest.name, radio, dll.name, run.scenario.name)
                    expect = _expectation(dll, run)
                    found.append(PlannedCell(len(found), test, repetition, run, expect, why))
    if all(one.unfit for one in found):
        raise UsageError(f"{file}: nothing of it can be run: {found[0].label} {found[0].unfit}")
    return found


def only(cells: Sequence[PlannedCell], wanted: Callable[[Test], bool]) -> list[PlannedCell]:
    """The cells of these tests, numbered anew."""
    kept = (one for one in cells if wanted(one.test))
    return [replace(one, position=place) for place, one in enumerate(kept)]


def digest(name: str, cells: Sequence[PlannedCell]) -> str:
    """SHA-256 of all that a night runs, and where: a night is resumed by an equal one only.

    The files of a DLL are part of it: what one build began no other goes on with. So is the folder
    of the runs, as the lock of a night that runs is there.
    """
    said = [name, platform.node(), *(_described(one) for one in cells)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _scenarios(plan: Plan, dll: DllEntry, folder: Path) -> list[Chosen]:
    if dll.scenarios is None and dll.fault:
        return select([find_fault(dll.fault).scenario], folder)
    return select(dll.scenarios or plan.scenarios, folder)


def _lab_of(guest: GuestEntry, main: Lab) -> Lab:
    """The lab of a guest; runs and history are where the plan's lab has them."""
    lab = load_lab(guest.lab) if guest.lab else main
    return lab.model_copy(update={"store": main.store})


def _radio_of(guest: GuestEntry, lab: Lab, file: Path) -> str:
    """The radio of a guest, by which its tests are known: that of its lab."""
    radio = lab.guest.radio
    if guest.radios not in (None, (radio,)):
        raise UsageError(
            f"{file}: [[guest]] {guest.name}: radios names {guest.radios}, but the radio of its "
            f"lab is {radio}",
            hint="leave radios out, or name a lab.toml with that [guest] radio: lab = in the plan",
        )
    return lab.guest.radio_name


def _dll_of(lab: Lab) -> DllEntry:
    """The DLL of a plan that names none."""
    path = lab.dll.path
    if path is None:
        return SAMPLE
    name = re.sub(r"[^A-Za-z0-9._@-]+", "-", path.stem)
    return DllEntry(name=name[:LONGEST_NAME], path=path)


def _planned(
    plan: Plan, guest: GuestEntry, lab: Lab, dll: DllEntry, chosen: Chosen
) -> tuple[RunPlan, str]:
    """The run of a scenario, and why it cannot be carried out, if that is so."""
    if dll.path is None and lab.dll.path is not None:
        raise UsageError(
            f"our sample DLL is meant, but lab.toml's [dll] path names {lab.dll.path}",
            hint="give path, or name a lab.toml without [dll]: lab = in the plan",
        )
    own, why = _lab_with(dll, lab), ""
    try:
        run = plan_run(
            own,
            chosen.scenario,
            associations=_associations(plan, dll),
            fault=dll.fault,
            given=CommandLineDll(dll.path, dll.companions, dll.profile, KEYS if plan.dll else LAB),
            command="",
        )
    except Unfit as error:
        run, why = RunPlan(own, chosen.scenario, ""), f"cannot be run {error.why}"
    return replace(run, command=_command(run, chosen, guest.lab or plan.lab, dll)), why


def _lab_with(dll: DllEntry, lab: Lab) -> Lab:
    """The lab with this DLL in the place of its own; what it says of profiles is the vendor's."""
    if dll.path is None:
        return lab.model_copy(update={"dll": DllConfig()})
    beside = lab.dll.companions if dll.path == lab.dll.path else ()
    update = {"path": dll.path, "companions": dll.companions or beside}
    return lab.model_copy(update={"dll": lab.dll.model_copy(update=update)})


def _associations(plan: Plan, dll: DllEntry) -> int | None:
    """How many a cell has; None: as many as its scenario says."""
    if dll.fault is None:
        return plan.associations
    return max(plan.associations or FAULT_ASSOCIATIONS, find_fault(dll.fault).associations)


def _command(run: RunPlan, chosen: Chosen, lab: Path | None, dll: DllEntry) -> str:
    """One line that runs a cell again, from wherever it is typed."""
    words = ["run", chosen.argument, "-n", str(run.scenario.associations)]
    words += ["--fault", dll.fault] if dll.fault else []
    for option, path in (
        ("--dll", dll.path), *(("--with", one) for one in dll.companions),
        ("--profile", dll.profile), ("--lab", lab or (USUAL if USUAL.exists() else None)),
    ):  # fmt: skip
        words += [option, str(path.resolve())] if path else []
    return f"{own_name()} {shlex.join(words)}"


def _expectation(dll: DllEntry, run: RunPlan) -> Expectation | None:
    if dll.expect is not None:
        return Expectation(dll.rules) if dll.expect == "FAIL" else None
    if run.fault is not None and run.scenario.name == run.fault.scenario:
        return Expectation(run.fault.rules)
    return None


def _described(cell: PlannedCell) -> dict[str, Any]:
    run = cell.run
    dll = run.dll
    return {
        "test": cell.test.id,
        "repetition": cell.repetition,
        "scenario": run.scenario.model_dump(mode="json"),
        "lab": resolved(run),
        "runs": str(run.lab.store.runs.absolute()),
        "fault": run.fault.name if run.fault else None,
        "dll": [dll.sha256, *((one.name, one.sha256) for one in dll.companions)] if dll else None,
        "expect": cell.expect and list(cell.expect.rules),
        "unfit": cell.unfit,
    }


def groups(cells: Sequence[PlannedCell]) -> Iterator[list[PlannedCell]]:
    """Neighbours that can share a guest, together."""
    rest = list(cells)
    while rest:
        same = [one for one in rest if one.group == rest[0].group]
        rest = [one for one in rest if one.group != rest[0].group]
        yield same
