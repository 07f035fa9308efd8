# SPDX-License-Identifier: GPL-2.0-or-later
"""A run with a guest that bears witness: its clocks are read, and at the end its files fetched.

What cannot be had is told in the events and is no fault of the run: the trace is what it is judged
by.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from harness.errors import HarnessError
from harness.guests.base import Witness
from harness.lab.recording import Recording


@contextlib.contextmanager
def witnessed(witness: Witness | None, recording: Recording, folder: Path) -> Iterator[None]:
    """Readings of the guest's clocks at both ends, and behind the last one its event log and dumps
    in `folder`."""
    if witness is None:
        yield
        return
    since_ns = 0
    with _as_far_as_it_goes(recording):
        reading = witness.reading()
        recording.wall_clock(reading)
        since_ns = reading.utc_ns
        recording.driver_verifier(witness.verifier())
    try:
        yield
    finally:
        with _as_far_as_it_goes(recording):
            recording.wall_clock(witness.reading())
        with _as_far_as_it_goes(recording):
            for lacking in witness.fetch(folder, since_ns):
                recording.not_fetched(lacking)


@contextlib.contextmanager
def _as_far_as_it_goes(recording: Recording) -> Iterator[None]:
    try:
        yield
    except (HarnessError, OSError) as error:
        recording.not_fetched(str(error))
