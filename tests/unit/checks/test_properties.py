# SPDX-License-Identifier: GPL-2.0-or-later
"""The engine on generated evidence: never raises, deterministic, silent on what is legal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.checks import Expectation, eapol_timing, evaluate
from harness.evidence import AssociationEvidence, RunEvidence, timeline, window
from tests.unit.checks.anything import evidences
from tests.unit.checks.builder import tell
from tests.unit.checks.foreign import foreign_lives, two_foreign_lives
from tests.unit.checks.legal import lives, two_lives
from tests.unit.checks.story import Story

ANY_LIFE = st.one_of(lives(), foreign_lives())
ANY_LIVES = st.one_of(lives(), two_lives(), foreign_lives(), two_foreign_lives())
"""Of our sample and its like, and of DLLs unlike it; of one adapter, or of two as well."""

EXAMPLES = settings().max_examples
"""Of the profile: where there is most to find, there are several times as many."""


@given(evidences(), st.booleans())
def test_never_raises_and_is_deterministic(evidence: RunEvidence, connected: bool) -> None:
    """Whatever the records say, there is a result, and the same one each time."""
    expect = Expectation(connected=connected, echoes=1, stopped=not connected)
    first = evaluate(evidence, expect=expect)
    assert first == evaluate(evidence, expect=expect)
    for association in evidence.associations:
        timeline(association, evidence.clock)
        eapol_timing(association, evidence.clock)


@given(st.data())
def test_damaged_story_never_raises(data: st.DataObject) -> None:
    """A good story with lines lost, doubled or cut still has a result."""
    story = tell(associations=2)
    for _ in range(data.draw(st.integers(1, 6))):
        position = data.draw(st.integers(0, len(story.lines) - 1))
        match data.draw(st.sampled_from(["lose", "double", "cut", "garbage"])):
            case "lose":
                del story.lines[position]
            case "double":
                story.lines.insert(position, story.lines[position])
            case "cut":
                story.lines[position] = story.lines[position][:-9]
            case _:
                story.lines[position] = "\x00[[["
    evaluate(story.evidence())


def found(evidence: RunEvidence) -> list[tuple[str, str, str]]:
    """The findings; expectations aside, as these stories are about no scenario."""
    return [
        (item.rule, item.severity, item.message)
        for item in evaluate(evidence).findings
        if not item.rule.startswith("EXPECT")
    ]


@settings(max_examples=3 * EXAMPLES)
@given(ANY_LIVES)
def test_legal_life_yields_no_finding(story: Story) -> None:
    """Nothing to find in what the OS and a DLL may do, with one adapter or with two."""
    assert found(story.evidence()) == []


@settings(max_examples=2 * EXAMPLES)
@given(ANY_LIFE, st.data())
def test_legal_life_that_is_cut_off_yields_no_finding(story: Story, data: st.DataObject) -> None:
    """Wherever the trace ends, with a torn line or without: what did not come is not missed."""
    end = data.draw(st.integers(0, len(story.lines)))
    story.wait_ms(data.draw(st.sampled_from([0, 20_000])))
    torn = story.lines[end][:-9] if end < len(story.lines) else '{"seq":'
    del story.lines[end:]
    evidence = story.evidence(torn)
    assert found(evidence) == []


@settings(max_examples=2 * EXAMPLES)
@given(ANY_LIVES, st.data())
def test_legal_life_with_records_lost_yields_no_finding(story: Story, data: st.DataObject) -> None:
    """Records that are missing, from the beginning or in the midst, break no rule."""
    first = data.draw(st.integers(0, len(story.lines) - 1))
    del story.lines[first : first + data.draw(st.integers(1, 12))]
    assert found(story.evidence()) == []


@given(ANY_LIFE)
def test_window_of_a_legal_life_yields_no_finding(story: Story) -> None:
    """Judged after each association by a part of the run, as it grows, there is nothing either."""
    whole = story.evidence()
    for item in whole.associations:
        grown = replace(
            whole,
            trace=tuple(record for record in whole.trace if record.t_ns <= item.end_ns),
            associations=whole.associations[: item.index],
        )
        assert found(window(grown, item.index)) == []


def test_cost_of_a_window_is_that_of_its_records() -> None:
    """A window costs the same after 60 associations as after 20; no wall-clock limit is set.

    Counted in records, which is what the rules walk over.
    """
    sizes = {}
    for count in (20, 60):
        evidence = tell(associations=count).evidence()
        sizes[count] = len(window(evidence, count).trace)
    assert sizes[20] == sizes[60]


class Walked(tuple[AssociationEvidence, ...]):
    """Associations that count how often they are gone through."""

    times = 0

    def __iter__(self) -> Iterator[AssociationEvidence]:
        """One more time."""
        self.times += 1
        return super().__iter__()


def test_cost_of_a_run_is_linear() -> None:
    """No rule goes through all associations once for each: a longer run takes no more passes."""
    passes = []
    for count in (5, 20):
        evidence = tell(associations=count).evidence()
        walked = Walked(evidence.associations)
        evaluate(replace(evidence, associations=walked))
        passes.append(walked.times)
    assert passes[0] == passes[1]
