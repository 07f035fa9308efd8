# SPDX-License-Identifier: GPL-2.0-or-later
"""EAPOL timing: which message answers which, which clock measures what, and what is absent."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.checks import SESSION_FIGURES, HandshakeTiming, TimingValue, eapol_timing, summarise
from harness.checks.timing import percentile
from harness.evidence import AssociationEvidence, ClockModel, names
from tests.unit.checks import builder
from tests.unit.checks.builder import message, tell
from tests.unit.checks.story import AP, OFFSET_NS, STA, Step, Story

CLOCK = ClockModel(OFFSET_NS, 50_000)
OTHER_AP = "02:00:00:00:01:01"


def timed(story: Story) -> HandshakeTiming:
    """The timing of the one handshake of the story's first association."""
    (timing,) = eapol_timing(story.evidence().associations[0], CLOCK)
    return timing


def us(story: Story) -> dict[str, float]:
    """Its figures in microseconds."""
    return {name: value.us for name, value in timed(story).values.items()}


def test_all_figures_of_a_good_association() -> None:
    """Every figure is there, in one clock each, and has the value the story was told with."""
    timing = timed(tell())
    assert tuple(timing.values) == SESSION_FIGURES
    assert all(value.uncertainty_us == 0 for value in timing.values.values())
    assert timing.retries == {"m1": 0, "m3": 0}
    values = {name: value.us for name, value in timing.values.items()}
    # Every event moves the clock by 10 µs: M1, its ReceivePacket (2), SendPacket (2), completion
    # (2), M2 are 7 steps; M2 to M3 is one; the handler's entry to its return is one.
    assert values["m1_to_m2"] == values["m3_to_m4"] == 70
    assert values["m2_to_m3"] == 10
    assert values["handler"] == 10
    assert values["assoc_to_handler"] == 10
    assert values["handshake"] == 150
    assert values["m4_to_completion"] == 70  # three key calls in between
    assert values["assoc_to_m1"] == 30


def test_every_handshake_of_a_session_is_measured() -> None:
    """Two reauthentications: three 4-way handshakes, of which the first one has the handler's."""

    def renew(s: Story) -> None:
        s.wait_ms(20)
        for step in (builder.m1, builder.m2, builder.m3, builder.m4):
            step(s)

    def slower(s: Story) -> None:
        renew(s)
        s.frame("M1", "down", replay_counter=3)
        s.wait_ms(3)
        s.frame("M2", "up", replay_counter=3, mic_ok=True)

    first, second, third = all_timed(tell(after={"connected": renew, "echo": slower}))[:3]
    assert tuple(first.values) == SESSION_FIGURES
    assert first.values["m1_to_m2"].us == second.values["m1_to_m2"].us == 70
    assert "handler" not in second.values
    assert [one.renewal for one in (first, second, third)] == [0, 1, 2]
    assert second.session == first.session
    fourth = all_timed(tell(after={"connected": renew, "echo": slower}))[3]
    assert fourth.values["m1_to_m2"].us == 3_010
    assert set(fourth.values) == {"m1_to_m2", "m1_to_m2_air"}


def test_a_repeated_first_message_begins_no_handshake() -> None:
    """An M1 that is sent again, or that a rule repeats, belongs to the one it is of."""

    def late(s: Story) -> None:
        s.frame("M1", "down", replay_counter=1, retry=True)
        s.frame("M1", "down", replay_counter=1, detail={"copy": 1})

    assert len(all_timed(tell(after={"m4": late}))) == 1


def test_the_way_through_the_port_is_in_the_figure_of_the_air() -> None:
    """M2 leaves the station 5 ms before the air has it: so much longer is the air's figure."""

    def m2(s: Story) -> None:
        builder.m2(s)
        sent = s.frames[-1]
        s.frames[-1] = replace(sent, air_ns=sent.air_ns + 5_000_000)

    values = us(tell(m2=m2))
    assert values["m1_to_m2_air"] - values["m1_to_m2"] == 5_000


def roam(s: Story, to: str = OTHER_AP, **changes: Step) -> None:
    """The session is stopped and the station associates again, with another access point."""
    builder.stop(s)
    s.frame("assoc-req", "up", receiver=to)
    s.frame("assoc-resp", "down", transmitter=to)
    for step in (builder.begin_post, builder.m1, builder.m2, builder.m3, builder.m4, builder.keys,
                 builder.complete):  # fmt: skip
        changes.get(step.__name__, step)(s)


def all_timed(story: Story) -> tuple[HandshakeTiming, ...]:
    """The timing of every handshake of the story's first association."""
    return eapol_timing(story.evidence().associations[0], CLOCK)


