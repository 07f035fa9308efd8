# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether what a scenario gives to the DLL and its [eap] speak of the same 802.1X. Pure."""

from __future__ import annotations

from typing import Final, Literal

from harness.scenarios.fragments import whole_profile
from harness.scenarios.placeholders import OF_EAP, placeholders
from hil_common.security import names_with

EapMethod = Literal["tls", "peap-mschapv2", "ttls-mschapv2", "ttls-pap"]
EAP_TYPES: Final[dict[EapMethod, int]] = {
    "tls": 13, "peap-mschapv2": 25, "ttls-mschapv2": 21, "ttls-pap": 21,
}  # fmt: skip
"""EAP method types (IANA) of [eap] method."""


def misfit(texts: str, profile: str, method: str | None) -> str:
    """What does not fit; empty if all does.

    `texts` is all XML of the scenario's [ihv], `profile` its whole profile or empty, `method` that
    of its [eap], None without one.
    """
    if method is None:
        asked = sorted(placeholders(texts) & OF_EAP)
        if asked:
            return f"[ihv]: {{{asked[0]}}} is of the RADIUS server, so it goes with [eap] only"
    if not profile:
        return ""
    whole = whole_profile(profile)
    if not whole.uses_onex:
        return ""
    if method is None:
        return (
            "the profile uses Windows' own 802.1X (useMSOneX): it goes with a scenario that has "
            f"[eap] and [network] security = {names_with('eap')}, such as eap-peap or eap-tls"
        )
    wanted = [name for name, kind in EAP_TYPES.items() if str(kind) == whole.eap_type]
    if method in wanted:
        return ""
    wish = " or ".join(f"method = '{name}'" for name in wanted)
    fix = f"{wish} is wanted" if wanted else "only EAP-TLS, EAP-TTLS and PEAP can be run"
    return f"the profile has EAP method {whole.eap_type or 'none'} and [eap] has '{method}': {fix}"
