# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that several runs have, one after the other.

Each run finds it as if it had just started: the WLAN service has forgotten what was, the air begins
anew, and the session starts recorder, DLL and agent as new processes. A guest that cannot be had so
is ended and another one started; whoever borrowed it says afterwards whether the next may have it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from harness.config.lab import Lab
from harness.console import Stages
from harness.errors import HarnessError
from harness.guests.base import GuestImage
from harness.guests.common.recorder import Setup
from harness.guests.common.sample import take_fault_out
from harness.lab.bring_up import RunningGuest, open_guest
from harness.lab.recording import Recording
from harness.local.workspace import work_folder
from harness.vm.accel import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a run wants of its guest."""

    lab: Lab
    setup: Callable[[GuestImage], Setup]
    """What is to be in it; a guest with something else in it is not shared."""
    right_date: bool = False
    """Its calendar clock matters, as for certificates."""
    last: bool = False
    """No other run is to have it: it ends with this one."""

    def key(self, image: GuestImage) -> tuple[object, ...]:
        """Equal for runs that can have the same guest."""
        lab = self.lab
        return lab.guest, lab.air.port, lab.limits, lab.store.cache, self.setup(image).key


@dataclass(slots=True)
class Logs:
    """What guest, QEMU and air write as long as they run, of which each run gets its part."""

    folder: Path
    run_dir: Path | None
    """The folder of the run that is under way."""
    told: dict[str, int] = field(default_factory=dict)

    def hand_over(self) -> None:
        """Give the run, which is over, what was written during it."""
        run_dir, self.run_dir = self.run_dir, None
        if run_dir is None:
            return
        with contextlib.suppress(OSError):  # a full disk shows in the recording, and is told there
            for path in sorted(self.folder.iterdir()):
                with path.open("rb") as file:
                    file.seek(self.told.get(path.name, 0))
                    said = file.read()
                    self.told[path.name] = file.tell()
                (run_dir / path.name).write_bytes(said)


class Lender(Protocol):
    """Who has a guest, and lends it to one run after the other."""

    def lent(
        self,
        wanted: Wanted,
        stages: Stages,
        recording: Recording,
        run_dir: Path,
        chosen: Callable[[Choice], None],
    ) -> contextlib.AbstractContextManager[RunningGuest]:
        """A guest for one run; see `SharedGuest.lent`."""

    def end(self) -> None:
        """The next run must not have this guest."""


@dataclass(slots=True)
class _Kept:
    """A guest that runs."""

    guest: RunningGuest
    key: tuple[object, ...]
    logs: Logs | None
    """None: they are in the folder of its one run."""
    runs: int = 0


class SharedGuest:
    """Lends a guest to one run after the other."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self._kept: _Kept | None = None

    @contextlib.contextmanager
    def lent(
        self,
        wanted: Wanted,
        stages: Stages,
        recording: Recording,
        run_dir: Path,
        chosen: Callable[[Choice], None],
    ) -> Iterator[RunningGuest]:
        """A guest for one run: the one there is, or another; see `open_guest`.

        When the run has ended in order, its capture is complete and the guest is kept, unless the
        run is the last. After anything else it is ended.
        """
        with contextlib.ExitStack() as after:
            after.callback(self.end)
            kept = self._renewed(wanted, stages, recording, run_dir)
            if kept is None:
                kept = self._started(wanted, stages, recording, run_dir, chosen)
            else:
                chosen(kept.guest.accel)
            recording.event({"event": "guest", "runs_before": kept.runs})
            kept.runs += 1
            yield kept.guest
            kept.guest.air.finish()
            if kept.logs is not None and not wanted.last:
                kept.logs.hand_over()
                after.pop_all()

    @property
    def guest(self) -> RunningGuest | None:
        """The guest that is kept between runs, if there is one."""
        return self._kept.guest if self._kept else None

    def end(self) -> None:
        """End the guest, if there is one: the next run gets another."""
        self._kept = None
        self._stack.close()

    def _renewed(
        self, wanted: Wanted, stages: Stages, recording: Recording, run_dir: Path
    ) -> _Kept | None:
        """The guest of the run before, ready for another; None if it cannot be had so."""
        kept = self._kept
        if kept is None or kept.logs is None or wanted.key(kept.guest.image) != kept.key:
            self.end()
            return None
        try:
            forget(kept.guest, wanted)
            kept.guest.air.renew(run_dir, recording)
            if wanted.lab.guest.adapter is not None:  # which a scenario may have been rough with
                kept.guest.air.wait_radio(wanted.lab.limits.boot_s)
        except HarnessError as error:
            stages.note(f"another guest is started: {error.message}")
            self.end()
            return None
        kept.logs.run_dir = run_dir
        return kept

    def _started(
        self,
        wanted: Wanted,
        stages: Stages,
        recording: Recording,
        run_dir: Path,
        chosen: Callable[[Choice], None],
    ) -> _Kept:
        logs = None if wanted.last else self._logs(run_dir)
        guest = self._stack.enter_context(
            open_guest(
                wanted.lab, stages, recording, run_dir,
                setup=wanted.setup, chosen=chosen, logs=logs.folder if logs else None,
            )
        )  # fmt: skip
        self._kept = _Kept(guest, wanted.key(guest.image), logs)
        return self._kept

    def _logs(self, run_dir: Path) -> Logs:
        logs = Logs(self._stack.enter_context(work_folder()) / "logs", run_dir)
        logs.folder.mkdir()
        self._stack.callback(logs.hand_over)  # after the guest's last words, before they are gone
        return logs


def forget(guest: RunningGuest, wanted: Wanted) -> None:
    """Let a guest be as if it had just started; raises `HarnessError` where it cannot."""
    guest.check_processes()
    if guest.installation is not None and guest.installation.original:
        take_fault_out(guest.ssh, guest.installation.original)  # the run before may have failed to
    guest.service.forget()
    if wanted.right_date:
        guest.clock_set_by_s = guest.service.set_clock()
