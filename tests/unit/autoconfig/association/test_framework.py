# SPDX-License-Identifier: GPL-2.0-or-later
"""Framework functions: arguments, phases, keys, user data, and breaches that must not end us."""

from __future__ import annotations

from typing import Any

import pytest
from autoconfig import codes
from autoconfig.association.framework import NOT_SUPPORTED

from tests.unit.autoconfig.doubles import AP, Rig

KEY = bytes(range(16))
COUNTER = b"\x07\0\0\0\0\0"
NESTED = COUNTER + b"\0\0" + (16).to_bytes(4, "little") + KEY


def mapping(**changes: Any) -> dict[str, Any]:
    """A CCMP pairwise key."""
    return {
        "PeerMacAddr": AP.hex(":"), "AlgorithmId": 4, "Direction": 3, "bDelete": False,
        "bStatic": False, "usKeyLength": len(NESTED), "ucKey": NESTED.hex(), **changes,
    }  # fmt: skip


def default(**changes: Any) -> dict[str, Any]:
    """A CCMP group key of index 1."""
    return {
        "uKeyIndex": 1, "AlgorithmId": 4, "MacAddr": "00:00:00:00:00:00", "bDelete": False,
        "bStatic": False, "usKeyLength": len(NESTED), "ucKey": NESTED.hex(), **changes,
    }  # fmt: skip


def ethertypes(rig: Rig, **changes: Any) -> int:
    """SetEtherTypeHandling for EAPOL, changed."""
    arguments = {
        "uMaxBackLog": 10, "uNumOfExemption": 0, "pExemption": [],
        "uNumOfRegistration": 1, "pusRegistration": ["888e"],
    }  # fmt: skip
    return rig.dll("SetEtherTypeHandling", **{**arguments, **changes})


def test_keys_reach_the_radio(rig: Rig) -> None:
    """The nested CCMP structure is unpacked: key and packet counter."""
    rig.to_post_pending()
    assert rig.dll("SetKeyMappingKey", pKey=mapping()) == 0
    assert rig.dll("SetDefaultKey", pKey=default(), dot11Direction=1) == 0
    assert rig.radio.asked[-2:] == [
        ("pairwise", AP, 4, KEY, COUNTER),
        ("group", 1, 4, KEY, COUNTER),
    ]


def test_an_integrity_key_reaches_the_radio(rig: Rig) -> None:
    """BIP under index 4 or 5 (KEY-02); DOT11_KEY_ALGO_BIP is laid out as that of CCMP."""
    rig.to_post_pending()
    assert rig.dll("SetDefaultKey", pKey=default(uKeyIndex=4, AlgorithmId=6), dot11Direction=1) == 0
    assert rig.radio.asked[-1] == ("group", 4, 6, KEY, COUNTER)


@pytest.mark.parametrize(("algorithm", "size"), [(8, 16), (9, 32)])
def test_keys_of_gcmp_reach_the_radio(rig: Rig, algorithm: int, size: int) -> None:
    """DOT11_KEY_ALGO_GCMP and DOT11_KEY_ALGO_GCMP_256 are laid out as that of CCMP."""
    key = bytes(range(size))
    nested = COUNTER + b"\0\0" + size.to_bytes(4, "little") + key
    changes = {"AlgorithmId": algorithm, "usKeyLength": len(nested), "ucKey": nested.hex()}
    rig.to_post_pending()
    assert rig.dll("SetUnicastCipherAlgorithm", dwUnicastCipherAlgo=algorithm) == 0
    assert rig.dll("SetMulticastCipherAlgorithm", dwMulticastCipherAlgo=algorithm) == 0
    assert rig.dll("SetKeyMappingKey", pKey=mapping(**changes)) == 0
    assert rig.dll("SetDefaultKey", pKey=default(**changes), dot11Direction=1) == 0
    assert rig.radio.asked[-2:] == [
        ("pairwise", AP, algorithm, key, COUNTER),
        ("group", 1, algorithm, key, COUNTER),
    ]


def test_deleting_keys_ignores_the_other_members(rig: Rig) -> None:
    """KEY-07: with bDelete the key bytes are void."""
    rig.to_post_pending()
    gone = {"bDelete": True, "ucKey": "", "usKeyLength": 0}
    assert rig.dll("SetKeyMappingKey", pKey=mapping(**gone)) == 0
    assert rig.dll("SetDefaultKey", pKey=default(**gone), dot11Direction=1) == 0
    assert rig.radio.asked[-2:] == [("delete_key", 0, AP), ("delete_key", 1, None)]


