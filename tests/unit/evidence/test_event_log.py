# SPDX-License-Identifier: GPL-2.0-or-later
"""Events of the guest's log on the guest clock, and with the association they are of."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.evidence.event_log import MAX_READINGS, LogEvent, WallClock, by_association, placed
from tests.unit.evidence.windows_log import GUID, NOON_NS

SECOND = 1_000_000_000
READING = WallClock(NOON_NS, 50 * SECOND, 1000)


def event(after_s: float, connection: str = "", event_id: int = 8000) -> LogEvent:
    """One so many seconds after noon, of that connection."""
    data = {"ConnectionId": connection, "InterfaceGuid": GUID} if connection else {}
    return LogEvent(NOON_NS + int(after_s * SECOND), "p", event_id, data=data)


def test_a_reading_of_both_clocks_places_events() -> None:
    """The further away one is, the less certain is its place, by the drift of the clocks."""
    near, far = placed([event(100), event(1)], [READING])
    assert (near.t_ns, far.t_ns) == (51 * SECOND, 150 * SECOND)
    assert (near.uncertainty_ns, far.uncertainty_ns) == (101_000, 10_001_000)


def test_the_nearest_reading_counts_and_a_step_between_them_is_told() -> None:
    """The calendar was set back by ten seconds in between: nobody knows when."""
    later = WallClock(NOON_NS + 90 * SECOND, 150 * SECOND, 1000)
    between, after = placed([event(80), event(91)], [READING, later])
    assert after.t_ns == 151 * SECOND
    assert after.uncertainty_ns < SECOND
    assert between.t_ns == 140 * SECOND
    assert between.uncertainty_ns > 10 * SECOND


def test_without_a_reading_an_event_has_no_place() -> None:
    """It is kept, and is of no association."""
    (alone,) = placed([event(1)], [])
    assert alone.t_ns is None
    assert by_association([alone], [0]) == ((),)


def test_a_connection_is_of_one_association_to_its_end() -> None:
    """Its last event comes when the next one is under way; what has no ConnectionId does not
    move; an event of before the first association is of none."""
    found = placed(
        [event(-1, event_id=10001), event(1, "0x1"), event(3, "0x1", 8003), event(3.1, "2"),
         event(3.2, event_id=10003)],
        [READING],
    )  # fmt: skip
    first, second = by_association(found, [int(50.5 * SECOND), int(52.5 * SECOND)])
    assert [one.event_id for one in first] == [8000, 8003]
    assert [one.event_id for one in second] == [8000, 10003]


def test_numbers_are_decimal_or_hex_and_nothing_else() -> None:
    """8002 has a decimal ReasonCode, 12013 one in hex."""
    data = {"a": "229387", "b": "0x3800B", "c": "", "d": "x", "e": "9" * 40, "f": " 7 "}
    one = LogEvent(0, "p", 1, data=data)
    assert [one.number(name) for name in "abcdefg"] == [229387, 229387, None, None, None, 7, None]


@given(
    st.lists(st.integers(-(1 << 62), 1 << 62), max_size=20),
    st.lists(st.tuples(*[st.integers(0, 1 << 62)] * 3), max_size=5),
    st.lists(st.integers(0, 1 << 62), max_size=5).map(sorted),
)
def test_any_times_are_placed(
    times: list[int], clocks: list[tuple[int, int, int]], connects: list[int]
) -> None:
    """No event is lost or doubled, and none is of two associations."""
    events = [LogEvent(one, "p", place) for place, one in enumerate(times)]
    found = placed(events, [WallClock(*one) for one in clocks])
    assert sorted(one.event_id for one in found) == list(range(len(times)))
    parts = by_association(found, connects)
    assert len(parts) == len(connects)
    kept = [one.event_id for part in parts for one in part]
    assert len(kept) == len(set(kept))


def test_no_more_readings_are_used_than_a_run_takes() -> None:
    """A file may have any number of them."""
    late = WallClock(NOON_NS + SECOND, 0, 0)
    (one,) = placed([event(1)], [READING] * MAX_READINGS + [late])
    assert one.t_ns == 51 * SECOND
