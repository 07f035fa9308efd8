# SPDX-License-Identifier: GPL-2.0-or-later
"""The security modes the access point carries out, by the name of their choice."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from hwsim.ap.security.dot1x import Wpa2Eap, Wpa2EapSha256
from hwsim.ap.security.ft_modes import Wpa2FtEap, Wpa2FtPsk, Wpa3FtSae
from hwsim.ap.security.mode import SecurityMode
from hwsim.ap.security.open import Open
from hwsim.ap.security.owe import Owe
from hwsim.ap.security.psk import Wpa2Psk
from hwsim.ap.security.psk_sha256 import Wpa2PskSha256
from hwsim.ap.security.rsn_override import Compatibility
from hwsim.ap.security.sae import Sae, Transition
from hwsim.ap.security.suite_b import Wpa2EapSuiteB, Wpa3Eap192
from hwsim.ap.security.wep import WepOpen, WepShared
from hwsim.ap.security.wep_eap import WepEap
from hwsim.ap.security.wpa import WpaEap, WpaPsk, WpaWpa2Psk

_MODES: tuple[type[SecurityMode], ...] = (
    Wpa2Psk,
    Wpa2Eap,
    Open,
    Wpa2PskSha256,
    Wpa2EapSha256,
    Transition,
    Compatibility,
    Sae,
    Owe,
    Wpa3Eap192,
    WpaPsk,
    WpaWpa2Psk,
    Wpa2FtPsk,
    Wpa2FtEap,
    Wpa3FtSae,
    WepOpen,
    WepShared,
    WepEap,
    WpaEap,
    Wpa2EapSuiteB,
)

SECURITY_MODES: Final[Mapping[str, type[SecurityMode]]] = MappingProxyType(
    {mode.choice.name: mode for mode in _MODES}
)
"""One for each of :data:`hil_common.security.SECURITY_CHOICES`."""
