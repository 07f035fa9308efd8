# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs that tests ask for: in the store, to be judged again, and named where a test fails."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from harness.config.lab import Lab
from harness.console import PlainConsole
from harness.pytest_plugin.runs import TestRuns, kept_in
from harness.results import Verdict, load_result
from harness.run.perform import OpenLab
from harness.run.replay import judge_again
from harness.run.vendor import CommandLineDll
from tests.unit.checks import builder
from tests.unit.doubles import World, lost

pytest_plugins = ["pytester"]

BAD = list(builder.ASSOCIATION[: builder.ASSOCIATION.index(builder.echo)])
BAD[BAD.index(builder.completion)] = lambda s: builder.complete(s, reason=0x38005)
MARKED_TEST = "@pytest.mark.hil('plain')\ndef test_x(hil_result): pass\n"
GOOD_TEST = "def test_x(hil_associate): assert hil_associate('plain').verdict == 'PASS'"


def runs(pytester: pytest.Pytester) -> list[Path]:
    """The folders of the runs, the oldest first."""
    return folders(pytester.path / "runs")


def folders(place: Path) -> list[Path]:
    """The folders of the runs kept in a place, the oldest first."""
    return sorted(one for one in place.iterdir() if one.is_dir() and not one.is_symlink())


def suite(pytester: pytest.Pytester, text: str, *arguments: str) -> pytest.RunResult:
    """A suite of one file, run in this process, where the lab is a double."""
    pytester.makepyfile(test_x=f"import pytest\n{text}")
    return pytester.runpytest("-p", "no:cacheprovider", "--strict-markers", *arguments)


def test_a_run_is_kept_where_hil_run_keeps_it(pytester: pytest.Pytester, world: World) -> None:
    """With result, pages and sealed evidence: judged again it comes to the same."""
    ended = suite(pytester, GOOD_TEST)
    ended.assert_outcomes(passed=1)
    assert "wlan-hil runs: 1 PASS" in ended.stdout.str()
    (folder,) = runs(pytester)
    for name in ("result.json", "report.html", "seal.json", "junit.xml"):
        assert (folder / name).stat().st_size
    assert (folder / "repro.txt").read_text() == "pytest test_x.py::test_x\n"
    again, _ = judge_again(folder)
    assert again.verdict is load_result(folder).verdict is Verdict.PASS


def test_a_failure_names_report_evidence_and_how_to_run_it_again(
    pytester: pytest.Pytester, world: World
) -> None:
    """Also where the run was made by a fixture that several tests share."""
    world.agent.steps = [tuple(BAD)]
    ended = suite(
        pytester,
        "@pytest.fixture(scope='module')\n"
        "def shared(hil_associate): return hil_associate('plain')\n"
        "def test_first(shared): pass\n"
        "def test_second(shared): assert shared.verdict == 'PASS'\n",
        "--hil-runs", "kept here",
    )  # fmt: skip
    ended.assert_outcomes(passed=1, failed=1)
    (folder,) = folders(pytester.path / "kept here")
    said = ended.stdout.str()
    assert "FAIL plain: The driver broke 1 rule (POST-" in said
    assert f"report:   kept here/{folder.name}/report.html" in said
    assert f"evidence: kept here/{folder.name}\n" in said
    again = "again:    " + shlex.join(
        ["pytest", "test_x.py::test_first", "--hil-runs", "kept here"]
    )
    assert again in said
    assert "wlan-hil runs: 1 FAIL" in said


