# SPDX-License-Identifier: GPL-2.0-or-later
"""The main job: a scenario run on a lab, association by association.

A lab that breaks ends the run, not the work: what was collected until then is judged, stored and
reported. So does an interruption.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from harness.console import Console, StageClock
from harness.eap import radius_of
from harness.errors import HarnessError, LabFault
from harness.evidence import AssociationEvidence, ClockModel, RunEvidence
from harness.guests.base import GuestImage, Witness
from harness.guests.common.eap import set_user
from harness.guests.common.profile import profile_name, profile_xml
from harness.guests.common.recorder import Setup
from harness.guests.common.refused_profile import refusal
from harness.guests.registry import guest_of
from harness.lab.recording import Recording
from harness.lab.session import LabSession, open_session, setup_for
from harness.lab.shared_guest import Lender, Wanted
from harness.lab.witness import witnessed
from harness.local.jsonlines import CallFailed
from harness.local.storage import FREE_SOME, is_disk_full
from harness.results import AssociationResult, Environment, LabFaultResult, RunResult, Stage
from harness.run.association import Attempt, clock_of
from harness.run.fingerprint import environment, of_host
from harness.run.judge import Judge
from harness.run.plan import RunPlan
from harness.vm.accel import Choice


@dataclass(slots=True)
class CollectedRun:
    """What a run has come to so far."""

    associations: list[AssociationEvidence] = field(default_factory=list)
    broken: dict[int, LabFaultResult] = field(default_factory=dict)
    """The lab fault of an association, by its index."""
    lab_fault: LabFaultResult | None = None
    """The lab fault that came outside any association."""
    errors: list[str] = field(default_factory=list)
    """What is wrong with the test itself, in words."""
    interrupted: bool = False
    """Ctrl-C or SIGTERM ended it."""
    clock: ClockModel | None = None
    environment: Environment = field(default_factory=Environment)
    bssid: str | None = None
    stages: list[Stage] = field(default_factory=list)
    lab_s: float = 0.0
    """How long guest and air were at work, which our judging in between is not."""

    def evidence(self, recording: Recording) -> RunEvidence:
        """All of it in the form the checks take."""
        clock = self.clock or ClockModel(0, 1 << 62)
        return RunEvidence(
            recording.records(),
            tuple(self.associations),
            clock,
            recording.damage(),
            recording.stalls(),
        )

    def described(self, planned: RunResult) -> RunResult:
        """The result of the planned run with all that does not follow from the evidence."""
        return planned.model_copy(
            update={
                "environment": self.environment,
                "air": planned.air and planned.air.model_copy(update={"bssid": self.bssid or None}),
                "stages": tuple(self.stages),
                "lab_faults": (self.lab_fault,) if self.lab_fault else (),
                "errors": tuple(self.errors),
            }
        )


Show = Callable[[AssociationResult], None]


def collect(
    plan: RunPlan,
    judge: Judge,
    recording: Recording,
    guests: Lender,
    console: Console,
    run_dir: Path,
    show: Show,
    *,
    last: bool,
) -> CollectedRun:
    """Have a guest, run all associations on it, give it back. Never raises for what ends it early.

    `show` gets each association as soon as `judge` has judged it by what is known then. After the
    `last` run there is no guest any more.
    """
    collected = CollectedRun()
    stages = StageClock(console)
    collected.stages = stages.stages
    adapter = plan.lab.guest.adapter
    # known also when the lab does not come up
    collected.environment = of_host(plan.dll, adapter=adapter)

    oui = plan.scenario.ihv.adapter_oui

    def setup(image: GuestImage) -> Setup:
        return setup_for(image, plan.dll, plan.fault, oui)

    def chosen(choice: Choice) -> None:
        collected.environment = of_host(plan.dll, choice, adapter)

    wanted = Wanted(
        lab=plan.lab, setup=setup, right_date=plan.scenario.eap is not None, last=last
    )  # fmt: skip
    with (
        _lasting(collected),
        _kept_when_it_ends_early(collected, console),
        radius_of(plan.scenario, run_dir) as (credentials, radius),
        guests.lent(wanted, stages, recording, run_dir, chosen) as guest,
        open_session(plan.lab, guest, recording, stages, plan.dll, plan.fault, oui) as session,
    ):
        collected.environment = environment(plan.dll, session, plan.lab)
        judge.environment = collected.environment.other
        recording.environment(collected.environment.model_dump(mode="json"))
        session.credentials = credentials
        collected.bssid = session.go_on_air(plan.lab, plan.scenario.network, radius)
        recording.event({"event": "on air", "bssid": collected.bssid})
        with witnessed(_witness(plan, session), recording, run_dir):
            associate_all(plan, judge, session, collected, show, first=1)
    return collected


def _witness(plan: RunPlan, session: LabSession) -> Witness | None:
    guest = guest_of(plan.lab.guest.kind)
    return guest.witness(session.ssh, limit_s=plan.lab.limits.command_s)


@contextlib.contextmanager
def _lasting(collected: CollectedRun) -> Iterator[None]:
    """Add to `lab_s` how long the block lasts."""
    since_s = time.monotonic()
    try:
        yield
    finally:
        collected.lab_s += time.monotonic() - since_s


@contextlib.contextmanager
def _kept_when_it_ends_early(collected: CollectedRun, console: Console) -> Iterator[None]:
    """Whatever ends the run early is kept in what was collected; nothing is raised.

    The summary tells it. An interruption is told at once, as what is asked for may take a while.
    """
    try:
        yield
    except LabFault as fault:
        if not collected.broken:
            collected.lab_fault = as_lab_fault_result(fault)
    except HarnessError as error:  # a build that failed, a call Windows refused
        collected.errors.append(f"{error.message} ({error.hint})" if error.hint else error.message)
    except OSError as error:  # a disk that is full, a folder that went away under us
        hint = FREE_SOME if is_disk_full(error) else None
        collected.lab_fault = LabFaultResult(message=str(error), hint=hint)
    except KeyboardInterrupt as interrupt:
        collected.interrupted = True
        if not collected.broken:
            collected.lab_fault = as_lab_fault_result(interrupt)
        console.fault("interrupted; what was gathered is kept")


def as_lab_fault_result(fault: HarnessError | KeyboardInterrupt) -> LabFaultResult:
    """What ended a run early, as the result keeps it."""
    if isinstance(fault, KeyboardInterrupt):
        return LabFaultResult(message=f"interrupted ({fault or 'Ctrl-C'})")
    if not isinstance(fault, LabFault):
        return LabFaultResult(message=fault.message, hint=fault.hint or None)
    return LabFaultResult(
        message=fault.message,
        awaited=fault.awaited,
        waited_s=round(fault.waited_s, 3),
        last_state=fault.last_state,
        hint=fault.hint or None,
    )


def set_profile(plan: RunPlan, session: LabSession) -> None:
    """Give the guest the scenario's profile, and with [eap] what 802.1X needs.

    Raises `ProfileRefused` for one that the DLL, or the WLAN service, does not take.
    """
    scenario, credentials = plan.scenario, session.credentials
    limit_s = plan.lab.limits.command_s
    fault = plan.fault.name if plan.fault and plan.fault.where != "service" else None
    xml = profile_xml(scenario, fault, credentials)
    for interface in session.interfaces(scenario.adapters, limit_s=limit_s):
        try:
            session.agent.set_profile(interface, xml, timeout_s=limit_s)
        except CallFailed as failed:
            asked = session.pull_trace()
            raise refusal(asked, failed, scenario.ihv, own_dll=plan.dll is not None) from None
    if scenario.eap is not None and credentials is not None:
        guest_of(plan.lab.guest.kind).place_certificates(session.ssh, credentials)
        if scenario.uses_onex:  # else authenticating is the DLL's own business
            set_user(
                session.agent, session.interface, profile_name(scenario), scenario.eap,
                credentials, timeout_s=limit_s,
            )  # fmt: skip


def associate_all(
    plan: RunPlan,
    judge: Judge,
    session: LabSession,
    collected: CollectedRun,
    show: Show,
    first: int,
) -> None:
    """Set the profile and run the plan's associations, numbered from `first`.

    The access point is on the air already. Raises `HarnessError`, mostly a `LabFault`; `collected`
    then has what there is, and of the association cut off nothing missing counts.
    """
    scenario = plan.scenario
    set_profile(plan, session)
    for index in range(first, first + scenario.associations):
        attempt = Attempt(session, scenario, plan.lab.limits, index)
        broke_by: LabFaultResult | None = None
        try:
            attempt.run()
            collected.clock = clock_of(session)
        except (HarnessError, KeyboardInterrupt) as broke:
            if isinstance(broke, LabFault):
                broke = session.explained(broke)
            broke_by = collected.broken[index] = as_lab_fault_result(broke)
            raise
        finally:
            since_s = time.monotonic()
            collected.associations.append(attempt.evidence(broke_by.message if broke_by else None))
            evidence = collected.evidence(session.recording)
            session.recording.association(evidence.associations[-1], evidence.clock)
            show(judge.latest(evidence, broke_by))
            collected.lab_s -= time.monotonic() - since_s
