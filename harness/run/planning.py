# SPDX-License-Identifier: GPL-2.0-or-later
"""From what a user asks for to the plan of a run, with all refused that can be seen beforehand."""

from __future__ import annotations

from harness.config.lab import USUAL_PORT, GuestKind, Lab
from harness.eap import check_profile
from harness.errors import UsageError
from harness.faults import FAULTS, find_fault
from harness.guests.abilities import ABILITIES
from harness.guests.radios import unfit
from harness.run.plan import RunPlan
from harness.run.vendor import CommandLineDll, apply_vendor_profile, vendors_dll
from harness.scenarios import Scenario, find_scenario
from harness.scenarios.associations import MOST_ASSOCIATIONS
from harness.vm.host import NEWER_QEMU, vhost_user_misfit

FAULT_ASSOCIATIONS = 3
"""Associations of a run with a fault asked for, unless told otherwise: it fails in each."""


def plan_run(
    lab: Lab,
    scenario: str | Scenario | None = None,
    *,
    associations: int | None = None,
    fault: str | None = None,
    given: CommandLineDll,
    command: str,
) -> RunPlan:
    """The plan of a run of `scenario`, by default the one that shows `fault`, else `plain`.

    Raises `UsageError` for whatever of it cannot be used. Nothing is started.
    """
    chosen = find_fault(fault) if fault else None
    if scenario in FAULTS:
        raise UsageError(f"{scenario} is a fault, no scenario", hint=f"run it: --fault {scenario}")
    if scenario is None:
        scenario = chosen.scenario if chosen else "plain"
    found = find_scenario(scenario) if isinstance(scenario, str) else scenario
    usual = FAULT_ASSOCIATIONS if chosen else found.associations
    count = usual if associations is None else associations
    if not 1 <= count <= MOST_ASSOCIATIONS:
        raise UsageError(
            f"--associations {count}: wanted 1 to {MOST_ASSOCIATIONS}",
            hint="leave it out for the scenario's own",
        )
    if count < found.last_named:
        raise UsageError(
            f"scenario {found.name}, associations = {count}: a rule or exception of it names "
            f"association {found.last_named}",
            hint=f"-n {found.last_named}, or more",
        )
    found = apply_vendor_profile(found, lab, given)
    check_profile(found)
    _check_guest(found, lab.guest.kind)
    _check_port(lab)
    _check_radio(found, lab)
    if chosen and (given.dll or lab.dll.path or not found.ihv.takes_a_fault):
        raise UsageError(
            f"--fault {fault}: only our sample DLL can be told to have a fault",
            hint="leave out --dll (lab.toml's [dll] path), and the scenario's [ihv] security",
        )
    return RunPlan(
        lab=lab,
        scenario=found.model_copy(update={"associations": count}).with_passphrase(),
        command=command,
        fault=chosen,
        dll=vendors_dll(lab, given),
    )


def _check_port(lab: Lab) -> None:
    wrong = vhost_user_misfit() if lab.air.port == "vhost_user" else None
    if wrong:
        raise UsageError(f"[air] port = 'vhost_user': {wrong}", hint=NEWER_QEMU)


def _check_guest(scenario: Scenario, kind: GuestKind) -> None:
    if scenario.orders_the_guest and not ABILITIES[kind].takes_stimuli:
        able = " or ".join(name for name, can in ABILITIES.items() if can.takes_stimuli)
        raise UsageError(
            f"scenario {scenario.name}: only the {able} guest obeys orders to its WLAN service",
            hint=f"take a scenario without, or a lab.toml whose guest is not {kind}",
        )


def _check_radio(scenario: Scenario, lab: Lab) -> None:
    guest = lab.guest
    if guest.adapter is not None and lab.air.port != USUAL_PORT:
        raise UsageError(
            f"[guest] radio = {guest.radio!r}: its frames take no port {lab.air.port}",
            hint="leave [air] port out of lab.toml",
        )
    why = unfit(scenario, guest.adapter)
    if why:
        raise UsageError(
            f"scenario {scenario.name} cannot be run with the radio {guest.radio}: {why}",
            hint="`hil radios` names what each cannot run; [guest] radio in lab.toml chooses",
        )
