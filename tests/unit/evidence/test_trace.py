# SPDX-License-Identifier: GPL-2.0-or-later
"""The trace parser: strict, never raising, and naming what it could not read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.evidence import DamageKind, TraceParser, parse_trace
from harness.evidence.trace import MAX_DAMAGE, MAX_LINE_BYTES

EXPORTS = {"Dot11ExtIhvGetVersionInfo": True, "Dot11ExtIhvInitService": True}
ARGS = {"hDot11SvcHandle": "0x5000"}


def line(seq: int, kind: str = "unload", **members: Any) -> dict[str, Any]:
    """One record as the recorder writes it."""
    return {"seq": seq, "t": seq * 100, "pid": 7, "tid": 8, "kind": kind} | members


def load(seq: int = 1, **members: Any) -> dict[str, Any]:
    """A load record."""
    return line(seq, "load", vendor="C:\\x.dll", exports=EXPORTS, error=0, **members)


def enter(seq: int, call: int, **members: Any) -> dict[str, Any]:
    """An entry."""
    return line(seq, "enter", call=call, function="Dot11ExtIhvInitAdapter", args=ARGS) | members


def text(*lines: dict[str, Any]) -> str:
    """A whole file."""
    return "".join(json.dumps(item) + "\n" for item in lines)


def kinds(data: bytes | str) -> list[DamageKind]:
    """What is wrong with it."""
    return [item.kind for item in parse_trace(data)[1]]


def test_good_trace() -> None:
    """All members arrive, and nothing is damaged."""
    returned = line(3, "return", call=1, function="Dot11ExtIhvInitAdapter", result=0,
                    out={"phIhvExtAdapter": "0x7f"})  # fmt: skip
    records, damage = parse_trace(
        text(load(), enter(2, 1, args=ARGS | {"a": 1}), returned, line(4))
    )
    assert damage == ()
    assert [record.kind for record in records] == ["load", "enter", "return", "unload"]
    assert (records[1].args, records[1].call, records[1].t_ns) == (ARGS | {"a": 1}, 1, 200)
    assert (records[2].out["phIhvExtAdapter"], records[2].result) == ("0x7f", 0)
    assert records[0].raw["vendor"] == "C:\\x.dll"


def test_void_return_has_no_result() -> None:
    """null is the result of a VOID function."""
    item = line(2, "return", call=1, function="Dot11ExtIhvDeinitAdapter", result=None, out={})
    records, damage = parse_trace(text(load(), item))
    assert records[1].result is None
    assert damage == ()


@pytest.mark.parametrize("stored", [None, {"address": "0x10", "unreadable": True}])
def test_a_handle_that_could_not_be_stored_is_no_damage(stored: object) -> None:
    """InitAdapter was given NULL for it, or a place nobody can read: so it is written."""
    returned = line(3, "return", call=1, function="Dot11ExtIhvInitAdapter", result=0,
                    out={"phIhvExtAdapter": stored})  # fmt: skip
    records, damage = parse_trace(text(load(), enter(2, 1), returned))
    assert damage == ()
    assert records[2].out == {"phIhvExtAdapter": stored}


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (b"not json", DamageKind.NOT_JSON),
        (b"\xff\xfe\x00", DamageKind.NOT_JSON),
        (b'{"seq":NaN}', DamageKind.NOT_JSON),
        (b"[" * 5000, DamageKind.NOT_JSON),
        (b'{"seq":' + b"9" * 5000 + b"}", DamageKind.NOT_JSON),
        (b"[1]", DamageKind.NOT_OBJECT),
        (b"null", DamageKind.NOT_OBJECT),
        (json.dumps(line(2) | {"seq": "2"}).encode(), DamageKind.BAD_FIELD),
        (json.dumps(line(2) | {"seq": True}).encode(), DamageKind.BAD_FIELD),
        (json.dumps(line(2) | {"seq": 0}).encode(), DamageKind.BAD_FIELD),
        (json.dumps(line(2) | {"t": -1}).encode(), DamageKind.BAD_FIELD),
        (json.dumps(line(2) | {"t": 1.5}).encode(), DamageKind.BAD_FIELD),
        (json.dumps(line(2) | {"pid": 2**64}).encode(), DamageKind.BAD_FIELD),
        (json.dumps(enter(2, 1, function=None)).encode(), DamageKind.BAD_FIELD),
        (json.dumps(enter(2, 1, function="CreateFileW")).encode(), DamageKind.BAD_FIELD),
        (json.dumps(enter(2, 1, args=[])).encode(), DamageKind.BAD_FIELD),
        (json.dumps(enter(2, 1, args={})).encode(), DamageKind.BAD_FIELD),
        (json.dumps(enter(2, 1, args={"hDot11SvcHandle": None})).encode(), DamageKind.BAD_FIELD),
        (json.dumps(enter(2, 1, args={"hDot11SvcHandle": {"address": "0x1", "unreadable": True}}))
         .encode(), DamageKind.BAD_FIELD),
        (json.dumps(line(2, "return", call=1, function="Dot11ExtIhvInitAdapter", result=0, out={}))
         .encode(), DamageKind.BAD_FIELD),
        (json.dumps(load(2) | {"exports": {}, "pid": 9}).encode(), DamageKind.BAD_FIELD),
        (json.dumps(enter(2, 1) | {"call": None}).encode(), DamageKind.BAD_FIELD),
        (json.dumps(line(2, "return", call=1, function="Dot11ExtX", result="0")).encode(),
         DamageKind.BAD_FIELD),
        (json.dumps(line(2, "dance")).encode(), DamageKind.UNKNOWN_KIND),
        (json.dumps(line(2) | {"kind": 3}).encode(), DamageKind.BAD_FIELD),
    ],
)  # fmt: skip
def test_bad_line_is_named_and_skipped(bad: bytes, kind: DamageKind) -> None:
    """One bad line costs itself and shows as a gap; the rest is kept."""
    data = text(load()).encode() + bad + b"\n" + text(line(3)).encode()
    records, damage = parse_trace(data)
    assert [record.seq for record in records] == [1, 3]
    assert [item.kind for item in damage] == [kind, DamageKind.SEQ_GAP]
    assert damage[0].line == 2


def test_gap_tells_when_records_are_missing() -> None:
    """A gap names the missing numbers and the time they fall in."""
    _, (gap,) = parse_trace(text(load(), line(5)))
    assert gap.kind is DamageKind.SEQ_GAP
    assert "2 to 4" in gap.message
    assert (gap.from_ns, gap.until_ns, gap.process) == (100, 500, 0)


def test_duplicate_sequence_number() -> None:
    """A number that comes again is refused; the first one counts."""
    records, damage = parse_trace(text(load(), line(2), line(2), line(3)))
    assert [record.seq for record in records] == [1, 2, 3]
    assert [item.kind for item in damage] == [DamageKind.SEQ_DUPLICATE]


def test_cut_last_line() -> None:
    """A last line without its end is damage, unless it is whole."""
    whole = text(load(), line(2))
    assert kinds(whole[:-9]) == [DamageKind.CUT_LINE]
    assert kinds(whole[:-1]) == []
    assert len(parse_trace(whole[:-1])[0]) == 2


def test_processes_are_told_apart() -> None:
    """Numbers start again with every load, also under a process id seen before."""
    other = [item | {"pid": 9} for item in (load(), line(2))]
    records, damage = parse_trace(text(load(), line(2), *other, load(), line(2)))
    assert [record.process for record in records] == [0, 0, 1, 1, 2, 2]
    assert damage == ()


def test_trace_that_begins_in_the_middle() -> None:
    """A process without its load record is kept and named."""
    records, damage = parse_trace(text(line(40), line(41)))
    assert [record.process for record in records] == [0, 0]
    assert [item.kind for item in damage] == [DamageKind.NO_LOAD]


def test_too_long_line() -> None:
    """A line beyond the limit is dropped whole, also when it comes in pieces."""
    parser = TraceParser()
    parser.feed(text(load()).encode())
    for _ in range(3):
        parser.feed(b"x" * MAX_LINE_BYTES)
    records = parser.feed(b"\n" + text(line(2)).encode())
    assert [record.seq for record in records] == [2]
    assert [item.kind for item in parser.damage] == [DamageKind.TOO_LONG]
    assert kinds(b"y" * (MAX_LINE_BYTES + 1) + b"\n") == [DamageKind.TOO_LONG]


def test_damage_is_bounded() -> None:
    """A garbage file yields a bounded list that says how much more there was."""
    _, damage = parse_trace(b"x\n" * (MAX_DAMAGE + 5))
    assert len(damage) == MAX_DAMAGE + 1
    assert damage[-1].kind is DamageKind.MORE
    assert damage[-1].message.startswith("5 ")


@given(st.binary(max_size=300))
def test_no_input_raises(data: bytes) -> None:
    """Any bytes at all give records and damage."""
    parse_trace(data)
    parse_trace(text(load()).encode() + data + b"\n" + text(line(2)).encode())


MEMBERS = st.sampled_from(["seq", "t", "pid", "tid", "kind", "call", "function"])
SCALARS = st.one_of(
    st.none(), st.integers(), st.floats(), st.text(max_size=4), st.just("enter")
)  # fmt: skip


@given(st.dictionaries(MEMBERS, SCALARS))
def test_no_object_raises(values: dict[str, Any]) -> None:
    """Nor any JSON object."""
    parse_trace(json.dumps(values) + "\n")


@given(st.lists(st.integers(1, 60), max_size=8))
def test_pieces_make_no_difference(cuts: list[int]) -> None:
    """Fed in pieces or at once, the same records and damage come out."""
    data = text(load(), enter(2, 1), line(3), line(9)).encode()[:-4]
    parser = TraceParser()
    records = []
    position = 0
    for cut in cuts:
        records += parser.feed(data[position : position + cut])
        position += cut
    records += parser.feed(data[position:]) + parser.finish()
    assert (tuple(records), parser.damage) == parse_trace(data)
