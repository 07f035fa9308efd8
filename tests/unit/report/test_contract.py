# SPDX-License-Identifier: GPL-2.0-or-later
"""The contract page: every rule, grouped by family, with what shows a breach."""

from __future__ import annotations

import pytest

from harness.checks import RULES, UNOBSERVABLE
from harness.checks.catalogue import FAMILIES, entries
from harness.report import render_contract
from harness.report.contract import contract
from harness.results import FindingResult
from tests.unit.report import factory
from tests.unit.report.test_render import Page


def test_every_rule_has_its_row_in_its_family() -> None:
    """All of them, observable or not, in the order of the contract."""
    result, timelines = factory.good()
    page = contract(result, timelines, entries())
    rows = [row.rule.id for family in page.families for row in family.rows]
    assert sorted(rows) == sorted([*RULES, *UNOBSERVABLE])
    assert [family.name for family in page.families] == list(FAMILIES)
    assert all(row.rule.id.startswith(f.name + "-") for f in page.families for row in f.rows)
    assert page.unobservable == len(UNOBSERVABLE)
    assert sum(count for _, count in page.tally) == len(RULES)


def test_a_breach_shows_the_slice_of_the_timeline() -> None:
    """Rule, associations, message and the events around it, without leaving the page."""
    shown = Page(render_contract(*factory.failing(), entries())).text
    for words in (
        "POST-05", "associations 5, 10", "PerformPostAssociate enter", "trace records",
        "documented plainly", "Load, version, service", "not observable",
    ):  # fmt: skip
        assert words in shown, words


def test_well_formed_with_unique_ids_and_working_links() -> None:
    """Elements are closed in order, ids are unique, links within the page lead somewhere."""
    shown = Page(render_contract(*factory.failing(), entries()))
    assert shown.open == []
    ids = shown.ids()
    assert len(ids) == len(set(ids))
    targets = {attrs["href"] for tag, attrs in shown.tags if tag == "a" and attrs["href"]}
    assert {name[1:] for name in targets if name.startswith("#")} <= set(ids)


def test_text_of_the_guest_is_escaped() -> None:
    """A message with markup is text on the page."""
    odd = FindingResult(rule="LIFE-12", severity="FAIL", message="<script>alert(1)</script>")
    result, timelines = factory.run([""], findings=(odd,))
    html = render_contract(result, timelines, entries())
    assert html.count("<script") == 1, "the page's own"
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


@pytest.mark.unmeasured
def test_a_thousand_associations_make_a_small_page() -> None:
    """The size is bounded by rules and columns, not by the run."""
    result, timelines = factory.large()
    assert len(render_contract(result, timelines, entries())) < 1_000_000


def test_what_is_broken_comes_first_and_can_be_filtered() -> None:
    """In a section of its own, the gravest at the top; nothing stands twice."""
    result, timelines = factory.run(["never-completes", ""])
    page = contract(result, timelines, entries())
    first = page.families[0]
    assert first.name == "broken"
    assert [row.rule.id for row in first.rows] == ["POST-05"]
    ids = [row.rule.id for family in page.families for row in family.rows]
    assert sorted(ids) == sorted(entry.id for entry in entries())
    html = render_contract(result, timelines, entries())
    assert 'class="chip" data-verdict="fail"' in html
    assert 'data-verdict="fail" id="POST-05"' in html


def test_nothing_broken_has_no_section_of_its_own() -> None:
    """A good run begins with the first family."""
    result, timelines = factory.run([""])
    assert contract(result, timelines, entries()).families[0].name != "broken"
