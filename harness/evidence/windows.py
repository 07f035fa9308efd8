# SPDX-License-Identifier: GPL-2.0-or-later
"""Parts of a growing run: what suffices to judge one association, and the trace cut at connects."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final

from harness.evidence import names
from harness.evidence.model import IhvRecord, RunEvidence

PROLOGUE: Final = frozenset({
    names.GET_VERSION, names.INIT_SERVICE, names.INIT_VIRTUAL_STATION,
    names.INIT_ADAPTER, names.DEINIT_ADAPTER, names.DEINIT_SERVICE,
})  # fmt: skip
"""Functions whose records a window always keeps: they introduce the handles used later."""


def window(evidence: RunEvidence, index: int, before: int = 1) -> RunEvidence:
    """The part of a growing run that suffices to judge association ``index``.

    It holds that association, ``before`` ones ahead of it, and of everything older only the
    service prologue (load, unload and host records, version, service and adapter calls), so that
    judging each association of a long run costs the same.
    """
    kept = [item for item in evidence.associations if index - before <= item.index <= index]
    start_ns = min((item.connect_ns for item in kept if item.connect_ns > 0), default=0)
    indices = {item.index for item in kept}
    damage = tuple(
        item for item in evidence.damage
        if (item.until_ns is None or item.until_ns >= start_ns)
        and (item.association is None or item.association in indices)
    )  # fmt: skip
    trace = tuple(_since(evidence.trace, start_ns))
    return RunEvidence(
        trace, tuple(kept), evidence.clock, damage, evidence.stalls, evidence.log_events
    )


def _since(trace: Iterable[IhvRecord], start_ns: int) -> Iterator[IhvRecord]:
    """The records from a moment on and the prologue; no return of a call entered before it."""
    left_out: set[tuple[int, int | None]] = set()
    for record in trace:
        if record.t_ns >= start_ns or _is_prologue(record):
            if record.kind != "return" or (record.process, record.call) not in left_out:
                yield record
        elif record.kind == "enter":
            left_out.add((record.process, record.call))


def _is_prologue(record: IhvRecord) -> bool:
    return record.kind in ("load", "unload", "host") or record.function in PROLOGUE


def split(trace: Iterable[IhvRecord], connects_ns: list[int]) -> list[tuple[IhvRecord, ...]]:
    """The trace cut at the given connect times: what was before the first, then one part each."""
    parts: list[list[IhvRecord]] = [[] for _ in range(len(connects_ns) + 1)]
    for record in trace:
        parts[bisect_right(connects_ns, record.t_ns)].append(record)
    return [tuple(part) for part in parts]
