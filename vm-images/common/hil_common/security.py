# SPDX-License-Identifier: GPL-2.0-or-later
"""The choices of `[network] security`, and what each means to host and guest: the one table.

The air carries a choice out (hwsim.ap.security), a scenario names it, the WLAN profile tells
Windows of it, and the guest associates by it. Sources: IEEE 802.11-2020, table 9-151 (AKM suites);
wlantypes.h (DOT11_AUTH_ALGORITHM).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from .ciphers import (
    BIP_GMAC_128,
    BIP_GMAC_256,
    CCMP_128,
    GCMP_128,
    GCMP_256,
    GROUP_MANAGEMENT_CIPHERS,
    RSN_CIPHERS,
    TKIP,
    NetworkCiphers,
    usual_group_cipher,
)

Credential = Literal["none", "passphrase", "eap"]
"""What a station proves itself with: nothing, a passphrase, or an EAP method run over 802.1X."""
Pmf = Literal["disabled", "optional", "required"]
"""Management frame protection as a network offers it (IEEE 802.11-2020, 12.6.3: MFPC, MFPR)."""
PMF_CHOICES: tuple[Pmf, ...] = get_args(Pmf)
SaeWays = Literal["both", "hash-to-element", "hunting-and-pecking"]
"""How SAE comes from the password to a point of a curve (12.4.4.2)."""
PmkCaching = Literal["own", "opportunistic", "none", "refuse"]
"""What access points make of a PMK that a station names: own: each knows those it made itself;
opportunistic: those of all access points of the network; none: no one; refuse: status 53."""
PMK_CACHING: tuple[PmkCaching, ...] = get_args(PmkCaching)
AKM_SAE = 0x000FAC08
AKM_OWE = 0x000FAC12
AKM_WPA_EAP = 0x0050F201
AKM_WPA_PSK = 0x0050F202
"""802.1X and a passphrase, in the WPA element (the Wi-Fi Alliance's WPA specification, 2.1)."""
PSK_AKMS = (0x000FAC02, 0x000FAC04, 0x000FAC06, AKM_WPA_PSK)
FT_AKMS = (0x000FAC03, 0x000FAC04, 0x000FAC09)
EC_GROUPS = (19, 20, 21)
"""The curves of SAE and OWE, P-256, P-384 and P-521, by IANA group number (RFC 5903)."""
SAE_WAYS: tuple[SaeWays, ...] = get_args(SaeWays)


@dataclass(frozen=True, kw_only=True)
class SecurityChoice:
    """One choice.

    Attributes:
        name: as scenario files and the air's ``configure`` call spell it.
        meaning: the same in words, for the reference of scenario files.
        credential: what stations prove themselves with.
        auth_algorithm: DOT11_AUTH_ALGORITHM of a DLL that associates by it.
        akm: the AKM suite selector, OUI first; None in a network without keys.
        more_akms: those that the network offers besides, to stations that have them.
        by_guest: the reference guest's WLAN service can associate by it.
        wpa_akm: the AKM suite selector in its WPA element, which came before the RSNE; None in a
            network without one.
        override_akm: the AKM suite selector in its RSNE Override element, which stations that know
            of it take in the RSNE's place.
        wep: its data goes by WEP: under a static key that a passphrase's place has, or with 802.1X
            under keys that the access point hands out.
        data_ciphers: those of :mod:`hil_common.ciphers` that its networks may have, the default
            first.
        usual_ciphers: so many of them, from the first on, are the pairwise ones of a network that
            names none.
        management_ciphers: likewise, of group addressed management frames.
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
    more_akms: tuple[int, ...] = ()
    wpa_akm: int | None = None
    override_akm: int | None = None
    wep: bool = False
    data_ciphers: tuple[str, ...] = RSN_CIPHERS
    usual_ciphers: int = 1
    management_ciphers: tuple[str, ...] = tuple(GROUP_MANAGEMENT_CIPHERS)
    pmf: tuple[Pmf, ...] = PMF_CHOICES
    by_guest: bool = True
    os_authentication: str = "open"
    os_encryption: str = "none"

    @property
    def has_sae(self) -> bool:
        """Whether stations may authenticate by SAE."""
        return AKM_SAE in (self.akm, *self.more_akms, self.override_akm)

    @property
    def has_ft(self) -> bool:
        """Whether stations may go from access point to access point by fast transitions."""
        return any(akm in FT_AKMS for akm in self.more_akms)

    @property
    def keeps_pmks(self) -> bool:
        """Whether stations may come back with a PMK made before, which is where one is made anew
        in each association otherwise."""
        onex = self.credential == "eap" and self.akm not in (None, AKM_WPA_EAP)
        return onex or self.has_sae or self.akm == AKM_OWE

    @property
    def takes_raw_psk(self) -> bool:
        """Whether a PSK may be given in the passphrase's place."""
        return self.akm in PSK_AKMS and not self.has_sae

    @property
    def protects_data(self) -> bool:
        """Whether data never goes in the clear."""
        return self.has_keys or self.wep

    @property
    def hands_out_wep_keys(self) -> bool:
        """Whether the access point hands out WEP keys, after 802.1X."""
        return self.wep and self.credential == "eap"

    @property
    def renews_keys(self) -> bool:
        """Whether stations are given other keys while they are connected."""
        return self.has_keys or self.hands_out_wep_keys

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
WPA2_EAP_SHA256 = SecurityChoice(
    name="wpa2-eap-sha256",
    meaning="802.1X by the OS, with keys by SHA-256 (AKM 5)",
    credential="eap",
    os_authentication="WPA2",
    os_encryption="AES",
    auth_algorithm=6,
    akm=0x000FAC05,
)
WPA3_TRANSITION = SecurityChoice(
    name="wpa3-transition",
    meaning="a passphrase, by WPA2 or by SAE as the station likes",
    credential="passphrase",
    auth_algorithm=7,
    akm=0x000FAC02,
    more_akms=(AKM_SAE,),
    pmf=("optional",),
)
WPA3_COMPATIBILITY = SecurityChoice(
    name="wpa3-compatibility",
    meaning="a passphrase by WPA2, and by SAE for stations that know RSN overriding",
    credential="passphrase",
    auth_algorithm=7,
    akm=0x000FAC02,
    override_akm=AKM_SAE,
    pmf=("disabled",),
)
WPA3_SAE = SecurityChoice(
    name="wpa3-sae",
    meaning="a passphrase by SAE (AKM 8), which the reference guest's WLAN service has not",
    credential="passphrase",
    auth_algorithm=9,
    akm=AKM_SAE,
    pmf=("required",),
    by_guest=False,
)
OWE = SecurityChoice(
    name="owe",
    meaning="keys without authentication, which the reference guest's WLAN service has not",
    credential="none",
    auth_algorithm=10,
    akm=AKM_OWE,
    pmf=("required",),
    by_guest=False,
)
WPA3_EAP_192 = SecurityChoice(
    name="wpa3-eap-192",
    meaning="802.1X with the 192-bit suite (AKM 12): SHA-384, GCMP-256, BIP-GMAC-256; which the "
    "reference guest's WLAN service has not",
    credential="eap",
    os_authentication="WPA3ENT192",
    os_encryption="GCMP256",
    auth_algorithm=8,
    akm=0x000FAC0C,
    data_ciphers=(GCMP_256.name,),
    management_ciphers=(BIP_GMAC_256.name,),
    pmf=("required",),
    by_guest=False,
)
WPA_PSK = SecurityChoice(
    name="wpa-psk",
    meaning="a passphrase by WPA, with TKIP",
    credential="passphrase",
    auth_algorithm=4,
    akm=AKM_WPA_PSK,
    wpa_akm=AKM_WPA_PSK,
    data_ciphers=(TKIP.name, CCMP_128.name),
    pmf=("disabled",),
)
WPA_WPA2_PSK = SecurityChoice(
    name="wpa-wpa2-psk",
    meaning="a passphrase, by WPA2 or by WPA as the station likes; data to all goes by TKIP",
    credential="passphrase",
    auth_algorithm=7,
    akm=0x000FAC02,
    wpa_akm=AKM_WPA_PSK,
    data_ciphers=(CCMP_128.name, TKIP.name),
    usual_ciphers=2,
    pmf=("disabled",),
)
WPA2_FT_PSK = SecurityChoice(
    name="wpa2-ft-psk",
    meaning="a passphrase, with fast transitions for stations that have them (AKM 2 and 4)",
    credential="passphrase",
    auth_algorithm=7,
    akm=0x000FAC02,
    more_akms=(0x000FAC04,),
)
WPA2_FT_EAP = SecurityChoice(
    name="wpa2-ft-eap",
    meaning="802.1X by the OS, with fast transitions likewise (AKM 1 and 3)",
    credential="eap",
    os_authentication="WPA2",
    os_encryption="AES",
    auth_algorithm=6,
    akm=0x000FAC01,
    more_akms=(0x000FAC03,),
)
WPA3_FT_SAE = SecurityChoice(
    name="wpa3-ft-sae",
    meaning="a passphrase by SAE, with fast transitions likewise (AKM 8 and 9)",
    credential="passphrase",
    auth_algorithm=9,
    akm=AKM_SAE,
    more_akms=(0x000FAC09,),
    pmf=("required",),
    by_guest=False,
)

WEP_OPEN = SecurityChoice(
    name="wep-open",
    meaning="a static WEP key, and open system authentication",
    credential="passphrase",
    auth_algorithm=1,
    wep=True,
    pmf=("disabled",),
)
WEP_SHARED = SecurityChoice(
    name="wep-shared",
    meaning="a static WEP key, and shared key authentication",
    credential="passphrase",
    auth_algorithm=2,
    wep=True,
    pmf=("disabled",),
)
WEP_EAP = SecurityChoice(
    name="wep-eap",
    meaning="802.1X by the OS, which [eap] says more of, and then WEP keys that the access point "
    "hands out (dynamic WEP)",
    credential="eap",
    os_authentication="open",
    os_encryption="WEP",
    auth_algorithm=1,
    wep=True,
    pmf=("disabled",),
)
WPA_EAP = SecurityChoice(
    name="wpa-eap",
    meaning="802.1X by the OS, by WPA, with TKIP",
    credential="eap",
    os_authentication="WPA",
    os_encryption="TKIP",
    auth_algorithm=3,
    akm=AKM_WPA_EAP,
    wpa_akm=AKM_WPA_EAP,
    data_ciphers=(TKIP.name, CCMP_128.name),
    pmf=("disabled",),
)
WPA2_EAP_SUITE_B = SecurityChoice(
    name="wpa2-eap-suite-b",
    meaning="802.1X with the 128-bit suite (AKM 11): SHA-256, GCMP-128, BIP-GMAC-128; which the "
    "reference guest's WLAN service has not",
    credential="eap",
    os_authentication="WPA2",
    os_encryption="GCMP",
    auth_algorithm=6,
    akm=0x000FAC0B,
    data_ciphers=(GCMP_128.name,),
    management_ciphers=(BIP_GMAC_128.name,),
    pmf=("required",),
    by_guest=False,
)

_CHOICES = (
    WPA2_PSK,
    WPA2_EAP,
    OPEN,
    WPA2_PSK_SHA256,
    WPA2_EAP_SHA256,
    WPA3_TRANSITION,
    WPA3_COMPATIBILITY,
    WPA3_SAE,
    OWE,
    WPA3_EAP_192,
    WPA_PSK,
    WPA_WPA2_PSK,
    WPA2_FT_PSK,
    WPA2_FT_EAP,
    WPA3_FT_SAE,
    WEP_OPEN,
    WEP_SHARED,
    WEP_EAP,
    WPA_EAP,
    WPA2_EAP_SUITE_B,
)

WITH_WPA2 = (WPA3_TRANSITION, WPA3_COMPATIBILITY)
"""Those that have SAE beside WPA2, and SAE alone in 6 GHz."""
SECURITY_CHOICES = {choice.name: choice for choice in _CHOICES}
"""Every choice by name, the default first. Where an AKM is to be chosen, a former goes first."""


def akms_of(auth_algorithm: int) -> tuple[int, ...]:
    """The AKM suites that go with a DOT11_AUTH_ALGORITHM, the preferred first."""
    choices = (one for one in SECURITY_CHOICES.values() if one.auth_algorithm == auth_algorithm)
    return tuple(dict.fromkeys(choice.akm for choice in choices if choice.akm is not None))


def names_with(credential: Credential) -> str:
    """The names of the choices with that credential, as a message lists them."""
    choices = SECURITY_CHOICES.values()
    return " or ".join(f"'{one.name}'" for one in choices if one.credential == credential)


def ciphers_of(
    choice: SecurityChoice, pairwise: Sequence[str], group: str | None, management: str | None
) -> NetworkCiphers:
    """The ciphers of a network that names these; what it leaves out goes with its security."""
    pairwise = tuple(pairwise) or choice.data_ciphers[: choice.usual_ciphers]
    return NetworkCiphers(
        pairwise,
        group or usual_group_cipher(pairwise),
        management or choice.management_ciphers[0],
    )
