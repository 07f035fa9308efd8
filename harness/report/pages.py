# SPDX-License-Identifier: GPL-2.0-or-later
"""The HTML pages of a run, made from its evidence and, once there is one, its result."""

from __future__ import annotations

from pathlib import Path

from harness.checks import RULES
from harness.checks.catalogue import entries
from harness.evidence import RunEvidence, timelines
from harness.evidence.packets import match, read_packets
from harness.evidence.sources import CAPTURE
from harness.report.origin import Clocks
from harness.report.render import render, render_contract
from harness.results import Pages


def pages(evidence: RunEvidence, folder: Path) -> Pages:
    """What makes each page of a run, by file name; `folder` has its capture, in which are the
    packets of the first medium."""
    frames = [frame for one in evidence.associations for frame in one.frames if frame.medium == 1]
    found = match(read_packets(folder / CAPTURE), frames)
    drawn = timelines(evidence, found.numbers)
    clock = evidence.clock
    clocks = Clocks(clock.offset_ns, clock.uncertainty_ns, found.wall_minus_air_ns)
    known = clocks if evidence.associations else None
    return {
        "report.html": lambda result: render(result, drawn, RULES, known),
        "contract.html": lambda result: render_contract(result, drawn, entries(), known),
    }
