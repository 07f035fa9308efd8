# SPDX-License-Identifier: GPL-2.0-or-later
"""What our sample DLL is told of a network: the fragment of the profile that it reads."""

from __future__ import annotations

from typing import Final

from hil_common.security import (
    OPEN,
    WEP_EAP,
    WEP_OPEN,
    WEP_SHARED,
    WPA2_EAP,
    WPA2_EAP_SHA256,
    WPA2_FT_EAP,
    WPA2_FT_PSK,
    WPA2_PSK,
    WPA2_PSK_SHA256,
    WPA3_COMPATIBILITY,
    WPA3_TRANSITION,
    WPA_EAP,
    WPA_PSK,
    WPA_WPA2_PSK,
)

SAMPLE_SECURITY: Final = "<IhvSecurity><Passphrase>{passphrase}</Passphrase>{fault}</IhvSecurity>"
"""The usual one; a vendor's own goes into `[ihv] security`."""
_ENTERPRISE: Final = "<IhvSecurity><Enterprise/>{fault}</IhvSecurity>"

SAMPLE_FRAGMENTS: Final = {
    WPA2_PSK.name: SAMPLE_SECURITY,
    WPA2_PSK_SHA256.name: SAMPLE_SECURITY,
    WPA3_TRANSITION.name: SAMPLE_SECURITY,
    WPA3_COMPATIBILITY.name: SAMPLE_SECURITY,
    WPA_WPA2_PSK.name: SAMPLE_SECURITY,
    WPA_PSK.name: "<IhvSecurity><Wpa/><Passphrase>{passphrase}</Passphrase>{fault}</IhvSecurity>",
    WPA2_FT_PSK.name: SAMPLE_SECURITY,
    WEP_OPEN.name: "<IhvSecurity><WepKey>{passphrase}</WepKey>{fault}</IhvSecurity>",
    WEP_SHARED.name: "<IhvSecurity><WepKey>{passphrase}</WepKey><SharedKey/>{fault}</IhvSecurity>",
    OPEN.name: "<IhvSecurity><Open/>{fault}</IhvSecurity>",
    **dict.fromkeys((WPA2_EAP.name, WPA2_EAP_SHA256.name, WPA2_FT_EAP.name), _ENTERPRISE),
    WPA_EAP.name: "<IhvSecurity><Enterprise/><Wpa/>{fault}</IhvSecurity>",
    WEP_EAP.name: "<IhvSecurity><Enterprise/><DynamicWep/>{fault}</IhvSecurity>",
}
"""What a scenario that leaves it out tells our sample DLL in each security mode; other modes the
sample does not know."""
