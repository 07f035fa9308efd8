# SPDX-License-Identifier: GPL-2.0-or-later
"""How much of the runs is kept, as `[store] keep` says it: "30 days", "500 runs" or "20 GiB"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, final

Unit = Literal["days", "runs", "GiB"]

_UNITS: Final[dict[str, Unit]] = {
    "day": "days", "days": "days", "run": "runs", "runs": "runs", "gib": "GiB", "gb": "GiB",
}  # fmt: skip
_FORM: Final = re.compile(r"\s*(\d{1,7})\s*([A-Za-z]+)\s*")


@final
@dataclass(frozen=True, slots=True)
class Keep:
    """The newest runs: of so many days, so many of them, or as many as so many GiB hold."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"


def keep_of(text: str) -> Keep:
    """`text` as what it says; raises ValueError for what says nothing of the kind."""
    found = _FORM.fullmatch(text)
    unit = _UNITS.get(found[2].lower()) if found else None
    if found is None or unit is None:
        raise ValueError('wanted a time, a number or a size, as "30 days", "500 runs" or "20 GiB"')
    return Keep(int(found[1]), unit)
