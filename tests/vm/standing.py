# SPDX-License-Identifier: GPL-2.0-or-later
"""A lab in one session of the DLL's process, in which scenarios are run one after the other.

That is quicker than a run of each (`hil_lab.associate`) by the start of the service, and a process
that has seen other scenarios is a test of its own.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

from harness.config.lab import Lab
from harness.console import Stages
from harness.eap import RadiusServer, radius_of
from harness.evidence import AssociationEvidence, RunEvidence, window
from harness.lab.bring_up import RunningGuest
from harness.lab.recording import Recording
from harness.lab.session import LabSession, open_session
from harness.results import AssociationResult, FindingResult, Verdict, combine
from harness.run.collect import CollectedRun, associate_all
from harness.run.judge import judge_of_scenario
from harness.run.plan import RunPlan
from harness.run.planning import plan_run
from harness.run.vendor import CommandLineDll
from harness.scenarios import Network, Scenario, find_scenario
from harness.scenarios.associations import Numbers, listed

IMPATIENT_MS = 250
"""How long access points wait for each try of a message, where a test knows how it ends."""
SECRET_OR_NAME = {"passphrase", "ssid", "ssid_hex"}
"""What of a network does not make it another one."""


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """A scenario run on the session's lab, and judged."""

    associations: tuple[AssociationResult, ...]
    evidence: RunEvidence
    network: Network

    @property
    def verdict(self) -> Verdict:
        """The most important verdict of all associations, as for a run; MISS if there are none."""
        return combine(one.verdict for one in self.associations) or Verdict.MISS

    @property
    def findings(self) -> tuple[FindingResult, ...]:
        """All findings of all associations, warnings included, in their order."""
        return tuple(found for one in self.associations for found in one.findings)

    @property
    def rules(self) -> set[str]:
        """The ids of the rules broken with severity FAIL."""
        return {found.rule for found in self.findings if found.severity == "FAIL"}


