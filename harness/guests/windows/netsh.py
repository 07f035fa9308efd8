# SPDX-License-Identifier: GPL-2.0-or-later
"""What ``netsh wlan show drivers`` says of an adapter's IHV service, in whatever language. Pure.

Its labels are translated, its order is not documented. So values are known by their form: a path
that ends in .dll is the extensibility DLL's, six hex digits in brackets are the OUI.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PureWindowsPath

COMMAND = "netsh wlan show drivers"

DLL = re.compile(r":\s*((?:[A-Z]:|%[^%]+%)\\[^:*?\"<>|]+\.dll)\s*$", re.IGNORECASE)
OUI = re.compile(r":\s*\[([0-9A-Fa-f]{2}) ([0-9A-Fa-f]{2}) ([0-9A-Fa-f]{2})\]")
INTERFACE = re.compile(r"^\S[^:]*:\s+(\S.*)$")


@dataclass(frozen=True, slots=True)
class ShownDriver:
    """What is said of one interface."""

    interface: str
    """Its name, as the user sees it."""
    dll: PureWindowsPath | None
    """The IHV Extensions DLL that the WLAN service has for it; None if it has none."""
    oui: str | None
    """Of the IHV service: six hex digits."""


def shown_drivers(output: str) -> tuple[ShownDriver, ...]:
    """The interfaces that netsh tells of.

    One begins with a line at the margin, with a colon and a name; what is told of it is indented.
    """
    found: list[ShownDriver] = []
    for line in output.splitlines():
        begin = INTERFACE.match(line)
        if begin:
            found.append(ShownDriver(begin[1].strip(), None, None))
        elif found and line[:1].isspace():
            found[-1] = _with(found[-1], line)
    return tuple(found)


def _with(driver: ShownDriver, line: str) -> ShownDriver:
    dll, oui = DLL.search(line), OUI.search(line)
    return ShownDriver(
        driver.interface,
        PureWindowsPath(dll[1].strip()) if dll and driver.dll is None else driver.dll,
        "".join(oui.groups()).lower() if oui and driver.oui is None else driver.oui,
    )
