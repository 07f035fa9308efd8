# SPDX-License-Identifier: GPL-2.0-or-later
"""The page: one file that fetches nothing, and whose data is data."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

from harness.board import RunFolders, content, page
from harness.history.model import RunSummary, Test
from harness.results import Verdict
from tests.unit.board.factory import FIRST, MemoryHistory, Synthetic, a_cell, a_night
from tests.unit.board.test_attempts import with_run
from tests.unit.board.test_coding import HOSTILE

AT = datetime(2026, 11, 28, 6, 0, tzinfo=UTC)


class Elements(HTMLParser):
    """The elements of a page, and the text in its scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.found.append((tag, dict(attrs)))
        self._open = dict(attrs).get("id") or tag

    def handle_data(self, data: str) -> None:
        """Note the text in the element that was opened last."""
        self.texts[self._open] = self.texts.get(self._open, "") + data

    def handle_endtag(self, tag: str) -> None:
        """What follows is of no element that is looked at."""
        self._open = ""


def parsed(history: MemoryHistory, tmp_path: Path) -> Elements:
    """The elements of a history's page."""
    elements = Elements()
    elements.feed(page(content(history, history.nights(), RunFolders(tmp_path), AT)))
    return elements


def hash_of(text: str) -> str:
    """The source of a policy for an inline text."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_policy_allows_this_style_and_this_script_and_nothing_else(tmp_path: Path) -> None:
    """By their hashes."""
    elements = parsed(Synthetic(2, 3).made(), tmp_path)
    (policy,) = [
        attributes["content"] for tag, attributes in elements.found
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]  # fmt: skip
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["style-src"] == f"'{hash_of(elements.texts['style'])}'"
    assert rules["script-src"] == f"'{hash_of(elements.texts['script'])}'"
    assert rules["require-trusted-types-for"] == "'script'"


def test_nothing_is_fetched(tmp_path: Path) -> None:
    """No element and no style asks for a file."""
    elements = parsed(Synthetic(2, 3).made(), tmp_path)
    loads = [one for one in elements.found if {"src", "srcset", "data"} & one[1].keys()]
    assert loads == []
    assert "link" not in {tag for tag, _ in elements.found}
    assert not re.search(r"url\(|@import", elements.texts["style"])


def test_the_script_makes_no_markup_of_strings(tmp_path: Path) -> None:
    """Trusted types would refuse it; it is not tried."""
    script = parsed(Synthetic(2, 3).made(), tmp_path).texts["script"]
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", script)


def test_hostile_names_stay_data(tmp_path: Path) -> None:
    """A test, a path and a reason that would be markup add no element to the page."""
    test = Test("reference", "hwsim", HOSTILE, HOSTILE)
    run = RunSummary(
        "r1", test, None, FIRST, 9.0, Verdict.FAIL, HOSTILE, 5, None, "env",
        f"/srv/{HOSTILE}", HOSTILE,
    )  # fmt: skip
    night = a_night(with_run(a_cell(test, Verdict.FAIL), "r1"), plan=HOSTILE)
    hostile = parsed(MemoryHistory([night], {"r1": run}), tmp_path)
    plain = parsed(Synthetic(1, 1).made(), tmp_path)
    assert [tag for tag, _ in hostile.found] == [tag for tag, _ in plain.found]
    data = json.loads(hostile.texts["data"])
    assert data["tests"]["scenarios"][0].startswith("</script>")
