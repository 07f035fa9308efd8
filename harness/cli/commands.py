# SPDX-License-Identifier: GPL-2.0-or-later
"""Which commands there are. Each is imported when it is called, or when its help is asked for.

So a command starts with what it needs itself: `hil scenarios` waits for no SSH library.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from harness.local.imports import importing

COMMANDS = {
    "run": "harness.cli.running:run",
    "air": "harness.cli.air:air",
    "judge": "harness.cli.judging:judge",
    "field": "harness.cli.field:field",
    "runs": "harness.cli.runs:runs",
    "nightly": "harness.cli.nightly:nightly",
    "worker": "harness.cli.worker:worker",
    "export": "harness.cli.exporting:export",
    "compare": "harness.cli.comparing:compare",
    "board": "harness.cli.board:board",
    "init": "harness.cli.init:init",
    "scenarios": "harness.cli.listing:scenarios",
    "faults": "harness.cli.listing:faults",
    "radios": "harness.cli.radios:radios",
    "rules": "harness.cli.rules:rules",
    "doctor": "harness.cli.machine:doctor",
    "image": "harness.cli.images:image",
    "prove": "harness.cli.prove:prove",
    "bench": "harness.cli.machine:bench",
    "test": "harness.cli.testing:run_tests",
    "completion": "harness.cli.complete:completion",
}
"""Name → module and function, in the order of the help. A `typer.Typer` with commands of its own
may stand in the place of a function."""

VARIABLE = "_HIL_COMPLETE"
"""By this the shell asks for completions."""

SETTINGS = {"help_option_names": ["-h", "--help"]}


def command_group(help_text: str) -> typer.Typer:
    """A command that has commands of its own, with help as that of the others."""
    return typer.Typer(
        help=help_text, add_completion=False, rich_markup_mode=None, context_settings=SETTINGS
    )


class CommandTable(Mapping[str, Any]):
    """The commands by name; one is imported when it is looked up."""

    def __getitem__(self, name: str) -> Any:
        module, _, member = COMMANDS[name].partition(":")
        with importing():
            target = getattr(import_module(module), member)
        if isinstance(target, typer.Typer):
            group = typer.main.get_command(target)
            group.name = name
            return group
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        alone.command(name, context_settings=SETTINGS)(target)
        return typer.main.get_command(alone)

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class CommandGroup(TyperGroup):
    """The program, whose commands are those of the table."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "commands": CommandTable()})
