# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab as pytest fixtures, for tests of a driver team's own.

::

    def test_m3_retransmission(associate):
        \"\"\"A second M3 is answered, and the keys are not installed again.\"\"\"
        outcome = associate("m3-retransmitted")
        assert outcome.verdict == "PASS", outcome.findings

One lab serves a session: `lab` (all of it), `guest` (SSH, files, the machine), `air` (the access
point) and `associate` (run a scenario, get it judged). Evidence is kept in pytest's temporary
folder. A lab that breaks is an error of the test, never its failure: nothing is known of the
driver then.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.config.lab import Lab, load_lab
from harness.console import open_console
from harness.eap import RadiusServer, check_profile, radius_of
from harness.errors import LabFault
from harness.evidence import AssociationEvidence, RunEvidence, window
from harness.faults import find_fault
from harness.lab.air import AirProcess
from harness.lab.bring_up import RunningGuest, open_guest
from harness.lab.recording import Recording, open_recording
from harness.lab.session import LabSession, open_session
from harness.results import AssociationResult, FindingResult, Verdict, combine
from harness.run.collect import CollectedRun, associate_all
from harness.run.judge import judge_of_scenario
from harness.run.plan import RunPlan
from harness.run.vendor import CommandLineDll, apply_vendor_profile, vendors_dll
from harness.scenarios import Network, Scenario, find_scenario


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """A scenario run on the session's lab, and judged."""

    associations: tuple[AssociationResult, ...]
    evidence: RunEvidence

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


class RunningLab:
    """A lab that stands: guest, air and agent, with the access point on the air."""

    def __init__(self, config: Lab, session: LabSession, network: Network, folder: Path) -> None:
        self.config = config
        self.session = session
        self.folder = folder
        """Where the evidence of the session is kept."""
        self.network = network
        """The network that is on the air."""
        self._passphrase = network.passphrase
        self._next = 1
        self._before: list[AssociationEvidence] = []

    @property
    def passphrase(self) -> str:
        """The passphrase of the session's network, made for this session alone."""
        assert self._passphrase is not None
        return self._passphrase.get_secret_value()

    def associate(
        self,
        scenario: str | Scenario = "plain",
        *,
        associations: int = 1,
        fault: str | None = None,
        whole: bool = False,
    ) -> ScenarioResult:
        """Run a scenario and judge it; raises `LabFault`.

        Rules that need all that came before in the session are judged with `whole` only, which
        takes the longer the more there was.

        Its network has the session's name and passphrase, and the access points it asks for. One
        with [eap] is on the air for this call only, with its own RADIUS server and credentials.
        """
        found = find_scenario(scenario) if isinstance(scenario, str) else scenario
        found = apply_vendor_profile(found, self.config, CommandLineDll())
        found = found.model_copy(update={"associations": associations})
        check_profile(found)
        if found.eap is not None:
            return self._authenticated(found, fault, whole)
        own: dict[str, object] = {
            name: getattr(self.network, name) for name in ("ssid", "ssid_hex")
        }
        if found.network.choice.credential == "passphrase":
            own["passphrase"] = self._passphrase
        network = found.network.model_copy(update=own)
        if network != self.network:
            self._put_on_air(network)
            self.network = network
        return self._associate(found.model_copy(update={"network": network}), fault, whole)

    def _authenticated(self, found: Scenario, fault: str | None, whole: bool) -> ScenarioResult:
        with radius_of(found, self.folder) as (credentials, radius):
            self.session.credentials = credentials
            self._put_on_air(found.network, radius)
            try:
                return self._associate(found, fault, whole)
            finally:
                self._put_on_air(self.network)

    def _put_on_air(self, network: Network, radius: RadiusServer | None = None) -> None:
        self.session.air.take_off_air()
        self.session.go_on_air(self.config, network, radius)

    def _associate(self, found: Scenario, fault: str | None, whole: bool) -> ScenarioResult:
        associations = found.associations
        plan = RunPlan(self.config, found, "pytest", find_fault(fault) if fault else None)
        collected = CollectedRun(list(self._before) if whole else [])
        first, self._next = self._next, self._next + associations
        judge = judge_of_scenario(self.config, found, datetime.now(UTC))
        associate_all(plan, judge, self.session, collected, lambda _: None, first)
        last = collected.associations[-1].index
        self._before += collected.associations[-associations:]
        evidence = collected.evidence(self.session.recording)
        if not whole:
            evidence = window(evidence, last, before=associations)
        results, _ = judge.all(evidence, collected.broken)
        return ScenarioResult(results[-associations:], evidence)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the lab."""
    group = parser.getgroup("wlan-hil", "hardware-in-the-loop lab for WLAN drivers")
    group.addoption("--hil-lab", metavar="FILE", type=Path, help="lab.toml to use")
    group.addoption("--hil-dll", metavar="FILE", type=Path, help="IHV Extensions DLL to test")
    group.addoption(
        "--hil-with",
        metavar="PATH",
        type=Path,
        action="append",
        default=[],
        help="file or folder the DLL needs beside it (repeatable)",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Report a lab fault as an error, which is what pytest calls a failure outside the test."""
    report = yield
    if call.excinfo is not None and call.excinfo.errisinstance(LabFault):
        report.when = "setup"
        fault = call.excinfo.value
        report.longrepr = f"lab fault, nothing is known of the driver: {fault}"
    return report


@pytest.fixture(scope="session")
def lab_config(request: pytest.FixtureRequest) -> Lab:
    """The lab to use: the file of --hil-lab, ./lab.toml, or the defaults."""
    return load_lab(request.config.getoption("--hil-lab"))


@pytest.fixture(scope="session")
def _recording(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Recording, Path]]:
    folder = tmp_path_factory.mktemp("lab")
    with open_recording(folder) as recording:
        yield recording, folder


@pytest.fixture(scope="session")
def guest(lab_config: Lab, _recording: tuple[Recording, Path]) -> Iterator[RunningGuest]:
    """The session's guest, running and reachable by SSH, without recorder and agent yet."""
    recording, folder = _recording
    with open_console() as console, open_guest(lab_config, console, recording, folder) as guest:
        yield guest


@pytest.fixture(scope="session")
def air(guest: RunningGuest) -> AirProcess:
    """The session's air and its access point."""
    return guest.air


@pytest.fixture(scope="session")
def lab(
    request: pytest.FixtureRequest,
    lab_config: Lab,
    guest: RunningGuest,
    _recording: tuple[Recording, Path],
) -> Iterator[RunningLab]:
    """The whole lab: recorder around the DLL under test, agent, access point on the air."""
    recording, folder = _recording
    option = request.config.getoption
    dll = vendors_dll(lab_config, CommandLineDll(option("--hil-dll"), tuple(option("--hil-with"))))
    plain = apply_vendor_profile(
        find_scenario("plain"), lab_config, CommandLineDll()
    ).with_passphrase()
    network = plain.network
    with (
        open_console() as console,
        open_session(
            lab_config, guest, recording, console, dll, oui=plain.ihv.adapter_oui
        ) as session,
    ):
        session.go_on_air(lab_config, network)
        yield RunningLab(lab_config, session, network, folder)


@pytest.fixture(scope="session")
def associate(lab: RunningLab) -> Callable[..., ScenarioResult]:
    """`lab.associate`: run a scenario, get it judged."""
    return lab.associate
