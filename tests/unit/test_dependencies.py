# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests are run with is what the project says it needs."""

from __future__ import annotations

import configparser
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_lowest_releases_are_those_of_the_bounds() -> None:
    """tests/lowest.txt pins each lower bound of pyproject.toml, and nothing else."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    # pip takes no extra in a constraint; the release it goes with follows from its own
    bounds = {re.sub(">=", "==", re.sub(r"\[.*\]", "", one)) for one in wanted if "=" in one}
    lines = (ROOT / "tests" / "lowest.txt").read_text().splitlines()
    assert {line for line in lines if not line.startswith("#")} == bounds


def test_every_level_and_both_ends_of_the_releases_are_run() -> None:
    """`./hil test` without more runs the levels, and the units with the lowest and the newest."""
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini")
    assert [one.strip() for one in tox["tox"]["env_list"].split(",")] == ["all", "lowest", "newest"]
    commands = tox["testenv"]["commands"]
    for level in ("unit", "services", "wine", "vm"):
        assert f"-o testpaths=tests/{level} {{posargs}}\n" in f"{commands}\n"
