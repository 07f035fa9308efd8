# SPDX-License-Identifier: GPL-2.0-or-later
"""What a radio cannot do that a scenario needs: asked before anything is started. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.guests.device_models import adapter_kind
from harness.scenarios import AirRule, Scenario, find_scenario, scenario_names
from hwsim.usb.catalogue import AdapterKind, Hidden

NO_ADAPTER = "only an emulated USB adapter can be unplugged or held up"

OTHER_CIPHERS = frozenset(("gcmp-128", "gcmp-256", "ccmp-256"))
"""Of data, and younger than the chips."""


def unfit(scenario: Scenario, adapter: str | None, hides: Sequence[Hidden] = ()) -> str:
    """Why a scenario cannot be run with an emulated USB adapter, in words; empty if it can.

    With the simulated radio (None) each can that has no orders to an adapter. `hides` is what
    lab.toml says that the adapter hides. Raises `UsageError` for an adapter that there is not.
    """
    if adapter is None:
        orders = scenario.usb
        return f"{orders[0].phrase()}: {NO_ADAPTER}" if orders else ""
    return next(_lacks(scenario, adapter_kind(adapter, hides)), "")


def unfit_scenarios(kind: AdapterKind) -> dict[str, str]:
    """The shipped scenarios that cannot be run with an adapter, and why."""
    why = {name: next(_lacks(find_scenario(name), kind), "") for name in scenario_names()}
    return {name: reason for name, reason in why.items() if reason}


def _lacks(scenario: Scenario, kind: AdapterKind) -> Iterator[str]:
    network, hides = scenario.network, kind.hides
    ordered = (order.channel for order in scenario.ap if order.channel is not None)
    channels = (*network.all_channels, *ordered)
    for channel in sorted(channels, reverse=True):
        if why := kind.lacks_channel(channel):
            yield f"channel {channel}: {why}"
    if "management frame protection" in hides and network.protection != "disabled":
        why = hides["management frame protection"]
        yield f"management frame protection ({network.protection}): {why}"
    if "WMM" in hides and network.wmm:
        yield f"WMM: {hides['WMM']}"
    if "replay" in hides:
        for rule in scenario.air:
            if _replays(rule, _under_a_key(scenario)):
                yield f"{rule.phrase()}: {hides['replay']}"
    named = {*network.ciphers.pairwise, network.ciphers.group} & OTHER_CIPHERS
    if "GCMP and CCMP-256" in hides and named:
        yield f"{', '.join(sorted(named))}: {hides['GCMP and CCMP-256']}"
    if "frames in the clear" in hides and network.choice.has_keys:
        for rule in scenario.air:
            if rule.insert is not None and rule.insert.plain:
                yield f"{rule.phrase()}: {hides['frames in the clear']}"
    if scenario.adapters > 1:
        yield f"{scenario.adapters} adapters: a guest has one emulated USB adapter"


def _under_a_key(scenario: Scenario) -> frozenset[str]:
    """The messages of access points that come encrypted, under keys whose packet numbers grow."""
    if not scenario.network.choice.has_keys:
        return frozenset()
    ordered = any(order.do == "rekey-pairwise" for order in scenario.ap)
    again = scenario.eap is not None and scenario.eap.reauthentications
    renewed = scenario.pairwise_rekeys or ordered or again
    return frozenset({"G1", "data", *(("M1", "M3") if renewed else ())})


def _replays(rule: AirRule, under_a_key: frozenset[str]) -> bool:
    """Whether a rule has a packet number come again, or says from which on one is good."""
    insert = rule.insert
    given = (rule.fields, insert.fields if insert is not None else None)
    if any(fields is not None and fields.rsc is not None for fields in given):
        return True
    if rule.action == "repeat":
        return rule.message in under_a_key and rule.direction != "up"
    if insert is None or insert.copy_of is None or insert.plain or insert.source is not None:
        return False
    return insert.copy_of.partition("#")[0] in under_a_key
