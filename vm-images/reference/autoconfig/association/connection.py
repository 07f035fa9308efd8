# SPDX-License-Identifier: GPL-2.0-or-later
"""The adapter's state machine: from WlanConnect to the open port and back to idle.

The order is that of docs/contract.md, "States of an adapter"::

    scan → PerformCapabilityMatch → PerformPreAssociate → PreAssociateCompletion(0)
         → the radio associates → PerformPostAssociate → PostAssociateCompletion(0) → the port opens
    disconnect → StopPostAssociate → EtherType lists cleared → AdapterReset → idle

What leads to the association is in `preassociation`, what follows it in `postassociation`. Every
state has a limit. Whatever goes wrong takes the same way down (`teardown`), so the adapter is ready
for the next connect afterwards. The framework functions that the DLL calls in between are in
`framework`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hil_common.loop import Loop

from .. import codes
from ..ihv_host.call_queue import Caller, Done
from ..ihv_host.process import HostLoss
from ..log import note
from ..onex.peer import Peer, PeerEvents
from ..profile.wlan import Profile
from ..radio.interface import Associated, Bss, Lost, Radio, RadioError
from ..settings import Settings
from .assoc_params import mac_text
from .attempt import (
    WITH_SESSION,
    Algorithms,
    Attempt,
    AttemptEnd,
    EndedBy,
    Phase,
    TeardownOrder,
)
from .postassociation import PostAssociation
from .preassociation import PreAssociation
from .reports import Notify
from .roaming import Roaming
from .search import NetworkSearch
from .state import AdapterState
from .teardown import Teardown

StartEap = Callable[[Profile, PeerEvents], Peer]

WITH_PACKETS = WITH_SESSION | {Phase.ASSOCIATING}


class Connection(AdapterState):
    """One adapter.

    Args:
        loop, radio, host, settings, notify, on_moment: see AdapterState; of the settings channels,
            too.
        start_eap: starts the EAP peer for a profile of the OS's own 802.1X; raises OSError or
            LookupError.
    """

    def __init__(
        self,
        loop: Loop,
        radio: Radio,
        host: Caller,
        settings: Settings,
        notify: Notify,
        start_eap: StartEap,
        on_moment: Callable[[str], None] = lambda _moment: None,
    ) -> None:
        super().__init__(loop, radio, host, settings, notify, on_moment)
        self._start_eap = start_eap
        self._search = search = NetworkSearch(radio, settings.likely_mhz, settings.bss_fresh_s)
        self._roaming = Roaming(self, search)
        self.preassociation = PreAssociation(self, search, self._associate)
        self.postassociation = PostAssociation(self, self._roaming)
        self._teardown = Teardown(self, self._idle_again)
        self._next: Profile | None = None
        self._unavailable = 0
        radio.set_events(self)

    # --- the adapter's life, told by lifecycle ---

    def initializing(self, svc_handle: str) -> None:
        """InitAdapter is about to be called with this hDot11SvcHandle."""
        self.svc_handle = svc_handle
        self._unavailable = 0
        if self.attempt is None:
            self.enter(Phase.INITIALIZING)

    def ready(self, ihv_handle: str) -> None:
        """InitAdapter succeeded."""
        self.ihv_handle = ihv_handle
        if self.attempt is None:
            self.enter(Phase.IDLE)
            self._start_next()

    def removed(self) -> None:
        """DeinitAdapter is about to be called: the service handle is dead (ADPT-03)."""
        self.svc_handle = self.ihv_handle = ""
        if self.attempt is None:
            self.packets.clear_handling()
            self.enter(Phase.ABSENT)

    def host_lost(self, loss: HostLoss) -> None:
        """The IHV host is gone: end what is in progress without any handler."""
        self.packets.forget()
        self.onex.close()
        self.svc_handle = self.ihv_handle = ""
        reason = codes.REASON_IHV_NOT_RESPONDING if loss.hung else codes.REASON_IHV_NOT_AVAILABLE
        if self.attempt is None:
            self.removed()
        else:
            self.attempt.host_lost = True
            self._teardown.host_lost(
                AttemptEnd(EndedBy.HOST, reason, codes.ASSOC_STATUS_SYSTEM_ERROR)
            )

    def unavailable(self, reason: int = codes.REASON_IHV_NOT_AVAILABLE) -> None:
        """The IHV host cannot be started: fail the connect that waits for it, now or as soon as
        the one in progress has ended."""
        if self.attempt is not None:
            self._unavailable = reason
            return
        self._unavailable = 0
        profile, self._next = self._next, None
        if profile is not None:
            never = Attempt(profile, profile.ssids[0])
            self.reports.started(never)
            self.reports.ended(never, reason)

    def shut_down(self, done: Callable[[], None]) -> None:
        """End whatever is in progress (ADPT-05), then call `done`."""
        self.disconnect(codes.REASON_IHV_NOT_AVAILABLE)
        if self.attempt is None:
            done()
        else:
            self._teardown.then(done)

    # --- what a WLAN client asks for ---

    def connect(self, profile: Profile) -> None:
        """Connect with `profile`, ending first what there is; waits for a host that is starting."""
        self._next = profile
        if self.phase is Phase.IDLE:
            self._start_next()
        elif self.attempt is not None:
            self.end(AttemptEnd(EndedBy.USER, codes.REASON_USER_CANCELLED))

    def disconnect(self, reason: int = codes.REASON_USER_CANCELLED) -> None:
        """End the connection or the attempt, which fails with `reason`; nothing without one."""
        if self.attempt is None:
            self.unavailable(reason)  # what waits for a host
        else:
            self._next = None
            made = self.attempt.completed
            self.end(AttemptEnd(EndedBy.USER, codes.REASON_SUCCESS if made else reason))

    def roam(self, other_bss: bool, done: Done) -> None:
        """Go on to another association; see Roaming.begin."""
        self._roaming.begin(other_bss, done)

    def disconnect_by_client(self) -> None:
        """As `disconnect`, for a WLAN client."""
        if self.attempt is not None and self.attempt.end is None:
            self.on_moment("disconnect")
        self.disconnect()

    def end(self, end: AttemptEnd) -> None:
        """Take the attempt down; the first cause counts."""
        self._teardown.begin(end)

    def remove(self, end: AttemptEnd, removal: Callable[[], None]) -> None:
        """Take the attempt down, then let `removal` take the adapter away in place of a reset."""
        self._teardown.then_remove(removal)
        self._teardown.begin(end)

    def radio_gone(self, removal: Callable[[], None]) -> None:
        """The adapter was pulled out: take the attempt down, if there is one, then let `removal`
        tell the DLL."""
        attempt = self.attempt
        if attempt is None:
            removal()
            return
        self._teardown.then_remove(removal)
        if attempt.end is None:
            reason = codes.REASON_DRIVER_DISCONNECTED
            status = codes.ASSOC_STATUS_UNREACHABLE
            order = TeardownOrder.REMOVE
            self.end(AttemptEnd(EndedBy.FAILURE, reason, status, gone=True, order=order))

    def _idle_again(self) -> None:
        """The teardown is over."""
        self.attempt = None
        self._roaming.ended()
        self.onex.close()
        self.algorithms = Algorithms()
        self.packets.clear_handling()
        if self.ihv_handle:
            self.enter(Phase.IDLE)
        else:
            self.enter(Phase.INITIALIZING if self.svc_handle else Phase.ABSENT)
        if self.phase is Phase.IDLE:
            self._start_next()
        elif self._unavailable:
            self.unavailable(self._unavailable)

    def _start_next(self) -> None:
        profile, self._next = self._next, None
        if profile is not None:
            self._begin(profile)

    # --- search ---

    def _begin(self, profile: Profile) -> None:
        attempt = self.attempt = Attempt(profile, profile.ssids[0])
        self.reports.started(attempt)
        self._prepare_onex(profile)
        self.preassociation.begin(attempt)

    # --- association ---

    def _associate(self) -> None:
        """The DLL has completed its pre-association: let the radio associate."""
        attempt = self.attempt
        assert attempt is not None
        assert attempt.bss is not None
        self.enter(Phase.ASSOCIATING, self.limits.associate_s, codes.REASON_ASSOCIATION_TIMEOUT)
        self.reports.associating(attempt)
        if not self.algorithms.consistent(onex=attempt.profile.eap_method is not None):
            note("authentication and cipher algorithms do not fit each other")
            self.end(AttemptEnd(EndedBy.FAILURE, codes.REASON_DRIVER_OPERATION_FAILURE))
        else:
            self._ask_radio(attempt, attempt.bss)

    def _ask_radio(self, attempt: Attempt, bss: Bss) -> None:
        attempt.bss = bss
        try:
            self.radio.connect(self.algorithms.request(attempt.ssid, bss))
        except RadioError as error:
            self.radio_failed("connect", error)
            return
        attempt.association_started = True
        self.packets.begin(self.ihv_handle)  # the first packet may overtake the report

    def on_association_failed(self, status: int, timed_out: bool) -> None:
        """See RadioEvents."""
        attempt = self.attempt
        if attempt is None or self.phase is not Phase.ASSOCIATING:
            return
        note(f"association failed, status {status}{', timed out' if timed_out else ''}")
        reason = codes.REASON_ASSOCIATION_TIMEOUT if timed_out else codes.REASON_ASSOCIATION_FAILURE
        failure = AttemptEnd(EndedBy.FAILURE, reason, gone=True)
        if attempt.bss is None or attempt.completed:  # a roam has its one target
            self.end(failure)
            return
        attempt.refused_by.append(attempt.bss.bssid)
        attempt.association_started = False
        if not self._try_another(attempt):
            self._look_for_another(attempt, failure)

    def _try_another(self, attempt: Attempt) -> bool:
        """Let the radio associate with another access point of the network, each once, as a driver
        does below the IHV interface; false if none is known."""
        other = self._search.another(attempt.ssid, attempt.refused_by)
        if other is None:
            return False
        note(f"trying the next access point, {mac_text(other.bssid)}")
        self._ask_radio(attempt, other)
        return True

    def _look_for_another(self, attempt: Attempt, failure: AttemptEnd) -> None:
        """Scan once, after the first refusal: the first search may have gone without."""

        def found(_found: object) -> None:
            current = self.attempt is attempt and self.phase is Phase.ASSOCIATING
            if current and attempt.end is None and not self._try_another(attempt):
                self.end(failure)

        if len(attempt.refused_by) > 1:
            self.end(failure)
            return
        try:
            self._search.look_again(attempt.ssid, found)
        except RadioError:
            self.end(failure)

    def on_associated(self, associated: Associated) -> None:
        """See RadioEvents: the port exists, closed; PerformPostAssociate is due (POST-01)."""
        attempt = self.attempt
        if attempt is None or attempt.bss is None or self.phase is not Phase.ASSOCIATING:
            return
        attempt.associated = True
        self._prepare_onex(attempt.profile)  # of a roam: the first association's is there
        self.postassociation.begin(attempt, attempt.bss, associated)
        self.reports.authenticating(attempt)

    def on_lost(self, lost: Lost) -> None:
        """See RadioEvents."""
        attempt = self.attempt
        if attempt is None or not attempt.associated:
            return
        attempt.associated = False
        if self.phase is Phase.DISCONNECTING:
            self._teardown.disconnected()
            return
        status = codes.ASSOC_STATUS_UNREACHABLE
        if lost.by_peer:
            kind = (
                codes.ASSOC_STATUS_PEER_DEAUTHENTICATED
                if lost.deauthenticated
                else codes.ASSOC_STATUS_PEER_DISASSOCIATED
            )
            status = kind | lost.reason
        note(f"association lost, status {status:#x}")
        self.end(AttemptEnd(EndedBy.PEER, codes.REASON_DRIVER_DISCONNECTED, status, gone=True))

    # --- packets ---

    def on_packet(self, source: bytes, ethertype: int, payload: bytes, protected: bool) -> None:
        """See RadioEvents."""
        if self.phase in WITH_PACKETS:
            self.packets.on_packet(source, ethertype, payload, protected)

    def _prepare_onex(self, profile: Profile) -> None:
        if profile.eap_method is not None and not self.onex.prepared:
            start_peer = partial(self._start_eap, profile)
            self.onex.prepare(self.ihv_handle, profile.eap_method.kind, start_peer)

    def on_transmit_status(self, cookie: int, acknowledged: bool) -> None:
        """See RadioEvents. SendPacketCompletion carries no status, so `acknowledged` ends here."""
        self.packets.on_transmit_status(cookie)