class StandingLab:
    """A lab that stands: guest, air and agent, with the access point on the air."""

    def __init__(
        self,
        config: Lab,
        session: LabSession,
        network: Network,
        folder: Path,
        given: CommandLineDll | None = None,
    ) -> None:
        self.config = config
        self.session = session
        self.folder = folder
        """Where the evidence of the session is kept."""
        self.network = network
        """The network that is on the air."""
        self._first = network
        self._given = given or CommandLineDll()
        self._passphrase = network.passphrase
        self._impatient = False
        self._next = 1
        self._before: list[AssociationEvidence] = []

    @property
    def passphrase(self) -> str:
        """The passphrase of the session's network, made for this session alone."""
        assert self._passphrase is not None
        return self._passphrase.get_secret_value()

    def associate(
        self,
        scenario: str | Scenario | None = None,
        *,
        associations: int = 1,
        fault: str | None = None,
        whole: bool = False,
        impatient: bool = False,
    ) -> ScenarioResult:
        """Run a scenario and judge it; raises `UsageError`, `LabFault`.

        Rules that need all that came before in the session are judged with `whole` only, which
        takes the longer the more there was.

        Its network has the session's passphrase unless it has its own, the session's name unless it
        is another one, and the access points it asks for. One with [eap] is on the air for this
        call only, with its own RADIUS server and credentials, and so is one with a passphrase of
        its own. With `impatient` access points do not wait long for an answer that will not come.
        """
        plan = plan_test(self.config, self._given, scenario, associations, fault)
        found = find_scenario(scenario) if isinstance(scenario, str) else scenario
        if found is None or found.network.passphrase is None:
            plan = self._with_passphrase(plan)
        return self.carry_out(plan, whole=whole, impatient=impatient)

    def _with_passphrase(self, plan: RunPlan) -> RunPlan:
        """The plan with the session's passphrase in the place of the one made for it."""
        network = plan.scenario.network
        if network.choice.credential != "passphrase" or network.choice.wep:
            return plan  # no WEP key has the length of the session's passphrase
        network = network.model_copy(update={"passphrase": self._passphrase})
        return replace(plan, scenario=plan.scenario.model_copy(update={"network": network}))

    def carry_out(
        self, plan: RunPlan, *, whole: bool = False, impatient: bool = False
    ) -> ScenarioResult:
        """Carry out a plan, as `associate` does; raises `LabFault`."""
        found = plan.scenario
        if found.eap is not None:
            return self._authenticated(plan, whole)
        network = found.network.model_copy(update=self._name_of(found.network))
        scenario = found.model_copy(update={"network": network})
        own = network.passphrase not in (None, self._passphrase)
        if own or network.ssid_bytes != self._first.ssid_bytes:
            return self._on_its_own(replace(plan, scenario=scenario), whole)
        if (network, impatient) != (self.network, self._impatient):
            self._put_on_air(network, impatient=impatient)
            self.network, self._impatient = network, impatient
        return self._associate(replace(plan, scenario=scenario), whole)

    def _name_of(self, network: Network) -> dict[str, object]:
        """The session's name; a network that is another one has a name of its own, so that no guest
        takes what it has just heard of the one before for it."""
        given = self._first
        if network.model_fields_set & {"ssid", "ssid_hex"}:
            return {}
        form, usual = (one.model_dump(exclude=SECRET_OR_NAME) for one in (network, given))
        if form != usual:
            return {"ssid": f"hil-{crc32(repr(form).encode()):08x}", "ssid_hex": ""}
        return {"ssid": given.ssid, "ssid_hex": given.ssid_hex}

    def _on_its_own(self, plan: RunPlan, whole: bool) -> ScenarioResult:
        """On a network that is there for this call only."""
        self._put_on_air(plan.scenario.network)
        try:
            return self._associate(plan, whole)
        finally:
            self._put_on_air(self.network, impatient=self._impatient)

    def _authenticated(self, plan: RunPlan, whole: bool) -> ScenarioResult:
        network = plan.scenario.network
        network = network.model_copy(update=self._name_of(network))
        scenario = plan.scenario.model_copy(update={"network": network})
        with radius_of(scenario, self.folder) as (credentials, radius):
            self.session.credentials = credentials
            self._put_on_air(network, radius)
            try:
                return self._associate(replace(plan, scenario=scenario), whole)
            finally:
                self._put_on_air(self.network, impatient=self._impatient)

    def _put_on_air(
        self, network: Network, radius: RadiusServer | None = None, *, impatient: bool = False
    ) -> None:
        air = self.session.air
        air.take_off_air()
        if impatient:
            air.configure(network, IMPATIENT_MS, next_retry_ms=IMPATIENT_MS)
            air.start()
        else:
            self.session.go_on_air(self.config, network, radius)

    def _associate(self, plan: RunPlan, whole: bool) -> ScenarioResult:
        associations = plan.scenario.associations
        collected = CollectedRun(list(self._before) if whole else [])
        first, self._next = self._next, self._next + associations
        plan = replace(plan, scenario=_numbered_from(plan.scenario, first))
        judge = judge_of_scenario(self.config, plan.scenario, datetime.now(UTC))
        associate_all(plan, judge, self.session, collected, lambda _: None, first)
        last = collected.associations[-1].index
        self._before += collected.associations[-associations:]
        evidence = collected.evidence(self.session.recording)
        if not whole:
            evidence = window(evidence, last, before=associations)
        results, _ = judge.all(evidence, collected.broken)
        return ScenarioResult(results[-associations:], evidence, plan.scenario.network)


def _numbered_from(scenario: Scenario, first: int) -> Scenario:
    """The scenario with the associations it names counted from `first`: those of a run begin at 1,
    the numbers of a lab that stands go on."""

    def moved(numbers: Numbers | None) -> tuple[int, ...] | None:
        return tuple(number + first - 1 for number in listed(numbers)) or None

    rules = tuple(
        rule.model_copy(update={"association": moved(rule.association)}) for rule in scenario.air
    )
    exceptions = tuple(
        one.model_copy(update={"association": moved(one.association)})
        for one in scenario.expect.exceptions
    )
    expect = scenario.expect.model_copy(update={"exceptions": exceptions})
    return scenario.model_copy(update={"air": rules, "expect": expect})


def plan_test(
    lab: Lab,
    given: CommandLineDll,
    scenario: str | Scenario | None = None,
    associations: int = 1,
    fault: str | None = None,
) -> RunPlan:
    """What a test asks for as a plan; raises `UsageError` for what cannot be used of it."""
    return plan_run(
        lab, scenario, associations=associations, fault=fault, given=given, command="pytest"
    )


@contextlib.contextmanager
def standing_lab(
    lab: Lab,
    guest: RunningGuest,
    recording: Recording,
    folder: Path,
    given: CommandLineDll,
    stages: Stages,
) -> Iterator[StandingLab]:
    """`guest` completed to a lab that stands, with the network of the scenario `plain`."""
    plan = plan_test(lab, given)
    oui = plan.scenario.ihv.adapter_oui
    with open_session(lab, guest, recording, stages, plan.dll, oui=oui) as session:
        session.go_on_air(lab, plan.scenario.network)
        yield StandingLab(lab, session, plan.scenario.network, folder, given)