def test_each_session_of_a_roaming_station_is_measured() -> None:
    """Each association on the air is a handshake with its own figures, access point and session."""

    def slower(s: Story) -> None:
        s.wait_ms(5)
        builder.m2(s)

    first, second = all_timed(tell(after={"connected": lambda s: roam(s, m2=slower)}))
    assert (first.station, first.access_point) == (STA, AP)
    assert (second.station, second.access_point) == (STA, OTHER_AP)
    assert None is not first.session != second.session is not None
    assert first.values["m1_to_m2"].us == 70
    assert second.values["m1_to_m2"].us == 5_070
    assert second.values["handler"].us == 10
    assert second.values["assoc_to_handler"].us == 10
    assert second.values["m4_to_completion"].us == 70


def test_data_after_a_roam_is_another_sessions() -> None:
    """A first session without data has no figure for it; what follows counts for the second."""
    first, second = all_timed(tell(after={"connected": roam}))
    assert set(SESSION_FIGURES) - set(first.values) == {"completion_to_data"}
    assert tuple(second.values) == SESSION_FIGURES


def test_reassociation_with_the_same_access_point() -> None:
    """The port is a new one all the same, and a session that does not come to its end is told."""

    def stuck(s: Story) -> None:
        s.frame("M2", "up", replay_counter=1, mic_ok=True, delivered=False, rule="drop")

    def nothing(_: Story) -> None:
        """It does not come to that."""

    again = dict.fromkeys(("m3", "m4", "keys", "complete"), nothing)
    story = tell(
        after={"connected": lambda s: roam(s, AP, m2=stuck, **again)}, without=("echo",)
    )  # fmt: skip
    first, second = all_timed(story)
    assert first.access_point == second.access_point == AP
    assert set(second.values) == {"assoc_to_m1", "assoc_to_handler", "handler"}


def test_a_first_m1_that_is_lost_after_a_roam_is_the_second_sessions() -> None:
    """Frames are parted by the air clock: one without the guest's stamp falls on the right side."""

    def lost(s: Story) -> None:
        s.frame("M1", "down", replay_counter=1, guest_ns=None, delivered=False, rule="drop")
        s.wait_ms(100)
        s.frame("M1", "down", replay_counter=1, retry=True)

    clock = ClockModel(OFFSET_NS - 40_000, 50_000)
    story = tell(after={"connected": lambda s: roam(s, m1=lost)})
    first, second = eapol_timing(story.evidence().associations[0], clock)
    assert (first.retries["m1"], second.retries["m1"]) == (0, 1)
    assert second.values["handshake"].us > 100_000


def test_another_copy_of_the_association_response_opens_no_handshake() -> None:
    """Without a request of its own it is a retransmission."""

    def twice(s: Story) -> None:
        builder.associate(s)
        s.frame("assoc-resp", "down", retry=True)

    timing = timed(tell(associate=twice))
    assert timing.values["assoc_to_m1"].us == 40


def test_sessions_without_an_air_are_parted_by_their_handlers() -> None:
    """A trace alone, as under Wine, has the handler's figures of each session."""

    def session(s: Story) -> None:
        for step in (builder.stop, builder.begin_post, builder.complete):
            step(s)

    story = tell(after={"connected": session})
    story.frames.clear()
    made = all_timed(story)
    assert [one.station for one in made] == [None, None]
    assert [set(one.values) for one in made] == [{"handler", "handler_to_completion"}] * 2
    assert len({one.session for one in made}) == 2


def test_retransmitted_m1() -> None:
    """M2 answers the second M1; the first one counts as a retry's cause, not as the question."""

    def again(s: Story) -> None:
        message(s, "M1", 1)
        s.wait_ms(100)
        s.frame("M1", "down", replay_counter=2, retry=True)

    def m2(s: Story) -> None:
        s.wait_ms(5)
        s.frame("M2", "up", replay_counter=2, mic_ok=True)

    story = tell(m1=again, m2=m2)
    assert us(story)["m1_to_m2"] == 5_010
    assert us(story)["handshake"] > 100_000
    assert timed(story).retries == {"m1": 1, "m3": 0}


def test_m2_lost_on_the_air() -> None:
    """The M2 that was dropped is not the one the access point answered."""

    def lost(s: Story) -> None:
        s.frame("M2", "up", replay_counter=1, mic_ok=True, delivered=False, rule="drop")
        s.wait_ms(1_000)
        s.frame("M1", "down", replay_counter=2, retry=True)
        s.wait_ms(3)
        s.frame("M2", "up", replay_counter=2, mic_ok=True, retry=True)

    values = us(tell(m2=lost))
    assert values["m1_to_m2"] == 3_010
    assert values["m2_to_m3"] == 10


