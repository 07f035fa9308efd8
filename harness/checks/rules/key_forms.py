# SPDX-License-Identifier: GPL-2.0-or-later
"""KEY rules on the form of a key, its moment, the algorithms, and what protection needs. (Which
default key is named: key_ids.)"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.checks.phases import Phase
from harness.checks.registry import rule
from harness.checks.shared.ethertypes import EAPOL, SWAPPED, calls_with_lists
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.segments import Session

IHV_FROM: Final = 0x80000000
AUTH_ALGORITHMS: Final = frozenset(range(1, 12))
"""DOT11_AUTH_ALGORITHM: 80211_OPEN to WPA3_ENT (W:NativeWiFi/dot11-auth-algorithm.md)."""
CIPHERS: Final = frozenset({*range(14), 0x100, 0x101})
"""DOT11_CIPHER_ALGORITHM: NONE to BIP_CMAC_256, USE_GROUP, WEP (wlantypes.h)."""
LENGTHS: Final = {1: (5,), 5: (13,)}
"""usKeyLength of WEP40 and WEP104; plain WEP (0x101) takes any length."""
SMALLEST: Final = {2: 32, 4: 28, 6: 28, 8: 28, 9: 44, 0xC: 44, 0x101: 1}
"""TKIP, CCMP, BIP, GCMP, GCMP-256, BIP-GMAC-256: the head of DOT11_KEY_ALGO_* and 16 or 32 bytes of
key (windot11.h); of other ciphers it has no structure."""
NESTED: Final = {
    2: ("DOT11_KEY_ALGO_TKIP_MIC", "ucTKIPMICKeys", ("ulTKIPKeyLength", "ulMICKeyLength")),
    4: ("DOT11_KEY_ALGO_CCMP", "ucCCMPKey", ("ulCCMPKeyLength",)),
    6: ("DOT11_KEY_ALGO_BIP", "ucBIPKey", ("ulBIPKeyLength",)),
    8: ("DOT11_KEY_ALGO_GCMP", "ucGCMPKey", ("ulGCMPKeyLength",)),
    9: ("DOT11_KEY_ALGO_GCMP_256", "ucGCMP256Key", ("ulGCMP256KeyLength",)),
    0xC: ("DOT11_KEY_ALGO_BIP_GMAC_256", "ucBIPGmac256Key", ("ulBIPGmac256KeyLength",)),
}
"""The structure in ucKey, its key and the lengths it gives for that, by cipher (windot11.h)."""
ERROR_INVALID_PARAMETER: Final = 87


def _key_calls(case: Case) -> Iterator[Call]:
    """Calls that set a key; with bDelete the other members are ignored (KEY-07)."""
    for function in (names.SET_DEFAULT_KEY, names.SET_KEY_MAPPING_KEY):
        for call in case.index.calls(function):
            if not fields.integer(call.args, "bDelete"):
                yield call


@rule(
    "KEY-04", cls="M", source="I:../windot11/ns-windot11-dot11_cipher_default_key_value; S:",
    text="The header of a default key has Type 0x80, Revision 1, Size 24.",
    severity="WARN",
    why="Microsoft's own sample leaves it zero in one of its paths",
)  # fmt: skip
def default_key_header(case: Case) -> Outcomes:
    """The three members of Header."""
    for call in case.index.calls(names.SET_DEFAULT_KEY):
        if fields.integer(call.args, "bDelete"):
            continue
        key = fields.mapping(call.args, "pKey") or call.args
        header = fields.mapping(key, "Header") or {}
        found = [fields.integer(header, name) for name in ("Type", "Revision", "Size")]
        if None in found:
            yield case.unknown("the trace does not show the header", call)
        elif found == [0x80, 1, 24]:
            yield case.held(call)
        else:
            message = f"type, revision and size of the key's header are {found}; expected "
            yield case.breach(f"{message}[128, 1, 24]", call)


@rule(
    "KEY-05", cls="D", source="A:ndis-status-dot11-association-completion",
    text="A key set before the association completes has bStatic TRUE: the driver deletes the "
    "others then. Dynamic keys are set from PerformPostAssociate on.",
)  # fmt: skip
def early_keys_are_static(case: Case) -> Outcomes:
    """No key without bStatic between InitAdapter or PerformPreAssociate and the session."""
    setters = (names.SET_DEFAULT_KEY, names.SET_KEY_MAPPING_KEY)
    for _, item in case.all_calls_with_phase():
        if item.call.function not in setters or fields.integer(item.call.args, "bDelete"):
            continue
        static = fields.integer(item.call.args, "bStatic")
        if static is None:
            yield case.unknown("the trace does not show bStatic", item.call)
        elif item.phase in (Phase.INIT, Phase.PRE) and not static:
            what = f"{names.short(item.call.function)} {item.phase} has bStatic FALSE"
            message = f"{what}: the driver deletes such a key when the association completes"
            yield case.breach(message, item.call, item.since)
        elif item.phase in (Phase.INIT, Phase.PRE, Phase.POST):
            yield case.held(item.call)


@rule(
    "KEY-06", cls="D",
    source="I:../windot11/ns-windot11-dot11_cipher_default_key_value (and the structures "
    "DOT11_KEY_ALGO_* it names)",
    text="usKeyLength fits the algorithm: 5 for WEP40, 13 for WEP104, else at least the "
    "algorithm's structure with a key as long as it says; so many bytes are there to be read.",
)  # fmt: skip
def key_length_fits(case: Case) -> Outcomes:
    """usKeyLength by cipher, the nested key's own length, and that the recorder could read it."""
    for call in _key_calls(case):
        length = fields.integer(call.args, "usKeyLength")
        cipher = fields.integer(call.args, "AlgorithmId")
        if length is None or cipher is None:
            yield case.unknown("the trace does not show length and algorithm", call)
            continue
        key = fields.mapping(call.args, "ucKey") or {}
        wrong = length not in LENGTHS.get(cipher, (length,)) or length < SMALLEST.get(cipher, 0)
        beyond = _beyond(call, cipher)
        if wrong:
            yield case.breach(f"usKeyLength is {length} for cipher {cipher:#x}", call)
        elif beyond:
            yield case.breach(f"{beyond} leads out of the {length} bytes of usKeyLength", call)
        elif key.get("unreadable"):
            yield case.breach(f"the {length} bytes of the key cannot be read", call)
        else:
            yield case.held(call)


