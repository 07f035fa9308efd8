# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of commands: what is imported when, and what may stand in it."""

from __future__ import annotations

import subprocess
import sys
import types

import pytest
import typer

from harness.cli.commands import COMMANDS, CommandTable
from tests.unit.command import Command


def imported_by(program: str) -> set[str]:
    """The modules in a process after `program` ran in it."""
    script = f"import sys\n{program}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


def test_a_command_starts_without_what_the_others_need() -> None:
    """The program knows its commands before one is imported; what is looked up is, alone."""
    script = """
from harness.cli.app import app
from harness.cli.commands import CommandTable
import typer
group = typer.main.get_command(app)
assert list(group.commands) == list(CommandTable())
before = set(sys.modules)
assert group.get_command(None, "init").name == "init"
assert "harness.cli.init" in set(sys.modules) - before
"""
    heavy = {"pydantic", "paramiko", "cryptography", "jinja2", "rich.live", "scapy"}
    assert not heavy & imported_by(script)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_there_and_explained(name: str) -> None:
    """Its module has the function, the name is the table's, and its help says something."""
    command = CommandTable()[name]
    assert command.name == name
    assert command.help


@pytest.mark.parametrize("name", [("air",), ("runs",), ("field",), ("prove",), ("image", "build")])
def test_a_group_without_a_command_says_so(hil: Command, name: tuple[str, ...]) -> None:
    """As any other mistake: a line and a hint, not its whole help."""
    told = hil(*name)
    assert told.code == 2
    assert told.err.splitlines() == [
        "error: Missing command",
        f"hint: see ./hil {' '.join(name)} --help",
    ]


@pytest.mark.parametrize("name", ["air", "runs", "field", "prove", "image"])
def test_the_help_of_a_group_looks_as_any(hil: Command, name: str) -> None:
    """Without options of its library that `hil completion` stands for."""
    told = hil(name, "--help").out
    assert told.startswith(f"Usage: ./hil {name} ")
    assert "completion" not in told


def test_help_may_name_tables_of_toml(hil: Command) -> None:
    """In brackets, which are no markup."""
    assert "[[air]] rules" in hil("air", "add", "--help").out


def test_a_command_may_have_commands_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A `typer.Typer` in a module is a group by the table's name."""
    group = typer.Typer(name="other")
    group.command("list")(lambda: None)
    group.command("show")(lambda: None)
    module = types.SimpleNamespace(runs=group)
    monkeypatch.setitem(sys.modules, "toy", module)  # type: ignore[arg-type]
    monkeypatch.setitem(COMMANDS, "runs", "toy:runs")
    found = CommandTable()["runs"]
    assert found.name == "runs"
    assert list(found.commands) == ["list", "show"]
