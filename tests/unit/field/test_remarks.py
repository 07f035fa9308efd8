# SPDX-License-Identifier: GPL-2.0-or-later
"""What is odd, in plain words; and what is not is passed over."""

from __future__ import annotations

import pytest

from harness.field.handshakes import handshakes
from harness.field.model import Conversation, DataSeen, Remark
from harness.field.remarks import remarks, whose_turn
from tests.unit.captures.writing import key_pdu
from tests.unit.field.talk import G1, M1, M2, M3, M4, Talk

OTHER_RSNE = bytes.fromhex("30140100000fac040100000fac040100000fac028000")


def remarked(one: Conversation) -> list[Remark]:
    """The remarks on a conversation."""
    return remarks(one, handshakes(one.messages))


def told(talk: Talk) -> list[tuple[int, str]]:
    """Weight and text of each remark."""
    return [(one.weight, one.text) for one in remarked(talk.conversation())]


def test_a_good_connection_has_none() -> None:
    """Nor has one that begins with a refusal for SAE's sake."""
    assert told(Talk().connect()) == []


@pytest.mark.parametrize(
    ("talk", "weight", "text"),
    [
        (Talk().connect().management(12, b"\x0f\0", down=True).management(12, b"\x0f\0", down=True),
         3, "the access point deauthenticates: reason 15 4WAY_HANDSHAKE_TIMEOUT, 2 times"),
        (Talk().connect().management(10, b"\x08\0", down=False), 3, "the station disassociates"),
        (Talk().associate(53), 3, "the access point refuses the association: status 53"),
        (Talk().associate().key(M1, down=True).key(M1, down=True),
         3, "M1 was sent 2 times, and the station never answered with M2"),
        (Talk().associate(rsne=OTHER_RSNE).key(M1, down=True).key(M2, down=False),
         3, "the RSNE in M2 is not that of the association request: capabilities"),
        (Talk().associate().key(M1, down=True).key(key_pdu(0x010A, 9, OTHER_RSNE), down=False),
         2, "M2 answers replay counter 9, which no message of the access point in the capture has"),
        (Talk().connect().key(M3, down=True).key(M4, down=False), 2, "M3 was sent 2 times"),
        (Talk().associate().key(M1, down=True).key(M2, down=False, after_ms=250),
         1, "M1 → M2 took 250.00 ms (warn)"),
        (Talk().associate().key(M1, down=True).key(M2, down=False, after_ms=1250),
         2, "M1 → M2 took 1250.00 ms (fail)"),
        (Talk().associate().key(M1, down=True).key(M3, down=True).key(M4, down=False),
         1, "M2 of a 4-way handshake was not captured"),
        (Talk().key(M1, down=True).key(M3, down=True), 1, "nothing of the station was captured"),
    ],
)  # fmt: skip
def test_each_oddity(talk: Talk, weight: int, text: str) -> None:
    """With its weight."""
    found = told(talk)
    assert [one for one in found if one[0] == weight and one[1].startswith(text)], found


def test_wrong_mics() -> None:
    """All of the station's: another passphrase, or other keys were given; else that message."""
    talk = Talk().associate().key(M1, down=True).key(M2, down=False)
    one = talk.conversation()
    one.messages[-1].mic = "wrong"
    (found,) = remarked(one)
    assert found.text.endswith("the station's passphrase or PMK is another one than that")
    one = Talk().connect().conversation()
    by_kind = {message.kind: message for message in one.messages}
    by_kind["M2"].mic = "wrong"
    (found,) = remarked(one)
    assert found.text.endswith("but the access point took it, so they are not this network's")
    by_kind["M2"].mic, by_kind["M3"].mic = "right", "wrong"
    (found,) = remarked(one)
    assert found.text == "the MIC of the access point's M3 is wrong"


def test_the_macs_copies_and_wrong_checksums() -> None:
    """Worth knowing, and where."""
    one = Talk().connect().conversation()
    one.messages[4].copies = 3
    one.messages[5].damaged = True
    assert [(found.text, found.packet) for found in remarked(one)] == [
        ("the MAC sent M1 3 times more", 6),
        ("1 messages came with a wrong checksum", 7),
    ]


@pytest.mark.parametrize(
    ("talk", "turn"),
    [
        (Talk().management(11, bytes(6), down=False), "the access point, to answer the authent"),
        (Talk().management(11, b"\0\0\2\0\0\0", down=True), "the station, to go on with authent"),
        (Talk().management(11, b"\0\0\2\0\1\0", down=True), ""),
        (Talk().associate(), "the access point, to begin with EAP or M1"),
        (Talk().associate(17), ""),
        (Talk().associate().key(M1, down=True), "the station, to answer with M2"),
        (Talk().key(M1, down=True).key(M2, down=False), "the access point, to answer with M3"),
        (Talk().connect(), ""),
        (Talk().connect().key(G1, down=True), "the station, to answer with G2"),
        (Talk().connect().management(12, b"\3\0", down=True), ""),
        (Talk().key(b"\2\1\0\0", down=False), "the access point"),
        (Talk().management(5, bytes(12), down=True), ""),
    ],
)
def test_whose_turn_it_was(talk: Talk, turn: str) -> None:
    """What support asks first."""
    assert whose_turn(talk.conversation()).startswith(turn)
    assert bool(whose_turn(talk.conversation())) == bool(turn)


def test_a_message_with_a_wrong_checksum_accuses_nobody() -> None:
    """Its MIC is wrong as its bytes are."""
    one = Talk().associate().key(M1, down=True).key(M2, down=False).conversation()
    one.messages[-1].mic, one.messages[-1].damaged = "wrong", True
    assert [found.text for found in remarked(one)] == ["1 messages came with a wrong checksum"]


def test_a_scan_is_one_sided() -> None:
    """Probe requests go to everybody: that none is of the conversation says nothing."""
    assert (
        told(Talk().management(5, bytes(12), down=True).management(5, bytes(12), down=True)) == []
    )


def test_an_answer_to_what_was_not_captured() -> None:
    """Nobody says that it was not sent."""
    talk = Talk().associate().key(M1, down=True).key(M2, down=False).key(M4, down=False)
    text = "M4 answers replay counter 2, which no message of the access point in the capture has"
    assert (2, text) in told(talk)


def test_data_of_an_earlier_connection_ends_no_later_one() -> None:
    """Whose turn it was is asked after it."""
    one = Talk().connect().associate().key(M1, down=True).conversation()
    one.down = DataSeen(3, one.messages[7].wall_ns, one.messages[7].wall_ns + 1)
    assert whose_turn(one) == "the station, to answer with M2"
    one.down.last_ns = one.messages[-1].wall_ns + 1
    assert whose_turn(one) == ""
