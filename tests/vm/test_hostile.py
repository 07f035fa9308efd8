# SPDX-License-Identifier: GPL-2.0-or-later
"""Whatever the vendor's DLL does to its process, its host or the harness: a finding with evidence,
within a bound, and the lab is as good as before.

One guest for all; each DLL (tests/wine/hostile.c, which acts by its own file name) gets a service
start, a profile, an association and a stop.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from harness.config.lab import Lab
from harness.console import open_console
from harness.guests.common.recorder import SERVICE, SETTINGS, VENDOR_FOLDER, settings, stop_service
from harness.guests.common.refused_profile import ProfileRefused
from harness.lab.bring_up import open_guest
from harness.lab.recording import Recording, open_recording
from harness.lab.session import LabSession, open_session
from harness.local.jsonlines import CallFailed
from harness.results import FindingResult
from harness.run.collect import CollectedRun, associate_all
from harness.run.judge import Judge, expectation_of, limits_of
from harness.run.plan import RunPlan
from harness.scenarios import Scenario, find_scenario

ROOT = Path(__file__).parents[2]
BOUND_S = 90.0
"""Longest a hostile DLL may take, from its upload to the service stopped again."""

BUSY_S = 1.5
"""What is called spinning here: the runs are short."""


def compile_hostile(target: Path, *more: str) -> Path:
    """hostile.c as `target`, whose name says what it does."""
    subprocess.run(
        ["x86_64-w64-mingw32-gcc", "-shared", "-std=c11", "-O1", "-Wall", "-Wextra", "-Werror",
         f"-I{ROOT / 'vm-images' / 'ihv' / 'include'}", "-D_WIN32_WINNT=0x0A00",
         "-DNTDDI_VERSION=0x0A000000", str(ROOT / "tests" / "wine" / "hostile.c"),
         "-o", str(target), *more],
        check=True, timeout=120,
    )  # fmt: skip
    return target


@dataclass
class Bench:
    """A session in which one DLL after the other takes the vendor's place behind the recorder."""

    lab: Lab
    session: LabSession
    recording: Recording
    scenario: Scenario
    folder: Path
    hostile: Path
    next: int = 1

    def run(self, mode: str, count: int = 1) -> list[FindingResult]:
        """The findings of a service start, associations and a stop with a hostile DLL."""
        dll = self.folder / f"{mode}.dll"
        shutil.copy(self.hostile, dll)
        self.session.ssh.put(dll, VENDOR_FOLDER / dll.name)
        return self._run(str(VENDOR_FOLDER / dll.name), count)

    def good(self) -> None:
        """An association with the DLL the guest comes with passes."""
        assert self._run(self.session.vendor) == []

    def _run(self, vendor: str, count: int = 1) -> list[FindingResult]:
        ssh, recording = self.session.ssh, self.recording
        first, self.next = self.next, self.next + count
        processes = {record.process for record in recording.records()}
        cuts = len(recording.damage())
        ssh.write(settings(vendor), SETTINGS)
        collected = CollectedRun()
        limits = replace(limits_of(self.lab), busy_s=BUSY_S)
        judge = Judge(limits, expectation_of(self.scenario))
        if ssh.run(f"net start {SERVICE}").status == 0:
            plan = RunPlan(
                self.lab, self.scenario.model_copy(update={"associations": count}), "pytest"
            )
            # A profile that the DLL's end keeps from being set.
            with contextlib.suppress(CallFailed, ProfileRefused):
                associate_all(plan, judge, self.session, collected, lambda _: None, first)
        stop_service(ssh)
        self.session.pull_trace()
        evidence = collected.evidence(recording)
        ours = tuple(record for record in evidence.trace if record.process not in processes)
        evidence = replace(evidence, trace=ours, damage=evidence.damage[cuts:])
        _, evaluation = judge.all(evidence, collected.broken)
        return [FindingResult.model_validate(item) for item in evaluation.findings]