@pytest.mark.parametrize(
    ("key", "direction"),
    [
        (default(), 2),
        (default(uKeyIndex=4), 1),
        (default(uKeyIndex=3, AlgorithmId=6), 1),
        (default(uKeyIndex=6, AlgorithmId=0x80000001), 1),
        (default(MacAddr="01:00:5e:00:00:01"), 1),
        (default(usKeyLength=200), 1),
        (default(usKeyLength=16), 1),
        (default(AlgorithmId=2), 1),
        (default(AlgorithmId=9), 1),
        (default(AlgorithmId=10), 1),
        (default(ucKey=(NESTED[:8] + b"\x20\0\0\0" + KEY).hex()), 1),
    ],
)
def test_default_keys_that_break_rules_are_refused(
    rig: Rig, key: dict[str, Any], direction: int
) -> None:
    """KEY-01, KEY-02, KEY-03, KEY-06: refused before the radio sees anything."""
    rig.to_post_pending()
    before = list(rig.radio.asked)
    status = rig.dll("SetDefaultKey", pKey=key, dot11Direction=direction)
    assert status == codes.ERROR_INVALID_PARAMETER
    assert rig.radio.asked == before


def test_keys_need_an_association(rig: Rig) -> None:
    """KEY-05: without an association there is nothing for a key to belong to."""
    rig.to_pre_pending()
    assert rig.dll("SetKeyMappingKey", pKey=mapping()) == codes.ERROR_INVALID_STATE
    assert rig.dll("SetDefaultKeyId", uDefaultKeyId=0) == codes.ERROR_INVALID_STATE


def test_key_id_makes_only_a_key_for_both_directions_the_transmit_key(rig: Rig) -> None:
    """A group key for reception is never transmitted with."""
    rig.to_post_pending()
    rig.dll("SetDefaultKey", pKey=default(), dot11Direction=1)
    assert rig.dll("SetDefaultKeyId", uDefaultKeyId=1) == 0
    assert "transmit_key" not in rig.radio.names()
    rig.dll("SetDefaultKey", pKey=default(uKeyIndex=2), dot11Direction=3)
    assert rig.dll("SetDefaultKeyId", uDefaultKeyId=2) == 0
    assert rig.radio.asked[-1] == ("transmit_key", 2)
    assert rig.dll("SetDefaultKeyId", uDefaultKeyId=4) == codes.ERROR_INVALID_PARAMETER


def test_foreign_service_handle_is_refused(rig: Rig) -> None:
    """ADPT-02: a handle of another adapter."""
    rig.to_post_pending()
    status = rig.dll("SetExcludeUnencrypted", bExcludeUnencrypted=True, hDot11SvcHandle="0x1")
    assert status == codes.ERROR_INVALID_HANDLE


def test_service_handle_is_dead_after_removal(rig: Rig) -> None:
    """ADPT-03: from DeinitAdapter on the handle is invalid."""
    rig.connection.removed()
    assert rig.dll("SetAuthAlgorithm", dwAuthAlgo=7) == codes.ERROR_INVALID_HANDLE


@pytest.mark.parametrize("value", [0, 5, 8, 9])
def test_unadvertised_algorithms_are_refused(rig: Rig, value: int) -> None:
    """KEY-08: only what the radio advertises."""
    assert rig.dll("SetAuthAlgorithm", dwAuthAlgo=value) == codes.ERROR_NOT_SUPPORTED


@pytest.mark.parametrize("value", [3, 6, 10, 0x100])
def test_unadvertised_ciphers_are_refused(rig: Rig, value: int) -> None:
    """KEY-08 for both cipher functions."""
    refused = codes.ERROR_NOT_SUPPORTED
    assert rig.dll("SetUnicastCipherAlgorithm", dwUnicastCipherAlgo=value) == refused
    assert rig.dll("SetMulticastCipherAlgorithm", dwMulticastCipherAlgo=value) == refused


def test_ethertype_handling_only_until_pre_association_is_complete(rig: Rig) -> None:
    """ETH-01: allowed when idle and in pre-association, refused from its completion on."""
    assert ethertypes(rig) == 0
    rig.to_associating()
    assert ethertypes(rig) == codes.ERROR_INVALID_STATE
    rig.associated()
    assert ethertypes(rig) == codes.ERROR_INVALID_STATE


