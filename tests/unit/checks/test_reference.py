# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/contract.md says what the rules say, and every citation of the code leads somewhere."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from harness.checks.catalogue import SOURCES, entries
from harness.checks.reference import PLACES, reference

ROOT = Path(__file__).parents[3]
FILE = ROOT / "docs" / "contract.md"
CITED = re.compile(r"docs/contract\.md,\s+\"([^\"]+)\"")
PAGE = re.compile(r"\b([A-Z]\d?):[a-z.]")


def sources() -> list[Path]:
    """Files of code and documents that git knows."""
    listed = subprocess.run(
        ["git", "ls-files", "harness", "hwsim", "vm-images", "docs"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_the_file_is_what_the_rules_say() -> None:
    """Mend it by `python -m harness.checks.reference > docs/contract.md`."""
    assert FILE.read_text(encoding="utf-8") == reference()


def test_every_place_of_the_text_is_filled() -> None:
    """The catalogue stands in the text; each rule has its row."""
    text = reference()
    assert not [place for place in PLACES if place in text]
    assert [entry.id for entry in entries() if f"\n| {entry.id} |" not in text] == []


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.id)
def test_a_rules_source_is_one_that_is_listed(entry: object) -> None:
    """A letter that nobody explains would point outside the tree."""
    letters = {found[0] for found in PAGE.findall(getattr(entry, "source", ""))}
    assert letters <= set(SOURCES)


def test_citations_name_headings_that_are_there() -> None:
    """The code cites docs/contract.md by its headings, and no paper that is not in the tree."""
    headings = set(re.findall(r"^#+ (.+)$", reference(), re.MULTILINE))
    cited, strayed = set(), []
    for path in sources():
        text = path.read_text(encoding="utf-8", errors="replace")
        flat = re.sub(r"\n\s*(?:#|\*|//)?\s*", " ", text)
        cited |= set(CITED.findall(flat))
        if re.search(r"the (?:contract|facts), section", flat):
            strayed.append(path.name)
    assert strayed == []
    assert cited
    assert cited <= headings
