# SPDX-License-Identifier: GPL-2.0-or-later
"""A comparison as JSON."""

from __future__ import annotations

import json

from harness.comparison.compare import compare
from harness.comparison.document import document
from harness.comparison.sides import Catalogue
from tests.unit.comparison.nightly import Nightly


def test_all_that_is_known_is_in_it() -> None:
    """And it is JSON as standards have it: no NaN."""
    nightly = Nightly()
    for slower in (*[1.0] * 11, 1.3):
        nightly.night(slower={"m1_to_m2": slower})
    known = Catalogue(nightly.history)
    found = compare(nightly.history, known, known.choose("last-1"), known.choose("last"))
    read = json.loads(json.dumps(document(found), allow_nan=False))
    assert (read["schema"], read["worse"], read["learned_from"]) == (1, True, 10)
    (stage,) = [one for one in read["timings"] if one["figure"] == "m1_to_m2"]
    assert stage["change"] == "regression"
    assert stage["ratio_low"] < stage["ratio"] < stage["ratio_high"]
    assert stage["p"] <= stage["p_corrected"] <= 0.01
    assert stage["base"]["n"] == stage["new"]["n"] == 200
    assert stage["new"]["p95_us"]["low"] <= stage["new"]["p95_us"]["value"]
    assert read["base"]["builds"] == {"acme": ["a" * 64]}


def test_what_was_not_compared_has_no_figures_made_up() -> None:
    """Too few samples: no ratio; another environment: what differs."""
    nightly = Nightly()
    nightly.night()
    nightly.night(environment="away")
    known = Catalogue(nightly.history)
    found = document(compare(nightly.history, known, known.choose("last-1"), known.choose("last")))
    assert found["timings"] == []
    assert found["differences"] == {"qemu": {"base": "7.2", "new": "10.0"}}
