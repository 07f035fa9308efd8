# SPDX-License-Identifier: GPL-2.0-or-later
"""The OS's own 802.1X: StartOneX, StopOneX and ProcessSecurityPacket of the DLL, OneXIndicateResult
to it.

EAPOL-Start is sent here, up to three times (ONEX-08); what the access point answers reaches us
only through the DLL's ProcessSecurityPacket, and the EAP peer (`peer`) answers it. After a
result the peer stays, so that the access point can authenticate again: the first request of a new
round is told to the DLL as IN_PROGRESS. When the port goes, all of it ends by itself (STOP-07).

MPPE keys: on the peer's side MS-MPPE-Send-Key is the first half of the MSK and MS-MPPE-Recv-Key
the second ([MS-PEAP] 3.1.5.7; RFC 5216, 2.3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from hil_common.loop import Loop, Timer

from .. import codes
from ..ihv_host.call_queue import Arguments, Caller
from ..log import note
from ..profile.eap import TLS
from ..settings import ServiceLimits
from .peer import Peer, PeerEvents

MAX_STARTS = 3  # I:dot11ext_onex_start
EAP_PACKET, EAPOL_START, EAPOL_LOGOFF, EAPOL_KEY = 0, 1, 2, 3  # IEEE 802.1X-2010, 11.3.2
EAP_REQUEST = 1
EAP_IDENTITY = 1
EAPOL_HEADER_BYTES = 4
EAP_TYPE_AT = EAPOL_HEADER_BYTES + 4
VERSIONS = (1, 2, 3)
VERSION = 2
MPPE_KEY_BYTES = 32

Send = Callable[[bytes], None]
StartPeer = Callable[[PeerEvents], Peer]


class State(Enum):
    """How far the 802.1X authentication of a session has come."""

    OFF = "off"
    STARTING = "starting"  # EAPOL-Start is being sent, nothing was heard yet
    RUNNING = "running"
    INDICATED = "indicated"


@dataclass(frozen=True)
class Result:
    """DOT11_MSONEX_RESULT_PARAMS, and the result it belongs to.

    Attributes:
        result: DOT11_MSONEX_RESULT.
        status: ONEX_AUTH_STATUS.
        reason: ONEX_REASON_CODE.
        msk: 64 bytes with a success. Secret.
        eap_reason: DOT11_EAP_RESULT's failure reason, None without one.
    """

    result: int
    status: int
    reason: int = codes.ONEX_REASON_SUCCESS
    msk: bytes = field(default=b"", repr=False)
    eap_reason: int | None = None

    def arguments(self, ihv_handle: str) -> Arguments:
        """What the IHV host takes; it encrypts the keys before the DLL sees them (ONEX-10). A
        round in progress has no parameters: they are optional."""
        if self.result == codes.ONEX_IN_PROGRESS:
            return {"ihv_handle": ihv_handle, "result": self.result, "params": None}
        params: Arguments = {"auth_status": self.status, "reason": self.reason}
        if self.msk:
            params["send_key"] = self.msk[:MPPE_KEY_BYTES].hex()
            params["recv_key"] = self.msk[MPPE_KEY_BYTES:].hex()
        if self.eap_reason is not None:
            params["eap_reason"] = self.eap_reason
        return {"ihv_handle": ihv_handle, "result": self.result, "params": params}


IN_PROGRESS = Result(codes.ONEX_IN_PROGRESS, codes.ONEX_STATUS_IN_PROGRESS)


class OneX:
    """802.1X of one adapter.

    Args:
        loop: timers.
        host: OneXIndicateResult is called through it.
        limits: the EAPOL-Start period, and how long a request or result is waited for.
        send: sends an EAPOL frame, from its version byte on, to the access point; raises OSError.
    """

    def __init__(self, loop: Loop, host: Caller, limits: ServiceLimits, send: Send) -> None:
        self._loop = loop
        self._host = host
        self._limits = limits
        self._send = send
        self._ihv_handle = ""
        self._start_peer: StartPeer | None = None
        self._method = 0
        self._peer: Peer | None = None
        self._state = State.OFF
        self._port = False
        self._succeeded = False  # in this session
        self._starts = 0
        self._identified = False  # requests beyond that for the identity came
        self._timer: Timer | None = None
        self._limit: Timer | None = None

    # --- the association's life ---

    @property
    def prepared(self) -> bool:
        """Whether there is a port it can run for, or will be."""
        return self._port

    def prepare(self, ihv_handle: str, method: int, start_peer: StartPeer) -> None:
        """An association whose profile wants 802.1X of the OS begins: the peer, which takes a
        while to start, is started now."""
        self.close()
        self._ihv_handle, self._method, self._start_peer = ihv_handle, method, start_peer
        self._port = True
        self._bring_peer()

    def port_down(self) -> None:
        """The port is going: nothing is sent or indicated any more (STOP-07)."""
        self._port = False
        self._quiet()
        self._drop_peer()

    def close(self) -> None:
        """The association is over."""
        self.port_down()
        self._state = State.OFF
        self._start_peer = None
        self._succeeded = False

    # --- what the DLL asks for ---

    def start(self) -> int:
        """StartOneX; the answer is a Win32 error."""
        if not self._port or self._state in (State.STARTING, State.RUNNING):
            return codes.ERROR_INVALID_STATE
        note("802.1X started")
        self._state = State.STARTING
        self._starts = 0
        self._identified = False
        self._wait()
        self._bring_peer()
        if self._peer is None:
            self._loop.later(self._without_peer)
        elif self._succeeded:
            # An authentication again, mostly because the access point asks for it.
            self._timer = self._loop.call_after_s(self._limits.onex_start_s, self._send_start)
        else:
            self._send_start()
        return codes.ERROR_SUCCESS

    def stop(self) -> int:
        """StopOneX; the answer is a Win32 error."""
        if self._state not in (State.STARTING, State.RUNNING):
            return codes.ERROR_INVALID_STATE  # ONEX-05
        note("802.1X stopped")
        self._quiet()
        self._drop_peer()
        self._state = State.OFF
        return codes.ERROR_SUCCESS

    def packet(self, data: bytes) -> int:
        """ProcessSecurityPacket; the answer is a Win32 error."""
        frame = frame_of(data)
        if frame is None or frame[1] == EAPOL_KEY:  # ONEX-03
            return codes.ERROR_INVALID_PARAMETER
        if not self._port or self._peer is None or self._state is State.OFF:
            return codes.ERROR_INVALID_STATE  # ONEX-06
        if frame[1] != EAP_PACKET:
            return codes.ERROR_SUCCESS  # nothing a supplicant has an ear for
        if frame[EAPOL_HEADER_BYTES : EAPOL_HEADER_BYTES + 1] == bytes((EAP_REQUEST,)):
            self._heard(identity=frame[EAP_TYPE_AT : EAP_TYPE_AT + 1] == bytes((EAP_IDENTITY,)))
        self._peer.receive(frame)
        return codes.ERROR_SUCCESS

    def _heard(self, *, identity: bool) -> None:
        """A request: the authenticator is there, and perhaps begins anew."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._wait()
        self._identified = not identity
        if self._state is State.RUNNING:
            return
        if self._succeeded:
            self._indicate(IN_PROGRESS)
        self._state = State.RUNNING

    def _wait(self) -> None:
        """Wait for the next request, or the end, within the limit for one message."""
        if self._limit is not None:
            self._limit.cancel()
        self._limit = self._loop.call_after_s(self._limits.onex_s, self._overdue)

    def end_bare(self, result: int) -> Arguments | None:
        """End it with a result without parameters: the arguments of OneXIndicateResult, which is
        not called here; None if there is nothing to end."""
        if self._state not in (State.STARTING, State.RUNNING):
            return None
        self._quiet()
        self._drop_peer()
        self._state = State.INDICATED
        return {"ihv_handle": self._ihv_handle, "result": result, "params": None}

    # --- EAPOL-Start ---

    def _send_start(self) -> None:
        self._timer = None
        if self._starts == MAX_STARTS:
            self._end(Result(
                codes.ONEX_FAILURE, codes.ONEX_STATUS_NO_AUTHENTICATOR,
                codes.ONEX_REASON_NO_AUTHENTICATOR,
            ))  # fmt: skip
            return
        self._starts += 1
        self._transmit(bytes((VERSION, EAPOL_START, 0, 0)))
        self._timer = self._loop.call_after_s(self._limits.onex_start_s, self._send_start)

    def _transmit(self, frame: bytes) -> None:
        try:
            self._send(frame)
        except OSError as error:
            note(f"EAPOL refused by the radio: {error.strerror}")

    # --- the EAP peer ---

    def on_eapol(self, frame: bytes) -> None:
        """See PeerEvents. EAPOL-Start is ours to send."""
        if self._state is State.RUNNING and frame[1:2] == bytes((EAP_PACKET,)):
            self._transmit(frame)

    def on_success(self, msk: bytes) -> None:
        """See PeerEvents."""
        if self._state is State.RUNNING:
            self._succeeded = True
            self._end(Result(codes.ONEX_SUCCESS, codes.ONEX_STATUS_SUCCESS, msk=msk))

    def on_failure(self) -> None:
        """See PeerEvents. The peer would now refuse all for a minute: the next round gets one
        of its own."""
        self._drop_peer()
        if self._state is State.RUNNING:
            rejected = (
                codes.EAP_E_USER_CERT_REJECTED
                if self._method == TLS
                else codes.EAP_E_USER_NAME_PASSWORD_REJECTED
            )
            self._fail(codes.ONEX_REASON_EAP_FAILURE, rejected)

    def on_gone(self) -> None:
        """See PeerEvents."""
        self._peer = None
        if self._state in (State.STARTING, State.RUNNING):
            self._fail(codes.ONEX_REASON_UNABLE_TO_IDENTIFY_USER)

    def _bring_peer(self) -> None:
        if self._peer is not None or self._start_peer is None:
            return
        try:
            self._peer = self._start_peer(self)
        except (OSError, LookupError) as error:
            note(f"no EAP peer: {error}")

    def _drop_peer(self) -> None:
        peer, self._peer = self._peer, None
        if peer is not None:
            peer.close()

    # --- results ---

    def _without_peer(self) -> None:
        if self._state is State.STARTING and self._peer is None:
            self._fail(codes.ONEX_REASON_UNABLE_TO_IDENTIFY_USER)

    def _overdue(self) -> None:
        note(f"802.1X waited {self._limits.onex_s:g} s in vain")
        self._drop_peer()
        self._fail(
            codes.ONEX_REASON_NO_AUTHENTICATOR
            if self._identified
            else codes.ONEX_REASON_NO_RESPONSE_TO_IDENTITY
        )

    def _fail(self, reason: int, eap_reason: int | None = None) -> None:
        status = codes.ONEX_STATUS_FAILURE
        self._end(Result(codes.ONEX_FAILURE, status, reason, eap_reason=eap_reason))

    def _end(self, result: Result) -> None:
        self._quiet()
        self._state = State.INDICATED
        note(f"802.1X ended: status {result.status}, reason {result.reason:#x}")
        self._indicate(result)

    def _indicate(self, result: Result) -> None:
        self._host.call("onex_indicate_result", result.arguments(self._ihv_handle))

    def _quiet(self) -> None:
        for timer in (self._timer, self._limit):
            if timer is not None:
                timer.cancel()
        self._timer = self._limit = None


def frame_of(data: bytes) -> bytes | None:
    """The EAPOL frame from its version byte on, without padding behind it, whether `data` starts
    there (as Microsoft's sample has it) or at the packet type (as the page has it, ONEX-04); None
    for anything else."""
    for frame, kinds in (
        (data, (EAP_PACKET, EAPOL_START, EAPOL_LOGOFF, EAPOL_KEY)),
        (bytes((VERSION,)) + data, (EAP_PACKET, EAPOL_KEY)),
    ):
        if len(frame) < EAPOL_HEADER_BYTES or frame[0] not in VERSIONS or frame[1] not in kinds:
            continue
        size = EAPOL_HEADER_BYTES + int.from_bytes(frame[2:4], "big")
        if len(frame) >= size:
            return frame[:size]
    return None
