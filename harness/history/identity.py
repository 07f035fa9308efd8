# SPDX-License-Identifier: GPL-2.0-or-later
"""What is equal from run to run: the test, and the environment of its figures. Pure."""

from __future__ import annotations

import hashlib
import json
from pathlib import PureWindowsPath
from typing import Final

from harness.config.lab import GuestKind
from harness.history.model import Test
from harness.results import Environment, RunResult

RADIOS: Final[dict[GuestKind, str]] = {"reference": "hwsim", "windows": "own"}
"""The radio of a kind of guest, where a run does not say it."""

SAMPLE: Final = "sample"
"""The name of a run's DLL where it did not come as far as to know it."""

UNDER_TEST: Final = ("dll_path", "dll_sha256", "dll_companions")
"""Parts of `Environment` that are what is compared, not where."""

PER_RUN: Final = ("accelerator_reason", "clock_uncertainty_us")
"""Parts of `Environment` that differ from run to run and move no figure."""

PER_RUN_OTHER: Final = ("guest's clock set by", "station address", "access point address")
"""Likewise, of `Environment.other`."""


def stands_for(result: RunResult, dll: str | None = None) -> Test:
    """The test that a run stands for; `dll` is the name a plan gives the DLL, else its file's."""
    path = result.environment.dll_path
    name = dll or (PureWindowsPath(path).stem if path else SAMPLE)
    radio = result.environment.other.get("radio", RADIOS[result.guest])
    return Test(result.guest, radio, name, result.scenario)


def parts_of(environment: Environment) -> dict[str, str]:
    """All that may move a figure, part by part: `qemu`, `host_cpu`, `versions.scapy`, …"""
    known = environment.model_dump(mode="json", exclude={*UNDER_TEST, *PER_RUN})
    parts: dict[str, str] = {}
    for name, value in known.items():
        if isinstance(value, dict):
            parts |= {f"{name}.{key}": str(one) for key, one in value.items()}
        elif value is not None:
            parts[name] = str(value)
    dropped = {f"other.{name}" for name in PER_RUN_OTHER}
    return {name: parts[name] for name in sorted(parts.keys() - dropped)}


def fingerprint(parts: dict[str, str]) -> str:
    """A short name for an environment: equal for equal parts."""
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