def test_ethertype_handling_after_completion_inside_the_handler_is_refused(rig: Rig) -> None:
    """ETH-01 also when the handler has not returned yet."""
    rig.to_pre_pending()
    assert ethertypes(rig) == 0
    rig.complete_pre()
    assert ethertypes(rig) == codes.ERROR_INVALID_STATE


@pytest.mark.parametrize(
    "changes",
    [
        {"uNumOfRegistration": 2},
        {"pusRegistration": None},
        {"pusRegistration": ["88"]},
        {"uNumOfExemption": 1, "pExemption": None},
        {"uNumOfExemption": 1,
         "pExemption": [{"ethertype_bytes": "888e", "action": 3, "packet_type": 1}]},
        {"uNumOfExemption": 1,
         "pExemption": [{"ethertype_bytes": "888e", "action": 1, "packet_type": 0}]},
        {"uNumOfRegistration": 33, "pusRegistration": ["888e"] * 33},
    ],
)  # fmt: skip
def test_malformed_ethertype_handling_is_refused(rig: Rig, changes: dict[str, Any]) -> None:
    """ETH-06: counts that do not fit and values out of range."""
    assert ethertypes(rig, **changes) == codes.ERROR_INVALID_PARAMETER


@pytest.mark.parametrize("function", NOT_SUPPORTED)
def test_what_is_not_there_says_so(rig: Rig, function: str) -> None:
    """NIC extension, OneX and virtual stations answer ERROR_NOT_SUPPORTED in every phase."""
    assert rig.dll(function.removeprefix("Dot11Ext")) == codes.ERROR_NOT_SUPPORTED


@pytest.mark.parametrize(
    "arguments",
    [{}, {"data": 5}, {"data": None, "hSendCompletion": "0x1"}, {"hSendCompletion": []}],
)
def test_nonsense_arguments_are_an_error_not_a_crash(rig: Rig, arguments: dict[str, Any]) -> None:
    """Arguments of a wrong kind are answered with ERROR_INVALID_PARAMETER."""
    rig.to_post_pending()
    assert rig.dll("SendPacket", **arguments) == codes.ERROR_INVALID_PARAMETER


def test_user_data_lives_within_pre_association(rig: Rig) -> None:
    """PRE-08, PROF-04: refused inside the handler, kept after it, emptied by SetCurrentProfile."""
    rig.to_pre_pending()
    attempt = rig.connection.attempt
    assert attempt is not None
    session = {"hConnectSession": attempt.connect_session, "dwSessionID": 1}
    inside = rig.dll("SetProfileCustomUserData", **session, dwDataSize=2, pvData="beef")
    assert inside == codes.ERROR_INVALID_STATE
    rig.host.answer("pre_associate", reason=0)
    assert rig.dll("SetProfileCustomUserData", **session, dwDataSize=2, pvData="beef") == 0
    asked = {"hDot11SvcHandle": rig.connection.svc_handle, **session}
    got = rig.framework.answer("Dot11ExtGetProfileCustomUserData", asked)
    assert got == {"status": 0, "data": "beef"}
    assert rig.dll("SetCurrentProfile", **session, pIhvConnProfile=None, pIhvSecProfile=None) == 0
    got = rig.framework.answer("Dot11ExtGetProfileCustomUserData", asked)
    assert got == {"status": 0, "data": ""}


def test_ui_requests_are_unique_until_reset(rig: Rig) -> None:
    """UI-02, RST-04: the same GUID twice is refused, and free again after a reset."""
    request = {"guidUIRequest": "{11111111-2222-3333-4444-555555555555}"}
    assert rig.dll("SendUIRequest", pIhvUIRequest=request) == 0
    assert rig.dll("SendUIRequest", pIhvUIRequest=request) == codes.ERROR_ALREADY_EXISTS
    rig.framework.reset()
    assert rig.dll("SendUIRequest", pIhvUIRequest=request) == 0


def test_own_notification_reaches_the_clients(rig: Rig) -> None:
    """MEM-03: source 0x40 with the DLL's code and bytes."""
    data = {"NotificationSource": 0x40, "NotificationCode": 7, "pData": "0102"}
    assert rig.dll("SendNotification", pNotificationData=data) == 0
    (told,) = rig.told
    assert (told.source, told.code, told.data) == (0x40, 7, "0102")
