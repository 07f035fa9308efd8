# SPDX-License-Identifier: GPL-2.0-or-later
"""Dask's worker as the program that `hil worker` becomes: its end told as ours are.

Dask ends with a traceback and 1 where the scheduler is not reached; here 1 is a driver's alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import dask
from distributed.cli.dask_worker import main

from harness.nightly.worker import WORKER_SETTINGS

LAB_EXIT = 3


def lend(worker: Callable[[], object]) -> int:
    """Run `worker` to its end; the exit code: 3 for whatever it cannot go on with."""
    try:
        worker()
    except SystemExit as end:
        return LAB_EXIT if end.code == 1 or isinstance(end.code, str) else end.code or 0
    except Exception as error:
        cause = error.__cause__ or error
        print(f"error: the worker ended: {' '.join(str(cause).split())}", file=sys.stderr)
        print("hint: does the scheduler run, and is it reached from here?", file=sys.stderr)
        return LAB_EXIT
    return 0


if __name__ == "__main__":  # begun anew by dask for each process, which must not lend again
    with dask.config.set(WORKER_SETTINGS):
        sys.exit(lend(main))
