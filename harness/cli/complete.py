# SPDX-License-Identifier: GPL-2.0-or-later
"""Completion in the shell: commands, options, and names of scenarios and faults."""

from __future__ import annotations

from typing import Annotated, Literal

import typer
from typer.completion import get_completion_inspect_parameters, shell_complete

from harness.cli.commands import VARIABLE
from harness.faults import FAULTS
from harness.scenarios import scenario_names


def complete_scenario(incomplete: str) -> list[str]:
    """The shipped scenarios that begin so."""
    return [name for name in scenario_names() if name.startswith(incomplete)]


def complete_fault(incomplete: str) -> list[str]:
    """The faults that begin so."""
    return [name for name in FAULTS if name.startswith(incomplete)]


def completion(
    context: typer.Context,
    shell: Annotated[Literal["bash", "zsh", "fish"], typer.Argument(help="Your shell.")],
) -> None:
    """Print the completion of a shell.

    eval "$(hil completion bash)" in its start-up file makes it complete this command.
    """
    get_completion_inspect_parameters()  # makes the shells known
    shell_complete(context.find_root().command, {}, "hil", VARIABLE, f"source_{shell}")
