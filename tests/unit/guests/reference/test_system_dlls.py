# SPDX-License-Identifier: GPL-2.0-or-later
"""The DLLs of the guest's system folder, as its recipe has them."""

from __future__ import annotations

from harness.guests.reference.system_dlls import guest_dlls


def test_what_drivers_import_is_there() -> None:
    """The C runtimes, the base of Windows, XML, cryptography, and our wlanapi.dll."""
    wanted = {"kernel32.dll", "msvcrt.dll", "vcruntime140.dll", "msxml6.dll", "bcrypt.dll",
              "crypt32.dll", "wlanapi.dll", "wtsapi32.dll", "ws2_32.dll"}  # fmt: skip
    assert wanted <= guest_dlls()


def test_what_was_pruned_is_not() -> None:
    """Pictures and sound did not make it, nor did programs."""
    assert not {"opengl32.dll", "quartz.dll", "cmd.exe"} & guest_dlls()
