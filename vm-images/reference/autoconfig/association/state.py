# SPDX-License-Identifier: GPL-2.0-or-later
"""What the parts of a connection share: its state, what it stands on, and the limits of a state.

`connection` is the one implementation; the parts (`preassociation`, `postassociation`, `roaming`,
`teardown`) know this module and not the connection that puts them together.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial

from hil_common.loop import Loop, Timer

from .. import codes
from ..ihv_host.call_queue import Caller
from ..log import note
from ..onex.module import OneX
from ..radio.interface import Radio, RadioError
from ..settings import Settings
from .assoc_params import Form
from .attempt import Algorithms, Attempt, AttemptEnd, EndedBy, Phase
from .packets import PacketPath
from .reports import Notify, Reports


class AdapterState(ABC):
    """The state of one adapter, and the ways to change it that all parts have in common.

    Args:
        loop: timers.
        radio: the station.
        host: calls the DLL's handlers.
        settings: limits.
        notify: hands a notification to the WLAN clients.
        on_moment: told of the moments a stimulus can name (hil_common.stimuli.MOMENTS).

    Attributes:
        phase: where the adapter is.
        attempt: the connection attempt in progress, None while there is none.
        svc_handle, ihv_handle: hDot11SvcHandle and hIhvExtAdapter, "" without an adapter.
        algorithms: what the DLL chose.
        association_form: the form of PerformPostAssociate's parameters.
        on_reset: called when AdapterReset has returned.
    """

    def __init__(
        self,
        loop: Loop,
        radio: Radio,
        host: Caller,
        settings: Settings,
        notify: Notify,
        on_moment: Callable[[str], None],
    ) -> None:
        self.loop = loop
        self.radio = radio
        self.host = host
        self.limits = settings.limits
        self.on_moment = on_moment
        self.phase = Phase.ABSENT
        self.attempt: Attempt | None = None
        self.svc_handle = ""
        self.ihv_handle = ""
        self.algorithms = Algorithms()
        self.association_form = Form()
        self.on_reset: Callable[[], None] = lambda: None
        self.packets = PacketPath(loop, radio, host, settings.limits)
        self.onex = OneX(loop, host, settings.limits, self._send_eapol)
        self.reports = Reports(notify)
        self._timer: Timer | None = None

    @abstractmethod
    def end(self, end: AttemptEnd) -> None:
        """Take the attempt down; the first cause counts."""

    def over(self, attempt: Attempt, phase: Phase) -> bool:
        """Whether what was begun in `phase` of this attempt is void by now."""
        return attempt is not self.attempt or self.phase is not phase or attempt.end is not None

    def enter(self, phase: Phase, limit_s: float = 0, reason: int = 0) -> None:
        """Change the state; with a limit, fail with `reason` when it is still this one then."""
        self.phase = phase
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        note(f"adapter {phase.value}")
        if limit_s:
            self.bound(limit_s, reason)

    def bound(self, limit_s: float, reason: int) -> None:
        """Fail with `reason` when the state is still the same after this time."""
        self._timer = self.loop.call_after_s(limit_s, partial(self._overdue, self.phase, reason))

    def radio_failed(self, what: str, error: RadioError) -> None:
        """End the attempt, since the radio refused `what`: a failed driver operation."""
        note(f"{what} refused by the radio: {error.strerror}")
        self.end(AttemptEnd(EndedBy.FAILURE, codes.REASON_DRIVER_OPERATION_FAILURE))

    def _overdue(self, phase: Phase, reason: int) -> None:
        if self.phase is phase:
            note(f"{phase.value} exceeded its limit")
            self.end(AttemptEnd(EndedBy.FAILURE, reason))

    def _send_eapol(self, frame: bytes) -> None:
        """A packet of the OS's own 802.1X."""
        if self.attempt is not None and self.attempt.bss is not None:
            self.packets.send_own(self.attempt.bss.bssid, frame)
