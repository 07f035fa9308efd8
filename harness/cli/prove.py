# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil prove windows`: what the first person with a Windows licence should run."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.commands import command_group
from harness.cli.options import LabOption
from harness.cli.signals import interrupt_on_signals
from harness.config.lab import load_lab
from harness.console import open_console
from harness.errors import UsageError

prove = command_group("Prove what has not been seen yet, on a system of yours.")


@prove.callback()
def proofs() -> None:
    """Prove what has not been seen yet, on a system of yours."""


@prove.command("windows")
def windows(
    dll: Annotated[Path | None, typer.Option(help="An IHV Extensions DLL (64-bit).")] = None,
    steps: Annotated[bool, typer.Option("--steps", help="List the ten steps; do none.")] = False,
    to: Annotated[Path, typer.Option(help="Folder for the file that can be sent.")] = Path(),
    lab: LabOption = None,
) -> None:
    """Run ten steps on the Windows guest of lab.toml, each with what it proves.

    What was seen is packed into one file. With `image = "rehearsal"` it is a rehearsal on the
    reference guest.
    """
    from harness.guests.registry import WINDOWS_STEPS

    if steps:
        for number, planned in enumerate(WINDOWS_STEPS, 1):
            typer.echo(f"{number:2}  {planned.name}: {planned.does}")
            typer.echo(f"    proves: {planned.proves}")
        return
    from harness.run.proof import prove as carry_out
    from harness.run.proof_pack import pack
    from harness.run.vendor import CommandLineDll

    found = load_lab(lab)
    if found.guest.kind != "windows":
        raise UsageError(
            "lab.toml has no Windows guest",
            hint='[guest] kind = "windows", image = the name of yours, or "rehearsal"',
        )
    _check_takes_files(to)
    interrupt_on_signals()
    with tempfile.TemporaryDirectory(prefix="hil-prove-") as folder, open_console() as console:
        proof = carry_out(found, CommandLineDll(dll=dll), Path(folder), console)
        kind = "rehearsal" if proof.rehearsal else "proof"
        target = to / f"windows-{kind}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.zip"
        left_out = pack(proof, target)
    for number, step in enumerate(proof.steps, 1):
        typer.echo(f"{number:2}  {step.outcome:<11}  {step.name}: {step.seen or step.proves}")
    for one in left_out:
        typer.echo(f"not in the file: {one}")
    typer.echo(f"{target}: to be sent; nothing of it is Windows" if proof.rehearsal
               else f"{target}: to be sent")  # fmt: skip
    raise typer.Exit(0 if proof.complete else 2 if proof.mistake else 3)


def _check_takes_files(folder: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UsageError(
            f"--to {folder}: no file can be made there: {error.strerror}",
            hint="name a folder you may write to",
        ) from None
