# SPDX-License-Identifier: GPL-2.0-or-later
"""Which frames of a station repeat an earlier message of it."""

from __future__ import annotations

from hwsim.ap.frame_info import ReceivedFrame


class Repetitions:
    """Which messages a station sent before in the same association, delivered or not."""

    _LIMIT = 4096
    _MOST = 64
    """Messages of a station; more Authentication frames than that begin anew."""

    def __init__(self) -> None:
        self._seen: dict[bytes, set[str]] = {}

    def clear(self) -> None:
        """Forget everything: a new association begins, of any station."""
        self._seen.clear()

    def new_handshake(self, mac: bytes) -> None:
        """A 4-way handshake begins, maybe not the station's first: its messages are new ones."""
        self._seen.get(mac, set()).difference_update(("M2", "M4"))

    def mark(self, received: ReceivedFrame) -> None:
        """Set ``retry`` in the info of a frame that repeats a message.

        An authentication that follows anything but an authentication begins anew, and so does a
        (re)association request that follows a handshake. Of several Authentication frames, as SAE
        has them, one repeats another that says the same. M2 and M4 repeat whatever replay counter
        they answer, G2 only under the same one.
        """
        kind = received.info.kind
        if kind not in ("auth", "assoc-req", "M2", "M4", "G2"):
            return
        if len(self._seen) > self._LIMIT:
            self._seen.clear()
        seen = self._seen.setdefault(received.header.transmitter, set())
        if kind in ("auth", "assoc-req") and self._begins(kind, seen):
            seen.clear()
        message: str = kind
        if kind == "auth":
            message = f"{kind} {hash(received.frame[received.header.length :])}"
        elif kind == "G2":
            message = f"{kind} {received.info.replay_counter}"
        received.info.retry = message in seen
        seen.add(message)

    def _begins(self, kind: str, seen: set[str]) -> bool:
        """Whether an authentication or request belongs to a new association."""
        before = {message.partition(" ")[0] for message in seen}
        if kind == "auth":
            return before != {"auth"} or len(seen) > self._MOST
        return not before <= {"auth", "assoc-req"}