def test_the_marker_says_what_to_run_and_what_is_waived(
    pytester: pytest.Pytester, world: World
) -> None:
    """The report has the waiver with its reason, and so has whoever judges the run again."""
    world.agent.steps = [tuple(BAD)] * 2
    ended = suite(
        pytester,
        "WAIVED = {'POST-08': 'ticket 7 until 2999-12-31'}\n"
        "@pytest.mark.hil('plain', associations=2, waive=WAIVED)\n"
        "def test_x(hil_result):\n"
        "    assert len(hil_result.associations) == 2\n"
        "    assert hil_result.verdict == 'PASS', hil_result\n",
    )
    (folder,) = runs(pytester)
    for result in (load_result(folder), judge_again(folder)[0]):
        assert {(one.finding.rule, one.reason) for one in result.rules.waived} == {
            ("POST-08", "ticket 7")
        }, result
    assert "ticket 7" in (folder / "report.html").read_text()
    ended.assert_outcomes(passed=1)


def test_a_scenario_the_lab_cannot_run_is_skipped(pytester: pytest.Pytester, world: World) -> None:
    """As the same suite is run with other radios; nothing is begun."""
    (pytester.path / "lab.toml").write_text('[guest]\nradio = "rtl8187l"\n')
    suite(pytester, MARKED_TEST.replace("plain", "channel-5ghz")).assert_outcomes(skipped=1)


def test_a_waiver_that_has_expired_does_not_count(pytester: pytest.Pytester, world: World) -> None:
    """And the report says so."""
    world.agent.steps = [tuple(BAD)]
    suite(
        pytester,
        "@pytest.mark.hil('plain', waive={'POST-08': 'ticket 7 until 2001-12-31'})\n"
        "def test_x(hil_result): assert hil_result.verdict == 'PASS'\n",
    ).assert_outcomes(failed=1)
    (folder,) = runs(pytester)
    assert "expired on 2001-12-31" in " ".join(load_result(folder).rules.notes)


def test_a_lab_that_breaks_is_an_error_with_its_run(
    pytester: pytest.Pytester, world: World
) -> None:
    """What there is of the run is kept, and named."""
    world.at("connect", 1, lost())
    ended = suite(pytester, GOOD_TEST)
    ended.assert_outcomes(errors=1)
    said = ended.stdout.str()
    assert "lab fault, nothing is known of the driver: answer of agent.exe to connect" in said
    assert f"report:   runs/{runs(pytester)[0].name}/report.html" in said


def test_a_failure_that_rests_on_a_miss_is_an_error(
    pytester: pytest.Pytester, world: World
) -> None:
    """Here a rule of the scenario's found no message: not the driver's, whatever is asserted."""
    ended = suite(pytester, GOOD_TEST.replace("plain", "m2-lost"))
    assert load_result(runs(pytester)[0]).verdict is Verdict.MISS
    ended.assert_outcomes(errors=1)
    assert "MISS, nothing is known of the driver" in ended.stdout.str()


def test_an_interrupted_run_is_kept_and_ends_the_session(
    tmp_path: Path, console: PlainConsole, world: World
) -> None:
    """Ctrl-C is pytest's to act on, after what there is of the run was kept."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    world.at("connect", 1, interrupt)
    made = TestRuns(kept_in(Lab(), tmp_path), CommandLineDll(), OpenLab(console), lambda: "pytest")
    with pytest.raises(KeyboardInterrupt):
        made.associate("plain")
    assert [one.verdict for one in made.made] == ["MISS"]
    assert load_result(made.made[0].folder).verdict is Verdict.MISS


def test_the_result_without_a_marker_is_a_mistake(pytester: pytest.Pytester, world: World) -> None:
    """Told with how it is written."""
    ended = suite(pytester, "def test_x(hil_result): pass")
    ended.assert_outcomes(errors=1)
    assert "hint: @pytest.mark.hil(scenario" in ended.stdout.str()


def test_the_evidence_of_a_run_is_read_from_its_folder(
    pytester: pytest.Pytester, world: World
) -> None:
    """For tests that look further than the verdict."""
    suite(
        pytester,
        "def test_x(hil_associate):\n"
        "    run = hil_associate('plain', associations=2)\n"
        "    assert [one.index for one in run.evidence.associations] == [1, 2]\n"
        "    assert run.evidence.trace\n"
        "    assert 'plain: PASS' in repr(run)\n",
    ).assert_outcomes(passed=1)
