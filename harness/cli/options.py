# SPDX-License-Identifier: GPL-2.0-or-later
"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

LabOption = Annotated[Path | None, typer.Option("--lab", help="lab.toml to use.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
