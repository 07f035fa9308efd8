# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs of folders taken into the history: older ones, and those of another machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import final

from harness.errors import ResultFileError, UsageError
from harness.history.identity import stands_for
from harness.history.model import RunSummary
from harness.history.sql import SqlHistory
from harness.results import FolderStore, load_result


@final
@dataclass(slots=True)
class Imported:
    """What came of an import: the ids of runs, and why some could not be read."""

    added: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    """In the history already, but with a folder that is not there any more."""
    known: list[str] = field(default_factory=list)
    refused: list[ResultFileError] = field(default_factory=list)


def import_runs(folder: Path, history: SqlHistory) -> Imported:
    """Take in a run's folder, or all runs below a folder; raises `UsageError` where none is."""
    found = _folders(folder.absolute())
    known = {run.id: run for run in history.runs([one.name for one in found])}
    done = Imported()
    for one in found:
        try:
            _take(one, known.get(one.name), history, done)
        except ResultFileError as error:
            done.refused.append(error)
    return done


def _folders(folder: Path) -> list[Path]:
    if (folder / "result.json").is_file():
        return [folder.resolve()]
    found = [folder / run_id for run_id in FolderStore(folder).run_ids()]
    if not found:
        raise UsageError(
            f"{folder}: no run is there: no folder with a result.json",
            hint="name the folder of a run, or one that holds such folders",
        )
    return found


def _take(folder: Path, known: RunSummary | None, history: SqlHistory, done: Imported) -> None:
    if known is None:
        result = load_result(folder)
        under_its_id = history.runs([result.run_id])  # its folder may have another name
        if not under_its_id:
            history.add_run(result, stands_for(result), str(folder))
            done.added.append(result.run_id)
            return
        known = under_its_id[0]
    here = known.path == str(folder)
    if known.pruned_at is not None if here else not Path(known.path).is_dir():
        history.move_run(known.id, str(folder))
        done.moved.append(known.id)
    else:
        done.known.append(known.id)
