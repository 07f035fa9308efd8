# SPDX-License-Identifier: GPL-2.0-or-later
"""recorder.dll under hostile input: mutated structures of every kind, hundreds of times, seeded."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from harness.checks import evaluate
from harness.evidence import ClockModel, RunEvidence, parse_trace
from tests.wine.conftest import PlayProbe
from tests.wine.probe import Argument, Memory, Narrow, Script, Wide
from tests.wine.structures import CASES

CALLS = 400
NUMBERS = (0, 1, 7, 8, 9, 64, 87, 88, 95, 96, 4095, 4096, 65535, 65536, 1 << 20, (1 << 20) + 1,
           0x7FFFFFFF, 0x80000000, 0xFFFFFFF8, 0xFFFFFFFF)  # fmt: skip
POINTERS = (0, 1, 7, 0xFFF, 0x10000, 0xDEAD0000, 0x7FFFFFFEFFFF, 0x7FFFFFFFFFFF, 0x800000000000,
            0xFFFF800000000000, 0xFFFFFFFFFFFFFFF8, 0xFFFFFFFFFFFFFFFF)  # fmt: skip


def mutated(memory: Memory, rng: random.Random) -> Memory:
    """A copy with other bytes, another length, pointers lost, wild or crossed."""
    data = bytearray(memory.data)
    pointers = {offset: mutated(inner, rng) for offset, inner in memory.pointers.items()}
    for _ in range(rng.choice((0, 1, 1, 2, 8))):
        if not data:
            break
        at = rng.randrange(len(data))
        if rng.random() < 0.5:
            data[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
        else:
            value = rng.choice(NUMBERS).to_bytes(4, "little")
            data[at : at + 4] = value[: len(data) - at]
    for offset in list(pointers):
        if rng.random() < 0.15:
            del pointers[offset]
            value = rng.choice((*POINTERS, rng.getrandbits(64))).to_bytes(8, "little")
            data[offset : offset + 8] = value[: max(0, len(data) - offset)]
        elif rng.random() < 0.1:
            pointers[offset] = rng.choice(list(pointers.values()))
    if rng.random() < 0.2:
        del data[rng.randrange(len(data) + 1) :]
    return replace(memory, data=bytes(data), pointers=pointers)


def argument(one: Argument, rng: random.Random) -> Argument:
    """The argument mutated, or another one altogether."""
    if isinstance(one, Memory):
        if rng.random() < 0.05:
            return Wide(rng.choice((*POINTERS, rng.getrandbits(64))))
        return mutated(one, rng)
    if isinstance(one, Narrow) and rng.random() < 0.3:
        return Narrow(rng.choice((*NUMBERS, rng.getrandbits(32))))
    if isinstance(one, Wide) and rng.random() < 0.1:
        return Wide(rng.choice((*POINTERS, rng.getrandbits(64))))
    return one


def hostile(seed: int) -> Script:
    """Calls of any function with mutated arguments, on either thread, some raising."""
    rng = random.Random(seed)
    script = Script()
    for _ in range(CALLS):
        case = rng.choice(CASES)
        before = tuple(line for line in ("t", "x") if rng.random() < 0.1)
        given = [argument(one, rng) for one in case.arguments]
        script.call(case.function, rng.choice((0, 0, 5, 0xFFFFFFFF)), *given, before=before)
    return script


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_recorder_survives(play_probe: PlayProbe, seed: int) -> None:
    """The host lives, every call came through, every record is whole, and the rules can read it."""
    script = hostile(seed)
    played = play_probe(script)
    assert played.code == 0
    assert played.output == [f"ok {name}" for name in script.calls]
    trace, damage = parse_trace(played.trace)
    assert damage == ()
    entered = [record.function for record in trace if record.kind == "enter"]
    assert entered[3:] == script.calls
    evaluate(RunEvidence(trace, (), ClockModel(0, 0)))
