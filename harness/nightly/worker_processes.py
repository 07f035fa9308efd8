# SPDX-License-Identifier: GPL-2.0-or-later
"""Where worker processes of this machine come from: a process that has imported what they need.

Python's forkserver does so while this process imports its own part; a worker is forked from it in
milliseconds, where an interpreter begun for each would import all of it again. A night with several
slots waits for both of them, so this module imports nothing that takes time: whoever finds out that
there are to be workers begins with this.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
from collections.abc import Iterator
from multiprocessing import forkserver, resource_tracker
from typing import Final

METHOD: Final = "forkserver"
IMPORTED: Final = "harness.nightly.preloaded"
"""Imports what a worker needs until the end of its first cell."""


def prepare_workers() -> None:
    """Begin that process; it goes when this one does."""
    multiprocessing.get_context(METHOD).set_forkserver_preload([IMPORTED])
    resource_tracker.ensure_running()  # before: where it is begun it unblocks SIGINT
    with not_interrupted():  # a terminal's Ctrl-C is for this process alone
        forkserver.ensure_running()


@contextlib.contextmanager
def not_interrupted() -> Iterator[None]:
    """Ctrl-C that comes meanwhile is heard at the end; processes begun here never hear it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
