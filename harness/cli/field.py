# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil field`: what a capture from the field holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.commands import command_group
from harness.cli.options import JsonOption

field = command_group("Captures from the field.")

KeysOption = Annotated[
    Path | None,
    typer.Option("--keys", help="Keys of its networks, as Wireshark's 80211_keys or air.keys."),
]


@field.callback()
def captures_of_the_field() -> None:
    """Captures from the field."""


@field.command("inspect")
def inspect_captures(
    captures: Annotated[list[Path], typer.Argument(metavar="CAPTURE...", help="The captures.")],
    keys: KeysOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell who spoke with whom in captures, how far they came, and what is odd.

    Each EAPOL-Key message's MIC is computed, if a key of its network is given.
    """
    from harness.field import inspect
    from harness.field.lines import lines
    from harness.field.secrets import Secrets, read_secrets

    secrets = Secrets() if keys is None else read_secrets(keys)
    found = [inspect(path, secrets) for path in captures]
    if as_json:
        typer.echo(json.dumps([one.to_json() for one in found], indent=1))
        return
    typer.echo("\n\n".join("\n".join(lines(one)) for one in found))
