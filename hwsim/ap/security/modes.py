# SPDX-License-Identifier: GPL-2.0-or-later
"""The security modes there are, by name: the one table of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from hwsim.ap.security.dot1x import Wpa2Eap
from hwsim.ap.security.mode import SecurityMode
from hwsim.ap.security.open import Open
from hwsim.ap.security.psk import Wpa2Psk
from hwsim.ap.security.psk_sha256 import Wpa2PskSha256

_MODES: tuple[type[SecurityMode], ...] = (
    Wpa2Psk,
    Wpa2Eap,
    Open,
    Wpa2PskSha256,
)

SECURITY_MODES: Final[Mapping[str, type[SecurityMode]]] = MappingProxyType(
    {mode.name: mode for mode in _MODES}
)
"""Every choice of ``[network] security``; the first is the default."""
