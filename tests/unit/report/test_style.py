# SPDX-License-Identifier: GPL-2.0-or-later
"""The report's colours can be told from what they stand on: light, dark and printed."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import product

import pytest

CSS = files("harness.report").joinpath("templates/report.css").read_text("utf-8")
GROUNDS = ("bg", "surface", "sunk")
TEXT = ("ink", "soft", "link", "pass", "fail", "error", "miss", "done", "skip", "rule")
BADGES = ("pass", "fail", "error", "miss", "done", "skip")
DRAWN = ("air", "call", "main", "rule", "lane", "undecided", "pass", "fail", "miss", "error")


def themes() -> dict[str, dict[str, str]]:
    """The colours by name of each theme; what dark and print leave out is as in light."""
    found: dict[str, dict[str, str]] = {}
    for name, block in zip(
        ("light", "dark", "print"), re.findall(r":root \{(.*?)\}", CSS, re.DOTALL), strict=True
    ):
        own = re.findall(r"--([a-z]+): (#[0-9a-f]{3,6})\b", block)
        found[name] = found.get("light", {}) | dict(own)
    return found


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2, definition)."""
    digits = colour[1:] if len(colour) == 7 else "".join(one * 2 for one in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.2, definition)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_text_can_be_read(theme: str) -> None:
    """4.5 to 1 for text on every ground, and on the badges (WCAG 2.2, 1.4.3)."""
    colours = themes()[theme]
    pairs = [*product(TEXT, GROUNDS), *(("on", badge) for badge in BADGES)]
    faint = {pair: contrast(*(colours[name] for name in pair)) for pair in pairs}
    assert {pair: ratio for pair, ratio in faint.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_drawings_can_be_seen(theme: str) -> None:
    """3 to 1 for what a drawing says by line or area (WCAG 2.2, 1.4.11)."""
    colours = themes()[theme]
    faint = {
        pair: contrast(*(colours[name] for name in pair))
        for pair in product(DRAWN, ("bg", "surface"))
    }
    assert {pair: ratio for pair, ratio in faint.items() if ratio < 3} == {}
