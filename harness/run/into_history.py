# SPDX-License-Identifier: GPL-2.0-or-later
"""A run that is over, kept in the history."""

from __future__ import annotations

from pathlib import Path

from harness.config.lab import StoreConfig
from harness.console import Console
from harness.errors import HarnessError
from harness.history.identity import stands_for
from harness.naming import as_typed
from harness.results import RunResult


def keep_in_history(store: StoreConfig, result: RunResult, folder: Path, console: Console) -> None:
    """Keep a run, whose result is in its folder, in the history.

    Nothing that goes wrong here has a say in the run: it is told in a line.
    """
    try:
        from harness.history.sql import open_history  # SQLAlchemy: no run waits for it to begin

        with open_history(store.place) as history:
            history.add_run(result, stands_for(result), str(folder.absolute()))
    except (Exception, KeyboardInterrupt) as error:
        why = error.message if isinstance(error, HarnessError) else type(error).__name__
        console.note(as_typed(f"not in the history (`hil runs import` adds it): {why}"))
