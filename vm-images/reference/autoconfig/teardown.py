# SPDX-License-Identifier: GPL-2.0-or-later
"""The way down from any state of a connection to the idle adapter.

Order (STOP-01, STOP-02, ETH-04, RST-01): the radio disconnects → every packet sent is completed →
StopPostAssociate, if PerformPostAssociate was called → EtherType lists cleared → AdapterReset, if
PerformPreAssociate was called → idle. The last notification comes when the adapter is ready for
the next connect. When the host is lost on the way, the handlers are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from .assoc_params import mac_text
from .attempt import Attempt, Cause, End, Phase
from .host import Arguments
from .log import note
from .loop import Timer
from .radio import RadioError

if TYPE_CHECKING:
    from .connection import Connection


class Teardown:
    """Takes the connection's attempt down, one step after the other."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._timer: Timer | None = None
        self._then: Callable[[], None] | None = None

    def then(self, done: Callable[[], None]) -> None:
        """Call `done` once the adapter is idle."""
        self._then = done

    def begin(self, end: End) -> None:
        """Start; a teardown in progress goes on with its own cause."""
        attempt = self._attempt()
        if attempt.end is not None:
            return
        attempt.end = end
        note(f"ending: {end.cause.value}, reason {end.reason:#x}")
        if attempt.completed and end.cause is Cause.USER:
            self._connection.reports.disconnecting(attempt)
        if attempt.associated and not end.gone:
            self._connection.reports.disassociating(attempt, end.reason)
        self._disconnect(attempt, end)

    def host_lost(self, end: End) -> None:
        """The host is gone: go on, or begin, without handlers."""
        attempt = self._attempt()
        if attempt.end is None:
            self.begin(end)
            return
        if not attempt.completed and attempt.end.cause is Cause.PEER:
            # The access point gave up on a DLL that does not answer: the DLL is the reason.
            attempt.end = replace(attempt.end, reason=end.reason)
        if self._connection.phase in (Phase.STOPPING, Phase.RESETTING):
            self._finish()

    def disconnected(self) -> None:
        """The radio says that the association is over."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._stop_post_associate()

    def _disconnect(self, attempt: Attempt, end: End) -> None:
        connection = self._connection
        connection.enter(Phase.DISCONNECTING)
        if end.gone or not attempt.association_started:
            self._stop_post_associate()
            return
        try:
            connection.radio.disconnect()
        except RadioError as error:
            note(f"disconnect refused by the radio: {error.strerror}")
            attempt.associated = False
        if attempt.associated:
            limit_s = connection.limits.disconnect_s
            self._timer = connection.loop.call_later(limit_s, self.disconnected)
        else:
            self._stop_post_associate()

    def _stop_post_associate(self) -> None:
        connection, attempt = self._connection, self._attempt()
        attempt.associated = False
        if attempt.host_lost or not connection.ihv_handle:
            self._finish()
            return
        connection.packets.close()
        connection.enter(Phase.STOPPING)
        if not attempt.session or attempt.bss is None or attempt.end is None:
            self._reset()
            return
        arguments = {
            "ihv_handle": connection.ihv_handle,
            "peer": mac_text(attempt.bss.bssid),
            "assoc_status": attempt.end.status,
        }
        connection.host.call("stop_post_associate", arguments, self._stopped)

    def _stopped(self, _result: Arguments) -> None:
        self._attempt().session = ""
        self._reset()

    def _reset(self) -> None:
        connection, attempt = self._connection, self._attempt()
        connection.packets.clear_handling()
        if not attempt.pre_called:
            self._finish()
            return
        connection.enter(Phase.RESETTING)
        arguments = {"ihv_handle": connection.ihv_handle}
        connection.host.call("adapter_reset", arguments, lambda _result: self._finish())

    def _finish(self) -> None:
        connection, attempt = self._connection, self._attempt()
        end = attempt.end
        assert end is not None
        connection.reports.ended(attempt, end.reason)
        then, self._then = self._then, None
        connection.idle_again()
        if then is not None:
            then()

    def _attempt(self) -> Attempt:
        attempt = self._connection.attempt
        assert attempt is not None, "a teardown has an attempt"
        return attempt
