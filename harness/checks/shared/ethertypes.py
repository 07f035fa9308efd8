# SPDX-License-Identifier: GPL-2.0-or-later
"""EtherTypes the DLL registers and exempts, and the lists in force at each of its calls.

Sources: I:dot11ext_set_ethertype_handling; N:ieee-ethertype-handling; windot11.h.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from harness.checks.case import Case
from harness.checks.phases import PhasedCall
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.segments import Adapter

KNOWN_ETHERTYPES: Final = frozenset({
    "0800", "0806", "86dd", "888e", "88c7", "88b4", "890d", "8100", "88cc", "88e5",
})  # fmt: skip
"""EtherTypes of IEEE's list a WLAN driver may mean: IPv4, ARP, IPv6, EAPOL, RSN pre-authentication,
WAPI, fast roaming, VLAN, LLDP, MACsec. Only these are recognised when their bytes are swapped."""
SMALLEST_ETHERTYPE: Final = 0x0600
"""IEEE 802.3: below this the field is a length."""


def wrong_ethertype(ethertype: str) -> str | None:
    """What is wrong with two bytes in memory order, if anything."""
    octets = fields.octets(ethertype)
    if octets is None or len(octets) != 2:
        return "not two bytes"
    swapped = octets[::-1].hex()
    if ethertype not in KNOWN_ETHERTYPES and swapped in KNOWN_ETHERTYPES:
        return f"that is 0x{swapped} in the wrong byte order"
    if int.from_bytes(octets, "big") < SMALLEST_ETHERTYPE:
        return "too small for an EtherType"
    return None


EAPOL: Final = names.EAPOL
SWAPPED: Final = "8e88"
"""EAPOL in the processor's byte order, which is none (ETH-02)."""
NO_EXEMPTION: Final = 0
MULTICAST: Final = 2
"""Of DOT11_PRIVACY_EXEMPTION: its action and its packet type (windot11.h)."""
COUNTED_LISTS: Final = (
    ("uNumOfExemption", "pExemption"), ("uNumOfRegistration", "pusRegistration"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EtherTypeLists:
    """EtherTypes registered and exempted at a moment, as bytes in memory order; ``known`` is False
    where the evidence does not show them. ``cleared_by`` is the AdapterReset that emptied them,
    ``set_by`` the call that filled them."""

    registered: frozenset[str] = frozenset()
    exempted: frozenset[str] = frozenset()
    known: bool = True
    set_by: Call | None = None
    cleared_by: Call | None = None


def calls_with_lists(case: Case, adapter: Adapter) -> Iterator[tuple[PhasedCall, EtherTypeLists]]:
    """The calls of an adapter in order, each with the lists in force when it was entered."""
    state = EtherTypeLists(known=not case.losses.partial)
    for item in case.calls_with_phase(adapter):
        yield item, state
        call = item.call
        if call.function == names.ADAPTER_RESET:
            state = EtherTypeLists(cleared_by=call)
        elif call.function == names.SET_ETHERTYPES and call.result in (0, None):
            state = EtherTypeLists(
                _listed(call, "pusRegistration"),
                _listed(call, "pExemption", _exempts),
                known=_shown_whole(call),
                set_by=call,
            )


def _shown_whole(call: Call) -> bool:
    """The trace has as many entries as the lists: it bounds what it shows of a long one."""
    for count, name in COUNTED_LISTS:
        shown = fields.sequence(call.args, name) or []
        given = call.args.get(name) is not None
        if given and len(shown) < (fields.integer(call.args, count) or 0):
            return False
    return True


def _exempts(item: object) -> bool:
    """An exemption that lets unprotected unicast packets in: not NO_EXEMPTION, not of multicast
    packets alone."""
    if not isinstance(item, Mapping):
        return False
    action, packets = fields.integer(item, "action"), fields.integer(item, "packet_type")
    return action != NO_EXEMPTION and packets != MULTICAST


def _listed(
    call: Call, name: str, counts: Callable[[object], bool] = lambda _item: True
) -> frozenset[str]:
    """The EtherTypes of a list that count."""
    found: set[str] = set()
    for item in fields.sequence(call.args, name) or []:
        if not counts(item):
            continue
        value = fields.text(item, "ethertype_bytes") if isinstance(item, Mapping) else item
        octets = fields.octets(value)
        if octets is not None:
            found.add(octets.hex())
    return frozenset(found)


def received_packets(case: Case) -> Iterator[tuple[Adapter, PhasedCall, EtherTypeLists]]:
    """Every ReceivePacket with its adapter and the lists in force."""
    for adapter in case.segments.adapters:
        for item, lists in calls_with_lists(case, adapter):
            if item.call.function == names.RECEIVE_PACKET:
                yield adapter, item, lists
