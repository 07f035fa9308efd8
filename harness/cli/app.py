# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands, put together."""

from __future__ import annotations

import typer

from harness.cli.judging import judge
from harness.cli.listing import faults, scenarios
from harness.cli.machine import bench, doctor, image
from harness.cli.running import run
from harness.naming import own_name
from harness.rulebook import rules

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Validates the IHV Extensions DLL of a Windows WLAN driver, end to end.",
)

for command in (run, judge, faults, rules, scenarios, doctor, image, bench):
    app.command()(command)


def run_app() -> object:
    """Run the command that was typed: its exit code, or None. Raises what ends it otherwise."""
    return app(prog_name=own_name(), standalone_mode=False)
