# SPDX-License-Identifier: GPL-2.0-or-later
"""Every format, with hostile text in every place that a guest, a plan or a database fills.

A report that its reader refuses tells nothing of the night, so each is read by what reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.exports import FORMATS, Document, of_night, of_run
from harness.history.model import Crash, FindingRow, Mark, Night, NightState, Test
from harness.results import LabFaultResult, Verdict
from tests.unit.exports import test_ctrf, test_github, test_junit, test_kcidb
from tests.unit.exports.samples import AT, HOSTILE, a_run, attempt, cell
from tests.unit.results.samples import NO_COMPLETION, association, run

TEXT = st.one_of(
    st.text(min_size=1),
    st.sampled_from(
        (HOSTILE, "]]>", "<!--", "a::b", "\n::error::x", "%0A", "\x85\u2028\u202e", "\udcff",
         " ", "\t", ".", "/", "\U0001f600", "-", "x" * 5000)
    ),
)  # fmt: skip
READERS: dict[str, Callable[[Document], object]] = {
    "ctrf": test_ctrf.report,
    "junit": test_junit.suites,
    "kcidb": test_kcidb.report,
    "github": lambda told: test_github.commands(FORMATS["github"](told)),
    "markdown": lambda told: FORMATS["markdown"](told).encode(),
}


def a_night(texts: Callable[[], str], verdict: Verdict, mark: Mark | None) -> Document:
    """A night of one cell, all of whose texts are hostile."""
    crash = Crash(0xC0000005, (texts(),)) if verdict is Verdict.FAIL else None
    tried = replace(attempt(verdict, reason=texts(), crash=crash), id=texts(), shard=texts())
    made = cell("x", tried, mark=mark)
    test = Test(texts(), texts(), texts(), texts())
    ran = replace(
        a_run(tried.run_id or ""), test=test, path=texts(), command=texts(), environment="f"
    )
    broken = FindingRow(ran.id, texts(), verdict.value, texts(), 1)
    night = Night(
        texts(), texts(), "00", AT, AT, NightState.COMPLETE,
        (replace(made, test=test, mark_reason=texts()),),
    )  # fmt: skip
    return of_night(night, {ran.id: ran}, [broken], {"f": {texts(): texts()}})


@pytest.mark.parametrize("form", FORMATS)
@given(data=st.data())
def test_a_night_is_readable_whatever_it_holds(form: str, data: Any) -> None:
    """By the schema of each format, and as UTF-8."""
    verdict = data.draw(st.sampled_from((Verdict.FAIL, Verdict.MISS, Verdict.ERROR, Verdict.PASS)))
    mark = data.draw(st.sampled_from((None, *Mark)))
    told = a_night(lambda: str(data.draw(TEXT)), verdict, mark)
    READERS[form](told)
    FORMATS[form](told).encode()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("text", ["\x00\x1b]0;x\x07", "]]></failure>", "\n::error::x", "\udcff"])
def test_a_run_is_readable_whatever_its_file_says(form: str, text: str) -> None:
    """`hil export` takes any result.json."""
    fault = LabFaultResult(message=text, awaited=text, waited_s=1, last_state=text)
    result = run(
        association(1, NO_COMPLETION.model_copy(update={"message": text})),
        lab_faults=(fault,), run_id=text, scenario=text, command=text,
    )  # fmt: skip
    told = of_run(result, text)
    READERS[form](told)
    FORMATS[form](told).encode()


def test_no_line_of_an_annotation_begins_a_command_of_its_own() -> None:
    """GitHub's runner looks at each line of the output."""
    texts = iter([f"{HOSTILE}\n::stop-commands::{number}" for number in range(100)])
    (line,) = FORMATS["github"](a_night(lambda: next(texts), Verdict.FAIL, None)).splitlines()
    assert line.startswith("::error file=")
