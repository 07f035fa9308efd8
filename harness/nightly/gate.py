# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a night is good enough, and the exit code that says so. Pure.

0  the gate holds
1  it does not, as the driver is wrong
2  it does not, as a test is wrong (ERROR)
3  it does not, as the lab broke (MISS), or nothing ran
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import final

from harness.history.model import PASSED, Cell, CellState, Mark
from harness.nightly.plan import GateConfig
from harness.results import Verdict, combine


@final
@dataclass(frozen=True, slots=True)
class GateResult:
    """What the gate says of a night."""

    exit_code: int
    broken: tuple[str, ...] = ()
    """Each limit that was passed, in words; empty: the gate holds."""

    @property
    def holds(self) -> bool:
        """Whether the night is good enough."""
        return not self.broken


def failures(cells: Iterable[Cell]) -> list[Cell]:
    """The cells that count as failed: no pass, or a crash at any try; marked ones do not."""
    return [one for one in cells if _verdict(one) not in (None, *PASSED) and not one.mark]


def judge_night(gate: GateConfig, cells: Sequence[Cell], duration_s: float) -> GateResult:
    """Hold a night that is over against the gate."""
    ran = [one for one in cells if _verdict(one) is not None]
    counted = [one for one in ran if one.mark in (None, Mark.EXPECTED)]
    failed, flaky = failures(ran), [one for one in counted if one.flaky]
    broken: list[str] = []
    faulty: list[Cell] = []  # those by which a limit was passed: they alone make the exit code
    if len(failed) > gate.max_failures:
        broken.append(f"{_counts(failed)}: {gate.max_failures} may fail")
        faulty += failed
    if gate.max_flaky is not None and len(flaky) > gate.max_flaky:
        broken.append(f"{len(flaky)} passed at the retry only: {gate.max_flaky} may")
        faulty += flaky
    if len(ran) < gate.min_tests:
        broken.append(f"{len(ran)} of {len(cells)} cells ran: {gate.min_tests} must")
    rate = 100 * (len(counted) - len(failed)) / len(counted) if counted else 100.0
    if gate.success_rate is not None and rate < gate.success_rate:
        broken.append(f"{rate:.1f} % passed: {gate.success_rate:g} % must")
        faulty += failed
    if gate.max_duration is not None and duration_s > gate.max_duration:
        broken.append(f"it took {duration_s:.0f} s: {gate.max_duration:.0f} s it may")
    if not broken:
        return GateResult(0)
    worst = combine(one for cell in faulty if (one := _worst(cell)) is not None)
    return GateResult(worst.exit_code if worst else Verdict.MISS.exit_code, tuple(broken))


def _verdict(cell: Cell) -> Verdict | None:
    """What a cell says of the driver: a crash counts, though a retry passed."""
    if cell.state not in (CellState.DONE, CellState.KILLED) or cell.verdict is Verdict.SKIP:
        return None
    if cell.mark is not Mark.EXPECTED and any(one.crash for one in cell.attempts):
        return Verdict.FAIL
    return cell.verdict


def _worst(cell: Cell) -> Verdict | None:
    return combine(one for one in (_verdict(cell), *(a.verdict for a in cell.judged)) if one)


def _counts(failed: Sequence[Cell]) -> str:
    found = Counter(_verdict(one) for one in failed)
    return ", ".join(f"{found[one]} {one}" for one in Verdict if found[one])
