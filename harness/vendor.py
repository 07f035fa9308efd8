# SPDX-License-Identifier: GPL-2.0-or-later
"""What a vendor brings to a run: from the command line, or from lab.toml's [dll]."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.config import Lab
from harness.errors import UsageError
from harness.guest.companions import in_system
from harness.guest.dll import Dll, inspect
from harness.vm.system_dlls import guest_dlls


@dataclass(frozen=True, slots=True)
class Brought:
    """What the command line brings."""

    dll: Path | None = None
    beside: tuple[Path, ...] = ()


def vendors_dll(lab: Lab, brought: Brought) -> Dll | None:
    """The DLL to test, looked at with its companions; None for the one the guest comes with.

    Raises `UsageError` for one that the guest cannot load, naming what is missing.
    """
    path = brought.dll or lab.dll.path
    labs = lab.dll.companions if path == lab.dll.path else ()
    companions = brought.beside or labs
    if path is None:
        if companions:
            raise UsageError(
                f"--with {companions[0]}: there is no DLL of yours that it comes with",
                hint="name the DLL too: --dll, or [dll] path in lab.toml",
            )
        return None
    return inspect(path, companions, in_system(guest_dlls()))
