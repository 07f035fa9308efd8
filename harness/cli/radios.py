# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil radios`: which radios the guest can have."""

from __future__ import annotations

import json
from dataclasses import asdict

import typer

from harness.cli.options import JsonOption
from harness.config.lab import SIMULATED, USB_RADIOS
from harness.guests.radios import unfit_scenarios
from hwsim.usb.catalogue import ADAPTERS, AdapterKind

SIMULATED_RADIO = AdapterKind(
    name=SIMULATED,
    chip="the kernel's simulated radio (mac80211_hwsim)",
    usb=(),
    linux="mac80211_hwsim",
    windows="none",
    proven="every test and scenario",
    implementation=("", ""),
)


def radios(as_json: JsonOption = False) -> None:
    """List the radios a guest can have ([guest] radio in lab.toml): what each is and hides.

    Scenarios that need what it hides, those shipped by name, are refused with it.
    """
    kinds = [SIMULATED_RADIO, *(ADAPTERS[name] for name in USB_RADIOS)]
    if as_json:
        rows = [asdict(kind) | {"cannot_run": _unfit(kind)} for kind in kinds]
        for row in rows:
            del row["implementation"]
        typer.echo(json.dumps(rows, indent=1))
        return
    for kind in kinds:
        typer.echo("\n".join(_lines(kind)))


def _unfit(kind: AdapterKind) -> dict[str, str]:
    return unfit_scenarios(None if kind is SIMULATED_RADIO else kind.name)


def _lines(kind: AdapterKind) -> list[str]:
    told = {
        "USB": ", ".join(kind.usb),
        "Linux": kind.linux,
        "Windows": kind.windows,
        "proven": kind.proven,
        **{f"hides {what}": why for what, why in kind.hides.items()},
        "cannot run": ", ".join(_unfit(kind)),
    }
    width = max(len(name) for name in told)
    lines = [f"{kind.name}: {kind.chip}"]
    return lines + [f"  {name:<{width}}  {text}" for name, text in told.items() if text]
