# SPDX-License-Identifier: GPL-2.0-or-later
"""recorder.dll reads every structure of the interface: whole, cut short, and with wild pointers."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.wine.conftest import Played, PlayProbe
from tests.wine.probe import At, Memory, Narrow, Script, Wide
from tests.wine.structures import CASES, Case, Secret, association, association_shown

PLAIN = ("pszDescription", "pExemption", "pusRegistration", "pProperties", "pdwReasonCode")
"""Texts, lists and numbers that are shown without their address."""
MARKS = ("unreadable", "out_of_bounds")


def matches(wanted: Any, found: Any, salt: bytes) -> bool:
    """Whether all that is wanted is there; secrets by length and salted hash, and no other way."""
    match wanted:
        case Secret(data):
            digest = hmac.new(salt, data, hashlib.sha256).hexdigest()[:16]
            same = (found["length"], found["hash"]) == (len(data), digest)
            return same and set(found) <= {"address", "size", "length", "hash"}
        case dict():
            return all(key in found and matches(value, found[key], salt)
                       for key, value in wanted.items())  # fmt: skip
        case list():
            pairs = zip(wanted, found, strict=True)
            return all(matches(one, other, salt) for one, other in pairs)
    return bool(wanted == found)


def named(value: Any, name: str) -> Iterator[Any]:
    """All values under a member's name, at any depth."""
    if isinstance(value, Mapping):
        if name in value:
            yield value[name]
        for inner in value.values():
            yield from named(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from named(inner, name)


def shown(case: Case, played: Played, number: int) -> dict[str, Any]:
    """The arguments or out parameters of a call."""
    call = played.call(number)
    values: dict[str, Any] = call[1]["out"] if case.at_return else call[0]["args"]
    return values


@pytest.fixture(scope="module")
def table(play_probe: PlayProbe) -> tuple[list[tuple[Case, str, Memory | None]], Played]:
    """Every case as it is, with each of its blocks a byte short, and with each pointer wild."""
    script = Script()
    told: list[tuple[Case, str, Memory | None]] = []
    for case in CASES:
        script.call(case.function, case.answer, *case.arguments)
        told.append((case, "good", None))
        for memory in case.memories():
            script.call(case.function, case.answer, *case.arguments, cut=memory)
            told.append((case, "cut", memory))
            script.call(case.function, case.answer, *case.arguments, wild=memory)
            told.append((case, "wild", memory))
    return told, play_probe(script)


Table = tuple[list[tuple[Case, str, Memory | None]], Played]


def test_the_host_lived_and_noticed_nothing(table: Table) -> None:
    """Whatever the pointers, every call went through as it was given."""
    told, played = table
    assert played.code == 0
    assert played.output == [f"ok {case.function}" for case, _, _ in told]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_structure_is_read_whole(table: Table, case: Case) -> None:
    """Every member by its name, secrets only as length and hash."""
    told, played = table
    number = next(i for i, (c, how, _) in enumerate(told) if c is case and how == "good")
    values = shown(case, played, number)
    assert matches(case.shown, values, played.salt), json.dumps(values, indent=1)
    assert not any(mark in json.dumps(values) for mark in MARKS)
    for memory in case.memories():
        if memory.name in PLAIN:
            continue
        assert any("address" in one for one in named(values, memory.name)), memory.name


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_cannot_be_read_is_told(table: Table, case: Case) -> None:
    """A block that ends too early or is not there says so; the call is recorded all the same."""
    told, played = table
    for number, (other, how, memory) in enumerate(told):
        if other is not case or memory is None:
            continue
        values = shown(case, played, number)
        said = json.dumps(values)
        assert any(mark in said for mark in MARKS), (how, memory.name, said)
        if how == "wild":
            assert "0xdead0000" in said, (memory.name, said)


def test_no_secret_is_shown(table: Table) -> None:
    """None of the secrets stands in the trace, as text or as hex."""
    raw = table[1].trace.lower()
    for secret in (b"bob", b"EMSK", b"please", b"answer", b"hidden", b"<config/>"):
        for form in (secret, secret.decode().encode("utf-16-le")):
            assert form.hex().encode() not in raw
        if len(secret) > 4:
            assert secret.lower() not in raw


def test_association_parameters_cut_anywhere(play_probe: PlayProbe) -> None:
    """Of a structure too short, the members that lie inside are shown and no byte more is read."""
    whole = association(96, 2)
    script = Script()
    for size in range(97):
        params = Memory("pDot11AssocParams", whole[:size])
        script.call("Dot11ExtIhvPerformPostAssociate", 0, Wide(1), Wide(2), Wide(0), Narrow(size),
                    params)  # fmt: skip
    played = play_probe(script)
    assert played.output == [f"ok {name}" for name in script.calls]
    wanted = association_shown(96, 2)
    for size in range(97):
        found = played.call(size)[0]["args"]["pDot11AssocParams"]
        assert ("truncated" in found) == (size < 88)
        own = {key: value for key, value in found.items() if key in wanted and key != "bodies"}
        assert own == {key: wanted[key] for key in own}
        assert ("MacAddr" in own) == (size >= 10)
        assert ("DSInfo" in own) == (size >= 80)


def test_hostile_lengths(play_probe: PlayProbe) -> None:
    """Lengths and counts no memory has: nothing is read past what is there, and in a short time."""
    huge = Narrow(0xFFFFFFFF)
    some = Memory("x", b"\x01" * 64)
    script = Script()
    script.call("Dot11ExtSendPacket", 0, Wide(1), huge, some, Wide(7))
    script.call("Dot11ExtIhvSendPacketCompletion", 0, Wide(7))
    script.call("Dot11ExtIhvReceivePacket", 0, Wide(1), huge, some)
    script.call("Dot11ExtSetEtherTypeHandling", 0, Wide(1), huge, huge, some, huge, some)
    script.call("Dot11ExtIhvReceiveIndication", 0, Wide(1), huge, huge, some)
    script.call("Dot11ExtSetVirtualStationAPProperties", 0, Wide(1), Wide(2), huge, some, Wide(0))
    script.call("Dot11ExtStartOneX", 0, Wide(1), Memory("x", b"\xff" * 4 + bytes(4) + b"\x01" * 8))
    script.call("Dot11ExtIhvControl", 0, Wide(1), huge, some, huge, some, Wide(0))
    script.call("Dot11ExtIhvReceivePacket", 0, Wide(1), Narrow(16), Wide(0xFFFFFFFFFFFFFFF8))
    script.call("Dot11ExtIhvReceivePacket", 0, Wide(1), Narrow(16), Wide(0x00007FFFFFFFFFF8))
    script.call("Dot11ExtIhvReceivePacket", 0, Wide(1), Narrow(16), Wide(0x8000000000000000))
    played = play_probe(script)
    assert played.output == [f"ok {name}" for name in script.calls]
    assert played.call(1)[0]["args"]["buffer"] == "unknown"
    assert played.call(4)[0]["args"]["pvBuffer"]["size"] == 0xFFFFFFFF
    assert all("unreadable" in played.call(n)[0]["args"]["pvInBuffer"] for n in (8, 9, 10))


def test_guard_pages_keep_their_guard(play_probe: PlayProbe) -> None:
    """A look at a page with a guard (a stack's, say) does not take the guard away."""
    script = Script()
    script.block(bytes(64))
    for _ in range(2):
        script.call("Dot11ExtIhvReceivePacket", 0, Wide(1), Narrow(16), At(0), before=("g 0",),
                    keep=True)  # fmt: skip
        script.lines.append("s 0")
    played = play_probe(script)
    assert played.output == ["ok Dot11ExtIhvReceivePacket", "ok guard"] * 2
    assert "unreadable" in played.call(0)[0]["args"]["pvInBuffer"]


def test_tables_that_are_none(play_probe: PlayProbe) -> None:
    """API tables that cannot be read are handed to the vendor as they are."""
    script = Script()
    script.lines.append("w")
    played = play_probe(script)
    assert (played.code, played.output) == (0, ["ok tables"])


def test_the_latest_packet_of_a_handle_is_compared(play_probe: PlayProbe) -> None:
    """A send the OS never completed leaves nothing behind that its handle's next use is held
    against, be it freed since or only changed."""
    script = Script()
    script.call("Dot11ExtSendPacket", 0, Wide(1), Narrow(9), Memory("x", bytes(9)), Wide(7))
    packet = At(script.block(b"\x01" * 9))
    script.call("Dot11ExtSendPacket", 0, Wide(1), Narrow(9), packet, Wide(7), keep=True)
    script.call("Dot11ExtIhvSendPacketCompletion", 0, Wide(7), keep=True)
    script.call("Dot11ExtIhvSendPacketCompletion", 0, Wide(7))
    played = play_probe(script)
    assert played.output == [f"ok {name}" for name in script.calls]
    assert [played.call(n)[0]["args"]["buffer"] for n in (2, 3)] == ["unchanged", "unknown"]
