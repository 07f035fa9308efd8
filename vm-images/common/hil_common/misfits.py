# SPDX-License-Identifier: GPL-2.0-or-later
"""What of a network does not go together, in words that say what does."""

from __future__ import annotations

from collections.abc import Sequence

from .ciphers import TKIP, NetworkCiphers
from .security import PSK_AKMS, WITH_WPA2, Pmf, SaeWays, SecurityChoice


def ciphers_misfit(
    choice: SecurityChoice, pmf: Pmf, pairwise: Sequence[str], group: str | None,
    management: str | None,
) -> str | None:  # fmt: skip
    """What of a network's ciphers does not go with its security, and what does; None if all fits.

    Empty or None is what the network does not name.
    """
    if not choice.has_keys:
        none = f"security = '{choice.name}' leaves no cipher to choose"
        return none if pairwise or group or management else None
    if len(set(pairwise)) < len(pairwise):
        return "pairwise_ciphers names a cipher twice"
    if management and pmf == "disabled":
        return "group_mgmt_cipher goes with pmf = 'optional' or 'required' only"
    named = (
        ("pairwise_ciphers", pairwise, choice.data_ciphers),
        ("group_cipher", (group,) if group else (), choice.data_ciphers),
        ("group_mgmt_cipher", (management,) if management else (), choice.management_ciphers),
    )
    for key, names, known in named:
        if not set(names) <= set(known):
            listed = " or ".join(f"'{one}'" for one in known)
            return f"security = '{choice.name}' goes with {key} = {listed} only"
    return None


def rsn_misfit(
    choice: SecurityChoice, pmf: Pmf, ciphers: NetworkCiphers, *, ocv: bool, extended_key_id: bool
) -> str | None:
    """Which RSN capability does not go with a network's security, and why; None if all do."""
    if ocv and pmf == "disabled":
        return "ocv goes with pmf = 'optional' or 'required' only"
    if extended_key_id and (not choice.has_keys or TKIP.name in ciphers.pairwise):
        return "extended_key_id goes with a key handshake for CCMP or GCMP only"
    return None


def six_ghz_misfit(
    choice: SecurityChoice, pmf: Pmf, ciphers: NetworkCiphers, sae_ways: SaeWays
) -> str | None:
    """What of a network's security an access point of 6 GHz may not have, and what it may.

    None if it may have all (IEEE 802.11-2024, 12.12.2: neither open nor with a PSK, WEP or TKIP;
    protected management frames; SAE by hash to element alone). One in transition, which has SAE
    there and nothing else, may.
    """
    if choice.has_sae and sae_ways == "hunting-and-pecking":
        return (
            "6 GHz has SAE by hash to element alone, which sae ways = 'hunting-and-pecking' forbids"
        )
    if choice in WITH_WPA2:
        return None
    if not choice.has_keys or {choice.akm, *choice.more_akms} & {*PSK_AKMS} or choice.wpa_akm:
        return (
            f"6 GHz has no security = '{choice.name}', neither open networks nor passphrases by "
            "WPA2 or before; wpa3-sae and owe go, and wpa3-transition beside an access point of "
            "another band"
        )
    if pmf != "required":
        return "6 GHz has protected management frames only: give pmf = 'required'"
    if TKIP.name in (*ciphers.pairwise, ciphers.group):
        return f"6 GHz has no cipher '{TKIP.name}'"
    return None
