# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: bad input is one clear line and exit 2 before anything starts; exit codes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.checks import RULES
from harness.cli import running, signals
from harness.config.lab import Lab, load_lab
from harness.errors import HarnessError, LabFault, StoreError
from harness.faults import FAULTS
from harness.scenarios import find_scenario, scenario_names
from tests.unit.command import SIGNALS, Command
from tests.unit.doubles import World, lost


def test_faults_are_listed_with_their_rules(hil: Command) -> None:
    """Name, meaning, rule ids and scenario of each, as JSON and as lines."""
    said = hil("faults", "--json")
    rows = json.loads(said.out)
    assert said.code == 0
    assert {"name", "meaning", "rules", "scenario", "associations", "where"} == set(rows[0])
    assert {rule for row in rows for rule in row["rules"]} <= set(RULES)
    plain = hil("faults").out.splitlines()
    assert [line.split()[0] for line in plain] == [row["name"] for row in rows]


def test_scenarios_are_listed(hil: Command) -> None:
    """Every shipped scenario with its summary."""
    rows = json.loads(hil("scenarios", "--json").out)
    assert [row["name"] for row in rows] == scenario_names()
    assert all(row["summary"] for row in rows)
    plain = hil("scenarios").out.splitlines()
    assert [line.split()[0] for line in plain] == scenario_names()


@pytest.mark.parametrize(
    ("fault", "verdict", "code"), [(None, "PASS", 0), ("SSH of the guest", "MISS", 3)]
)
def test_a_run_ends_with_its_verdicts_exit_code(
    hil: Command, world: World, fault: str | None, verdict: str, code: int
) -> None:
    """0 for PASS, 3 for MISS; the verdict and the place of the report are on standard output."""
    if fault:
        world.at("open guest", 0, lost(fault))
    said = hil("run", "-n", "2")
    assert said.code == code, said
    assert verdict in said.out
    folder = (hil.folder / "runs" / "latest").resolve()
    assert json.loads((folder / "result.json").read_text())["verdict"] == verdict
    assert (folder / "repro.txt").read_text() == "./hil run -n 2\n"
    assert "report.html" in said.out


def test_scenarios_are_chosen_by_tag_and_shown_as_files(hil: Command, tmp_path: Path) -> None:
    """What is shown is a scenario of its own; of several there is no one file."""
    lossy = hil("scenarios", "tag:loss").out.splitlines()
    assert 1 < len(lossy) < len(scenario_names())
    assert all("loss" in line.rpartition("[")[2] for line in lossy)
    shown = hil("scenarios", "m4-lost", "--toml").out
    (tmp_path / "mine.toml").write_text(shown)
    assert find_scenario(str(tmp_path / "mine.toml")) == find_scenario("m4-lost")
    several = hil("scenarios", "tag:loss", "--toml")
    assert several.code == 2
    assert "--toml shows one scenario" in several.err
    assert hil("scenarios", "no-such").code == 2


def test_several_scenarios_have_an_index_and_one_exit_code(hil: Command, world: World) -> None:
    """Each is told how to be run again by itself, with the options that were given."""
    world.at("connect", 1, lost())
    said = hil("run", "m1-r*", "m2-lost", "plain", "-n", "1", "--fail-fast")
    assert said.code == 3, said
    assert "MISS  3 scenarios: 1 MISS, 2 not run" in said.out
    series, run = sorted((hil.folder / "runs").glob("*-*"), reverse=True)
    assert f"Index:    runs/{series.name}/index.html" in said.out
    repro = "./hil run m1-retransmitted --associations 1\n"
    assert (run / "repro.txt").read_text() == repro


