# SPDX-License-Identifier: GPL-2.0-or-later
"""What the model of an emulated USB adapter is: of those that come along, and of a stranger's.

A stranger's code is not loaded here, where it could do as it likes: a process of its own tells.
"""

from __future__ import annotations

import functools
import stat
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from harness.errors import UsageError
from hwsim.usb.catalogue import ADAPTERS, AdapterKind, Hidden
from hwsim.usb.plugins import PROGRAM, SOCKET, in_a_process

TELL_S: Final = 30.0
"""Bound on the import of a model, on a slow machine."""
SAID: Final = "lab.toml says so ([guest] hides)"
_GUIDE: Final = "docs/adding-a-device-model.md"


def adapter_kind(name: str, hides: Sequence[Hidden] = ()) -> AdapterKind:
    """What an adapter is and hides, ``hides`` included; raises `UsageError` if there is none."""
    kind = _in_a_process(name) if in_a_process(name) else _of_a_class(name)
    return replace(kind, hides={**dict.fromkeys(hides, SAID), **kind.hides}) if hides else kind


def _in_a_process(name: str) -> AdapterKind:
    path = Path(name.partition(":")[2])
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise _unusable(name, error.strerror or str(error)) from None
    if name.startswith(PROGRAM) and not (stat.S_ISREG(mode) and mode & 0o111):
        raise _unusable(name, "it is no program that can be started")
    if name.startswith(SOCKET) and not stat.S_ISSOCK(mode):
        raise _unusable(name, "it is no socket on which a model could listen")
    return AdapterKind(
        name=name, chip="a model in a process of its own", usb=(), linux="not told",
        windows="not told", proven="not told", implementation=("", ""),
    )  # fmt: skip


@functools.cache
def _of_a_class(name: str) -> AdapterKind:
    if name in ADAPTERS:
        return ADAPTERS[name]
    argv = [sys.executable, "-m", "hwsim.usb.plugins", name]
    try:
        told = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=TELL_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise _unusable(name, f"its import did not end within {TELL_S:g} s") from None
    if told.returncode:
        last = told.stderr.decode(errors="replace").strip().splitlines()[-1:]
        said = last[0] if last else f"its import ended the process with status {told.returncode}"
        raise _unusable(name, said.removeprefix(f"{name} "))
    try:
        return TypeAdapter(AdapterKind).validate_json(told.stdout.splitlines()[-1:][0])
    except (ValidationError, IndexError):
        raise _unusable(name, "what its kind says has not the form of an AdapterKind") from None


def _unusable(name: str, why: str) -> UsageError:
    return UsageError(f"radio {name!r:.200}: {why:.300}", hint=f"see {_GUIDE}")
