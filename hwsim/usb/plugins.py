# SPDX-License-Identifier: GPL-2.0-or-later
"""Device models by name: those that come along, and those that others have written.

``python -m hwsim.usb.plugins NAME`` prints what a model is, as JSON. It is a process of its own
because it loads a stranger's code.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Final, cast

from hwsim.errors import ModelFault
from hwsim.usb.catalogue import ADAPTERS, AdapterKind, maker
from hwsim.usb.guard import MakeModel, words_of
from hwsim.usb.sources import ClassSource, SocketSource, Source, listening, started

GROUP: Final = "wlan_hil.usb_models"
"""The entry points by which an installed package offers models."""
PROGRAM: Final = "exec:"
"""A program that is started with a socket as its standard input."""
SOCKET: Final = "unix:"
"""A socket on which a process listens."""
_CLASS = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)


def in_a_process(name: str) -> bool:
    """Whether a model of that name is a process of its own."""
    return name.startswith((PROGRAM, SOCKET)) and not name.endswith(":")


def is_a_class(name: str) -> bool:
    """Whether it names a class by its module: ``package.module:Class``."""
    return _CLASS.fullmatch(name) is not None and not in_a_process(name)


def installed() -> dict[str, EntryPoint]:
    """What installed packages offer, by name."""
    return {one.name: one for one in entry_points(group=GROUP)}


def source_of(name: str) -> Source:
    """Where models of that name come from; raises :class:`ModelFault`."""
    if name in ADAPTERS:
        return ClassSource(name, maker(name))
    if name.startswith(PROGRAM):
        path = str(Path(name.removeprefix(PROGRAM)).absolute())
        return SocketSource(name, partial(started, [path]))
    if name.startswith(SOCKET):
        return SocketSource(name, partial(listening, name.removeprefix(SOCKET)))
    return ClassSource(name, cast(MakeModel, _loaded(name)), watched=True)


def kind_of(name: str) -> AdapterKind:
    """What a model in this process says that it is; raises :class:`ModelFault`."""
    if name in ADAPTERS:
        return ADAPTERS[name]
    found = _loaded(name)
    doc = (getattr(found, "__doc__", None) or "").strip().splitlines()
    said = getattr(found, "kind", None)
    if said is None:
        return AdapterKind(
            name=name, chip=doc[0] if doc else found.__qualname__, usb=(), linux="not told",
            windows="not told", proven="not told", implementation=("", ""),
        )  # fmt: skip
    if not isinstance(said, AdapterKind):
        raise ModelFault(f"{name}: its kind is a {type(said).__name__}, and no AdapterKind")
    return replace(said, name=name)


def _loaded(name: str) -> Callable[..., Any]:
    """The class of a stranger's model."""
    try:
        if is_a_class(name):
            module, _, attribute = name.partition(":")
            found = getattr(importlib.import_module(module), attribute)
        else:
            found = installed()[name].load()
    except KeyError:
        raise ModelFault(f"{name} is no model that is installed ({GROUP})") from None
    except (Exception, SystemExit) as error:
        raise ModelFault(f"{name} cannot be loaded: {words_of(error)}") from None
    if not callable(found):
        raise ModelFault(f"{name} is a {type(found).__name__}, and no class")
    return cast(Callable[..., Any], found)


def main() -> int:
    """Print what the model is; 1 and the reason if it cannot be had."""
    try:
        kind = kind_of(sys.argv[1])
    except ModelFault as fault:
        print(fault, file=sys.stderr)
        return 1
    print(json.dumps(asdict(kind)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
