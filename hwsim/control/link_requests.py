# SPDX-License-Identifier: GPL-2.0-or-later
"""The links in control calls, checked as :mod:`hwsim.control.arguments` has it."""

from __future__ import annotations

from typing import Any, Final

from hwsim.control.arguments import MAX_ACCESS_POINTS, Arguments, bad, shown
from hwsim.links.links import STRONGEST_DBM, WEAKEST_DBM, Link

MAX_LINKS: Final = 64
MAX_STATIONS: Final = 64


def links(value: Any) -> tuple[Link, ...]:
    """The links of a ``begin`` call, each an object with the fields of a link; the first that fits
    counts."""
    if not isinstance(value, list) or len(value) > MAX_LINKS:
        raise bad(f"links: a list of at most {MAX_LINKS} links is needed")
    return tuple(_link(one, f"links[{index}]") for index, one in enumerate(value))


def _link(value: Any, where: str) -> Link:
    args = Arguments(value, where)
    link = Link(
        access_point=_optional(args, where, "access_point", 1, MAX_ACCESS_POINTS),
        station=_optional(args, where, "station", 1, MAX_STATIONS),
        signal_dbm=_optional(args, where, "signal_dbm", WEAKEST_DBM, STRONGEST_DBM),
        noise_dbm=_optional(args, where, "noise_dbm", WEAKEST_DBM, STRONGEST_DBM),
        loss=_probability(args, where),
    )
    args.done()
    return link


def _optional(args: Arguments, where: str, name: str, low: int, high: int) -> int | None:
    value = args.take(name, None)
    return None if value is None else Arguments({name: value}, where).integer(name, low, high)


def _probability(args: Arguments, where: str) -> float:
    value = args.take("loss", 0)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value <= 1:
        raise bad(f"{where}.loss: a probability from 0 to 1 is needed, not {shown(value)}")
    return float(value)
