# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil prove windows`: ten steps in an order, each with what it proves, until one fails.

What was seen is packed into one file that can be sent, without keys and names of this machine.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from harness.config.lab import Lab
from harness.console import Console
from harness.errors import HarnessError, LabFault, UsageError
from harness.guests.base import ServiceControl
from harness.guests.common.ssh import Ssh
from harness.guests.registry import WINDOWS_GUEST_STEPS, WINDOWS_STEPS, WindowsSubject, guest_of
from harness.lab.bring_up import RunningGuest, open_guest, reach
from harness.lab.doctor import examine, examine_windows
from harness.lab.recording import open_recording
from harness.lab.session import setup_for
from harness.results import Verdict
from harness.run.perform import perform
from harness.run.planning import plan_run
from harness.run.vendor import CommandLineDll, vendors_dll

SERIES = 20
BROKE = (Verdict.MISS, Verdict.ERROR)

Outcome = Literal["done", "failed", "not reached"]


@dataclass(slots=True)
class StepResult:
    """How a step went."""

    name: str
    does: str
    proves: str
    facts: tuple[str, ...]
    outcome: Outcome = "not reached"
    seen: str = ""
    """What was seen, or why it failed."""
    took_s: float = 0.0


@dataclass(slots=True)
class Proof:
    """All ten, and where what they left behind lies."""

    rehearsal: bool
    """On the reference guest: nothing of it is Windows."""
    folder: Path
    steps: list[StepResult] = field(
        default_factory=lambda: [
            StepResult(one.name, one.does, one.proves, one.facts) for one in WINDOWS_STEPS
        ]
    )
    runs: list[Path] = field(default_factory=list)
    secrets: list[bytes] = field(default_factory=list)
    """What must be in no file that is sent."""
    mistake: bool = False
    """What failed is for the user to put right."""

    @property
    def complete(self) -> bool:
        """Every step was done."""
        return all(one.outcome == "done" for one in self.steps)

    def step(self, name: str) -> StepResult:
        """One of them."""
        return next(one for one in self.steps if one.name == name)


class StepFailed(Exception):
    """A step has failed, which is noted."""


@contextlib.contextmanager
def step_of(proof: Proof, name: str, console: Console) -> Iterator[StepResult]:
    """Note how a step goes; raises `StepFailed` for what its body raises as a `HarnessError`."""
    step, since_s = proof.step(name), time.monotonic()
    try:
        yield step
        step.outcome = "done"
    except HarnessError as error:
        step.outcome = "failed"
        step.seen = f"{error.message} ({error.hint})" if error.hint else error.message
        proof.mistake = not isinstance(error, LabFault)
        raise StepFailed from None
    finally:
        step.took_s = round(time.monotonic() - since_s, 1)
        console.note(f"{step.name}: {step.outcome}: {step.seen}")


def prove(lab: Lab, given: CommandLineDll, folder: Path, console: Console) -> Proof:
    """Run the steps on the guest of `lab`, with what they leave behind in `folder`."""
    proof = Proof(lab.guest.system != "windows", folder)
    with contextlib.suppress(StepFailed):
        with step_of(proof, "machine", console) as step:
            step.seen = _machine(lab)
        with step_of(proof, "image", console) as step:
            image = guest_of(lab.guest.kind).prepare(lab.guest, lab.store.cache, console)
            step.seen = f"image {lab.guest.image}, key {image.key[:16]}"
            proof.secrets.append(image.login.private_key.read_bytes().strip())
        _guest_steps(proof, lab, given, console)
        for name, count in (("handlers", 1), ("series", SERIES)):
            with step_of(proof, name, console) as step:
                step.seen = _run(proof, lab, given, count, console)
    return proof


def _machine(lab: Lab) -> str:
    needs = [*examine(), *examine_windows(lab)]
    missing = [one for one in needs if one.required and not one.ok]
    if missing:
        one = missing[0]
        raise UsageError(f"{one.name}: {one.found}", hint=one.fix)
    return f"{sum(one.ok for one in needs)} of {len(needs)} needs are there"


def _guest_steps(proof: Proof, lab: Lab, given: CommandLineDll, console: Console) -> None:
    """Those of one guest that runs, from its start on."""
    with contextlib.ExitStack() as stack:
        with step_of(proof, "start", console) as step:
            recording = stack.enter_context(open_recording(proof.folder))
            guest = stack.enter_context(open_guest(lab, console, recording, proof.folder))
            step.seen = f"{guest.accel.accel}; SSH answers, the radio is in operation"
        subject = _subject(guest, lab, given, stack)
        for name, does in WINDOWS_GUEST_STEPS.items():
            with step_of(proof, name, console) as step:
                step.seen = does(subject)


def _subject(
    guest: RunningGuest, lab: Lab, given: CommandLineDll, stack: contextlib.ExitStack
) -> WindowsSubject:
    def again() -> tuple[Ssh, ServiceControl]:
        ssh = reach(guest.machine, guest.image, lab, guest.accel.accel)
        stack.callback(ssh.close)
        guest.air.wait_radio(lab.limits.boot_s)
        return ssh, guest_of(lab.guest.kind).service_control(ssh, limit_s=lab.limits.command_s)

    setup = setup_for(guest.image, vendors_dll(lab, given), None, None)
    limits = lab.limits
    return WindowsSubject(guest.ssh, guest.service, setup, again, limits.command_s, limits.boot_s)


def _run(proof: Proof, lab: Lab, given: CommandLineDll, count: int, console: Console) -> str:
    """So many associations of the scenario plain; a FAIL is a lab that works, too."""
    plan = plan_run(lab, "plain", associations=count, given=given, command="hil prove windows")
    secret = plan.scenario.network.passphrase
    if secret is not None:
        proof.secrets.append(secret.get_secret_value().encode())
    result, folder = perform(plan, console)
    proof.runs.append(folder)
    if result.verdict in BROKE:
        raise LabFault(f"{count} associations", result.duration_s, result.reason)
    if result.verdict is Verdict.DONE:
        raise UsageError(
            f"Windows called no handler of the DLL: {result.reason}",
            hint="take an adapter whose driver is of the Native 802.11 model",
        )
    return f"{result.verdict}: {result.reason}"
