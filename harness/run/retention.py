# SPDX-License-Identifier: GPL-2.0-or-later
"""Which runs give way to newer ones. The folder goes, with all evidence; the history stays."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import final

from harness.config.keep import Keep
from harness.history.model import RunSummary
from harness.history.sql import SqlHistory, SqlReader
from harness.results import RunStore

GIB = 1 << 30


@final
@dataclass(frozen=True, slots=True)
class KeptFolder:
    """A run of the history whose folder is here."""

    run: RunSummary
    size_bytes: int


def folders_here(runs: Iterable[RunSummary], root: Path) -> list[KeptFolder]:
    """Those of the runs whose folders stand right below `root`, with their sizes.

    A history may be shared: what another machine keeps is not to be looked for here, and whatever
    it holds, an id leads nowhere else.
    """
    here = root.absolute()
    return [
        KeptFolder(run, size_of(here / run.id))
        for run in runs
        if _is_name(run.id)
        and Path(run.path) == here / run.id
        and (here / run.id).is_dir()
        and not (here / run.id).is_symlink()
    ]


def giving_way(
    folders: Sequence[KeptFolder], keep: Keep, now: datetime, needed: Collection[str]
) -> list[KeptFolder]:
    """Those that give way, the oldest first; none of the ids that are `needed`. Pure."""
    newest = sorted(folders, key=lambda one: (one.run.started_at, one.run.id), reverse=True)
    if keep.unit == "days":
        since = now - timedelta(days=keep.amount)
        beyond = [one for one in newest if one.run.started_at < since]
    elif keep.unit == "runs":
        beyond = newest[keep.amount :]
    else:
        held = 0
        beyond = []
        for one in newest:
            held += one.size_bytes
            if held > keep.amount * GIB:
                beyond.append(one)
    return [one for one in reversed(beyond) if one.run.id not in needed]


def needed_runs(history: SqlReader, root: Path) -> set[str]:
    """The ids of runs that must stay: what `latest` names, and those of nights that go on."""
    latest = root / "latest"
    named = {latest.readlink().name} if latest.is_symlink() else set()
    return named | history.runs_of_unfinished_nights()


def remove(folders: Iterable[KeptFolder], store: RunStore, history: SqlHistory) -> None:
    """Remove the folders, and keep in the history that they are gone; raises OSError.

    In this order: a folder that is there has a run that can be pruned, whenever this is cut off.
    """
    for one in folders:
        store.remove(one.run.id)
        history.mark_pruned(one.run.id, datetime.now(UTC))


def _is_name(run_id: str) -> bool:
    return run_id not in ("", "..") and Path(run_id).name == run_id


def size_of(folder: Path) -> int:
    """Bytes that the files below a folder have; what cannot be read counts for nothing."""
    return sum(
        os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118 (a thousand times faster)
        for place, _, names in os.walk(folder)
        for name in names
    )
