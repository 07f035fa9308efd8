# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil test`: what the script `hil` does with it in a clone, as the help tells it."""

from __future__ import annotations

from typing import Annotated

import typer

from harness.errors import UsageError


def run_tests(
    arguments: Annotated[
        list[str] | None, typer.Argument(help="For tox: -e unit, -e vm -- FILE, and so on.")
    ] = None,
) -> None:
    """Run the tests of this clone.

    -e lint, unit, wine, services or vm is one level, -- FILE after it one file.
    """
    raise UsageError(
        "the tests belong to a clone of this project", hint="run its script: ./hil test"
    )