def test_copies_by_a_rule_are_no_retries() -> None:
    """A repeated message has the same counter: the first delivered copy was answered."""

    def twice(s: Story) -> None:
        s.frame("M3", "down", replay_counter=2)
        s.wait_ms(1)
        s.frame("M3", "down", replay_counter=2, rule="repeat")

    timing = timed(tell(m3=twice))
    assert timing.retries == {"m1": 0, "m3": 0}
    assert timing.values["m3_to_m4"].us == 1_060


def test_m4_lost() -> None:
    """Station figures take the first M4 sent, the handshake the first that arrived."""

    def lost(s: Story) -> None:
        s.frame("M4", "up", replay_counter=2, mic_ok=True, delivered=False, rule="drop")
        s.wait_ms(1_000)
        s.frame("M3", "down", replay_counter=3, retry=True)
        s.frame("M4", "up", replay_counter=3, mic_ok=True)

    story = tell(m4=lost)
    assert us(story)["m3_to_m4"] == 30
    assert us(story)["handshake"] > 1_000_000
    assert timed(story).retries["m3"] == 1


def test_missing_is_absent() -> None:
    """What never came gives no figure, and never a zero."""
    assert eapol_timing(AssociationEvidence(1, 1, 2), CLOCK) == ()
    rest = ("m2", "m3", "m4", "keys", "completion", "connected", "echo")
    assert set(us(tell(without=rest))) == {"assoc_to_m1", "assoc_to_handler", "handler"}


def test_completion_before_the_return_has_no_interval() -> None:
    """A completion inside the handler leaves the interval after the handler out."""
    from tests.unit.checks.builder import begin_post, complete

    def inside(s: Story) -> None:
        begin_post(s, inside=complete)

    values = us(tell(post_associate=inside, without=("completion",)))
    assert not {"handler_to_completion", "m4_to_completion", "completion_to_data"} & set(values)


def test_an_open_network_has_no_handshake_but_its_data() -> None:
    """Nothing was begun under keys, so the first data frame counts although it is in the clear."""

    def clear(s: Story) -> None:
        s.frame("icmp", "up", protected=False)

    values = us(tell(without=("m1", "m2", "m3", "m4", "keys"), echo=clear))
    assert set(values) == {
        "assoc_to_handler", "handler", "handler_to_completion", "completion_to_data",
    }  # fmt: skip
    assert "completion_to_data" not in us(tell(echo=clear))


def test_missing_stamp_costs_certainty() -> None:
    """Without the relay's stamp the air's time is used, with the clock's uncertainty."""

    def unstamped(s: Story) -> None:
        s.frame("M2", "up", replay_counter=1, mic_ok=True, guest_ns=None)

    value = timed(tell(m2=unstamped)).values["m1_to_m2"]
    assert value == TimingValue(30, 50)


def test_cross_clock_order_beyond_doubt() -> None:
    """An answer before its question, by more than the clocks may err, is no figure."""

    def early(s: Story) -> None:
        before = s.now - OFFSET_NS - 10_000_000
        s.frame("M2", "up", replay_counter=1, mic_ok=True, guest_ns=None, air_ns=before)

    assert "m1_to_m2" not in us(tell(m2=early))


def test_nearest_rank() -> None:
    """The documented method, on the textbook example and its edges."""
    values = [15, 20, 35, 40, 50]
    assert [percentile(values, p) for p in (5, 30, 40, 50, 100)] == [15, 20, 20, 35, 50]
    assert percentile([7], 99) == 7
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=300))
def test_percentiles_are_measured_values(values: list[float]) -> None:
    """Each percentile is one of the values, and they ascend."""
    timing = [HandshakeTiming({"handler": TimingValue(value)}) for value in values]
    row = summarise(timing)["handler"]
    assert row["n"] == len(values)
    names_ = ("min", "p50", "p95", "p99", "max")
    assert all(row[name] in values for name in names_)
    assert [row[name] for name in names_] == sorted(row[name] for name in names_)


def test_summary_leaves_unmeasured_out() -> None:
    """A figure nobody measured has no row; the order is that of the association."""
    assert summarise([]) == {}
    rows = summarise([timed(tell()), timed(tell(without=("echo",)))])
    assert tuple(rows) == SESSION_FIGURES
    assert rows["completion_to_data"]["n"] == 1
    assert names.POST_ASSOCIATE not in rows
