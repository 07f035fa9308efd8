# SPDX-License-Identifier: GPL-2.0-or-later
"""KEY rules: keys the DLL plumbs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.evidence import fields, names
from harness.evidence.calls import Call

OUTBOUND: Final = 2
DIRECTIONS: Final = {1: "INBOUND", 2: "OUTBOUND", 3: "BOTH"}
"""DOT11_DIRECTION of windot11.h."""
BIP_CIPHERS: Final = frozenset({6, 0xB, 0xC, 0xD})
"""BIP (that is BIP-CMAC-128), BIP-GMAC-128, BIP-GMAC-256, BIP-CMAC-256
(W:NativeWiFi/dot11-cipher-algorithm.md)."""
IHV_CIPHERS_FROM: Final = 0x80000000


def _added_keys(case: Case) -> Iterator[Call]:
    """SetDefaultKey calls that set a key; with bDelete the other members are ignored (KEY-07)."""
    for call in case.index.calls(names.SET_DEFAULT_KEY):
        if not fields.integer(call.args, "bDelete"):
            yield call


@rule(
    "KEY-01", cls="M", source="I:dot11ext_set_default_key",
    text="The direction of SetDefaultKey is INBOUND or BOTH, never OUTBOUND.",
)  # fmt: skip
def default_key_direction(case: Case) -> Outcomes:
    """dot11Direction is 1 or 3."""
    for call in _added_keys(case):
        direction = fields.integer(call.args, "dot11Direction", "direction")
        if direction is None:
            yield case.unknown("the trace does not show the direction", call)
        elif direction in (1, 3):
            yield case.held(call)
        else:
            name = DIRECTIONS.get(direction, "no value of DOT11_DIRECTION")
            yield case.breach(
                f"SetDefaultKey has direction {direction} ({name}); expected INBOUND or BOTH", call
            )


@rule(
    "KEY-02", cls="M",
    source="I:../windot11/ns-windot11-dot11_cipher_default_key_value; "
    "I:dot11ext_set_default_key_id",
    text="Key indexes are 0 to 3 for the standard ciphers, 4 or 5 for BIP, any for IHV ciphers.",
)  # fmt: skip
def key_index_in_range(case: Case) -> Outcomes:
    """uKeyIndex fits the key's algorithm; uDefaultKeyId is 0 to 3, or that of a BIP key."""
    for call in _added_keys(case):
        index = _index(call)
        cipher = fields.integer(call.args, "AlgorithmId", "algorithm")
        if index is None or cipher is None:
            yield case.unknown("the trace does not show index and algorithm", call)
        elif cipher >= IHV_CIPHERS_FROM or index in ((4, 5) if cipher in BIP_CIPHERS else range(4)):
            yield case.held(call)
        else:
            message = f"SetDefaultKey has index {index} for cipher {cipher:#x}"
            yield case.breach(message, call)
    vendor = _with_vendor_ciphers(case)
    bip = {
        (call.process, _index(call)) for call in _added_keys(case) if _cipher(call) in BIP_CIPHERS
    }
    for call in case.index.calls(names.SET_DEFAULT_KEY_ID):
        index = fields.integer(call.args, "uDefaultKeyId")
        if index is None:
            yield case.unknown("the trace does not show the key id", call)
        elif index in range(4) or call.process in vendor or (call.process, index) in bip:
            yield case.held(call)
        else:
            yield case.breach(f"SetDefaultKeyId names key {index}; expected 0 to 3", call)


def _with_vendor_ciphers(case: Case) -> set[int]:
    """The processes that use a cipher of the IHV range, by a key or by their choice."""
    chosen = {
        names.SET_UNICAST_CIPHER: "dwUnicastCipherAlgo",
        names.SET_MULTICAST_CIPHER: "dwMulticastCipherAlgo",
    }
    return {call.process for call in _added_keys(case) if _cipher(call) >= IHV_CIPHERS_FROM} | {
        call.process
        for function, name in chosen.items()
        for call in case.index.calls(function)
        if (fields.integer(call.args, name) or 0) >= IHV_CIPHERS_FROM
    }


def _index(call: Call) -> int | None:
    return fields.integer(call.args, "uKeyIndex", "index")


def _cipher(call: Call) -> int:
    return fields.integer(call.args, "AlgorithmId", "algorithm") or 0


@rule(
    "KEY-03", cls="M", source="I:../windot11/ns-windot11-dot11_cipher_default_key_value",
    text="MacAddr of a default key is all zero or a unicast address.",
)  # fmt: skip
def key_address_is_unicast(case: Case) -> Outcomes:
    """No default key is set for a group address."""
    for call in _added_keys(case):
        address = fields.mac(call.args, "MacAddr", "MAC", "mac")
        if address is None:
            yield case.unknown("the trace does not show the address", call)
        elif int(address[:2], 16) & 1:
            yield case.breach(f"SetDefaultKey is for the group address {address}", call)
        else:
            yield case.held(call)