def _beyond(call: Call, cipher: int) -> str | None:
    """The nested key's own length, if it is more than there is."""
    structure, member, lengths = NESTED.get(cipher, ("", "", ()))
    nested = fields.mapping(call.args, structure) or {}
    if not (fields.mapping(nested, member) or {}).get("out_of_bounds"):
        return None
    return " and ".join(f"{name} {fields.integer(nested, name)}" for name in lengths)


@rule(
    "KEY-07", cls="M", source="I:../windot11/ns-windot11-dot11_cipher_default_key_value",
    text="With bDelete TRUE the members that describe a key are ignored. (Index, address and "
    "direction still say which key is meant.)",
    severity="MISS",
    why="it is the OS and the driver that ignore them",
)  # fmt: skip
def deletion_ignores_the_rest(case: Case) -> Outcomes:
    """A deletion is not refused for an invalid parameter."""
    for call in case.index.calls(names.SET_DEFAULT_KEY):
        if not fields.integer(call.args, "bDelete") or call.returned is None:
            continue
        if call.result != ERROR_INVALID_PARAMETER:
            yield case.held(call)
        elif _names_a_key(call):
            message = "the deletion of a key was refused for an invalid parameter (87)"
            yield case.breach(message, call)
        else:
            yield case.unknown("the deletion that was refused names no key", call)


