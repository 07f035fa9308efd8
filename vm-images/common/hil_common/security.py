# SPDX-License-Identifier: GPL-2.0-or-later
"""The choices of `[network] security`, and what each means to host and guest: the one table.

The air carries a choice out (hwsim.ap.security), a scenario names it, the WLAN profile tells
Windows of it, and the guest associates by it. Sources: IEEE 802.11-2020, table 9-151 (AKM suites);
wlantypes.h (DOT11_AUTH_ALGORITHM).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Credential = Literal["none", "passphrase", "eap"]
"""What a station proves itself with: nothing, a passphrase, or an EAP method run over 802.1X."""
Pmf = Literal["disabled", "optional", "required"]
"""Management frame protection as a network offers it (IEEE 802.11-2020, 12.6.3: MFPC, MFPR)."""
PMF_CHOICES: tuple[Pmf, ...] = get_args(Pmf)


@dataclass(frozen=True, kw_only=True)
class SecurityChoice:
    """One choice.

    Attributes:
        name: as scenario files and the air's ``configure`` call spell it.
        meaning: the same in words, for the reference of scenario files.
        credential: what stations prove themselves with.
        auth_algorithm: DOT11_AUTH_ALGORITHM of a DLL that associates by it.
        akm: the AKM suite selector, OUI first; None in a network without keys.
        pmf: the management frame protection that goes with it, what it is if left out first.
        os_authentication: ``<authentication>`` of the WLAN profile: what the OS carries out itself,
            which is nothing where the DLL does it all.
        os_encryption: ``<encryption>`` of the WLAN profile, likewise.
    """

    name: str
    meaning: str
    credential: Credential
    auth_algorithm: int
    akm: int | None = None
    pmf: tuple[Pmf, ...] = PMF_CHOICES
    os_authentication: str = "open"
    os_encryption: str = "none"

    @property
    def has_keys(self) -> bool:
        """Whether a handshake makes keys, and data goes under them."""
        return self.akm is not None


WPA2_PSK = SecurityChoice(
    name="wpa2-psk",
    meaning="a passphrase",
    credential="passphrase",
    auth_algorithm=7,
    akm=0x000FAC02,
)
WPA2_EAP = SecurityChoice(
    name="wpa2-eap",
    meaning="802.1X by the OS, which [eap] says more of",
    credential="eap",
    os_authentication="WPA2",
    os_encryption="AES",
    auth_algorithm=6,
    akm=0x000FAC01,
)
OPEN = SecurityChoice(
    name="open",
    meaning="none",
    credential="none",
    auth_algorithm=1,
    pmf=("disabled",),
)
WPA2_PSK_SHA256 = SecurityChoice(
    name="wpa2-psk-sha256",
    meaning="a passphrase, with keys by SHA-256 (AKM 6)",
    credential="passphrase",
    auth_algorithm=7,
    akm=0x000FAC06,
)

_CHOICES = (
    WPA2_PSK,
    WPA2_EAP,
    OPEN,
    WPA2_PSK_SHA256,
)

SECURITY_CHOICES = {choice.name: choice for choice in _CHOICES}
"""Every choice by name, the default first. Where an AKM is to be chosen, a former goes first."""


def akms_of(auth_algorithm: int) -> tuple[int, ...]:
    """The AKM suites that go with a DOT11_AUTH_ALGORITHM, the preferred first."""
    choices = (one for one in SECURITY_CHOICES.values() if one.auth_algorithm == auth_algorithm)
    return tuple(choice.akm for choice in choices if choice.akm is not None)


def names_with(credential: Credential) -> str:
    """The names of the choices with that credential, as a message lists them."""
    choices = SECURITY_CHOICES.values()
    return " or ".join(f"'{one.name}'" for one in choices if one.credential == credential)