def test_a_fault_is_run_in_its_scenario_three_times(hil: Command, world: World) -> None:
    """Without more being said a fault brings its own scenario, and fails soon."""
    said = hil("run", "--fault", "completes-after-stop")
    assert world.done.count("begin") == 3
    assert world.air.rules[0][0].action == "deauthenticate"
    assert "completes-after-stop" in said.out


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (HarnessError("compiling failed", hint="see `hil doctor`"), 2),
        (LabFault("SSH of the guest", 1, "refused", hint="look"), 3),
        (StoreError("cannot make a run directory in /x: denied", hint="choose another place"), 2),
        (KeyboardInterrupt(), 3),
    ],
)
def test_every_end_has_its_exit_code_and_its_line(
    hil: Command, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    """An error that gets to the top is told on standard error, never as a traceback."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(running, "perform", fail)
    said = hil("run")
    assert said.code == code
    assert said.err.startswith("error: ")
    assert "Traceback" not in said.err
    assert len(said.err.splitlines()) <= 2


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_is_an_interruption_and_a_second_one_waits(
    hil: Command, number: signal.Signals
) -> None:
    """The first ends the run as Ctrl-C does, by its name; the clean-up cannot be cut short."""
    signals.interrupt_on_signals()
    with pytest.raises(KeyboardInterrupt, match=number.name):
        os.kill(os.getpid(), number)
    for other in SIGNALS:
        assert signal.getsignal(other) is signal.SIG_IGN
        os.kill(os.getpid(), other)


def test_a_program_that_was_started_undisturbed_takes_ctrl_c(hil: Command) -> None:
    """The script `hil` has it ignored until Python runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    assert hil("--version").code == 0
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_as_a_process_it_says_the_same(tmp_path: Path) -> None:
    """`python -m harness` in a process of its own: exit 2, one line, nothing left behind."""
    done = subprocess.run(
        [sys.executable, "-m", "harness", "run", "--dll", "no.dll"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[0] == "error: --dll no.dll: No such file or directory"
    assert list(tmp_path.iterdir()) == []


def test_help_tells_the_commands_the_exit_codes_and_examples(hil: Command) -> None:
    """By -h and --help, and named as it was typed; without a command too, which is exit 2."""
    said = hil("--help")
    assert said.code == 0
    assert (hil("-h").out, hil().out) == (said.out, said.out)
    assert hil().code == 2
    for words in ("./hil run m4-lost", "./hil init", "  test  ", "1  FAIL   the driver is wrong"):
        assert words in said.out
    for command in ("run", "judge", "init", "scenarios", "faults", "rules", "doctor", "test"):
        assert f"Usage: ./hil {command}" in hil(command, "-h").out


def test_the_version_is_told(hil: Command) -> None:
    """With the Python and the place that a report of a bug would need."""
    said = hil("--version")
    assert (said.code, said.out.split()[0]) == (0, "wlan-hil")
    assert sys.version.split()[0] in said.out


def test_the_shell_completes_names(hil: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands, scenarios, faults and rules, asked for as the script asks."""
    assert "_HIL_COMPLETE=complete_bash" in hil("completion", "bash").out
    asked = {
        "hil sc": ["scenarios"],
        "hil run m4": ["m4-lost"],
        "hil run --fault reuses": ["reuses-ui-guid"],
        "hil rules POST-0": [rule for rule in RULES if rule.startswith("POST-0")],
    }
    for words, answers in asked.items():
        monkeypatch.setenv("_HIL_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
        assert set(answers) <= set(hil().out.split()), words


def test_init_writes_files_that_explain_every_key(hil: Command) -> None:
    """What stands behind a # are the keys there are, with what holds without them."""
    said = hil("init", "new")
    assert said.code == 0
    assert "`./hil run new/my-scenario.toml` runs it" in said.out
    assert find_scenario(str(hil.folder / "new" / "my-scenario.toml")).associations == 5
    text = (hil.folder / "new" / "lab.toml").read_text()
    assert load_lab(hil.folder / "new" / "lab.toml") == Lab()
    lines = [re.sub("^# (?=[a-z_0-9]+ = |\\[\\[)", "", line) for line in text.splitlines()]
    (hil.folder / "all.toml").write_text("\n".join(lines))
    told = load_lab(hil.folder / "all.toml")
    for table in ("guest", "limits"):
        assert getattr(told, table) == getattr(Lab(), table)
    assert told.rules[0].severity == "off"
    for table in ("guest", "air", "dll", "limits", "store"):
        told_of = getattr(told, table).model_fields_set
        assert told_of == set(type(getattr(told, table)).model_fields), table


def test_an_expired_waiver_says_so(hil: Command, world: World) -> None:
    """Beside the verdict: it does not apply, since when, and what it was for."""
    (hil.folder / "lab.toml").write_text(
        '[[rules]]\nid = "POST-05"\nseverity = "off"\nreason = "old"\nexpires = 2020-01-31\n'
    )
    said = hil("run", "-n", "1")
    assert (
        "POST-05: the override to 'off' expired on 2020-01-31 and does not apply (old)" in said.out
    )


def test_faults_show_their_scenario(hil: Command) -> None:
    """Each in the line of its fault."""
    lines = {line.split()[0]: line for line in hil("faults").out.splitlines()}
    assert all(fault.scenario in lines[name].split() for name, fault in FAULTS.items())
