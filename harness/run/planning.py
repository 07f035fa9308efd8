# SPDX-License-Identifier: GPL-2.0-or-later
"""From what a user asks for to the plan of a run, with all refused that can be seen beforehand."""

from __future__ import annotations

from collections.abc import Iterator

from harness.config.lab import USUAL_PORT, GuestKind, Lab
from harness.eap import check_profile
from harness.errors import Unfit, UsageError
from harness.faults import FAULTS, Fault, find_fault
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

    Raises `UsageError` for whatever of it cannot be used, `Unfit` where another scenario could be.
    Nothing is started.
    """
    chosen = find_fault(fault) if fault else None
    if scenario in FAULTS:
        raise UsageError(f"{scenario} is a fault, no scenario", hint=f"run it: --fault {scenario}")
    if scenario is None:
        scenario = chosen.scenario if chosen else "plain"
    found = find_scenario(scenario) if isinstance(scenario, str) else scenario
    usual = max(FAULT_ASSOCIATIONS, found.fewest) if chosen else found.associations
    count = usual if associations is None else associations
    if not 1 <= count <= MOST_ASSOCIATIONS:
        raise UsageError(
            f"--associations {count}: wanted 1 to {MOST_ASSOCIATIONS}",
            hint="leave it out for the scenario's own",
        )
    if count < found.fewest:
        raise Unfit(
            found.name,
            f"with associations = {count}: what it has for single ones wants {found.fewest}",
            hint=f"-n {found.fewest}, or more",
        )
    if chosen and (given.dll or lab.dll.path):
        raise UsageError(
            f"--fault {fault}: only our sample DLL can be told to have a fault",
            hint="leave out --dll (lab.toml's [dll] path)",
        )
    _check_port(lab)
    found = apply_vendor_profile(found, lab, given)
    check_profile(found)
    check_fits(found, lab, chosen)
    return RunPlan(
        lab=lab,
        scenario=found.model_copy(update={"associations": count}).with_passphrase(),
        command=command,
        fault=chosen,
        dll=vendors_dll(lab, given),
    )


def check_fits(scenario: Scenario, lab: Lab, fault: Fault | None = None) -> None:
    """Raise `Unfit` for a scenario that is too much for the guest or radio of a lab, or which our
    sample DLL cannot have this fault in."""
    _check_guest(scenario, lab.guest.kind)
    _check_radio(scenario, lab)
    if fault and not scenario.ihv.takes_a_fault:
        raise Unfit(
            scenario.name,
            f"with --fault {fault.name}: the profile is all its own, and cannot tell our sample "
            "DLL of a fault",
            hint="leave out the scenario's [ihv] security or profile",
        )


def _check_port(lab: Lab) -> None:
    port = lab.air.port
    if lab.guest.adapter is not None and port != USUAL_PORT:
        raise UsageError(
            f"[guest] radio = {lab.guest.radio!r}: its frames take no port {port}",
            hint="leave [air] port out of lab.toml",
        )
    wrong = vhost_user_misfit() if port == "vhost_user" else None
    if wrong:
        raise UsageError(f"[air] port = 'vhost_user': {wrong}", hint=NEWER_QEMU)


def _check_guest(scenario: Scenario, kind: GuestKind) -> None:
    why = next(_beyond(scenario, kind), "")
    if why:
        raise Unfit(
            scenario.name,
            f"with the {kind} guest: {why}",
            hint=f"take a scenario without, or a lab.toml whose guest is not {kind}",
        )


def _beyond(scenario: Scenario, kind: GuestKind) -> Iterator[str]:
    """What of a scenario a guest cannot do, in words."""
    can = ABILITIES[kind]
    if scenario.orders_the_guest and not can.takes_stimuli:
        able = " or ".join(name for name, other in ABILITIES.items() if other.takes_stimuli)
        yield f"only the {able} guest obeys orders to its WLAN service"
    if scenario.eap is not None and not can.keeps_certificates:
        yield "its certificate stores are not filled yet, which 802.1X needs"
    if scenario.adapters > can.most_adapters:
        yield f"{scenario.adapters} adapters: it has {can.most_adapters}"


def _check_radio(scenario: Scenario, lab: Lab) -> None:
    why = unfit(scenario, lab.guest.adapter, lab.guest.hides)
    if why:
        raise Unfit(
            scenario.name,
            f"with the radio {lab.guest.radio}: {why}",
            hint="`hil radios` names what each cannot run; [guest] radio in lab.toml chooses",
        )
