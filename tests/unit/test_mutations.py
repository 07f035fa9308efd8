# SPDX-License-Identifier: GPL-2.0-or-later
"""Evidence damaged line by line: nobody is blamed for it, nothing passes for it, none is silent.

A sample of all mutations is judged each time; HIL_MUTATIONS=all judges every one of them, which
takes minutes, and compares the counts with those in docs/evidence.md.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from harness.evidence import DamageKind, names
from harness.evidence.sources import TRACE
from harness.results import RunResult
from tests.unit.mutations import Mutated, Recorded, counted, judge, mutations, recorded, table

FOLDER = Path(__file__).parent / "recorded"
RUNS = sorted(path.name for path in FOLDER.iterdir())
DOCS = Path(__file__).parents[2] / "docs" / "evidence.md"
ALL = os.environ.get("HIL_MUTATIONS") == "all"
SAMPLE = 193
"""Of the mutations of a run every so many-th is judged: a prime, so that all kinds come by."""

SAYS_SO_ITSELF: dict[tuple[str, str], str] = {}
"""Mutations of good runs that are a FAIL because the mutated line itself says something that no
driver may do, with what that is. There are none: a line that is changed is found to be changed."""


COULD_HAVE_BEEN: dict[tuple[str, str], str] = dict.fromkeys(
    [
        ("fault-never-completes", "ihv-trace.jsonl:45 later"),
        ("fault-never-completes", "ihv-trace.jsonl:46 earlier"),
    ],
    "a record moved within the 15 s in which the DLL did nothing: unsealed, it could have been so",
)
"""Mutations nothing contradicts; the verdict stays."""


def chosen(run: Recorded, name: str) -> Iterator[Mutated]:
    """The mutations to judge; the sample begins elsewhere in each run."""
    return islice(mutations(run), 0 if ALL else RUNS.index(name), None, 1 if ALL else SAMPLE)


def wrong(good: bool, found: RunResult) -> str | None:
    """What is wrong with a verdict on damaged evidence, if anything is."""
    failed = [one for one in found.all_findings if one.severity == "FAIL"]
    if good and failed:
        return f"blames the driver: {failed[0].rule}: {failed[0].message}"
    if not good and found.verdict not in ("FAIL", "MISS"):
        return f"a failed run is {found.verdict}"
    if not found.damage:
        return f"is silent: {found.verdict}"
    return None


@pytest.mark.unmeasured
@pytest.mark.timeout(0 if ALL else 60)
def test_no_damage_is_a_verdict() -> None:
    """Of good and of failed runs, sealed and unsealed, one line at a time, in every way."""
    mistakes: list[str] = []
    counts: Counter[tuple[str, bool, bool, str]] = Counter()
    for name in RUNS:
        run = recorded(FOLDER / name)
        good = run.result.verdict == "PASS"
        for one in chosen(run, name):
            for sealed in (True, False):
                found = judge(run, one.files, sealed=sealed)
                problem = wrong(good, found)
                known = COULD_HAVE_BEEN if problem == f"is silent: {run.result.verdict}" else {}
                if problem and (name, str(one)) not in {**SAYS_SO_ITSELF, **known}:
                    how = "sealed" if sealed else "unsealed"
                    mistakes.append(f"{name} {one} {how}: {problem}")
                counts[counted(one, good, sealed, found)] += 1
    assert not mistakes, "\n".join([f"{len(mistakes)} mistakes", *mistakes[:50]])
    if ALL:
        assert table(counts) in DOCS.read_text(encoding="utf-8"), table(counts)


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("stored", [None, {"address": "0x10", "unreadable": True}])
def test_an_adapter_without_a_handle_blames_nobody(name: str, stored: object) -> None:
    """What InitAdapter stored could not be read, said the recorder: MISS, by name."""
    run = recorded(FOLDER / name)
    lines = [json.loads(line) for line in run.files[TRACE].splitlines()]
    for line in lines:
        if line["kind"] == "return" and line["function"] == names.INIT_ADAPTER:
            line["out"]["phIhvExtAdapter"] = stored
    trace = "".join(json.dumps(line) + "\n" for line in lines).encode()
    found = judge(run, {**run.files, TRACE: trace}, sealed=False)
    if run.result.verdict == "PASS":
        assert found.verdict == "MISS"
        assert all(one.severity != "FAIL" for one in found.all_findings)
    else:
        assert found.verdict in ("FAIL", "MISS")
    assert DamageKind.NO_HANDLE in [one.kind for one in found.damage]


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("sealed", [True, False])
def test_what_is_not_damaged_is_judged_as_it_was(name: str, sealed: bool) -> None:
    """The mutations begin from evidence with which nothing is wrong."""
    run = recorded(FOLDER / name)
    found = judge(run, run.files, sealed=sealed)
    assert (found.verdict, found.damage, found.missing) == (run.result.verdict, (), ())


def test_there_are_good_and_failed_runs() -> None:
    """Twenty and more, of both."""
    verdicts = Counter(recorded(FOLDER / name).result.verdict.value for name in RUNS)
    assert set(verdicts) == {"PASS", "FAIL"}
    assert verdicts.total() >= 20
    assert min(verdicts.values()) >= 8
