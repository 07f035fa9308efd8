# SPDX-License-Identifier: GPL-2.0-or-later
"""EAPOL-Key frames of an access point that can be made anew, as a rule of the air has them.

A frame is built and sealed once, as it is meant; only where a rule edits it is it made a second
time from the same parts, with other fields, under the same keys.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from hwsim import eapol
from hwsim.ap.frame_info import FrameInfo
from hwsim.ap.pairwise_keys import PairwiseKeys
from hwsim.ap.security.key_suite import KeySuite
from hwsim.ap.templates import AT_EAPOL
from hwsim.records import FrameKind
from hwsim.rules.acceptance import acceptable
from hwsim.rules.edits import Seal, edited_key_frame, replay_counter
from hwsim.rules.frame_fields import FrameFields


class KeyFrameParts(NamedTuple):
    """What it takes to make the EAPOL-Key PDU of a ``frame`` anew; ``keys`` is None before there
    are any.

    ``key_data`` is what it has in the clear; it is ``wrapped`` but for WPA's M3. Made of every
    frame, and asked of few: it only holds.
    """

    kind: FrameKind
    replay_counter: int
    frame: bytearray
    key_data: bytes
    suite: KeySuite
    keys: PairwiseKeys | None
    wrapped: bool = True

    def remake(self, fields: FrameFields, told: FrameInfo) -> bytes:
        """The PDU with those fields; ``told`` what a station is to make of it."""
        suite, keys, pdu = self.suite, self.keys, bytes(self.frame[AT_EAPOL:])
        seal = None
        if keys is not None:
            kck, kek = keys.kck, keys.kek
            iv = pdu[eapol.OFFSET_IV : eapol.OFFSET_IV + eapol.IV_LENGTH]
            seal = Seal(
                lambda made: suite.mic(kck, made),
                (lambda data: suite.wrap(kek, data, iv)) if self.wrapped else (lambda data: data),
            )
        made = edited_key_frame(pdu, self.key_data, fields, suite.mic_length, seal)
        counter = replay_counter(pdu, fields)
        last = self.replay_counter - 1
        told.detail["acceptable"] = acceptable(self.kind, fields, last, counter)
        told.replay_counter = counter
        if "digest" in told.detail:
            told.detail["digest"] = digest(made)
        return made


def digest(pdu: bytes) -> str:
    """What an EAPOL PDU is known again by where it is handed on."""
    return sha256(pdu).hexdigest()[:16]
