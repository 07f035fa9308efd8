# SPDX-License-Identifier: GPL-2.0-or-later
"""One connection attempt: all that lives from WlanConnect until the adapter is idle again, and
why it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from .. import codes
from ..profile.wlan import Profile
from ..radio import rsn
from ..radio.interface import Bss, ConnectRequest, WepKeys


class Phase(Enum):
    """docs/contract.md, "States of an adapter", with the radio's own in between."""

    ABSENT = "absent"  # no host, no service, or InitAdapter not done
    INITIALIZING = "initializing"  # inside InitAdapter
    IDLE = "idle"
    SCANNING = "scanning"
    MATCHING = "matching"  # inside PerformCapabilityMatch
    PRE_PENDING = "pre-association"
    ASSOCIATING = "associating"
    POST_PENDING = "post-association"
    AUTHORIZED = "authorized"
    UNAUTHORIZED = "unauthorized"
    DISCONNECTING = "disconnecting"
    STOPPING = "stopping"  # inside StopPostAssociate
    RESETTING = "resetting"  # inside AdapterReset


WITH_SESSION = frozenset({Phase.POST_PENDING, Phase.AUTHORIZED, Phase.UNAUTHORIZED})
"""States in which there is a security session, and a port."""


class EndedBy(Enum):
    """Who or what ended an attempt; the reason code told to clients depends on it."""

    FAILURE = "failure"
    USER = "user"
    PEER = "peer"
    HOST = "host"  # the IHV host crashed or hung


class TeardownOrder(Enum):
    """The steps of a teardown; all but the first are made by stimuli (see `stimuli.actions`)."""

    DISCONNECT = "disconnect"  # the radio disconnects, StopPostAssociate, AdapterReset
    RESET_FIRST = "reset first"  # AdapterReset at once, whatever is pending; no StopPostAssociate
    RESET_THEN_STOP = "reset, then stop"  # StopPostAssociate comes after AdapterReset (STOP-06)
    REMOVE = "remove"  # StopPostAssociate if due, then the adapter goes without AdapterReset


@dataclass(frozen=True)
class AttemptEnd:
    """How an attempt ends.

    Attributes:
        ended_by: who ended it.
        reason: WLAN reason code for the notifications.
        status: DOT11_ASSOC_STATUS for StopPostAssociate.
        gone: the radio's association is over already.
        order: which steps it takes down, and in which order.
    """

    ended_by: EndedBy
    reason: int
    status: int = codes.ASSOC_STATUS_DISASSOCIATED_BY_OS
    gone: bool = False
    order: TeardownOrder = TeardownOrder.DISCONNECT


@dataclass(frozen=True)
class Completion:
    """A Pre- or PostAssociateCompletion."""

    reason: int
    error: int


@dataclass
class Attempt:
    """What is known of the attempt in progress.

    Attributes:
        profile: the profile to connect with.
        ssid: the network found, else the first of the profile.
        bss: the access point chosen.
        connect_session: hConnectSession; dead once `pre_completion` was taken (PRE-07).
        pre_called: PerformPreAssociate was called, so AdapterReset must follow.
        pre_returned: and returned ERROR_SUCCESS.
        pre_completion: taken while the handler had not returned.
        refused_by: BSSIDs of access points that refused the association, or did not answer.
        associated: the radio is associated.
        association_started: the radio was asked to associate.
        session: hSecuritySessionID, "" before PerformPostAssociate.
        post_returned: PerformPostAssociate returned ERROR_SUCCESS.
        post_completions: taken while the handler had not returned.
        opened: the port of this session was open.
        completed: the WLAN client was told that the connection is complete.
        was_reset: AdapterReset was called for it already (TeardownOrder.RESET_…).
        host_lost: the host it began with is gone: no handler may be called for it any more.
        end: how it ends, once that is known.
    """

    profile: Profile
    ssid: bytes
    bss: Bss | None = None
    connect_session: str = ""
    pre_called: bool = False
    pre_returned: bool = False
    pre_completion: Completion | None = None
    association_started: bool = False
    refused_by: list[bytes] = field(default_factory=list)
    associated: bool = False
    session: str = ""
    post_returned: bool = False
    post_completions: list[Completion] = field(default_factory=list)
    opened: bool = False
    completed: bool = False
    was_reset: bool = False
    host_lost: bool = False
    end: AttemptEnd | None = None

    def leave(self, target: Bss) -> None:
        """The session is over, and `target` is to be the next association's access point."""
        self.bss = target
        self.session = ""
        self.post_returned = self.opened = False
        self.post_completions = []


@dataclass
class Algorithms:
    """What the DLL chose by SetAuthAlgorithm and the two cipher functions, and its static WEP keys
    by index; AdapterReset forgets it."""

    auth: int = codes.AUTH_OPEN
    unicast: int = codes.CIPHER_NONE
    multicast: int = codes.CIPHER_NONE
    wep_keys: dict[int, bytes] = field(default_factory=dict, repr=False)
    wep_id: int = 0

    def consistent(self, *, onex: bool = False) -> bool:
        """Whether the radio can associate with them. Of WEP it needs the key to transmit with,
        unless keys are to come of 802.1X."""
        if not rsn.fit_together(self.auth, self.unicast, self.multicast):
            return False
        return onex or self.unicast not in rsn.WEP_CIPHERS or self.wep_id in self.wep_keys

    def request(self, ssid: bytes, bss: Bss, previous: bytes | None = None) -> ConnectRequest:
        """What the radio is asked for: to associate with `bss`, coming from `previous` or none."""
        wep = None
        if self.unicast in rsn.WEP_CIPHERS:
            wep = WepKeys(tuple(sorted(self.wep_keys.items())), self.wep_id)
        return ConnectRequest(ssid, bss, self.auth, self.unicast, self.multicast, previous, wep)
