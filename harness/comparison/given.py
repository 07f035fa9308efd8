# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs that are given beside a history, and may not be in it: by their folders."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, final

from harness.history.identity import fingerprint, parts_of, stands_for
from harness.history.model import Night, RunSummary, Timings
from harness.results import RunResult


class Source(Protocol):
    """What a comparison asks of a history (`harness.history.model.History`)."""

    def nights(self) -> Sequence[Night]:
        """All nights, the oldest first."""

    def runs(self) -> Sequence[RunSummary]:
        """All runs, the oldest first."""

    def timings(self, run_ids: Sequence[str]) -> Mapping[str, Timings]:
        """The samples of each of these runs, by run id; a run without any is left out."""

    def environments(self, fingerprints: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """What each fingerprint stands for: part and value."""


@final
class Nothing:
    """A history that is not there yet."""

    def nights(self) -> Sequence[Night]:
        """See `Source.nights`."""
        return ()

    def runs(self) -> Sequence[RunSummary]:
        """See `Source.runs`."""
        return ()

    def timings(self, run_ids: Sequence[str]) -> Mapping[str, Timings]:
        """See `Source.timings`."""
        return {}

    def environments(self, fingerprints: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """See `Source.environments`."""
        return {}


@final
class WithRuns:
    """A history, and runs besides; of a run that is in both the history's own counts."""

    def __init__(self, history: Source, results: Mapping[str, RunResult]) -> None:
        """`results` are by the path of their folder."""
        self._history = history
        self._kept = list(history.runs())
        known = {one.id for one in self._kept}
        added = {path: one for path, one in results.items() if one.run_id not in known}
        self._added = {one.run_id: summary_of(one, path) for path, one in added.items()}
        self._timings = {one.run_id: timings_of(one) for one in added.values()}
        self._parts = _parts(added.values())

    def nights(self) -> Sequence[Night]:
        """See `Source.nights`."""
        return self._history.nights()

    def runs(self) -> Sequence[RunSummary]:
        """See `Source.runs`."""
        return sorted([*self._kept, *self._added.values()], key=lambda one: one.started_at)

    def timings(self, run_ids: Sequence[str]) -> Mapping[str, Timings]:
        """See `Source.timings`."""
        own = {one: self._timings[one] for one in run_ids if self._timings.get(one)}
        return {**self._history.timings([one for one in run_ids if one not in own]), **own}

    def environments(self, fingerprints: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """See `Source.environments`."""
        own = {one: self._parts[one] for one in fingerprints if one in self._parts}
        return {**self._history.environments(fingerprints), **own}


def _parts(results: Iterable[RunResult]) -> dict[str, dict[str, str]]:
    return {fingerprint(parts): parts for parts in (parts_of(one.environment) for one in results)}


def summary_of(result: RunResult, path: str) -> RunSummary:
    """A run as the history would have it."""
    return RunSummary(
        id=result.run_id,
        test=stands_for(result),
        fault=result.fault,
        started_at=result.started_at,
        duration_s=result.duration_s,
        verdict=result.verdict,
        reason=result.reason,
        associations=len(result.associations),
        dll_sha256=result.environment.dll_sha256,
        environment=fingerprint(parts_of(result.environment)),
        path=path,
        command=result.command,
    )


def timings_of(result: RunResult) -> dict[str, list[float]]:
    """The samples of each figure of a run, in microseconds."""
    found: dict[str, list[float]] = {}
    for association in result.associations:
        for handshake in association.handshakes:
            for figure, value in handshake.timing_us.items():
                if math.isfinite(value):
                    found.setdefault(figure, []).append(value)
    return found
