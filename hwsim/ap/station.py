# SPDX-License-Identifier: GPL-2.0-or-later
"""What the access point remembers of one station, and what it asks of its surroundings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from hwsim.ap.crypto import CcmpKey, PairwiseKeys
from hwsim.eapol import KeyFrame
from hwsim.frames import MacHeader
from hwsim.loop import Timer
from hwsim.records import FrameKind

if TYPE_CHECKING:
    from hwsim.ap.handshake import Authenticator

State = Literal["authenticated", "associated", "handshaking", "authorized", "gone"]


@dataclass(slots=True)
class Note:
    """What is known of a frame beside its bytes; it becomes part of the frame's record."""

    kind: FrameKind
    protected: bool = False
    retry: bool = False
    replay_counter: int | None = None
    mic_ok: bool | None = None
    pn: int | None = None
    detail: dict[str, str | int] = field(default_factory=dict)


@dataclass(slots=True)
class Heard:
    """A frame of a station, understood as far as that changes nothing.

    ``payload`` is what follows the MAC header: for a protected frame the plaintext, or ``None``
    if it could not be opened. ``duplicate`` marks a copy that a rule of the medium made.
    """

    frame: bytes
    header: MacHeader
    note: Note
    payload: bytes | None = None
    key: KeyFrame | None = None
    duplicate: bool = False


@dataclass(slots=True, eq=False)
class Station:
    """A station of the access point.

    ``pairwise`` is the key in use, ``candidate`` one derived from M2 that M4 has not confirmed
    yet. ``seen`` holds the messages of this association that came before, to mark repetitions.
    """

    mac: bytes
    state: State = "gone"
    aid: int = 0
    rsne: bytes = b""
    keys: PairwiseKeys | None = field(default=None, repr=False)
    pairwise: CcmpKey | None = field(default=None, repr=False)
    candidate: CcmpKey | None = field(default=None, repr=False)
    tx_pn: int = 0
    rx_pn: dict[int, int] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    authenticator: Authenticator | None = None

    def forget_keys(self) -> None:
        """A new association begins without keys; timers of the old handshake are cancelled."""
        if self.authenticator is not None:
            self.authenticator.stop()
        self.authenticator = None
        self.keys = self.pairwise = self.candidate = None
        self.tx_pn = 0
        self.rx_pn.clear()

    def first_time(self, message: str) -> bool:
        """Whether ``message`` had not been seen in this association; it has now."""
        fresh = message not in self.seen
        self.seen.add(message)
        return fresh


class Surroundings(Protocol):
    """What the access point needs: the medium, time, chance, and someone to tell."""

    def transmit(self, frame: bytes, note: Note) -> int:
        """Send a frame; returns the air's time just before it left (or would have)."""

    def now_ns(self) -> int:
        """The air's clock."""

    def call_after(self, delay_ns: int, callback: Callable[[], None]) -> Timer:
        """A timer of the loop."""

    def random(self, size: int) -> bytes:
        """Unpredictable bytes."""

    def station_changed(self, station: Station, reason: int | None) -> None:
        """The station's state is another one; ``reason`` as of a deauthentication, if any."""
