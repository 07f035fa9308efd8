# SPDX-License-Identifier: GPL-2.0-or-later
"""Up to the association: the scan, PerformCapabilityMatch and PerformPreAssociate."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from .. import codes
from ..handles import new_handle
from ..ihv_host.call_queue import Arguments
from ..log import note
from ..radio.interface import Bss, RadioError
from ..settings import LIMIT_MARGIN_S
from . import handler_arguments
from .attempt import Attempt, AttemptEnd, Completion, EndedBy, Phase
from .search import Found, NetworkSearch
from .state import AdapterState


class PreAssociation:
    """Takes an attempt from its profile to the DLL's PreAssociateCompletion.

    Args:
        connection: whose attempt it is.
        search: finds the network.
        associate: called when the DLL has completed its pre-association.
    """

    def __init__(
        self, connection: AdapterState, search: NetworkSearch, associate: Callable[[], None]
    ) -> None:
        self._associate = associate
        self._connection = connection
        self._search = search

    def begin(self, attempt: Attempt, *, rescan: bool = False) -> None:
        """Look for the network, `rescan` after the DLL found the one last heard not to match."""
        connection = self._connection
        connection.enter(
            Phase.SCANNING,
            2 * connection.limits.scan_s + 1,
            codes.REASON_NETWORK_NOT_AVAILABLE,
        )
        if not rescan:
            connection.on_moment("connect")
        if connection.over(attempt, Phase.SCANNING):
            return
        try:
            self._search.find(
                attempt.profile.ssids, partial(self._found, attempt, rescan), rescan=rescan
            )
        except RadioError as error:
            connection.radio_failed("scan", error)

    def _found(self, attempt: Attempt, again: bool, found: Found | None) -> None:
        connection = self._connection
        if connection.over(attempt, Phase.SCANNING):
            return
        if found is None:
            connection.end(AttemptEnd(EndedBy.FAILURE, codes.REASON_NETWORK_NOT_AVAILABLE))
            return
        attempt.ssid, attempt.bss = found.ssid, found.bss
        if not again:
            connection.on_moment("idle")
        if connection.over(attempt, Phase.SCANNING):
            return
        connection.enter(Phase.MATCHING)
        arguments = handler_arguments.capability_match(connection.ihv_handle, attempt, found.bss)
        connection.host.call("capability_match", arguments, partial(self._matched, attempt, found))

    def _matched(self, attempt: Attempt, found: Found, result: Arguments) -> None:
        if self._connection.over(attempt, Phase.MATCHING):
            return
        if result.get("status") == codes.ERROR_SUCCESS:
            self._call(attempt, found.bss)
        elif found.known:
            note("the IHV DLL says that the network as last heard does not match: looking again")
            self.begin(attempt, rescan=True)
        else:
            note("the IHV DLL says that the network does not match")
            self._connection.end(AttemptEnd(EndedBy.FAILURE, codes.REASON_NETWORK_NOT_COMPATIBLE))

    def _call(self, attempt: Attempt, bss: Bss) -> None:
        connection = self._connection
        attempt.connect_session = new_handle()
        attempt.pre_called = True
        connection.enter(Phase.PRE_PENDING)
        arguments = handler_arguments.pre_associate(connection.ihv_handle, attempt, bss)
        connection.host.call("pre_associate", arguments, partial(self._returned, attempt))

    def _returned(self, attempt: Attempt, result: Arguments) -> None:
        if self._connection.over(attempt, Phase.PRE_PENDING):
            return
        if result.get("status") != codes.ERROR_SUCCESS:
            reason = int(result.get("reason") or codes.REASON_PRE_SECURITY_FAILURE)
            self._connection.end(AttemptEnd(EndedBy.FAILURE, reason))
            return
        attempt.pre_returned = True
        limit_s = self._connection.limits.pre_associate_s + LIMIT_MARGIN_S
        self._connection.bound(limit_s, codes.REASON_IHV_NOT_RESPONDING)
        if attempt.pre_completion is not None:
            self._completed(attempt.pre_completion)

    def completion(self, session: str, completion: Completion) -> int:
        """PreAssociateCompletion by the DLL; the answer is a Win32 error."""
        connection, attempt = self._connection, self._connection.attempt
        if attempt is None or session != attempt.connect_session or not session:
            return codes.ERROR_INVALID_PARAMETER
        if connection.phase is Phase.RESETTING:  # PRE-11: answered with ERROR_CANCELLED
            attempt.connect_session = ""
            return codes.ERROR_SUCCESS
        if connection.phase is not Phase.PRE_PENDING:
            return codes.ERROR_INVALID_STATE
        attempt.connect_session = ""
        attempt.pre_completion = completion
        if attempt.pre_returned:
            self._completed(completion)
        return codes.ERROR_SUCCESS

    def _completed(self, completion: Completion) -> None:
        if completion.error != codes.ERROR_SUCCESS:
            reason = completion.reason or codes.REASON_PRE_SECURITY_FAILURE
            self._connection.end(AttemptEnd(EndedBy.FAILURE, reason))
            return
        self._associate()
