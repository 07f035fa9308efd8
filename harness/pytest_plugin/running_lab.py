# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab that stands while tests use it, and runs on its guest."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import final

from harness.config.lab import Lab
from harness.console import Stages
from harness.lab.bring_up import keep_to_yourself
from harness.lab.recording import open_recording
from harness.lab.session import LabSession, open_session, setup_for
from harness.lab.shared_guest import Wanted
from harness.lab.standing_guest import StandingGuest
from harness.pytest_plugin.runs import ScenarioRun, TestRuns
from harness.run.plan import RunPlan
from harness.scenarios import Network, Scenario


@final
class RunningLab:
    """One guest for all tests of a session: they reach into it, and run scenarios on it.

    It is either lent to a run, or stands with the network of the scenario `plain` on the air.
    """

    def __init__(self, guest: StandingGuest, runs: TestRuns, folder: Path, stages: Stages) -> None:
        """`runs` are runs on `guest`; what is recorded between them goes below `folder`."""
        self._guest, self._runs, self._stages = guest, runs, stages
        self._root = folder
        self._plain = runs.plan()
        self._standing = contextlib.ExitStack()
        self._session: LabSession | None = None
        self._stood = 0

    @property
    def config(self) -> Lab:
        """The lab as lab.toml sets it."""
        return self._plain.lab

    @property
    def network(self) -> Network:
        """The network on the air of a lab that stands, made for this session of tests alone."""
        return self._plain.scenario.network

    @property
    def passphrase(self) -> str:
        """The passphrase of that network."""
        assert self.network.passphrase is not None
        return self.network.passphrase.get_secret_value()

    @property
    def folder(self) -> Path:
        """Where what was recorded of the lab is, since it stands or while it last did."""
        return self._root / f"stood-{self._stood}"

    @property
    def session(self) -> LabSession:
        """The lab as it stands: recorder around the DLL, agent, access point on the air.

        It is brought up again when it is asked for after a run, with the DLL in a new process.
        """
        if self._session is None:
            self._stood += 1
            self.folder.mkdir()
            self._session = self._standing.enter_context(self._brought_up(self._plain))
        return self._session

    @contextlib.contextmanager
    def _brought_up(self, plan: RunPlan) -> Iterator[LabSession]:
        oui = plan.scenario.ihv.adapter_oui
        wanted = Wanted(lab=plan.lab, setup=lambda image: setup_for(image, plan.dll, None, oui))
        with (
            open_recording(self.folder) as recording,
            self._guest.lent(
                wanted, self._stages, recording, self.folder, keep_to_yourself
            ) as guest,
            open_session(plan.lab, guest, recording, self._stages, plan.dll, oui=oui) as session,
        ):
            session.go_on_air(plan.lab, plan.scenario.network)
            yield session

    def close(self) -> None:
        """Take down what stands; the guest goes on running."""
        self._session = None
        self._standing.close()

    def associate(
        self,
        scenario: str | Scenario | None = None,
        *,
        associations: int = 1,
        fault: str | None = None,
        waive: Mapping[str, str] | None = None,
    ) -> ScenarioRun:
        """Run a scenario on the guest, as `hil_associate` does on one of its own; raises as that.

        What stands is taken down for it: `session` is another one afterwards.
        """
        plan = self._runs.plan(scenario, associations=associations, fault=fault, waive=waive)
        self.close()
        return self._runs.carry_out(plan)
