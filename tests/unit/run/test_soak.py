# SPDX-License-Identifier: GPL-2.0-or-later
"""hil bench --soak: many associations over all scenarios, and what is kept of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.config.lab import GuestConfig, Lab, StoreConfig
from harness.console import PlainConsole
from harness.errors import Unfit
from harness.guests.radios import unfit
from harness.history.sql import open_history
from harness.results import LabFaultResult, RulesResult, RunResult, Verdict
from harness.run import soak as module
from harness.run.plan import RunPlan
from harness.run.soak import soak
from harness.scenarios import AirRule, find_scenario, scenario_names
from tests.unit.results.samples import NO_COMPLETION, association, run


class Runs:
    """In place of `perform`: makes the run directory and the result each scenario is told."""

    def __init__(self) -> None:
        self.plans: list[RunPlan] = []
        self.failing: set[str] = set()
        self.breaking: set[str] = set()

    def perform(self, plan: RunPlan, _: object) -> tuple[RunResult, Path]:
        """A run that takes no time."""
        self.plans.append(plan)
        name, count = plan.scenario.name, plan.scenario.associations
        findings = (NO_COMPLETION,) if name in self.failing else ()
        faults = (LabFaultResult(message="QEMU ended"),) if name in self.breaking else ()
        result = run(
            *(association(index, *findings) for index in range(1, count + 1)),
            lab_faults=faults,
            rules=RulesResult(checked=("POST-05", name.upper())),
        )
        folder = plan.lab.store.runs / name
        folder.mkdir(parents=True)
        (folder / "result.json").write_text("{}")
        return result, folder


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Nothing is started."""
    made = Runs()
    monkeypatch.setattr(module, "perform", made.perform)
    return made


@pytest.fixture
def config(tmp_path: Path) -> Lab:
    """A lab that keeps its runs in the test's folder."""
    return Lab(store=StoreConfig(runs=tmp_path / "runs"))


def test_associations_are_spread_over_all_scenarios(
    runs: Runs, config: Lab, console: PlainConsole
) -> None:
    """Each scenario has its share, no two differ by more than one, and all are run."""
    fit = [name for name in scenario_names() if not unfit(find_scenario(name), None)]
    count = 3 * len(fit) + 1
    found = soak(config, console, count)
    shares = {plan.scenario.name: plan.scenario.associations for plan in runs.plans}
    assert list(shares) == fit
    assert set(shares.values()) == {3, 4}
    assert found.associations == sum(shares.values()) == count
    assert found.verdict is Verdict.PASS
    assert {"POST-05", "PLAIN"} <= found.rules


def test_a_scenario_with_a_finding_is_kept_and_the_next_is_run(
    runs: Runs, config: Lab, console: PlainConsole
) -> None:
    """The evidence of what went wrong stays; that of what went right does not."""
    runs.failing = {"m2-lost"}
    found = soak(config, console, 4, ["plain", "m2-lost"])
    assert found.verdict is Verdict.FAIL
    assert found.findings == {"POST-05": 2}
    assert [path.parent.name for path in config.store.runs.glob("*/result.json")] == ["m2-lost"]
    with open_history(config.store.place) as history:
        assert [one.path for one in history.runs()] == [str(config.store.runs / "m2-lost")]
    assert found.shares[1].kept == config.store.runs / "m2-lost"
    assert not runs.plans[0].lab.store.runs.exists()


def test_a_broken_lab_ends_the_soak(runs: Runs, config: Lab, console: PlainConsole) -> None:
    """Nothing more is learnt from it; so it is with an interruption."""
    runs.breaking = {"plain"}
    found = soak(config, console, 4, ["plain", "m2-lost"])
    assert [share.scenario for share in found.shares] == ["plain"]
    assert found.verdict is Verdict.MISS


def test_what_the_lab_cannot_run_has_no_share(
    runs: Runs, config: Lab, console: PlainConsole
) -> None:
    """It is told with the reason; a soak of nothing is refused."""
    lab = config.model_copy(update={"guest": GuestConfig(radio="rt3070")})
    found = soak(lab, console, 4, ["channel-5ghz", "plain"])
    assert [(plan.scenario.name, plan.scenario.associations) for plan in runs.plans] == [
        ("plain", 4)
    ]
    assert found.verdict is Verdict.PASS
    (why,) = found.skipped.values()
    assert why.startswith("cannot be run with the radio rt3070: channel 36")
    assert f"channel-5ghz  SKIP  {why}" in found.lines()
    assert found.to_json()["skipped"] == {"channel-5ghz": why}
    with pytest.raises(Unfit, match="channel-5ghz cannot be run with the radio rt3070"):
        soak(lab, console, 4, ["channel-5ghz"])


def test_the_command_tells_scenarios_and_sum(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As lines and as JSON; the exit code is that of the gravest verdict."""
    monkeypatch.chdir(tmp_path)
    runs.failing = {"m4-lost"}
    said = CliRunner().invoke(app, ["bench", "--soak", "400"])
    assert said.exit_code == 1, said.output
    assert "m4-lost" in said.stdout
    assert "POST-05 ×" in said.stdout
    assert said.stdout.splitlines()[-1].startswith("FAIL: 400 associations over ")
    runs.failing = set()
    said = CliRunner().invoke(app, ["bench", "--soak", "400", "--json"])
    assert said.exit_code == 0, said.output
    told: dict[str, Any] = json.loads(said.stdout)
    assert (told["verdict"], told["associations"], told["findings"]) == ("PASS", 400, {})


def test_a_share_reaches_the_associations_that_a_scenario_names(
    runs: Runs, config: Lab, console: PlainConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule for the second association is tried, however small the share would be."""
    rule = AirRule(message="M3", action="drop", association=2)
    named = find_scenario("plain").model_copy(update={"air": (rule,)})
    monkeypatch.setattr(module, "find_scenario", lambda _: named)
    assert soak(config, console, 1, ["plain"]).associations == 2


def test_a_share_reaches_beyond_the_exceptions(
    runs: Runs, config: Lab, console: PlainConsole
) -> None:
    """What the scenario wants of the others is tried, too."""
    assert soak(config, console, 1, ["assoc-refused-once"]).associations == 2
