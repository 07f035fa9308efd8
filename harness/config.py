# SPDX-License-Identifier: GPL-2.0-or-later
"""lab.toml: the lab a run uses. Every key has a default, so the file itself is optional."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from harness.validation import Strict, load_toml

Seconds = Annotated[float, Field(gt=0, le=3600)]


class Guest(Strict):
    """The virtual machine."""

    kind: Literal["reference"] = "reference"
    memory_mib: Annotated[int, Field(ge=384, le=65536)] = 512
    accel: Literal["auto", "kvm", "tcg"] = "auto"
    saved_state: bool = True
    """Start from a state saved after the first boot; false boots each time."""


class Limits(Strict):
    """Bounds on every wait, in seconds.

    No document of Microsoft's gives a limit for the DLL's answers: `post_associate_s` and
    `handler_s` are parameters of ours, and findings that rest on them say so.
    """

    boot_s: Seconds = 300
    restore_s: Seconds = 60
    ssh_s: Seconds = 60
    command_s: Seconds = 60
    association_s: Seconds = 40
    disconnect_s: Seconds = 20
    post_associate_s: Seconds = 10
    handler_s: Seconds = 5


class Store(Strict):
    """Where results and built things go."""

    runs: Path = Path("runs")
    cache: Path = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wlan-hil"


class Lab(Strict):
    """A whole lab.toml."""

    guest: Guest = Guest()
    limits: Limits = Limits()
    store: Store = Store()


def load_lab(path: Path | None) -> Lab:
    """The lab described by `path`; without one by ./lab.toml if there is one, else the defaults."""
    if path is None:
        path = Path("lab.toml")
        if not path.exists():
            return Lab()
    return load_toml(path, Lab)
