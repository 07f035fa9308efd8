# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: bad input is one clear line and exit 2 before anything starts; exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness import cli
from harness.checks import RULES
from harness.cli import running, signals
from harness.errors import HarnessError, LabFault, UsageError
from harness.results import StoreError
from harness.scenarios import find_scenario, scenario_names
from tests.unit.doubles import World, lost

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SCENARIO = 'name = "x"\nsummary = "y"\n'


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str


class Command:
    """`hil` in an empty folder, in this process."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, capture: Any) -> None:
        self.folder = folder
        self._patch, self._capture = patch, capture

    def __call__(self, *args: str) -> Said:
        """Run `hil ARGS` to its end."""
        self._patch.setattr(sys, "argv", ["wlan-hil", *args])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = self._capture.readouterr()
        return Said(int(ended.value.code or 0), out, err)


@pytest.fixture
def hil(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Command]:
    """The command, with this process's signal handlers put back afterwards."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("HIL_COMMAND", "./hil")
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    yield Command(folder, monkeypatch, capsys)
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting a process fails the test."""

    def start(self: object, argv: object, **_: object) -> None:
        raise AssertionError(f"started {argv}")

    monkeypatch.setattr(subprocess.Popen, "__init__", start)


def elf(folder: Path) -> None:
    """A Linux library in the place of a DLL."""
    (folder / "x.dll").write_bytes(b"\x7fELF" + bytes(200))


BAD: dict[str, tuple[dict[str, str], list[str], list[str]]] = {
    # name: files, arguments, what the line must hold
    "unknown key in lab.toml": (
        {"lab.toml": "[limits]\nboot = 3\n"}, [], ["lab.toml", "limits.boot", "boot_s"],
    ),
    "unknown table in lab.toml": ({"lab.toml": "[gest]\n"}, [], ["gest", "guest"]),
    "wrong type in lab.toml": (
        {"lab.toml": '[limits]\nboot_s = "soon"\n'}, [], ["limits.boot_s", "'soon'", "number"],
    ),
    "value out of range in lab.toml": (
        {"lab.toml": "[guest]\nmemory_mib = 1\n"}, [], ["guest.memory_mib", "= 1", "384"],
    ),
    "lab.toml that is no TOML": ({"lab.toml": "[guest\n"}, [], ["lab.toml", "not valid TOML"]),
    "a missing lab file": ({}, ["--lab", "no.toml"], ["no.toml", "No such file"]),
    "an unknown scenario": ({}, ["plan"], ["no scenario 'plan'", "plain"]),
    "a missing scenario file": ({}, ["./no.toml"], ["no.toml", "No such file"]),
    "a passphrase too short": (
        {"s.toml": SCENARIO + '[network]\npassphrase = "seven77"\n'}, ["s.toml"],
        ["network.passphrase", "7 characters", "8 to 63"],
    ),
    "a passphrase too long": (
        {"s.toml": SCENARIO + f'[network]\npassphrase = "{"x" * 64}"\n'}, ["s.toml"],
        ["network.passphrase", "64 characters", "8 to 63"],
    ),
    "an SSID too long": (
        {"s.toml": SCENARIO + f'[network]\nssid = "{"x" * 33}"\n'}, ["s.toml"],
        ["network.ssid", "33 bytes", "1 to 32"],
    ),
    "a misspelt key of an air rule": (
        {"s.toml": SCENARIO + '[[air]]\nmesage = "M1"\naction = "drop"\n'}, ["s.toml"],
        ["air.0.mesage", "message"],
    ),
    "no associations": ({}, ["-n", "0"], ["--associations 0", "1 to 100000"]),
    "too many associations": ({}, ["-n", "100001"], ["--associations 100001", "1 to 100000"]),
    "an unknown fault": ({}, ["--fault", "explodes"], ["'explodes'", "hil faults` lists"]),
    "a fault of a vendor's DLL": (
        {}, ["--fault", "crashes", "--dll", "x.dll"], ["--fault crashes", "--dll"],
    ),
    "a missing DLL": ({}, ["--dll", "no.dll"], ["--dll no.dll", "No such file"]),
    "a DLL that is a folder": ({"d.dll/x": ""}, ["--dll", "d.dll"], ["--dll d.dll", "directory"]),
    "a DLL that is text": ({"t.dll": "text"}, ["--dll", "t.dll"], ["t.dll", "not a Windows PE"]),
    "an empty DLL": ({"e.dll": ""}, ["--dll", "e.dll"], ["e.dll", "not a Windows PE"]),
}  # fmt: skip


@pytest.mark.usefixtures("nothing_starts")
@pytest.mark.parametrize("case", BAD.values(), ids=BAD.keys())
def test_bad_input_is_one_clear_line(
    hil: Command, case: tuple[dict[str, str], list[str], list[str]]
) -> None:
    """The field, the value and the fix; exit 2; no traceback, no run directory, no process."""
    files, args, words = case
    for name, content in files.items():
        (hil.folder / name).parent.mkdir(exist_ok=True)
        (hil.folder / name).write_text(content)
    before = sorted(hil.folder.rglob("*"))
    said = hil("run", *args)
    assert said.code == 2
    lines = said.err.splitlines()
    assert [line.partition(":")[0] for line in lines] in (["error"], ["error", "hint"])
    assert all(word in said.err for word in words), said.err
    assert "seven77" not in said.err
    assert said.out == ""
    assert sorted(hil.folder.rglob("*")) == before


@pytest.mark.usefixtures("nothing_starts")
def test_an_elf_file_is_named_as_one(hil: Command) -> None:
    """--dll with a Linux library says so."""
    elf(hil.folder)
    said = hil("run", "--dll", "x.dll")
    assert (said.code, "an ELF file" in said.err) == (2, True)


@pytest.mark.parametrize("args", [["run", "-n", "many"], ["run", "--no-such"], ["walk"]])
def test_wrong_usage_is_exit_2_without_a_traceback(hil: Command, args: list[str]) -> None:
    """What the command line itself refuses."""
    said = hil(*args)
    assert said.code == 2
    assert "Traceback" not in said.err + said.out


def test_faults_are_listed_with_their_rules(hil: Command) -> None:
    """Name, meaning, rule ids and scenario of each, as JSON and as lines."""
    said = hil("faults", "--json")
    rows = json.loads(said.out)
    assert said.code == 0
    assert {"name", "meaning", "rules", "scenario", "associations", "where"} == set(rows[0])
    assert {rule for row in rows for rule in row["rules"]} <= set(RULES)
    plain = hil("faults").out.splitlines()
    assert [line.split()[0] for line in plain] == [row["name"] for row in rows]


def test_only_the_reference_guest_obeys_orders() -> None:
    """Told before anything starts."""
    running._check_guest(find_scenario("plain"), "windows")
    running._check_guest(find_scenario("reset-post-pending"), "reference")
    with pytest.raises(UsageError, match="only the reference guest obeys orders"):
        running._check_guest(find_scenario("reset-post-pending"), "windows")


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
    (folder,) = (path for path in (hil.folder / "runs").iterdir() if path.name != "latest")
    assert json.loads((folder / "result.json").read_text())["verdict"] == verdict
    assert (folder / "repro.txt").read_text() == "./hil run -n 2\n"
    assert "report.html" in said.out


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
        (StoreError("cannot make a run directory in /x: denied", "choose another place"), 2),
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


def test_as_a_process_it_says_the_same(tmp_path: Path) -> None:
    """`python -m harness` in a process of its own: exit 2, one line, nothing left behind."""
    done = subprocess.run(
        [sys.executable, "-m", "harness", "run", "--dll", "no.dll"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: --dll no.dll: No such file or directory\n"
    assert list(tmp_path.iterdir()) == []
