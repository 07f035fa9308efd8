# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands, put together."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.completion import get_completion_inspect_parameters

from harness.cli.commands import SETTINGS, VARIABLE, CommandGroup
from harness.errors import UsageError
from harness.naming import own_name

EXAMPLES = {
    "run": "our sample DLL, 20 associations",
    "run --dll your.dll -n 50 my.toml": "your DLL in a scenario of your own",
    "run m4-lost": "a shipped scenario",
    "run --fault never-completes": "does the checker find what is wrong?",
    "judge runs/latest": "once more, by the rules as they are now",
    "nightly plan.toml": "every cell of a plan, and what changed since last night",
    "compare last-1 last": "what changed since the night before",
    "init": "a lab.toml and a scenario to begin with",
    "test -e unit": "the tests of this clone: one level",
}

EPILOG = """\b
Examples:
{examples}

\b
Exit codes:
  0  PASS   nothing is wrong
  1  FAIL   the driver is wrong, and nothing else ends so
  2  ERROR  wrong usage, or something on this machine to be put right
  3  MISS   the lab broke: nothing is known of the driver
"""


def _epilog() -> str:
    typed = {f"{own_name()} {command}": meaning for command, meaning in EXAMPLES.items()}
    wide = max(map(len, typed)) + 4
    lines = [f"  {command:<{wide}}{meaning}" for command, meaning in typed.items()]
    return EPILOG.format(examples="\n".join(lines))


app = typer.Typer(
    cls=CommandGroup,
    add_completion=False,  # `completion` knows how this program is called
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings=SETTINGS,
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        where = Path(__file__).resolve().parents[2]
        python = platform.python_version()
        typer.echo(f"wlan-hil {version('wlan-hil')} (Python {python}, {where})")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def wlan_hil(
    context: typer.Context,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Validates the IHV Extensions DLL of a Windows WLAN driver, end to end."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


def run_app() -> object:
    """Run the command that was typed: its exit code, or None. Raises what ends it otherwise."""
    if VARIABLE in os.environ:
        get_completion_inspect_parameters()  # makes the shells known
    else:
        _refuse_empty(sys.argv[1:])
    app.info.epilog = _epilog()
    return app(prog_name=own_name(), complete_var=VARIABLE, standalone_mode=False)


def _refuse_empty(arguments: list[str]) -> None:
    """An empty argument is a variable that was not set: no default is taken in its place."""
    for before, argument in zip(["", *arguments], arguments, strict=False):
        option, equals, value = argument.partition("=")
        if not argument.strip() or (option.startswith("--") and equals and not value.strip()):
            name = option if equals else before if before.startswith("-") else "an argument"
            raise UsageError(
                f"{name} is empty: wanted a value", hint="leave it out, or is a variable not set?"
            )
