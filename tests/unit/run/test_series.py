# SPDX-License-Identifier: GPL-2.0-or-later
"""Several scenarios in one go: which are meant, what comes of all of them, and what is written."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from harness.console import PlainConsole
from harness.errors import StoreError, UsageError
from harness.results import Verdict
from harness.run import perform as perform_module
from harness.run.series import Series, Skipped, chosen, perform_series, write_series
from harness.scenarios import find_scenario, scenario_names
from tests.unit.conftest import MakePlan
from tests.unit.doubles import GOOD, World, lost, raising
from tests.unit.run.test_perform import completing_with_an_odd_reason


def test_names_stay_in_their_order() -> None:
    """What is named twice runs twice; files are taken as they are."""
    assert chosen(["plain", "my.toml", "plain"]) == ["plain", "my.toml", "plain"]


def test_patterns_and_all() -> None:
    """A pattern adds in the order of the names what is not there yet."""
    assert chosen(["m?-lost"]) == ["m2-lost", "m4-lost"]
    assert chosen(["m4-lost", "m[24]-lost"]) == ["m4-lost", "m2-lost"]
    lossy = chosen(["tag:loss"])
    others = [one for one in lossy if one != "m2-lost"]
    assert chosen(["m2-lost", "tag:loss"]) == ["m2-lost", *others]
    assert chosen(["all"]) == scenario_names()


def test_patterns_of_files(tmp_path: Path) -> None:
    """With a slash or .toml it is files that are meant."""
    for name in ("b.toml", "a.toml", "c.txt"):
        (tmp_path / name).touch()
    assert chosen([f"{tmp_path}/*.toml"]) == [f"{tmp_path}/a.toml", f"{tmp_path}/b.toml"]


@pytest.mark.parametrize("pattern", ["m9-*", "nowhere/*.toml", "/nowhere/*.toml"])
def test_a_pattern_that_fits_nothing_is_refused(pattern: str) -> None:
    """Nothing that ran must not look like all that ran."""
    with pytest.raises(UsageError, match="no scenario fits"):
        chosen([pattern])


def performed(
    plan: MakePlan, console: PlainConsole, *, fail_fast: bool = False, runs: int = 3
) -> Series:
    """Some plain scenarios in a row."""
    return perform_series([plan() for _ in range(runs)], console, fail_fast=fail_fast)


def test_a_good_series_passes(world: World, plan: MakePlan, console: PlainConsole) -> None:
    """On one guest, which is gone when the last run is judged."""
    series = performed(plan, console)
    assert series.verdict is Verdict.PASS
    assert series.lines()[-1] == "PASS  3 scenarios: 3 PASS"
    assert world.done.count("open guest") == 1


def test_one_that_fails_fails_all(world: World, plan: MakePlan, console: PlainConsole) -> None:
    """The others run, and keep their own verdicts."""
    world.agent.steps = [*[GOOD] * 3, completing_with_an_odd_reason()]
    series = performed(plan, console)
    assert verdicts(series) == ["PASS", "FAIL", "PASS"]
    assert series.verdict is Verdict.FAIL
    assert series.lines()[-1] == "FAIL  3 scenarios: 1 FAIL, 2 PASS"


def verdicts(series: Series) -> list[str]:
    """Those of the runs; why not in their place."""
    return [one.result.verdict.value if one.result else one.why_not for one in series.members]


def test_fail_fast_ends_after_the_first_that_does_not_pass(
    world: World, plan: MakePlan, console: PlainConsole
) -> None:
    """The rest is not run, and says why; the verdict is that of the one that failed."""
    world.agent.steps = [completing_with_an_odd_reason()]
    series = performed(plan, console, fail_fast=True)
    assert verdicts(series) == ["FAIL", *["not run: a run before did not pass (--fail-fast)"] * 2]
    assert series.verdict is Verdict.FAIL
    assert world.done.count("open guest") == 1


def test_what_the_lab_cannot_run_is_skipped(
    world: World, plan: MakePlan, console: PlainConsole, said: io.StringIO, tmp_path: Path
) -> None:
    """With the reason, wherever it stands; the others run, and theirs is the verdict."""
    unfit = Skipped(find_scenario("channel-5ghz"), "with the radio rt3070: channel 36: 2.4 GHz")
    series = perform_series([unfit, plan(), unfit], console, fail_fast=True)
    why = "cannot be run with the radio rt3070: channel 36: 2.4 GHz"
    assert verdicts(series) == [why, "PASS", why]
    assert series.verdict is Verdict.PASS
    assert series.lines()[0] == f"SKIP   channel-5ghz  {why}"
    assert series.lines()[-1] == "PASS  3 scenarios: 1 PASS, 2 SKIP"
    assert f"scenario 3/3: channel-5ghz: skipped: {why}" in said.getvalue()
    folder = write_series(series, tmp_path)
    suites = ET.parse(folder / "junit.xml").getroot()
    assert [one.find("testcase/skipped") is not None for one in suites] == [True, False, True]
    assert suites[0].findtext("system-out") == why
    page = (folder / "index.html").read_text()
    assert page.count('<span class="badge v-SKIP">SKIP</span>') == 3
    assert why in page
    assert "not run" not in page


def test_skipped_alone_is_no_pass(plan: MakePlan, console: PlainConsole) -> None:
    """Nor is it where the others were not run."""
    unfit = Skipped(find_scenario("channel-5ghz"), "with the radio rt3070")
    assert perform_series([unfit], console, fail_fast=False).verdict is Verdict.MISS


def test_an_interruption_leaves_the_rest(
    world: World, plan: MakePlan, console: PlainConsole
) -> None:
    """What was cut off is a MISS, and so is all of it: never does it look green."""
    world.at("connect", 2, raising(KeyboardInterrupt()))
    series = performed(plan, console)
    assert verdicts(series) == ["MISS", "not run: interrupted", "not run: interrupted"]
    assert series.verdict is Verdict.MISS
    assert series.lines()[-1] == "MISS  3 scenarios: 1 MISS, 2 not run"


@pytest.mark.parametrize(
    ("error", "why"),
    [(KeyboardInterrupt(), "not run: interrupted"), (StoreError("no room"), "not run: no room")],
)
def test_what_comes_between_runs_ends_them(
    world: World,
    plan: MakePlan,
    console: PlainConsole,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    why: str,
) -> None:
    """While a run is judged, or before the next has a folder: what passed is no pass of all."""
    real, calls = perform_module.store_of, []

    def store_of(lab: Any) -> Any:
        calls.append(lab)
        if len(calls) == 2:
            raise error
        return real(lab)

    monkeypatch.setattr(perform_module, "store_of", store_of)
    series = performed(plan, console)
    assert verdicts(series) == ["PASS", why, why]
    assert series.verdict is Verdict.MISS
    assert world.done[-1] == "close guest"


def test_a_series_has_one_index_and_one_junit(
    world: World, plan: MakePlan, console: PlainConsole, tmp_path: Path
) -> None:
    """The index leads to each run's report; a run that did not take place is in both."""
    world.at("connect", 2, lost())
    series = performed(plan, console, fail_fast=True, runs=2)
    folder = write_series(series, tmp_path / "runs")
    page = (folder / "index.html").read_text()
    run = series.members[0].folder
    assert run is not None
    assert f'href="../{run.name}/report.html"' in page
    assert (folder / f"../{run.name}/report.html").is_file()
    assert "a run before did not pass" in page
    root = ET.parse(folder / "junit.xml").getroot()
    assert [suite.get("name") for suite in root] == ["wlan-hil.plain"] * 2
    assert [suite.get("id") for suite in root] == ["0", "1"]
    assert root[0].find("testcase/error") is not None
    assert root[1].find("testcase/skipped") is not None


def test_a_scenarios_words_do_not_become_markup(
    world: World, plan: MakePlan, console: PlainConsole, tmp_path: Path
) -> None:
    """Names and summaries are a user's own."""
    one = plan()
    odd = one.scenario.model_copy(update={"summary": "<script>x</script>"})
    series = perform_series([type(one)(one.lab, odd, one.command), one], console, fail_fast=False)
    page = (write_series(series, tmp_path) / "index.html").read_text()
    assert "<script>x" not in page


def test_a_series_that_cannot_be_written_is_told(
    world: World, plan: MakePlan, console: PlainConsole, tmp_path: Path
) -> None:
    """The runs are there all the same."""
    series = performed(plan, console, runs=2)
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="index of the runs"):
        write_series(series, tmp_path / "file")
