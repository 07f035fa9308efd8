# SPDX-License-Identifier: GPL-2.0-or-later
"""What `hil compare` is given for a side: a night, several, a run, or a build of a DLL.

last, last-3              the newest night of the plan, the third before it
last-7..last-1            the nights from one to another
20261128T010000Z-1a2b3c   a night or a run by its id
dll:acme@3f2a91c          all runs of a build, by the SHA-256 of the DLL; `dll:3f2a91c`, too
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from harness.comparison.given import Source
from harness.errors import HarnessError, UsageError
from harness.history.changes import Outcome, outcomes, outcomes_of_runs
from harness.history.model import Night, NightState, RunSummary, Test
from harness.naming import did_you_mean, which

_LAST: Final = re.compile(r"last(?:-(\d{1,6}))?")
_BUILD: Final = re.compile(r"dll:(?:(?P<name>[^@]+)@)?(?P<sha>[0-9a-fA-F]{6,64})")
WAYS: Final = "wanted last, last-1, last-7..last-1, a run, a night, or dll:NAME@SHA256"


class NothingToCompare(HarnessError):
    """What was asked for is well put, but there is nothing of it that compares."""


@final
@dataclass(frozen=True)
class Chosen:
    """One side of a comparison."""

    name: str
    """In words."""
    runs: tuple[RunSummary, ...]
    outcomes: Mapping[Test, Outcome]

    @property
    def builds(self) -> dict[str, tuple[str, ...]]:
        """The builds of each DLL, by the name it has in tests; those that are known."""
        found: dict[str, set[str]] = {}
        for run in self.runs:
            found.setdefault(run.test.dll, set()).update(filter(None, [run.dll_sha256]))
        return {dll: tuple(sorted(some)) for dll, some in sorted(found.items())}


class Catalogue:
    """The nights and runs of a history, and which run is of which night."""

    def __init__(self, history: Source, plan: str | None = None) -> None:
        self.runs: dict[str, RunSummary] = {one.id: one for one in history.runs()}
        nights = history.nights()
        self.nights: dict[str, Night] = {one.id: one for one in nights}
        self.night_of: dict[str, str] = {
            attempt.run_id: night.id
            for night in nights
            for cell in night.cells
            for attempt in cell.attempts
            if attempt.run_id is not None
        }
        over = [one for one in nights if one.state is not NightState.RUNNING]
        if plan is not None and nights and plan not in {one.plan for one in nights}:
            raise UsageError(
                f"--plan {plan}: the history has no night of such a plan",
                hint=which(plan, (one.plan for one in reversed(nights))),
            )
        plan = plan or (over[-1].plan if over else None)
        self._counted = [one for one in over if one.plan == plan]
        self._running = [
            one for one in nights if one.plan == plan and one.state is NightState.RUNNING
        ]

    def choose(self, wanted: str) -> Chosen:
        """The side of that name; raises `UsageError` for none, `NothingToCompare` for no night.

        A night that runs, or was killed and not resumed, is only taken where it is named by its id.
        """
        first, dots, last = wanted.partition("..")
        if dots:
            return self._of_nights(wanted, self._between(first, last))
        if _LAST.fullmatch(wanted) or wanted in self.nights:
            return self._of_nights(wanted, [self._night(wanted)])
        if wanted in self.runs:
            return _of_runs(f"run {wanted}", [self.runs[wanted]])
        if build := _BUILD.fullmatch(wanted):
            return self._of_build(wanted, build["name"], build["sha"].lower())
        raise UsageError(
            f"{wanted!r} is no run, night or build that is known", hint=self._near(wanted) or WAYS
        )

    def _near(self, wanted: str) -> str:
        """The name nearest to one that is not known; of builds which there are."""
        if wanted.startswith("dll:"):
            newest_first = reversed(self.runs.values())
            builds = (f"dll:{r.test.dll}@{r.dll_sha256[:12]}" for r in newest_first if r.dll_sha256)
            return which(wanted, builds)
        return did_you_mean(Path(wanted).name, ["last", *self.nights, *self.runs])

    def _night(self, wanted: str) -> Night:
        found = _LAST.fullmatch(wanted)
        if found is None:
            if wanted not in self.nights:
                near = did_you_mean(wanted, ["last", *self.nights])
                raise UsageError(f"{wanted!r} is no night", hint=near or WAYS)
            return self.nights[wanted]
        back = int(found[1] or 0)
        if back >= len(self._counted):
            count = len(self._counted)
            raise NothingToCompare(
                f"{wanted}: the history has {count} night{'s' * (count != 1)} that came to an end",
                hint="`hil nightly` makes them",
            )
        return self._counted[-1 - back]

    def _between(self, first: str, last: str) -> list[Night]:
        ends = self._night(first), self._night(last)
        started = sorted(one.started_at for one in ends)
        some = [one for one in self.nights.values() if one.plan == ends[0].plan]
        return [
            one
            for one in some
            if started[0] <= one.started_at <= started[1]
            and (one in ends or one.state is not NightState.RUNNING)
        ]

    def _of_nights(self, wanted: str, nights: Sequence[Night]) -> Chosen:
        ids = {one.id for one in nights}
        runs = [run for run in self.runs.values() if self.night_of.get(run.id) in ids]
        cells = [cell for night in nights for cell in night.cells]
        name = f"night {nights[0].id}" if len(nights) == 1 else f"{len(nights)} nights, {wanted}"
        return Chosen(name + self._without(wanted, nights), tuple(runs), outcomes(cells))

    def _without(self, wanted: str, nights: Sequence[Night]) -> str:
        """In words, the nights among these (or after `last`) that have no end."""
        started = [one.started_at for one in nights]
        to_the_newest = "last" in wanted.split("..")
        left = [
            one.id
            for one in self._running
            if one not in nights
            and one.started_at > min(started)
            and (to_the_newest or one.started_at < max(started))
        ]
        return f" (without {', '.join(left)}, not at its end)" if left else ""

    def _of_build(self, wanted: str, name: str | None, sha: str) -> Chosen:
        runs = [
            run
            for run in self.runs.values()
            if (run.dll_sha256 or "").startswith(sha) and name in (None, run.test.dll)
        ]
        builds = sorted({run.dll_sha256 or "" for run in runs})
        if len(builds) > 1:
            raise UsageError(
                f"{wanted}: several builds begin so: {', '.join(one[:16] for one in builds)}",
                hint="give more digits",
            )
        if not runs:
            raise UsageError(
                f"{wanted}: no run of such a build is known", hint=self._near(wanted) or WAYS
            )
        return _of_runs(f"build {builds[0][:12]} of {runs[0].test.dll}", runs)


def _of_runs(name: str, runs: Sequence[RunSummary]) -> Chosen:
    return Chosen(name, tuple(runs), outcomes_of_runs(runs))
