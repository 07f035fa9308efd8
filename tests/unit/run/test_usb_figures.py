# SPDX-License-Identifier: GPL-2.0-or-later
"""What was measured of adapters beside the simulated radio, and whether the bounds are kept."""

from __future__ import annotations

import json

from harness.run.usb_figures import Radio, UsbFigures


def figures(rt3070: Radio) -> UsbFigures:
    """Of that adapter beside a radio whose handshakes take 10 ms."""
    beside = Radio([9.0, 10.0, 40.0], [200.0] * 20, [1000.0])
    return UsbFigures({"cpu": "x"}, {"hwsim": beside, "rt3070": rt3070})


def test_both_bounds_are_said_to_be_kept() -> None:
    """By medians; the simulated radio has no bound of its own."""
    found = figures(Radio([12.5, 12.5, 90.0], [300.0], [3000.0, 9000.0, 2000.0]))
    assert [(one.radio, one.kept) for one in found.bounds] == [("rt3070", True)] * 2
    head, hwsim, rt3070, _, *told = found.lines()
    assert told == [
        "kept    rt3070: handshake 1.25 of the simulated radio's, at most 1.25",
        "kept    rt3070: 3000 frames a second, at least 3000",
    ]
    assert hwsim.split() == ["hwsim", "10.00", "40.00", "3", "0.200", "0.200", "20", "1000"]
    assert rt3070.split() == ["rt3070", "12.50", "90.00", "3", "0.300", "0.300", "1", "3000"]
    assert len(head) == len(hwsim)


def test_one_that_is_missed_is_said_too() -> None:
    """Both by themselves, in the JSON too."""
    found = figures(Radio([12.6], [300.0], [2999.0]))
    assert [one.partition(":")[0] for one in found.lines()[-2:]] == ["MISSED  rt3070"] * 2
    told = json.loads(json.dumps(found.to_json()))
    assert [one["kept"] for one in told["bounds"]] == [False, False]
    assert told["radios"][1] == {
        "radio": "rt3070", "handshakes_ms": [12.6], "took_us": [300.0], "frames_per_s": [2999.0],
    }  # fmt: skip


def test_without_handshakes_to_compare_with_there_is_no_ratio() -> None:
    """What was not measured is not kept."""
    found = UsbFigures({}, {"rt3070": Radio([12.6], [300.0], [])})
    assert [(one.said, one.kept) for one in found.bounds] == [
        ("0 frames a second, at least 3000", False)
    ]
