# SPDX-License-Identifier: GPL-2.0-or-later
"""From the association on: PerformPostAssociate, its completions, and the port they open and
close."""

from __future__ import annotations

from functools import partial

from .. import codes
from ..handles import new_handle
from ..ihv_host.call_queue import Arguments
from ..radio.interface import Associated, Bss, RadioError
from ..settings import LIMIT_MARGIN_S
from . import handler_arguments
from .attempt import WITH_SESSION, Attempt, AttemptEnd, Completion, EndedBy, Phase
from .roaming import Roaming
from .state import AdapterState

STATION_GONE_S = 0.05  # a refused port state is mostly a lost station whose report is on its way


class PostAssociation:
    """A security session, from its start to the port.

    Args:
        connection: whose association it is.
        roaming: told when a later association's port is open.
    """

    def __init__(self, connection: AdapterState, roaming: Roaming) -> None:
        self._connection = connection
        self._roaming = roaming

    def begin(self, attempt: Attempt, bss: Bss, associated: Associated) -> None:
        """The port to `bss` exists, closed: PerformPostAssociate with a new session (POST-01)."""
        connection = self._connection
        attempt.session = new_handle()
        connection.enter(Phase.POST_PENDING)
        arguments = handler_arguments.post_associate(
            connection.ihv_handle,
            attempt.session,
            associated,
            bss,
            connection.algorithms,
            connection.association_form,
        )
        connection.host.call("post_associate", arguments, partial(self._returned, attempt))

    def _returned(self, attempt: Attempt, result: Arguments) -> None:
        connection = self._connection
        if connection.over(attempt, Phase.POST_PENDING):
            return
        if result.get("status") != codes.ERROR_SUCCESS:
            connection.end(AttemptEnd(EndedBy.FAILURE, codes.REASON_START_SECURITY_FAILURE))
            return
        attempt.post_returned = True
        limit_s = connection.limits.post_associate_s + LIMIT_MARGIN_S
        connection.bound(limit_s, codes.REASON_IHV_NOT_RESPONDING)
        for completion in attempt.post_completions:
            self._port(completion)
        connection.packets.open()

    def completion(self, session: str, completion: Completion) -> int:
        """PostAssociateCompletion by the DLL; the answer is a Win32 error."""
        connection, attempt = self._connection, self._connection.attempt
        if attempt is None or session != attempt.session or not session:
            return codes.ERROR_INVALID_PARAMETER
        if connection.phase is Phase.RESETTING and attempt.was_reset:
            return codes.ERROR_SUCCESS  # POST-13: answered with ERROR_CANCELLED
        if connection.phase not in WITH_SESSION:
            return codes.ERROR_INVALID_STATE  # STOP-04: the session ended with its Stop
        if attempt.post_returned:
            self._port(completion)
        else:
            attempt.post_completions.append(completion)
        return codes.ERROR_SUCCESS

    def _port(self, completion: Completion) -> None:
        """Open or close the port as the DLL says (POST-09, POST-10)."""
        connection, attempt = self._connection, self._connection.attempt
        if attempt is None or attempt.bss is None or attempt.end is not None:
            return
        opened = completion.error == codes.ERROR_SUCCESS
        if not opened and not attempt.opened:
            usual = (
                codes.REASON_ROAMING_SECURITY_FAILURE
                if attempt.completed
                else codes.REASON_SECURITY_FAILURE
            )
            connection.end(AttemptEnd(EndedBy.FAILURE, completion.reason or usual))
            return
        try:
            connection.radio.authorize(attempt.bss.bssid, opened)
        except RadioError as error:
            failed = partial(self._port_refused, attempt, error)
            connection.loop.call_after_s(STATION_GONE_S, failed)
            return
        connection.enter(Phase.AUTHORIZED if opened else Phase.UNAUTHORIZED)
        first, attempt.opened = not attempt.opened, True
        if not attempt.completed:
            attempt.completed = True
            connection.reports.connected(attempt)
            connection.on_moment("connected")
        elif first:
            self._roaming.completed(attempt)

    def _port_refused(self, attempt: Attempt, error: RadioError) -> None:
        if attempt is self._connection.attempt:
            self._connection.radio_failed("port state", error)
