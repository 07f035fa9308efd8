# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that somebody else holds, who reaches into it between the runs on it.

Nothing here starts it or ends it: what was changed in it by hand is there for each run. All else is
new for each, as on a `SharedGuest`; one that cannot be had so breaks the run.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import final

from harness.console import Stages
from harness.errors import HarnessError
from harness.guests.common.recorder import stop_service
from harness.lab.bring_up import RunningGuest
from harness.lab.recording import Recording
from harness.lab.shared_guest import Logs, Wanted, forget
from harness.vm.accel import Choice


@final
class StandingGuest:
    """Lends its guest to one borrower after the other."""

    def __init__(self, guest: RunningGuest, logs: Path) -> None:
        """`guest` writes its logs into the folder `logs`; it has an air that was begun."""
        self._guest = guest
        self._logs = Logs(logs, None)
        self._runs = 0
        guest.air.finish()

    @contextlib.contextmanager
    def lent(
        self,
        wanted: Wanted,
        stages: Stages,
        recording: Recording,
        run_dir: Path,
        chosen: Callable[[Choice], None],
    ) -> Iterator[RunningGuest]:
        """The guest for one run, its service and its air new; see `SharedGuest.lent`."""
        guest = self._guest
        guest.check_processes()
        stop_service(guest.ssh)  # it runs in a guest that nobody had yet, or that a run broke off
        forget(guest, wanted)
        guest.air.renew(run_dir, recording)
        self._logs.run_dir = run_dir
        chosen(guest.accel)
        recording.event({"event": "guest", "runs_before": self._runs})
        self._runs += 1
        with contextlib.ExitStack() as after:
            after.callback(self._logs.hand_over)
            after.callback(_finish_if_it_lives, guest)
            yield guest
            after.pop_all()
            guest.air.finish()
            self._logs.hand_over()

    def end(self) -> None:
        """Nothing: whoever holds the guest ends it."""


def _finish_if_it_lives(guest: RunningGuest) -> None:
    with contextlib.suppress(HarnessError):  # something broke that is told already
        guest.air.finish()
