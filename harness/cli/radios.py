# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil radios`: which radios the guest can have."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from harness.cli.options import JsonOption
from harness.config.lab import SIMULATED, USB_RADIOS
from harness.errors import UsageError
from harness.guests.device_models import adapter_kind
from harness.guests.radios import unfit_scenarios
from hwsim.usb.catalogue import AdapterKind
from hwsim.usb.plugins import installed

SIMULATED_RADIO = AdapterKind(
    name=SIMULATED,
    chip="the kernel's simulated radio (mac80211_hwsim)",
    usb=(),
    linux="mac80211_hwsim",
    windows="none",
    proven="every test and scenario",
    implementation=("", ""),
)


NamesArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[RADIO]...", help="These alone; a device model of your own as well."),
]


def radios(names: NamesArgument = None, as_json: JsonOption = False) -> None:
    """List the radios a guest can have ([guest] radio in lab.toml): what each is and hides.

    Scenarios that need what it hides, those shipped by name, are refused with it.
    """
    kinds = [_kind(name) for name in names] if names else _all()
    if as_json:
        rows = [asdict(kind) | {"cannot_run": _unfit(kind)} for kind in kinds]
        for row in rows:
            del row["implementation"]
        typer.echo(json.dumps(rows, indent=1))
        return
    for kind in kinds:
        typer.echo("\n".join(_lines(kind)))


def _kind(name: str) -> AdapterKind:
    return SIMULATED_RADIO if name == SIMULATED else adapter_kind(name)


def _all() -> list[AdapterKind]:
    """The radios that come along, and the device models that are installed."""
    known = (SIMULATED, *USB_RADIOS)
    return [_kind(name) for name in known] + [
        _installed(name) for name in sorted(installed().keys() - set(known))
    ]


def _installed(name: str) -> AdapterKind:
    """An installed model; one that cannot be used is listed with the reason."""
    try:
        return adapter_kind(name)
    except UsageError as error:
        return AdapterKind(
            name=name, chip=f"cannot be used: {error.message}", usb=(), linux="", windows="",
            proven="", implementation=("", ""),
        )  # fmt: skip


def _unfit(kind: AdapterKind) -> dict[str, str]:
    return {} if kind is SIMULATED_RADIO else unfit_scenarios(kind)


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
