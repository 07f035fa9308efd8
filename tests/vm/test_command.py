# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil run` as its user meets it: output, exit code, run directory."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from harness.checks import RULES
from harness.faults import FAULTS
from harness.results import load_result
from tests.vm.user import Command


def test_a_good_run(command: Command) -> None:
    """Exit 0, PASS, a line an association, and every file of the run directory."""
    command.start("run", "-n", "2")
    assert command.wait() == 0, command.output
    assert "PASS" in command.output
    assert "2/2" in command.output
    result = load_result(command.run_dir / "result.json")
    assert result.verdict == "PASS"
    assert result.environment.dll_sha256 is not None
    for name in ("report.html", "contract.html", "junit.xml", "air.pcapng", "air.keys",
                 "ihv-trace.jsonl", "events.jsonl", "serial.log", "qmp.jsonl", "lab.toml",
                 "repro.txt"):  # fmt: skip
        assert (command.run_dir / name).stat().st_size > 0, name
    assert (command.run_dir / "repro.txt").read_text() == "./hil run -n 2\n"
    suite = ET.parse(command.run_dir / "junit.xml").getroot()
    assert len(suite.findall(".//testcase")) == 2
    assert (command.run_dir / "air.keys").stat().st_mode & 0o077 == 0


def test_the_dlls_end_is_part_of_the_run(command: Command) -> None:
    """The trace ends with DeinitAdapter, DeinitService, the unload, and how the process ended."""
    command.start("run", "-n", "1")
    assert command.wait() == 0, command.output
    trace = (command.run_dir / "ihv-trace.jsonl").read_text().splitlines()
    assert '"kind":"unload"' in trace[-2]
    assert '"how":"stopped"' in trace[-1]
    assert any("Dot11ExtIhvDeinitService" in line for line in trace[-5:])


def test_a_fault_ends_in_fail(command: Command) -> None:
    """Exit 1, with the rule's id where the person looks."""
    lab = '[store]\nruns = "runs"\n[limits]\npost_associate_s = 2\n'
    command.start("run", "--fault", "wrong-session", "-n", "1", lab=lab)
    assert command.wait() == 1, command.output
    assert "POST-07" in command.output
    assert "POST-07" in (command.run_dir / "report.html").read_text()


OF_THE_SERVICE = [
    fault.name
    for fault in FAULTS.values()
    if fault.where != "connection" and not fault.on_the_guest
]


@pytest.mark.parametrize("name", OF_THE_SERVICE)
def test_a_fault_of_the_dlls_start_is_found_by_its_rules_alone(command: Command, name: str) -> None:
    """One set beside the DLL or built into it: it is put in place, and taken for what it is."""
    command.start("run", "--fault", name)
    assert command.wait() == 1, command.output
    result = load_result(command.run_dir / "result.json")
    expected = {(rule, RULES[rule].severity) for rule in FAULTS[name].rules}
    assert {(found.rule, found.severity) for found in result.all_findings} == expected


def test_an_own_dll_is_the_one_that_runs(command: Command, tmp_path: Path) -> None:
    """--dll: the file is uploaded, wrapped, judged, and named in the environment."""
    own = tmp_path / "Vendor Ihv.dll"
    own.write_bytes((command.image.recorder.parent / "sample.dll").read_bytes())
    command.start("run", "--dll", str(own), "-n", "1")
    assert command.wait() == 0, command.output
    result = load_result(command.run_dir / "result.json")
    assert result.environment.dll_path == str(own)
    trace = (command.run_dir / "ihv-trace.jsonl").read_text()
    assert "Vendor Ihv.dll" in trace.splitlines()[0]


def test_a_small_soak(command: Command) -> None:
    """Associations spread over the catalogue, nothing found, and nothing but numbers kept."""
    command.start("bench", "--soak", "3", "--json")
    assert command.wait() == 0, command.output
    told = json.loads(command.output[command.output.index("\n{") :])
    assert (told["verdict"], told["associations"], told["findings"]) == ("PASS", 3, {})
    assert len(told["scenarios"]) == 3
    assert not list((command.folder / "runs").glob("*"))
