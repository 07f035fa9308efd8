# SPDX-License-Identifier: GPL-2.0-or-later
"""What a radio cannot do that a scenario needs: asked before anything is started. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from harness.scenarios import Scenario
from hwsim.usb.catalogue import ADAPTERS, AdapterKind

LAST_2_4_GHZ = 14
"""The last channel of that band."""


def unfit(scenario: Scenario, adapter: str | None) -> str:
    """Why a scenario cannot be run with an emulated USB adapter, in words; empty if it can.

    With the simulated radio (None) each can.
    """
    if adapter is None:
        return ""
    return next(_lacks(scenario, ADAPTERS[adapter]), "")


def _lacks(scenario: Scenario, kind: AdapterKind) -> Iterator[str]:
    network, hides = scenario.network, kind.hides
    channels = (network.channel, *network.further_channels)
    if "5 GHz" in hides and max(channels) > LAST_2_4_GHZ:
        yield f"channel {max(channels)}: {hides['5 GHz']}"
    if "management frame protection" in hides and network.protection != "disabled":
        why = hides["management frame protection"]
        yield f"management frame protection ({network.protection}): {why}"
    if scenario.adapters > 1:
        yield f"{scenario.adapters} adapters: a guest has one emulated USB adapter"
