# SPDX-License-Identifier: GPL-2.0-or-later
"""Which associations of a run a part of its scenario is for. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import Field

MOST_ASSOCIATIONS: Final = 100_000
"""So many a run may have."""

Number = Annotated[int, Field(ge=1, le=MOST_ASSOCIATIONS)]
Numbers = Number | Annotated[tuple[Number, ...], Field(min_length=1)]
"""One association of a run, or several; the first is 1."""


def listed(numbers: Numbers | None) -> tuple[int, ...]:
    """The associations that are meant; none where none is named."""
    if numbers is None:
        return ()
    return (numbers,) if isinstance(numbers, int) else tuple(dict.fromkeys(numbers))


def in_words(numbers: Iterable[int]) -> str:
    """They in words: "association 1", "associations 1, 3"."""
    named = [str(number) for number in sorted(numbers)]
    return f"association{'s' if len(named) > 1 else ''} {', '.join(named)}"
