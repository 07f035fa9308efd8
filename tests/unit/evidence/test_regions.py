# SPDX-License-Identifier: GPL-2.0-or-later
"""Buffers in decoded arguments, and telling which of them a crash touched too late."""

from __future__ import annotations

from typing import Any

from harness.evidence import names, pair, parse_trace
from harness.evidence.regions import LateAccess, late_access, regions
from tests.unit.checks.story import OS, WORKER, Story

BUFFER = {"address": "0xb000", "size": 16}


def test_regions_by_member_name() -> None:
    """Structures, what they point to, and entries of lists; a path of names tells which."""
    inner = {"address": "0x2000", "size": 8, "length": 6}
    args = {
        "hIhvExtAdapter": "0x1", "pProfile": {"address": "0x1000", "size": 24, "psz": inner},
        "list": [1, {"address": "0x3000", "size": 1}],
    }  # fmt: skip
    assert [(item.name, item.address, item.size) for item in regions(args)] == [
        ("pProfile", 0x1000, 24), ("pProfile.psz", 0x2000, 8), ("list[1]", 0x3000, 1),
    ]  # fmt: skip


def test_malformed_regions_are_none() -> None:
    """An address without a size, a size of another type, NULL, endless nesting: nothing raises."""
    assert not list(regions({"a": {"address": "0x1"}, "b": {"address": "0x1", "size": "9"}}))
    assert not list(regions({"address": None, "size": 4}))
    assert not list(regions({"address": "0x0", "size": 4}))
    deep: Any = {"address": "0x1", "size": 1}
    for _ in range(100):
        deep = {"x": deep}
    assert not list(regions(deep))


def _late(story: Story) -> LateAccess | None:
    records, _ = parse_trace(story.trace())
    (process,), _ = pair(records)
    return late_access(process, process.exceptions[0])


def _crash(story: Story, access: str | None) -> None:
    story.record("exception", WORKER, code="0xc0000005", access=access, function=None, call=None)


def test_touched_after_the_return() -> None:
    """Any byte of the buffer, and no byte beside it."""
    for access, hit in (("0xb000", True), ("0xb00f", True), ("0xb010", False), ("0xafff", False),
                        (None, False), ("0x0", False)):  # fmt: skip
        story = Story()
        story.load()
        story.call(names.RECEIVE_PACKET, pvInBuffer=BUFFER)
        _crash(story, access)
        assert (_late(story) is not None) == hit, access


def test_the_smallest_buffer_is_named() -> None:
    """The frame body rather than the structure around it."""
    story = Story()
    story.load()
    inner = {"address": "0xb004", "size": 4}
    params = BUFFER | {"inner": inner}
    story.call(names.POST_ASSOCIATE, hSecuritySessionID="0x9020", pDot11AssocParams=params)
    _crash(story, "0xb005")
    late = _late(story)
    assert late is not None
    assert late.region.name == "pDot11AssocParams.inner"


def test_memory_of_a_running_call_is_not_late() -> None:
    """The same address handed out again to a handler that still runs is that one's."""
    story = Story()
    story.load()
    story.call(names.RECEIVE_PACKET, pvInBuffer=BUFFER)
    story.enter(names.CONTROL, OS, pInBuffer=BUFFER)
    _crash(story, "0xb001")
    assert _late(story) is None


def test_what_came_after_the_crash_does_not_count() -> None:
    """A buffer handed out later was not there yet."""
    story = Story()
    story.load()
    _crash(story, "0xb001")
    story.call(names.RECEIVE_PACKET, pvInBuffer=BUFFER)
    assert _late(story) is None
