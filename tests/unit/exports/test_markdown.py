# SPDX-License-Identifier: GPL-2.0-or-later
"""The summary: each kind in its table, and nothing of a guest becomes markup."""

from __future__ import annotations

import html

import pytest

from harness.exports.markdown import ROWS, as_markdown, text
from harness.results import Verdict
from tests.unit.exports.samples import HOSTILE, attempt, cell, document


def rows(told: str, heading: str) -> list[str]:
    """The tests of a table."""
    section = told.partition(f"### {heading}\n")[2].partition("\n#")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    return [html.unescape(line.split(" | ")[1]) for line in lines]


def test_each_kind_has_its_table() -> None:
    """The worst first."""
    told = as_markdown(document())
    acme = "reference/hwsim/acme"
    assert told.startswith("## FAIL: nightly\n\n10 tests: 3 FAIL, 1 ERROR, 3 MISS, 2 PASS, 1 SKIP")
    assert rows(told, "Went wrong") == [
        f"{acme}/{name}"
        for name in ("broken", "crashes#2", "wrong", "lab-broke", "killed", "to-come")
    ]
    assert rows(told, "Known issues and quarantine") == [f"{acme}/known"]
    assert rows(told, "Passed when tried again") == [f"{acme}/retried"]
    assert "0xC0000005 in vendor.dll&#33;Foo+0x12" in told
    assert "- qemu: 7.2.22" in told


def test_text_stays_text() -> None:
    """No markup, link, mention or end of a table's cell in it; read back it is what it was."""
    written = text(HOSTILE)
    assert not set("\\`*_[]()<>~@:|\n") & set(written)
    assert html.unescape(written).endswith("::error::owned|`*_<b>@all #1 100%, a:b \ufffd\uffff")
    assert text("www.example.org") == "www&#46;example.org"


@pytest.mark.unmeasured
def test_it_stays_below_what_github_takes() -> None:
    """However many tests went wrong, and however long what they say is."""
    many = [cell("s" * 200 + str(number), attempt(Verdict.FAIL)) for number in range(5000)]
    told = as_markdown(document(*many))
    assert len(told.encode()) < 1 << 20
    assert f"… and {5000 - ROWS} more" in told
