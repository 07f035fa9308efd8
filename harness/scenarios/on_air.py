# SPDX-License-Identifier: GPL-2.0-or-later
"""Which messages come on the air of a scenario's associations, and which before which. Pure.

Only what is certain counts: what a station may do of its own accord, it may.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hwsim.ap.timers import Timers

GROUP_KEY: Final = ("G1", "G2")
_KEY_HANDSHAKES: Final = ("M1", "M2", "M3", "M4", *GROUP_KEY)
_FIRST_COME: Final = ("auth", "assoc-req", "assoc-resp", "M1", "M2", "M3", "M4", *GROUP_KEY)
"""The first of each comes only when the first of the one before has (IEEE 802.11-2020, 11.3,
12.7.6, 12.7.7)."""
SA_QUERY: Final = 8
"""The category of its action frames (table 9-51)."""


@dataclass(frozen=True, slots=True)
class OnAir:
    """What a scenario has the access points do.

    Attributes:
        keys: there are handshakes that make keys.
        onex: the network has 802.1X.
        wep_keys: WEP keys are handed out after it.
        answers: the access points answer in it.
        admits: it may end well; true without 802.1X.
        group_rekeys: group key handshakes that are begun with each station, at most.
        group_key_apart: stations may be given the group key by such a handshake behind every M4,
            as in WPA.
        protected: management frames may be.
        announcements: access points send action frames of their own.
    """

    keys: bool = True
    onex: bool = False
    wep_keys: bool = False
    answers: bool = False
    admits: bool = True
    group_rekeys: int = 0
    group_key_apart: bool = False
    protected: bool = False
    announcements: bool = False
    access_points: int = 1
    adapters: int = 1

    def why_absent(self, message: str, direction: str | None = None) -> str | None:
        """Why no such message ever comes, and the fix; None if one may."""
        if message in ("eap", "eapol-start") and not self.onex:
            return "the network has no 802.1X; [network] security = 'wpa2-eap' has"
        if message == "eap" and not self.answers:
            return "the access points are silent; [eap] server = 'answers' makes them speak"
        if message == "rc4-key" and not self.wep_keys:
            return "no WEP keys are handed out; with [network] security = 'wep-eap' they are"
        if message in _KEY_HANDSHAKES and not self.keys:
            return "the network has no key handshake"
        if message in (*_KEY_HANDSHAKES, "rc4-key") and not self.admits:
            return "nobody is let in, so no keys are made; [eap] credentials = 'good' changes that"
        if message in GROUP_KEY and not (self.group_rekeys or self.group_key_apart):
            return (
                "without group_rekeys the access point starts no group key handshake; give "
                "group_rekeys = 1 or more"
            )
        own = self.protected or self.announcements
        if message == "action" and direction == "down" and not own:
            return (
                "the access points send none; [network] pmf brings SA Query, and [[ap]] "
                "do = 'switch-channel' announces by one"
            )
        return None

    def most(self, message: str) -> int | None:
        """How many of a message there are at most in an association; None if nobody knows.

        Only a group key handshake is begun by the scenario alone: a station may associate again.
        A 4-way handshake in its midst has it begun once more.
        """
        if message != "G1" or self.group_key_apart:
            return None
        return 2 * Timers().tries * self.group_rekeys * self.adapters


def precedes(first: str, second: str) -> bool:
    """Whether the first message of one kind always comes before any of another."""
    if first not in _FIRST_COME or second not in _FIRST_COME:
        return False
    return _FIRST_COME.index(first) < _FIRST_COME.index(second)


def answers_at_once(asked: str, answer: str) -> bool:
    """Whether the access point may answer one message by another in the same moment."""
    if asked not in _FIRST_COME or answer not in _FIRST_COME:
        return True
    return _FIRST_COME.index(answer) <= _FIRST_COME.index(asked) + 1
