# SPDX-License-Identifier: GPL-2.0-or-later
"""What WLAN clients are told of an attempt, in the order the API documents it:

connection_start → associating → associated → authenticating → connected → connection_complete;
a failure: attempt_fail and connection_complete, both with the reason;
roaming: roaming_start → associating → associated → authenticating → connected → roaming_end (MSM);
the end of a connection: disconnecting (asked for by a client) → disassociating → disconnected
(MSM) → disconnected (ACM), the last when the adapter is idle again.
"""

from __future__ import annotations

from collections.abc import Callable

from .. import codes
from .. import notifications as n
from ..notifications import Notification
from .attempt import Attempt

Notify = Callable[[Notification], None]


class Reports:
    """Sends the notifications of one adapter's attempts through `notify`."""

    def __init__(self, notify: Notify) -> None:
        self._notify = notify

    def started(self, attempt: Attempt) -> None:
        """A connect was taken up."""
        self._tell(attempt, n.SOURCE_ACM, n.ACM_CONNECTION_START)

    def associating(self, attempt: Attempt) -> None:
        """The radio is asked to associate."""
        self._tell(attempt, n.SOURCE_MSM, n.MSM_ASSOCIATING)

    def authenticating(self, attempt: Attempt) -> None:
        """The radio is associated, and the DLL at work."""
        self._tell(attempt, n.SOURCE_MSM, n.MSM_ASSOCIATED)
        self._tell(attempt, n.SOURCE_MSM, n.MSM_AUTHENTICATING)

    def connected(self, attempt: Attempt) -> None:
        """The port is open for the first time."""
        self._tell(attempt, n.SOURCE_MSM, n.MSM_CONNECTED)
        self._tell(attempt, n.SOURCE_ACM, n.ACM_CONNECTION_COMPLETE)

    def roaming(self, attempt: Attempt) -> None:
        """The radio is asked for another association of the connection."""
        self._tell(attempt, n.SOURCE_MSM, n.MSM_ROAMING_START)
        self._tell(attempt, n.SOURCE_MSM, n.MSM_ASSOCIATING)

    def roamed(self, attempt: Attempt) -> None:
        """The port of that association is open."""
        self._tell(attempt, n.SOURCE_MSM, n.MSM_CONNECTED)
        self._tell(attempt, n.SOURCE_MSM, n.MSM_ROAMING_END)

    def disconnecting(self, attempt: Attempt) -> None:
        """A client ends the connection."""
        self._tell(attempt, n.SOURCE_ACM, n.ACM_DISCONNECTING)

    def disassociating(self, attempt: Attempt, reason: int) -> None:
        """The radio is asked to disassociate."""
        self._tell(attempt, n.SOURCE_MSM, n.MSM_DISASSOCIATING, reason)

    def ended(self, attempt: Attempt, reason: int) -> None:
        """The adapter is idle again."""
        if attempt.association_started:
            self._tell(attempt, n.SOURCE_MSM, n.MSM_DISCONNECTED, reason)
        if attempt.completed:
            self._tell(attempt, n.SOURCE_ACM, n.ACM_DISCONNECTED, reason)
        else:
            self._tell(attempt, n.SOURCE_ACM, n.ACM_CONNECTION_ATTEMPT_FAIL, reason)
            self._tell(attempt, n.SOURCE_ACM, n.ACM_CONNECTION_COMPLETE, reason)

    def from_dll(self, code: int, data: str) -> None:
        """The DLL's own notification, bytes in hex (SendNotification, MEM-03)."""
        self._notify(Notification(n.SOURCE_IHV, code, {}, data))

    def _tell(
        self, attempt: Attempt, source: int, code: int, reason: int = codes.REASON_SUCCESS
    ) -> None:
        peer = attempt.bss.bssid if attempt.bss is not None else None
        fields = n.connection_fields(attempt.profile.name, attempt.ssid, reason, peer)
        self._notify(Notification(source, code, fields))
