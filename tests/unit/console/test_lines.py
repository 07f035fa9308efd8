# SPDX-License-Identifier: GPL-2.0-or-later
"""The words of the console."""

from __future__ import annotations

from pathlib import Path

from harness.checks.figures import SUMMARY
from harness.console import lines
from harness.results import (
    Environment,
    HandshakeResult,
    LabFaultResult,
    PostAssociation,
    group_findings,
)
from tests.unit.results.samples import NO_COMPLETION, association, run


def test_counter_lines_up() -> None:
    """Numbers are padded to the width of the total."""
    assert [lines.counter(3, total) for total in (None, 9, 20)] == ["3", "3/9", " 3/20"]


def test_facts_are_dropped_whole_when_there_is_no_room() -> None:
    """The least telling facts go first; none is cut in half."""
    item = association(1)
    assert lines.association_facts(item) == (
        "M1 M2 M3 M4  handshake 12.40 ms  handler 310 µs  echo 3/3  M4 → completion 2.10 ms"
    )
    assert lines.association_facts(item, 70) == (
        "M1 M2 M3 M4  handshake 12.40 ms  handler 310 µs  echo 3/3"
    )
    assert lines.association_facts(item, 1) == "M1 M2 M3 M4"


def test_each_handshake_is_shown() -> None:
    """Two adapters or a roam: the figures stand side by side, what is missing as a dash."""
    first = HandshakeResult(timing_us={"handshake": 36_610, "handler": 2_020})
    second = HandshakeResult(timing_us={"handshake": 35_200})
    item = association(1, handshakes=(first, second), messages={"M1": 2, "M2": 2}, echo=None)
    assert lines.association_facts(item) == (
        "M1×2 M2×2  handshake 36.61 / 35.20 ms  handler 2.02 / — ms"
    )


def test_a_lost_connection_is_in_the_line() -> None:
    """It stood and was lost: `echo 0/0` alone would say too little."""
    item = association(1, lost="lost after 4.3 s, deauthenticated with reason 16", echo=None)
    assert "lost after 4.3 s, deauthenticated with reason 16" in lines.association_facts(item)


def test_a_verdict_that_changed_after_its_line_is_told() -> None:
    """Association and rule are named; one that stayed what it was is not."""
    result = run(association(1), association(2, NO_COMPLETION))
    said = lines.corrections([association(1), association(2)], result)
    (told,) = said
    assert told.startswith("association 2 is FAIL, not PASS as shown above: POST-05  ")
    assert lines.corrections(result.associations, result) == []


def test_renewals_have_no_dash_for_what_they_cannot_have() -> None:
    """Neither handler nor completion belongs to a handshake that renews keys."""
    first = HandshakeResult(timing_us={"handshake": 36_610, "handler": 2_020})
    renewal = HandshakeResult(renewal=1, timing_us={"handshake": 35_200})
    item = association(1, handshakes=(first, renewal), echo=None)
    assert "handshake 36.61 / 35.20 ms  handler 2.02 ms" in lines.association_facts(item)


def test_details_name_every_cause() -> None:
    """Findings, the lab's fault, the test's error, the handler's error."""
    item = association(
        1,
        NO_COMPLETION,
        lab_fault=LabFaultResult(message="SSH gone"),
        error="rule never matched",
        post_association=PostAssociation(called=True, return_code=1168),
    )
    assert lines.association_details(item) == [
        "POST-05  no PostAssociateCompletion within 10 s (our limit)",
        "SSH gone",
        "rule never matched",
        "handler returned ERROR_NOT_FOUND",
    ]


def test_counts_and_circumstances() -> None:
    """Verdicts are counted, what did not run is said, absent facts are left out, as is what a
    distribution adds to QEMU's version."""
    result = run(
        association(1), association(2, NO_COMPLETION), requested_associations=20,
        environment=Environment(qemu="7.2.17 (Debian 1:7.2+dfsg-7)", accelerator="TCG"),
    )  # fmt: skip
    assert lines.counts(result) == "2 of 20 associations: 1 FAIL, 1 PASS"
    assert lines.circumstances(result) == "reference guest · QEMU 7.2.17 · TCG · 61.2 s"
    assert lines.counts(run(requested_associations=20)) == "0 of 20 associations"


def test_timing_rows_are_milliseconds() -> None:
    """Label, n and five percentiles."""
    assert lines.timing_rows(run(association(1))) == [
        ("handshake", "2", "1.00", "2.00", "3.00", "4.00", "5.00")
    ]


def test_where_and_places(tmp_path: Path) -> None:
    """The report is named only when it is there."""
    result = run(association(1, NO_COMPLETION), association(2, NO_COMPLETION))
    assert lines.where_found(group_findings(result)[0]) == "associations 1–2"
    assert [label for label, _ in lines.places(result, tmp_path)] == ["Evidence", "Again"]
    (tmp_path / "report.html").touch()
    assert lines.places(result, tmp_path)[0] == ("Report", f"{tmp_path}/report.html")


def test_a_rule_broken_more_than_once_in_an_association_says_so() -> None:
    """By two adapters, say; what is broken once in each goes without a number."""
    result = run(association(1, NO_COMPLETION, NO_COMPLETION), association(2, NO_COMPLETION))
    assert lines.where_found(group_findings(result)[0]) == "associations 1–2 (3 times)"
    whole = run(association(1), findings=(NO_COMPLETION, NO_COMPLETION))
    assert lines.where_found(group_findings(whole)[0]) == "the run as a whole (2 times)"


def test_table_aligns() -> None:
    """The first column stands left, numbers right."""
    assert lines.table([("ab", "1"), ("c", "20")], ("figure", "n")) == [
        "figure   n", "ab       1", "c       20",
    ]  # fmt: skip


def test_columns_are_dropped_rather_than_numbers_cut() -> None:
    """Half a number misleads; the median and the largest value stay to the last."""
    head = ("timing, ms", "n", *SUMMARY)
    rows = lines.timing_rows(run(association(1)))
    assert lines.fitting(rows, head, 80)[0] == head
    assert lines.fitting(rows, head, 38)[0] == ("timing, ms", "n", "min", "p50", "p95", "max")
    assert lines.fitting(rows, head, 5) == [
        ("timing, ms", "p50", "max"), ("handshake", "2.00", "5.00"),
    ]  # fmt: skip