def _names_a_key(call: Call) -> bool:
    index = fields.integer(call.args, "uKeyIndex")
    address = fields.mac(call.args, "MacAddr")
    group = address is not None and int(address[:2], 16) & 1
    direction = fields.integer(call.args, "dot11Direction")
    return (index is None or index in range(6)) and not group and direction in (1, 3)


@rule(
    "KEY-08", cls="M",
    source="I:dot11ext_set_auth_algorithm; I:dot11ext_set_unicast_cipher_algorithm; "
    "I:dot11ext_set_multicast_cipher_algorithm",
    text="An algorithm is one the driver advertises or of the IHV range. (What the driver "
    "advertises is not in the evidence: judged is that the value exists.)",
    severity="WARN",
    why="later versions of Windows may define more values than the headers known here",
)  # fmt: skip
def algorithm_exists(case: Case) -> Outcomes:
    """Values of SetAuthAlgorithm and of the two cipher functions."""
    known = {
        names.SET_AUTH: ("dwAuthAlgo", AUTH_ALGORITHMS),
        names.SET_UNICAST_CIPHER: ("dwUnicastCipherAlgo", CIPHERS),
        names.SET_MULTICAST_CIPHER: ("dwMulticastCipherAlgo", CIPHERS),
    }
    for function, (argument, allowed) in known.items():
        for call in case.index.calls(function):
            value = fields.integer(call.args, argument)
            if value is None:
                yield case.unknown("the trace does not show the algorithm", call)
            elif value in allowed or value >= IHV_FROM:
                yield case.held(call)
            else:
                message = f"{names.short(function)} is given {value:#x}, which does not exist"
                yield case.breach(message, call)


@rule(
    "KEY-11", cls="M",
    source="I:dot11ext_set_exclude_unencrypted; A:oid-dot11-exclude-unencrypted",
    text="With SetExcludeUnencrypted TRUE the driver drops unprotected unicast frames of "
    "EtherTypes that are not exempted, so EAPOL needs an exemption where the session uses it.",
    severity="WARN",
    why="it is a consequence, and a DLL may have reasons of its own",
)  # fmt: skip
def eapol_is_exempted(case: Case) -> Outcomes:
    """Where EAPOL is registered and used and unencrypted frames are excluded, it is exempted. (Of
    an exemption in the wrong byte order ETH-02 speaks.)"""
    for adapter in case.segments.adapters:
        excluded = False
        for item, lists in calls_with_lists(case, adapter):
            call = item.call
            if call.function == names.ADAPTER_RESET:
                excluded = False
            elif call.function == names.SET_EXCLUDE_UNENCRYPTED and call.result in (0, None):
                excluded = bool(fields.integer(call.args, "bExcludeUnencrypted"))
            elif call.function == names.POST_ASSOCIATE and excluded and lists.known:
                session = case.index.session_of(call)
                if session is None or EAPOL not in lists.registered:
                    continue
                if EAPOL in lists.exempted:
                    yield case.held(call)
                elif SWAPPED not in lists.exempted and _uses_eapol(case, session):
                    message = "unencrypted frames are excluded, but EAPOL has no exemption"
                    yield case.breach(message, call)


def _uses_eapol(case: Case, session: Session) -> bool:
    """The DLL sends EAPOL or has the OS do it; or it may be waiting for what the driver drops."""
    calls = case.index.calls_between(session.adapter, session.handler, session.ended_by)
    if any(call.function == names.START_ONEX or _sends_eapol(call) for call in calls):
        return True
    association = case.index.association(session.association)
    if association is None or session.completions:
        return False
    return any(
        frame.kind == "M1" and frame.delivered and session.peer == frame.transmitter
        for frame in case.index.frames_of(association, session.adapter)
    )


def _sends_eapol(call: Call) -> bool:
    packet = fields.mapping(call.args, "pvPacket") or {}
    return call.function == names.SEND_PACKET and fields.text(packet, "ethertype_bytes") == EAPOL
