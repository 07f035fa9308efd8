# SPDX-License-Identifier: GPL-2.0-or-later
"""The documents name what is in the tree, and the architecture every folder of it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.checks.catalogue import summary
from harness.faults import FAULTS

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("findings/*.md"))
)
PATH = re.compile(r"`((?:harness|hwsim|vm-images|tests|docs|findings)/[\w./-]*)`")
FILE_NAME = re.compile(r"`((?:harness|hwsim|vm-images|tests)/[\w/-]+\.py)`\s+`([A-Za-z_][\w.]*)`")
NAME_FILE = re.compile(r"`([A-Za-z_][\w.]*)`\s+\(`((?:harness|hwsim|vm-images|tests)/[\w/-]+\.py)`")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)")


def folders() -> Iterator[str]:
    """The folders of harness/ and hwsim/ in which git knows a file."""
    listed = subprocess.run(
        ["git", "ls-files", "harness", "hwsim"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = {
        folder.as_posix() for line in listed.stdout.splitlines() for folder in Path(line).parents
    }
    return (f"{one}/" for one in sorted(found - {".", "harness"}))


def test_the_architecture_has_a_row_for_every_folder() -> None:
    """A new folder says there, in a line, what it is for."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert [one for one in folders() if f"\n| `{one}` | " not in text] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_it_names_exists(document: str) -> None:
    """A file that moves takes its name in the documents along."""
    named = PATH.findall((ROOT / document).read_text(encoding="utf-8"))
    assert [one for one in named if not (ROOT / one).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_name_given_with_its_file_is_in_it(document: str) -> None:
    """`file` `name`, or `name` (`file`): a function that is renamed is renamed there, too."""
    text = (ROOT / document).read_text(encoding="utf-8")
    pairs = [*FILE_NAME.findall(text), *(pair[::-1] for pair in NAME_FILE.findall(text))]
    lacking = [
        (file, name)
        for file, name in pairs
        if not all(
            re.search(rf"\b{part}\b", (ROOT / file).read_text(encoding="utf-8"))
            for part in name.split(".")
        )
    ]
    assert lacking == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_to_a_file(document: str) -> None:
    """Links between documents are relative to the document they stand in."""
    path = ROOT / document
    linked = LINK.findall(CODE.sub("", path.read_text(encoding="utf-8")))
    assert [one for one in linked if not (path.parent / one).exists()] == []


@pytest.mark.parametrize("document", ["README.md", "docs/checker.md"])
def test_counts_of_rules_and_faults_are_those_of_the_code(document: str) -> None:
    """As `hil rules --summary` and `hil faults` give them."""
    text = " ".join((ROOT / document).read_text(encoding="utf-8").split())
    rules = summary()
    assert re.findall(r"(\d+) rules,? (\d+) are implemented", text) == [
        (str(rules["total"]), str(rules["implemented"]))
    ]
    assert re.findall(r"(\d+) cannot be observed", text) == [str(rules["unobservable"])]
    assert set(re.findall(r"(\d+) (?:more are this|ways)", text)) <= {
        str(rules["own"]), str(len(FAULTS)),
    }  # fmt: skip
    assert f"{len(FAULTS)} ways" in text
