# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil init`: files to begin with, in which every key is explained."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from harness.errors import UsageError
from harness.local.folders import trouble
from harness.naming import as_typed

STARTERS = {"lab.toml": "starter_lab.toml", "my-scenario.toml": "starter_scenario.toml"}
"""Name of a file → the one it is copied from."""


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write them.")] = Path(),
) -> None:
    """Write a lab.toml and a scenario, with every key explained. Overwrites nothing."""
    taken = [str(folder / name) for name in STARTERS if (folder / name).exists()]
    if taken:
        raise UsageError(
            f"{' and '.join(taken)}: there already, and nothing is overwritten",
            hint="name another folder, or move it away",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, source in STARTERS.items():
            text = files("harness.cli").joinpath(source).read_text("utf-8")
            with (folder / name).open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise UsageError(
            f"init {folder}: {trouble(folder, error)}", hint="name a folder you may write to"
        ) from None
    scenario = folder / "my-scenario.toml"
    typer.echo(f"wrote {folder / 'lab.toml'}: used by every command run in its folder")
    typer.echo(f"wrote {scenario}: " + as_typed(f"`hil run {scenario}` runs it"))
