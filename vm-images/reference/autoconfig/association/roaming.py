# SPDX-License-Identifier: GPL-2.0-or-later
"""From one association of a connection to the next, without a new pre-association.

The documents call it implicit disassociation: the driver starts to associate with another access
point of the network, or anew with the same one, and the OS ends the port of before by
StopPostAssociate with DISASSOCIATED_BY_ROAMING. Once associated, the port is a new one, and so is
the session that PerformPostAssociate opens; EtherType lists and algorithms stay as the
pre-association set them (STOP-01, POST-14; A:implicit-disassociation-operations, A:port-deletion).
"""

from __future__ import annotations

from functools import partial

from .. import codes
from ..ihv_host.call_queue import Arguments, Done
from ..log import note
from ..radio.interface import Bss, RadioError
from .assoc_params import mac_text
from .attempt import WITH_SESSION, Attempt, Phase
from .search import Found, NetworkSearch
from .state import AdapterState


class Roaming:
    """Takes a connection to its next association, one at a time.

    Args:
        connection: whose association it is.
        search: finds another access point.
    """

    def __init__(self, connection: AdapterState, search: NetworkSearch) -> None:
        self._connection = connection
        self._search = search
        self._done: Done | None = None

    def begin(self, other_bss: bool, done: Done) -> None:
        """Roam to another access point, or reassociate with the same one.

        `done` gets {"roamed": true, "bssid"} once the port is open again, or {"roamed": false,
        "why"}. Without another access point the connection stays as it is.
        """
        attempt = self._connection.attempt
        if self._done is not None or attempt is None or not self._has_session(attempt):
            done({"roamed": False, "why": "no association, or one that is roaming"})
            return
        assert attempt.bss is not None
        self._done = done
        if not other_bss:
            self._leave(attempt, attempt.bss)
            return
        try:
            self._search.find(
                (attempt.ssid,), partial(self._found, attempt), excluded=attempt.bss.bssid
            )
        except RadioError as error:
            self._over({"roamed": False, "why": f"scan refused: {error.strerror}"})

    def completed(self, attempt: Attempt) -> None:
        """The port of the new association is open (called by the connection)."""
        assert attempt.bss is not None
        self._connection.reports.roamed(attempt)
        done, self._done = self._done, None
        self._connection.on_moment("roamed")  # what that makes due begins before this is over
        if done is not None:
            done({"roamed": True, "bssid": mac_text(attempt.bss.bssid)})

    def ended(self) -> None:
        """The attempt is over, wherever it was (called by the connection)."""
        if self._done is not None:
            self._search.cancel()
            self._over({"roamed": False, "why": "the connection ended"})

    def _has_session(self, attempt: Attempt) -> bool:
        return self._connection.phase in WITH_SESSION and attempt.end is None

    def _found(self, attempt: Attempt, found: Found | None) -> None:
        if attempt is not self._connection.attempt or not self._has_session(attempt):
            return  # `ended` comes, or came
        if found is None:
            self._over({"roamed": False, "why": "no other access point of the network is heard"})
        else:
            self._leave(attempt, found.bss)

    def _leave(self, attempt: Attempt, target: Bss) -> None:
        """Let the radio go on to the next association, and end the session of this one."""
        connection, left = self._connection, attempt.bss
        assert left is not None
        note(f"roaming to {mac_text(target.bssid)}")
        attempt.associated = False
        connection.reports.roaming(attempt)
        request = connection.algorithms.request(attempt.ssid, target, left.bssid)
        connection.enter(
            Phase.ASSOCIATING, connection.limits.associate_s, codes.REASON_ASSOCIATION_TIMEOUT
        )
        try:
            connection.radio.connect(request)
        except RadioError as error:
            connection.radio_failed("reassociation", error)
            return
        connection.packets.close()
        connection.onex.port_down()
        arguments: Arguments = {
            "ihv_handle": connection.ihv_handle,
            "peer": mac_text(left.bssid),
            "assoc_status": codes.ASSOC_STATUS_DISASSOCIATED_BY_ROAMING,
        }
        attempt.leave(target)
        connection.host.call("stop_post_associate", arguments)
        connection.packets.begin(connection.ihv_handle)

    def _over(self, result: Arguments) -> None:
        done, self._done = self._done, None
        if done is not None:
            done(result)
