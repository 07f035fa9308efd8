# SPDX-License-Identifier: GPL-2.0-or-later
"""A history in memory, and nights made by rule: the same each time, with all that a board shows."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from harness.errors import StoreError
from harness.history.model import (
    Attempt,
    Cell,
    CellState,
    Crash,
    FindingRow,
    Mark,
    Night,
    NightState,
    RunSummary,
    Test,
    Timings,
)
from harness.results import Verdict

FIRST = datetime(2026, 1, 1, 22, 30, tzinfo=UTC)
SCENARIOS = (
    "default",
    "m3-lost",
    "m4-lost",
    "ptk-rekey",
    "gtk-rekey",
    "roaming",
    "m1-late",
    "deauthentication",
)
CRASH = Crash(0xC0000005, ("acme.dll!OnTimer+0x1c", "acme.dll+0x8a10", "ntdll.dll!TppTimer+0x40"))
REASON = "1 rule broken: POST-05 in 2 of 5 associations"


@dataclass
class MemoryHistory:
    """`harness.history.History`, of values that are given."""

    all_nights: list[Night] = field(default_factory=list)
    all_runs: dict[str, RunSummary] = field(default_factory=dict)
    all_findings: dict[str, list[FindingRow]] = field(default_factory=dict)
    all_timings: dict[str, Timings] = field(default_factory=dict)
    all_environments: dict[str, dict[str, str]] = field(default_factory=dict)

    def nights(self, last: int | None = None, plan: str | None = None) -> Sequence[Night]:
        """See the protocol."""
        found = [one for one in self.all_nights if plan in (None, one.plan)]
        return found if last is None else found[len(found) - min(last, len(found)) :]

    def night(self, night_id: str) -> Night:
        """See the protocol."""
        for one in self.all_nights:
            if one.id == night_id:
                return one
        raise StoreError(f"no night {night_id}")

    def runs(self, ids: Sequence[str] | None = None) -> Sequence[RunSummary]:
        """See the protocol."""
        wanted = sorted(self.all_runs) if ids is None else ids
        return [self.all_runs[one] for one in wanted if one in self.all_runs]

    def findings(self, run_ids: Sequence[str]) -> Sequence[FindingRow]:
        """See the protocol."""
        return [row for one in run_ids for row in self.all_findings.get(one, ())]

    def timings(self, run_ids: Sequence[str]) -> Mapping[str, Timings]:
        """See the protocol."""
        return {one: self.all_timings[one] for one in run_ids if one in self.all_timings}

    def environments(self, fingerprints: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """See the protocol."""
        return {
            one: self.all_environments[one] for one in fingerprints if one in self.all_environments
        }


def a_test(scenario: str = "default", dll: str = "acme", guest: str = "reference") -> Test:
    """A test, by default of one DLL on the reference guest."""
    return Test(guest, "hwsim", dll, scenario)


def a_cell(
    test: Test,
    *verdicts: Verdict | None,
    position: int = 0,
    repetition: int = 1,
    mark: Mark | None = None,
    state: CellState = CellState.DONE,
    at: datetime = FIRST,
) -> Cell:
    """A cell with an attempt for each verdict; None is one that was cut off."""
    attempts = tuple(
        Attempt(f"{at:%Y%m%d}-{position}-{number}", number, "slot-1", at, verdict=one)
        for number, one in enumerate(verdicts, 1)
    )
    last = verdicts[-1] if verdicts else None
    reason = "flaky since the new scheduler" if mark else ""
    return Cell(position, test, repetition, state, last, mark, reason, attempts)


def a_night(*cells: Cell, day: int = 0, plan: str = "nightly") -> Night:
    """A complete night of a plan, `day` days after the first one."""
    at = FIRST + timedelta(days=day)
    return Night(
        f"{at:%Y%m%dT%H%M%SZ}-{day:06x}",
        plan,
        "0" * 64,
        at,
        at + timedelta(hours=5),
        NightState.COMPLETE,
        cells,
    )


def tests_of(count: int) -> list[Test]:
    """So many tests, of several guests and DLLs."""
    found = []
    for number in range(count):
        scenario = SCENARIOS[number % len(SCENARIOS)]
        more = number // (len(SCENARIOS) * 4)
        found.append(
            Test(
                ("reference", "windows-11")[number // len(SCENARIOS) % 2],
                "hwsim",
                ("acme", "acme-next")[number // (2 * len(SCENARIOS)) % 2],
                f"{scenario}-{more}" if more else scenario,
            )
        )
    return found


@dataclass
class Synthetic:
    """Nights in which tests fail, flip, are retried, crash and get slower, drawn by a seed."""

    nights: int
    tests: int
    runs_folder: str = "/srv/hil/runs"
    samples: int = 5
    timed_nights: int = 60
    slower: range | None = None
    """The nights in which M1 → M2 is 15 % longer; None: the newest twelve."""
    seed: int = 20261128
    history: MemoryHistory = field(default_factory=MemoryHistory)

    def made(self) -> MemoryHistory:
        """The history with all of these nights."""
        self.random = random.Random(self.seed)
        self.shaky = {
            test: self.random.choice((0.0, 0.0, 0.005, 0.03, 0.2)) for test in tests_of(self.tests)
        }
        for day in range(self.nights):
            self.history.all_nights.append(self._night(day))
        return self.history

    def _night(self, day: int) -> Night:
        cells = []
        for position, test in enumerate(tests_of(self.tests)):
            if day < position % 7 or (position == 3 and day == self.nights - 1):
                continue  # appears later; is gone in the newest night
            cells.append(self._cell(day, position, test))
        return a_night(*cells, day=day)

    def _cell(self, day: int, position: int, test: Test) -> Cell:
        verdicts = self._verdicts(day, position, test)
        at = FIRST + timedelta(days=day, minutes=3 * position)
        attempts = tuple(
            self._attempt(day, position, number, test, verdict, at)
            for number, verdict in enumerate(verdicts, 1)
        )
        mark = (
            Mark.QUARANTINE
            if self.shaky[test] > 0.1
            else Mark.KNOWN_ISSUE
            if position == 11
            else None
        )
        reason = {
            Mark.QUARANTINE: "quarantine: 3 of 15 clean passes",
            Mark.KNOWN_ISSUE: "WLAN-1423: group key lost after a roam; until 2026-12-31",
        }.get(mark, "")
        return Cell(position, test, 1, CellState.DONE, verdicts[-1], mark, reason, attempts)

    def _verdicts(self, day: int, position: int, test: Test) -> list[Verdict]:
        if (
            position == 11
            or (position == 5 and day >= self.nights - 3)
            or (position == 20 and day == self.nights - 1)
        ):
            return [Verdict.FAIL, Verdict.FAIL]
        if position == 6 and self.nights - 6 < day < self.nights - 1:
            return [Verdict.FAIL, Verdict.FAIL]
        roll = self.random.random()
        if roll < self.shaky[test]:
            return [Verdict.FAIL, self.random.choice((Verdict.FAIL, Verdict.PASS))]
        if roll > 0.995:
            return [self.random.choice((Verdict.MISS, Verdict.ERROR))]
        return [Verdict.PASS]

    def _attempt(
        self, day: int, position: int, number: int, test: Test, verdict: Verdict, at: datetime
    ) -> Attempt:
        name = f"{day}-{position}-{number}"
        run_id = f"{at:%Y%m%dT%H%M%SZ}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"
        reasons = {
            Verdict.FAIL: REASON,
            Verdict.MISS: "the guest did not answer: SSH timed out after 90 s",
            Verdict.ERROR: "the DLL could not be loaded",
        }
        reason = reasons.get(verdict, "")
        crash = CRASH if verdict is Verdict.FAIL and position == 20 else None
        environment = f"{'5d5d' if day > self.nights - 9 else '4a4a'}-{test.guest}"
        self._run(run_id, day, test, verdict, reason, environment, at)
        if verdict is Verdict.FAIL:
            self.history.all_findings[run_id] = [
                FindingRow(
                    run_id,
                    "POST-05",
                    "FAIL",
                    "PostAssociateCompletion was not called within 10 s",
                    one,
                )
                for one in (2, 4)
            ] + [FindingRow(run_id, "KEY-09", "WARN", "a pairwise key was set twice", 3)]
        if day >= self.nights - self.timed_nights:
            self.history.all_timings[run_id] = self._timings(day, position)
        return Attempt(
            f"{run_id}-{number}",
            number,
            f"slot-{position % 2 + 1}",
            at,
            at + timedelta(seconds=95 + position),
            run_id,
            verdict,
            reason,
            crash,
        )

    def _run(
        self,
        run_id: str,
        day: int,
        test: Test,
        verdict: Verdict,
        reason: str,
        environment: str,
        at: datetime,
    ) -> None:
        build = hashlib.sha256(f"{test.dll} {day // 9}".encode()).hexdigest()
        self.history.all_environments[environment] = {
            "qemu": "QEMU 10.0.2" if environment.startswith("5") else "QEMU 7.2.22",
            "kernel": "6.12.48",
            "accelerator": "kvm",
            "guest_build": test.guest,
        }
        self.history.all_runs[run_id] = RunSummary(
            run_id, test, None, at, 95.0, verdict, reason, self.samples, build, environment,
            f"{self.runs_folder}/{run_id}",
            f"./hil run --dll builds/{test.dll}.dll -n {self.samples} {test.scenario}",
        )  # fmt: skip

    def _timings(self, day: int, position: int) -> dict[str, list[float]]:
        slow = range(self.nights - 12, self.nights) if self.slower is None else self.slower
        slower = 1.15 if day in slow else 1.0
        return {
            name: [
                around
                * self.random.lognormvariate(0, 0.12)
                * (slower if name.startswith("m1_to_m2") else 1)
                for _ in range(self.samples)
            ]
            for name, around in (
                ("assoc_to_m1", 930.0),
                ("m1_to_m2", 17000.0),
                ("m1_to_m2_air", 18100.0),
                ("m2_to_m3", 320.0),
                ("m3_to_m4", 10000.0),
                ("handshake", 30000.0),
                ("assoc_to_handler", 5800.0),
                ("handler", 650.0),
                ("handler_to_completion", 33000.0),
                ("m4_to_completion", 10100.0),
                ("completion_to_data", 8800.0),
            )
        }
