# SPDX-License-Identifier: GPL-2.0-or-later
"""What is odd about a conversation, in plain words, what matters most first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from harness.captures.key_messages import parse_key
from harness.field.handshakes import Handshake, too_slow
from harness.field.model import Conversation, Message, Remark
from harness.field.security import differences, security_elements
from harness.text import milliseconds
from hwsim.errors import WireError

_ANSWERS: Final = {
    "M1": "M2", "M2": "M3", "M3": "M4", "G1": "G2", "assoc-req": "assoc-resp",
}  # fmt: skip
_NAMES: Final = {
    "assoc-req": "association request", "assoc-resp": "association",
    "auth": "authentication", "eap": "EAP",
}  # fmt: skip
_SAE_TOKEN, _SAE_HASH_TO_ELEMENT, _SAE_PK = 76, 126, 127
_NO_REFUSAL: Final = (0, _SAE_TOKEN, _SAE_HASH_TO_ELEMENT, _SAE_PK)
_OFTEN: Final = 3


def remarks(one: Conversation, runs: Sequence[Handshake]) -> list[Remark]:
    """All remarks on a conversation with these handshakes, by weight, then by packet."""
    found = [
        *_ends(one), *_refusals(one), *_unanswered(runs), *_mics(one), *_elements(one),
        *_counters(one), *_repetitions(one, runs), *_slow(runs), *_gaps(one, runs),
    ]  # fmt: skip
    return sorted(found, key=lambda remark: (-remark.weight, remark.packet or 0))


def whose_turn(one: Conversation) -> str:
    """Who was to speak after the last message, in words; empty if nobody had to."""
    spoken = [message for message in one.messages if message.stage != "scan"]
    if not spoken:
        return ""
    last = spoken[-1]
    if any(seen is not None and seen.last_ns >= last.wall_ns for seen in (one.up, one.down)):
        return ""
    if last.stage == "end" or last.kind in ("M4", "G2"):
        return ""
    if last.kind == "auth" and not last.down:
        return "the access point, to answer the authentication"
    if last.kind == "auth":
        return "" if last.code else "the station, to go on with authentication or associate"
    if last.kind == "assoc-resp":
        return "" if last.code else "the access point, to begin with EAP or M1"
    if last.kind in _ANSWERS:
        who = "the station" if last.down else "the access point"
        return f"{who}, to answer with {_NAMES.get(_ANSWERS[last.kind], _ANSWERS[last.kind])}"
    return "the station" if last.down else "the access point"


def _ends(one: Conversation) -> Iterator[Remark]:
    ends = [message for message in one.messages if message.kind in ("deauth", "disassoc")]
    told: dict[tuple[str, bool, str], list[Message]] = {}
    for message in ends:
        told.setdefault((message.kind, message.down, message.text), []).append(message)
    for (kind, down, text), each in told.items():
        word = "deauthenticates" if kind == "deauth" else "disassociates"
        who = "the access point" if down else "the station"
        often = f", {len(each)} times" if len(each) > 1 else ""
        yield Remark(3, f"{who} {word}: {text}{often}", each[0].number)


def _refusals(one: Conversation) -> Iterator[Remark]:
    for message in one.messages:
        if message.code and message.kind in ("auth", "assoc-resp"):
            if message.code in _NO_REFUSAL:
                continue
            who = "the access point" if message.down else "the station"
            yield Remark(
                3, f"{who} refuses the {_NAMES[message.kind]}: {message.text}", message.number
            )


def _unanswered(runs: Sequence[Handshake]) -> Iterator[Remark]:
    """Messages that were sent again and again, and never answered."""
    for run in runs:
        for kind, answer in zip(run.kinds, run.kinds[1:], strict=False):
            sent = run.all_of(kind)
            if len(sent) >= 2 and not run.all_of(answer):
                who = "the station" if sent[0].down else "the access point"
                text = f"{kind} was sent {len(sent)} times, and {who} never answered with {answer}"
                yield Remark(3, text, sent[0].number)


def _mics(one: Conversation) -> Iterator[Remark]:
    heard = [message for message in one.messages if not message.damaged]
    wrong = [message for message in heard if message.mic == "wrong"]
    second = [message for message in heard if message.kind == "M2" and message.mic != "none"]
    if second and all(message.mic == "wrong" for message in second):
        went_on = any(message.kind == "M3" for message in one.messages)
        text = "every M2 has a wrong MIC by the keys that were given: "
        text += (
            "but the access point took it, so they are not this network's"
            if went_on
            else "the station's passphrase or PMK is another one than that"
        )
        yield Remark(3, text, second[0].number)
        return
    for message in wrong:
        who = "access point" if message.down else "station"
        yield Remark(3, f"the MIC of the {who}'s {message.kind} is wrong", message.number)


def _elements(one: Conversation) -> Iterator[Remark]:
    """RSNEs that should be the same, and are not (IEEE 802.11-2020, 12.7.6.3)."""
    asked = b""
    for message in one.messages:
        if message.kind == "assoc-req":
            rsne, wpa, _ = security_elements(message.pdu)
            asked = rsne or wpa
        if message.kind == "M2" and asked:
            try:
                rsne, wpa, _ = security_elements(parse_key(message.pdu).key_data)
            except WireError:
                continue
            fields = differences(asked, rsne or wpa) if rsne or wpa else []
            if fields:
                text = f"the RSNE in M2 is not that of the association request: {', '.join(fields)}"
                yield Remark(3, text, message.number)


def _counters(one: Conversation) -> Iterator[Remark]:
    """Answers to nothing that was asked: of an earlier connection, or out of the capture."""
    asked: set[int] = set()
    for message in one.messages:
        if message.counter is None:
            continue
        if message.down:
            asked.add(message.counter)
        elif asked and message.kind in ("M2", "M4", "G2") and message.counter not in asked:
            text = f"{message.kind} answers replay counter {message.counter}, which no message "
            text += "of the access point in the capture has"
            yield Remark(2, text, message.number)


def _repetitions(one: Conversation, runs: Sequence[Handshake]) -> Iterator[Remark]:
    for run in runs:
        for kind in run.kinds:
            sent = run.all_of(kind)
            answered = kind not in _ANSWERS or run.all_of(_ANSWERS[kind])
            if len(sent) > 1 and answered:
                yield Remark(2, f"{kind} was sent {len(sent)} times", sent[1].number)
    for message in one.messages:
        if message.copies >= _OFTEN:
            text = (
                f"the MAC sent {_NAMES.get(message.kind, message.kind)} {message.copies} times more"
            )
            yield Remark(1, text, message.number)


def _slow(runs: Sequence[Handshake]) -> Iterator[Remark]:
    for run in runs:
        for name, us, how in too_slow(run.steps_us()):
            weight = 2 if how == "fail" else 1
            text = f"{name} took {milliseconds(us)} ms ({how})"
            yield Remark(weight, text, run.messages[0].number)


def _gaps(one: Conversation, runs: Sequence[Handshake]) -> Iterator[Remark]:
    """What must have been there, since what follows it is, and was not captured."""
    for run in runs:
        last = max((run.kinds.index(message.kind) for message in run.messages), default=0)
        lacking = [kind for kind in run.missing if run.kinds.index(kind) < last]
        if lacking:
            text = f"{' and '.join(lacking)} of a {run.name} was not captured"
            yield Remark(1, text, run.messages[0].number)
    damaged = [message for message in one.messages if message.damaged]
    if damaged:
        yield Remark(1, f"{len(damaged)} messages came with a wrong checksum", damaged[0].number)
    spoken = [message for message in one.messages if message.stage != "scan"]
    for direction, down in (("the access point", True), ("the station", False)):
        heard = [message for message in spoken if message.down is down]
        if not heard and len(spoken) >= 2:
            text = f"nothing of {direction} was captured: the antenna may not have heard it"
            yield Remark(1, text, spoken[0].number)
