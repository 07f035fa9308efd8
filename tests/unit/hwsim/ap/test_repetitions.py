# SPDX-License-Identifier: GPL-2.0-or-later
"""Which frames of a station count as repeated messages."""

from __future__ import annotations

import pytest

from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.ap.repetitions import Repetitions
from hwsim.frames import parse_header
from hwsim.records import FrameKind

MAC = bytes.fromhex("020000000000")
FRAME = b"\x08\x01\0\0" + bytes(6) + MAC + bytes(8)


def repeated(
    repetitions: Repetitions, kind: FrameKind, replay_counter: int | None = None, body: bytes = b""
) -> bool:
    """Whether the next frame of that kind is a repetition."""
    info = FrameInfo(kind, replay_counter=replay_counter)
    repetitions.mark(ReceivedFrame(FRAME + body, parse_header(FRAME), info))
    return info.retry


@pytest.mark.parametrize("kind", ["auth", "assoc-req", "M2", "M4"])
def test_the_second_of_a_kind_is_one(kind: FrameKind) -> None:
    """Whatever replay counter it answers; a new association counts anew."""
    repetitions = Repetitions()
    assert [repeated(repetitions, kind, counter) for counter in (1, 2)] == [False, True]
    repetitions.clear()
    assert not repeated(repetitions, kind)


def test_other_frames_are_none() -> None:
    """Data and EAP repeat for reasons of their own."""
    repetitions = Repetitions()
    assert [repeated(repetitions, "icmp") for _ in range(2)] == [False, False]


def test_a_group_message_is_one_under_the_same_replay_counter_only() -> None:
    """Each rekey has a G2."""
    repetitions = Repetitions()
    assert [repeated(repetitions, "G2", counter) for counter in (1, 2, 2)] == [False, False, True]


def test_an_authentication_after_anything_else_begins_anew() -> None:
    """And so does an association request after a handshake."""
    repetitions = Repetitions()
    sequence: tuple[FrameKind, ...] = ("auth", "assoc-req", "M2", "assoc-req", "M2", "auth", "M2")
    assert [repeated(repetitions, kind) for kind in sequence] == [False] * 7


def test_a_further_handshake_has_messages_of_its_own() -> None:
    """As after a reauthentication."""
    repetitions = Repetitions()
    assert not repeated(repetitions, "M2")
    repetitions.new_handshake(MAC)
    assert not repeated(repetitions, "M2")


def test_a_further_authentication_frame_is_none() -> None:
    """SAE has a commit and a confirm, and perhaps a commit with a token between; each may come
    twice."""
    repetitions = Repetitions()
    commit, with_token, confirm = b"\3\0\1\0\0\0", b"\3\0\1\0\0\0token", b"\3\0\2\0\0\0"
    sent = (commit, commit, with_token, confirm, confirm)
    marked = [repeated(repetitions, "auth", body=body) for body in sent]
    assert marked == [False, True, False, False, True]
    assert not repeated(repetitions, "assoc-req")


def test_authentication_frames_without_end() -> None:
    """Whoever sends ever other ones takes no more room for it."""
    repetitions = Repetitions()
    for number in range(1000):
        assert not repeated(repetitions, "auth", body=number.to_bytes(4, "big"))
    assert max(map(len, repetitions._seen.values())) < 100
