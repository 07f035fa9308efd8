# SPDX-License-Identifier: GPL-2.0-or-later
"""How stations are let into a scenario's network: its choices, and what goes with each."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from harness.config.validation import Strict
from hil_common.ciphers import DATA_CIPHERS, GROUP_MANAGEMENT_CIPHERS
from hil_common.network import MAX_PASSWORD_ID
from hil_common.security import EC_GROUPS, OPEN, OWE, SECURITY_CHOICES, Pmf, SaeWays, SecurityChoice

if TYPE_CHECKING:
    Security = str
    EcGroup = int
    DataCipher = str
    ManagementCipher = str
else:
    Security = Literal[tuple(SECURITY_CHOICES)]
    EcGroup = Literal[EC_GROUPS]
    DataCipher = Literal[tuple(DATA_CIPHERS)]
    ManagementCipher = Literal[tuple(GROUP_MANAGEMENT_CIPHERS)]

SECURITY_MEANINGS: Final = (
    "; ".join(f"{one.name}: {one.meaning}" for one in SECURITY_CHOICES.values()) + "."
)


def _of_identifier_length(value: str) -> str:
    size = len(value.encode())
    if size > MAX_PASSWORD_ID:
        raise ValueError(f"is {size} bytes long; a password identifier has up to {MAX_PASSWORD_ID}")
    return value


Groups = Annotated[tuple[EcGroup, ...], Field(min_length=1)]
"""Curves by IANA group number: P-256, P-384, P-521."""


class Sae(Strict):
    """How a network has SAE (WPA3)."""

    groups: Groups = EC_GROUPS
    """The curves it takes, by IANA group number: P-256, P-384, P-521."""
    ways: SaeWays = "both"
    """To the password element; both: hash to element is offered."""
    open_exchanges: Annotated[int, Field(ge=0, le=1000)] = 5
    """So many may be unfinished before an anti-clogging token is wanted; 0: of every station."""
    password_id: Annotated[str, AfterValidator(_of_identifier_length)] = ""
    """The identifier that goes with the passphrase: who associates without it, or by hunting and
    pecking, is refused."""

    @model_validator(mode="after")
    def _identified_by_hash(self) -> Sae:
        if self.password_id and self.ways == "hunting-and-pecking":
            raise ValueError("password_id goes by hash to element; ways has hunting and pecking")
        return self


class Ft(Strict):
    """How a network has fast transitions (802.11r)."""

    mobility_domain: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{4}$")] = "484c"
    """The two bytes that name the domain, in hex."""
    over_ds: bool = True
    """Whether stations may ask for a transition through the access point they are at."""
    deadline_tu: Annotated[int, Field(ge=1000, le=65535)] = 10_000
    """By how many time units of 1.024 ms the reassociation may be behind the first two messages."""


def security_misfit(choice: SecurityChoice, pmf: Pmf | None, given: Collection[str]) -> str | None:
    """What of [network] does not go with its security, and what does; None if all fits.

    ``given`` are the keys that the scenario gives.
    """
    if pmf is not None and pmf not in choice.pmf:
        known = " or ".join(f"'{one}'" for one in choice.pmf)
        return f"security = '{choice.name}' goes with pmf = {known} only"
    if "owe_groups" in given and choice is not OWE:
        return f"owe_groups goes with security = '{OWE.name}' only"
    if "ft" in given and not choice.has_ft:
        known = " or ".join(f"'{one.name}'" for one in SECURITY_CHOICES.values() if one.has_ft)
        return f"[network.ft] goes with security = {known} only"
    if "owe_transition" in given and choice is not OPEN:
        return f"owe_transition goes with security = '{OPEN.name}' only"
    if "pmk_caching" in given and not (choice.keeps_pmks or "owe_transition" in given):
        return f"pmk_caching goes with 802.1X, SAE and OWE only, not with '{choice.name}'"
    if "sae" in given and not choice.has_sae:
        known = " or ".join(f"'{one.name}'" for one in SECURITY_CHOICES.values() if one.has_sae)
        return f"[network.sae] goes with security = {known} only"
    return None
