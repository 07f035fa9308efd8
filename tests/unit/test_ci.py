# SPDX-License-Identifier: GPL-2.0-or-later
"""The recipes of docs/ci: they are read by their own tools, and name what there is."""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML

from harness.cli.commands import COMMANDS, CommandTable
from harness.exports import FORMATS

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "ci"
FILES = sorted(FOLDER.iterdir())
COMMAND = re.compile(r"[\w/.-]*/hil ([a-z]+)([^\n'\"]*)")
"""A command line of `hil` in a recipe: the command, and its arguments."""


def command_lines(path: Path) -> list[tuple[str, list[str]]]:
    """The commands of `hil` that a recipe runs, comments left out."""
    lines = (
        line.partition(" #")[0]
        for line in path.read_text(encoding="utf-8").splitlines()
        if not line.lstrip().startswith(("#", "//"))
    )
    found = COMMAND.findall("\n".join(lines).replace("\\\n", ""))
    return [(name, re.split(r">>|&&|\\", rest)[0].split()) for name, rest in found]


def options_of(name: str) -> dict[str, Any]:
    """The options of a command, each with its parameter."""
    command = CommandTable()[name]
    parameters = command.get_params(typer.Context(command))
    return {option: one for one in parameters for option in (*one.opts, *one.secondary_opts)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_command_and_option_exists(path: Path) -> None:
    """A command that is renamed is renamed here, too; formats and files are those there are."""
    lines = command_lines(path)
    assert lines or path.suffix == ".timer"
    for name, arguments in lines:
        assert name in COMMANDS, (name, arguments)
        known = options_of(name)
        used = [one for one in arguments if one.startswith("-")]
        assert [one for one in used if one not in known] == [], (name, arguments)
        if "--format" in arguments:
            assert arguments[arguments.index("--format") + 1] in FORMATS


@pytest.mark.parametrize(
    ("name", "schema", "more"),
    [
        ("github-actions.yml", "vendor.github-workflows", []),
        ("gitlab-ci.yml", "vendor.gitlab-ci", ["--data-transform", "gitlab-ci"]),
    ],
)
def test_a_pipeline_keeps_to_the_schema_of_its_system(
    name: str, schema: str, more: list[str]
) -> None:
    """The schemas come with check-jsonschema: no network is asked."""
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *more,
         str(FOLDER / name)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """Without a word, where the program is in its place."""
    for path in FILES:
        if path.suffix in (".service", ".timer"):
            text = path.read_text(encoding="utf-8").replace("/opt/wlan-hil", str(ROOT))
            (tmp_path / path.name).write_text(text, encoding="utf-8")
    units = sorted(str(path) for path in tmp_path.iterdir())
    done = subprocess.run(
        ["systemd-analyze", "verify", *units],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_what_must_outlive_a_job_is_kept() -> None:
    """The history and the guest are cached, and the results are artefacts even if it failed."""
    github = YAML(typ="safe").load(FOLDER / "github-actions.yml")
    gitlab = YAML(typ="safe").load(FOLDER / "gitlab-ci.yml")["nightly"]
    steps = github["jobs"]["nightly"]["steps"]
    cached = " ".join(one["with"]["path"] for one in steps if "cache@" in one.get("uses", ""))
    for kept in (cached, " ".join(gitlab["cache"]["paths"])):
        assert ".cache/wlan-hil" in kept
        assert "runs/history.sqlite" in kept
    (upload,) = (one for one in steps if "upload-artifact@" in one.get("uses", ""))
    assert (upload["if"], gitlab["artifacts"]["when"]) == ("always()", "always")
    assert gitlab["allow_failure"]["exit_codes"] == [3], "MISS warns, and is not green"


def test_the_service_gives_the_night_time_to_end() -> None:
    """systemd's limit is above the budget of the plan to begin with; Ctrl-C's signal ends it."""
    unit = configparser.RawConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(FOLDER / "wlan-hil-nightly.service")
    service = unit["Service"]
    assert (service["TimeoutStartSec"], service["KillSignal"]) == ("10h", "SIGINT")


def test_the_document_has_a_row_for_each_recipe() -> None:
    """And says what was done with it."""
    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `docs/ci/")]
    assert [path.name for path in FILES if not any(path.name in row for row in rows)] == []


def braces(text: str) -> Iterator[str]:
    """The brackets of a Groovy text, its strings and comments left out."""
    plain = re.sub(r"'[^'\n]*'|\"[^\"\n]*\"|//[^\n]*", "", text)
    return (char for char in plain if char in "(){}[]")


def test_the_jenkinsfile_is_a_whole_declarative_pipeline() -> None:
    """Its brackets close, and it has the sections that the form demands."""
    text = (FOLDER / "Jenkinsfile").read_text(encoding="utf-8")
    opened: list[str] = []
    for char in braces(text):
        if char in "({[":
            opened.append(char)
        else:
            assert opened.pop() + char in ("()", "{}", "[]")
    assert opened == []
    sections = re.findall(r"^    ?(\w+) ?[{(]|^    (\w+) \{", text, re.M)
    assert {"agent", "stages", "post"} <= {one for pair in sections for one in pair}