@contextlib.contextmanager
def benched(hil_config: Lab, folder: Path) -> Iterator[Bench]:
    """A guest of one's own, and the hostile DLL compiled."""
    dll = compile_hostile(folder / "hostile.bin")
    scenario = find_scenario("plain").with_passphrase().model_copy(update={"associations": 1})
    with (
        open_recording(folder) as recording,
        open_console() as console,
        open_guest(hil_config, console, recording, folder) as guest,
        open_session(hil_config, guest, recording, console, None) as session,
    ):
        session.go_on_air(hil_config, scenario.network)
        session.ssh.mkdir(VENDOR_FOLDER)
        stop_service(session.ssh)
        session.pull_trace()
        yield Bench(hil_config, session, recording, scenario, folder, dll)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """This module's own, with time enough for a handler to use up what there is."""
    lab = Lab.model_validate({"limits": {"handler_s": 8}})
    with benched(lab, tmp_path_factory.mktemp("hostile")) as bench:
        yield bench


CASES = {
    "exit-load": ("HOST-03", "while it was loaded.*exit code 7"),
    "exit-service": ("HOST-03", "InitService.*exit code 7"),
    "exit-adapter": ("HOST-03", "InitAdapter.*exit code 7"),
    "exit-validate": ("HOST-03", "ValidateProfile.*exit code 7"),
    "exit-handler": ("HOST-03", "PerformPreAssociate.*exit code 7"),
    "exit-worker": ("HOST-03", "exit code 7"),
    "terminate-load": ("HOST-03", "exit code 9"),
    "terminate-service": ("HOST-03", "InitService.*exit code 9"),
    "terminate-handler": ("HOST-03", "PerformPreAssociate.*exit code 9"),
    "terminate-worker": ("HOST-03", "exit code 9"),
    "raise-worker": ("HOST-01", "0xe0001234"),
    "heap": ("HOST-0[13]", ""),  # what lies behind the block decides how it ends
    "stack": ("HOST-0[13]", ""),
    "spin-handler": ("HOST-02", "spins"),
    "spin-worker": ("HOST-04", "busy"),
    "memory": ("HOST-04", "all of its"),
    "threads": ("HOST-04", "128 threads"),
    "deadlock-load": ("HOST-02", "loaded"),
    "block-deinit": ("HOST-02", "DeinitService"),
    "exit-deinit": ("HOST-03", "DeinitService"),
    "handles": ("HOST-0[1236]", ""),
    "delete-trace": ("HOST-06", ""),
    "truncate-trace": ("HOST-06", ""),
    "wild": ("HOST-01", "exception"),
    "filter": ("HOST-03", "exit code 3"),
    "free-itself": ("HOST-01", "exception"),
    "refuse-load": ("HOST-05", "1114"),
    "refuse-service": ("HOST-05", "InitService returned ERROR_ACCESS_DENIED"),
}


STRAIN = {"heap", "spin-worker", "memory", "threads", "deadlock-load", "handles", "delete-trace"}
"""What could leave something behind; the others are followed by one good run together."""


@pytest.mark.parametrize("mode", CASES)
def test_harm_is_found(bench: Bench, mode: str) -> None:
    """The rule, with where it happened; in time; and a good DLL passes afterwards."""
    rule, words = CASES[mode]
    began_s = time.monotonic()
    findings = bench.run(mode, count=8 if mode == "spin-worker" else 1)  # it takes time to spin
    took_s = time.monotonic() - began_s
    assert took_s < BOUND_S
    assert any(
        re.fullmatch(rule, item.rule) and re.search(words, item.message) for item in findings
    ), findings
    if mode in STRAIN:
        bench.good()


def test_harmless_noise(bench: Bench) -> None:
    """What a DLL prints, and what it closes as standard handles, is not our protocol."""
    assert not [item for item in bench.run("garbage") if item.rule.startswith("HOST")]


def test_a_good_dll_passes_after_all_of_them(bench: Bench) -> None:
    """The same guest, the same service."""
    bench.good()
