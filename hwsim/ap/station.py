# SPDX-License-Identifier: GPL-2.0-or-later
"""What the access point remembers of one station, and what it knows of a frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from hwsim.ap.crypto import CcmpKey, PairwiseKeys
from hwsim.eap import EapPacket
from hwsim.eapol import KeyFrame
from hwsim.frames import MacHeader
from hwsim.records import FrameKind

if TYPE_CHECKING:
    from hwsim.ap.eap_pass_through import EapPassThrough
    from hwsim.ap.handshake import Authenticator

State = Literal[
    "authenticated", "associated", "authenticating", "handshaking", "authorized", "gone"
]
"""``authenticated`` is open system's; ``authenticating`` is by 802.1X, after the association."""


@dataclass(slots=True)
class FrameInfo:
    """What is known of a frame beside its bytes; it becomes part of the frame's record."""

    kind: FrameKind
    protected: bool = False
    retry: bool = False
    replay_counter: int | None = None
    mic_ok: bool | None = None
    pn: int | None = None
    detail: dict[str, str | int] = field(default_factory=dict)


@dataclass(slots=True)
class ReceivedFrame:
    """A frame of a station, understood as far as that changes nothing.

    ``payload`` is what follows the MAC header: for a protected frame the plaintext, or ``None``
    if it could not be opened; ``opened_by`` is the key that opened it. ``duplicate``
    marks a copy that a rule of the medium made.
    """

    frame: bytes
    header: MacHeader
    info: FrameInfo
    payload: bytes | None = None
    opened_by: CcmpKey | None = None
    key: KeyFrame | None = None
    eap: EapPacket | None = None
    duplicate: bool = False


class Repetitions:
    """Which messages a station sent before in the same association, delivered or not."""

    _LIMIT = 4096

    def __init__(self) -> None:
        self._seen: dict[bytes, set[str]] = {}

    def clear(self) -> None:
        """A new association begins, whoever's it is."""
        self._seen.clear()

    def new_handshake(self, mac: bytes) -> None:
        """A 4-way handshake begins, maybe not the station's first: its messages are new ones."""
        self._seen.get(mac, set()).difference_update(("M2", "M4"))

    def mark(self, received: ReceivedFrame) -> None:
        """Set ``retry`` in the info of a frame that repeats a message.

        An authentication that follows anything but an authentication begins anew, and so does a
        (re)association request that follows a handshake. M2 and M4 repeat whatever replay counter
        they answer, G2 only under the same one.
        """
        kind = received.info.kind
        if kind not in ("auth", "assoc-req", "M2", "M4", "G2"):
            return
        if len(self._seen) > self._LIMIT:
            self._seen.clear()
        seen = self._seen.setdefault(received.header.transmitter, set())
        if kind == "auth" and seen != {"auth"}:
            seen.clear()
        if kind == "assoc-req" and not seen <= {"auth", "assoc-req"}:
            seen.clear()
        message = f"{kind} {received.info.replay_counter}" if kind == "G2" else kind
        received.info.retry = message in seen
        seen.add(message)


@dataclass(slots=True, eq=False)
class Station:
    """A station of the access point.

    ``number`` counts the guest's radios. ``pairwise`` is the key in use, ``candidate`` one derived
    from M2 that M4 has not confirmed yet; a station that is given new keys has both for a while.
    """

    mac: bytes
    bssid: bytes = b""
    number: int = 0
    state: State = "gone"
    aid: int = 0
    rsne: bytes = b""
    keys: PairwiseKeys | None = field(default=None, repr=False)
    pairwise: CcmpKey | None = field(default=None, repr=False)
    candidate: CcmpKey | None = field(default=None, repr=False)
    authenticator: Authenticator | None = None
    eap: EapPassThrough | None = None

    def forget_keys(self) -> None:
        """A new association begins without keys; timers of the old handshake are cancelled."""
        if self.authenticator is not None:
            self.authenticator.stop()
        if self.eap is not None:
            self.eap.stop()
        self.authenticator = self.eap = None
        self.keys = self.pairwise = self.candidate = None
