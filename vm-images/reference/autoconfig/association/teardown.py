# SPDX-License-Identifier: GPL-2.0-or-later
"""The way down from any state of a connection to the idle adapter.

Order (STOP-01, STOP-02, ETH-04, RST-01): the radio disconnects → every packet sent is completed →
StopPostAssociate, if PerformPostAssociate was called → EtherType lists cleared → AdapterReset, if
PerformPreAssociate was called → idle. The last notification comes when the adapter is ready for
the next connect. When the host is lost on the way, the handlers are left out. A stimulus of the
harness may ask for another order (attempt.TeardownOrder).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hil_common.loop import Timer

from ..ihv_host.call_queue import Arguments
from ..log import note
from ..radio.interface import RadioError
from .assoc_params import mac_text
from .attempt import Attempt, AttemptEnd, EndedBy, Phase, TeardownOrder
from .state import AdapterState


class Teardown:
    """Takes the connection's attempt down, one step after the other.

    Args:
        connection: whose attempt it is.
        idle: called when the adapter is idle.
    """

    def __init__(self, connection: AdapterState, idle: Callable[[], None]) -> None:
        self._idle = idle
        self._connection = connection
        self._timer: Timer | None = None
        self._then: Callable[[], None] | None = None
        self._removal: Callable[[], None] | None = None

    def then(self, done: Callable[[], None]) -> None:
        """Call `done` once the adapter is idle."""
        self._then = done

    def then_remove(self, removal: Callable[[], None]) -> None:
        """`removal` takes the adapter away at the end: with TeardownOrder.REMOVE in place of
        AdapterReset."""
        self._removal = removal

    def begin(self, end: AttemptEnd) -> None:
        """Start; a teardown in progress goes on with its own cause."""
        attempt = self._attempt()
        if attempt.end is not None:
            return
        attempt.end = end
        note(f"ending: {end.ended_by.value}, reason {end.reason:#x}")
        if attempt.completed and end.ended_by is EndedBy.USER:
            self._connection.reports.disconnecting(attempt)
        if attempt.associated and not end.gone:
            self._connection.reports.disassociating(attempt, end.reason)
        if end.order in (TeardownOrder.RESET_FIRST, TeardownOrder.RESET_THEN_STOP):
            self._reset_first()
        else:
            self._disconnect(attempt, end)

    def host_lost(self, end: AttemptEnd) -> None:
        """The host is gone: go on, or begin, without handlers."""
        attempt = self._attempt()
        if attempt.end is None:
            self.begin(end)
            return
        if not attempt.completed and attempt.end.ended_by is EndedBy.PEER:
            # The access point gave up on a DLL that does not answer: the DLL is the reason.
            attempt.end = replace(attempt.end, reason=end.reason)
        if self._connection.phase in (Phase.STOPPING, Phase.RESETTING):
            if attempt.was_reset:
                self._disconnect(attempt, attempt.end)
            else:
                self._finish()

    def disconnected(self) -> None:
        """The radio says that the association is over."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._released()

    def _released(self) -> None:
        """The radio is free: on with the handlers, unless they came first."""
        if self._attempt().was_reset:
            self._finish()
        else:
            self._stop_post_associate()

    def _disconnect(self, attempt: Attempt, end: AttemptEnd) -> None:
        connection = self._connection
        connection.enter(Phase.DISCONNECTING)
        if end.gone or not attempt.association_started:
            self._released()
            return
        try:
            connection.radio.disconnect()
        except RadioError as error:
            note(f"disconnect refused by the radio: {error.strerror}")
            attempt.associated = False
        if attempt.associated:
            limit_s = connection.limits.leave_s
            self._timer = connection.loop.call_after_s(limit_s, self.disconnected)
        else:
            self._released()

    def _stop_post_associate(self) -> None:
        connection, attempt = self._connection, self._attempt()
        attempt.associated = False
        connection.onex.port_down()
        if attempt.host_lost or not connection.ihv_handle:
            self._finish()
            return
        connection.packets.close()
        connection.enter(Phase.STOPPING)
        self._call_stop(self._reset)

    def _call_stop(self, then: Callable[[], None]) -> None:
        """StopPostAssociate, if there is a session; then `then`."""
        connection, attempt = self._connection, self._attempt()
        if not attempt.session or attempt.bss is None or attempt.end is None:
            then()
            return
        arguments = {
            "ihv_handle": connection.ihv_handle,
            "peer": mac_text(attempt.bss.bssid),
            "assoc_status": attempt.end.status,
        }

        def stopped(_result: Arguments) -> None:
            self._attempt().session = ""
            then()

        connection.host.call("stop_post_associate", arguments, stopped)

    def _reset(self) -> None:
        connection, attempt = self._connection, self._attempt()
        connection.packets.clear_handling()
        removed = attempt.end is not None and attempt.end.order is TeardownOrder.REMOVE
        if removed or not attempt.pre_called:
            self._finish()
            return
        self._call_reset(self._finish)

    def _call_reset(self, then: Callable[[], None]) -> None:
        connection = self._connection
        connection.enter(Phase.RESETTING)

        def reset(_result: Arguments) -> None:
            connection.on_reset()
            then()

        connection.host.call("adapter_reset", {"ihv_handle": connection.ihv_handle}, reset)

    def _reset_first(self) -> None:
        """AdapterReset while the operation is pending, or the connection stands; the radio comes
        after it. The DLL completes what is pending inside of it (PRE-11, POST-13)."""
        connection, attempt = self._connection, self._attempt()
        attempt.was_reset = True
        connection.packets.close()
        connection.packets.clear_handling()  # ETH-04
        self._call_reset(self._reset_done)

    def _reset_done(self) -> None:
        connection, attempt = self._connection, self._attempt()
        end = attempt.end
        assert end is not None
        if end.order is TeardownOrder.RESET_THEN_STOP:
            connection.enter(Phase.STOPPING)
            self._call_stop(lambda: self._disconnect(attempt, end))
        else:
            attempt.session = ""
            self._disconnect(attempt, end)

    def _finish(self) -> None:
        connection, attempt = self._connection, self._attempt()
        end = attempt.end
        assert end is not None
        connection.reports.ended(attempt, end.reason)
        then, self._then = self._then, None
        removal, self._removal = self._removal, None
        if removal is not None:
            removal()
        self._idle()
        if then is not None:
            then()

    def _attempt(self) -> Attempt:
        attempt = self._connection.attempt
        assert attempt is not None, "a teardown has an attempt"
        return attempt
