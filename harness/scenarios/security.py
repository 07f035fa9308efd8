# SPDX-License-Identifier: GPL-2.0-or-later
"""How stations are let into a scenario's network: its choices, and what goes with each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field

from harness.config.validation import Strict
from hil_common.security import SAE_GROUPS, SECURITY_CHOICES, Pmf, SaeWays, SecurityChoice

if TYPE_CHECKING:
    Security = str
    SaeGroup = int
else:
    Security = Literal[tuple(SECURITY_CHOICES)]
    SaeGroup = Literal[SAE_GROUPS]

SECURITY_MEANINGS: Final = (
    "; ".join(f"{one.name}: {one.meaning}" for one in SECURITY_CHOICES.values()) + "."
)


class Sae(Strict):
    """How a network has SAE (WPA3)."""

    groups: Annotated[tuple[SaeGroup, ...], Field(min_length=1)] = SAE_GROUPS
    """The curves it takes, by IANA group number: P-256, P-384, P-521."""
    ways: SaeWays = "both"
    """To the password element; both: hash to element is offered."""
    open_exchanges: Annotated[int, Field(ge=0, le=1000)] = 5
    """So many may be unfinished before an anti-clogging token is wanted; 0: of every station."""


def security_misfit(choice: SecurityChoice, pmf: Pmf | None, *, has_sae: bool) -> str | None:
    """What of [network] does not go with its security, and what does; None if all fits."""
    if pmf is not None and pmf not in choice.pmf:
        known = " or ".join(f"'{one}'" for one in choice.pmf)
        return f"security = '{choice.name}' goes with pmf = {known} only"
    if has_sae and not choice.has_sae:
        known = " or ".join(f"'{one.name}'" for one in SECURITY_CHOICES.values() if one.has_sae)
        return f"[network.sae] goes with security = {known} only"
    return None
