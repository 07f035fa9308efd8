# SPDX-License-Identifier: GPL-2.0-or-later
"""What older DLLs bring: TKIP keys, static WEP keys before the association, values of their own."""

from __future__ import annotations

from typing import Any

import pytest
from autoconfig import codes
from autoconfig.association.attempt import Phase
from autoconfig.radio.interface import ConnectRequest, WepKeys

from tests.unit.autoconfig.doubles import AP, ENTERPRISE, Rig

COUNTER = b"\x07\0\0\0\0\0"
TKIP = bytes(range(32))
NESTED = COUNTER + b"\0\0" + (16).to_bytes(4, "little") * 2 + TKIP
VENDOR = 0x80000001


def mapping(**changes: Any) -> dict[str, Any]:
    """A TKIP pairwise key."""
    return {
        "PeerMacAddr": AP.hex(":"), "AlgorithmId": 2, "Direction": 3, "bDelete": False,
        "bStatic": False, "usKeyLength": len(NESTED), "ucKey": NESTED.hex(), **changes,
    }  # fmt: skip


def wep(index: int = 0, key: bytes = b"5char", **changes: Any) -> dict[str, Any]:
    """A static WEP key."""
    return {
        "uKeyIndex": index, "AlgorithmId": 0x101, "MacAddr": "00:00:00:00:00:00",
        "bDelete": False, "bStatic": True, "usKeyLength": len(key), "ucKey": key.hex(), **changes,
    }  # fmt: skip


def choose(rig: Rig, auth: int, unicast: int, multicast: int) -> None:
    """The three algorithms."""
    assert rig.dll("SetAuthAlgorithm", dwAuthAlgo=auth) == 0
    assert rig.dll("SetUnicastCipherAlgorithm", dwUnicastCipherAlgo=unicast) == 0
    assert rig.dll("SetMulticastCipherAlgorithm", dwMulticastCipherAlgo=multicast) == 0


def connected_with(rig: Rig) -> ConnectRequest | None:
    """What the radio was asked to associate with, once the pre-association is complete."""
    rig.host.answer("pre_associate", reason=0)
    assert rig.complete_pre() == 0
    asked = [one[1] for one in rig.radio.asked if one[0] == "connect"]
    return asked[-1] if asked else None


def test_tkip_keys_reach_the_radio(rig: Rig) -> None:
    """DOT11_KEY_ALGO_TKIP_MIC has a second length; the Michael keys stay behind the key."""
    rig.to_post_pending()
    assert rig.dll("SetKeyMappingKey", pKey=mapping()) == 0
    assert rig.radio.asked[-1] == ("pairwise", AP, 2, TKIP, COUNTER)


@pytest.mark.parametrize(
    "nested",
    [
        NESTED[:12] + (8).to_bytes(4, "little") + TKIP,
        NESTED[:8] + (32).to_bytes(4, "little") + NESTED[12:],
        NESTED[:-1],
    ],
)
def test_tkip_keys_of_other_lengths_are_refused(rig: Rig, nested: bytes) -> None:
    """KEY-06: both lengths are 16."""
    rig.to_post_pending()
    key = mapping(usKeyLength=len(nested), ucKey=nested.hex())
    assert rig.dll("SetKeyMappingKey", pKey=key) == codes.ERROR_INVALID_PARAMETER


@pytest.mark.parametrize(("auth", "cipher"), [(1, 0x101), (2, 0x101), (2, 1), (VENDOR, 0x101)])
def test_static_wep_keys_go_with_the_association(rig: Rig, auth: int, cipher: int) -> None:
    """Set during pre-association, and the id of the one that transmits."""
    rig.to_pre_pending()
    choose(rig, auth, cipher, cipher)
    for index, key in ((1, b"13 characters"), (0, b"5char")):
        assert rig.dll("SetDefaultKey", pKey=wep(index, key), dot11Direction=3) == 0
    assert rig.dll("SetDefaultKeyId", uDefaultKeyId=1) == 0
    request = connected_with(rig)
    assert request is not None
    assert request.auth_algorithm == auth
    assert request.wep == WepKeys(((0, b"5char"), (1, b"13 characters")), 1)


def test_a_key_that_is_not_static_is_forgotten(rig: Rig) -> None:
    """KEY-05: the driver deletes it, so there is none to associate with."""
    rig.to_pre_pending()
    choose(rig, 1, 0x101, 0x101)
    assert rig.dll("SetDefaultKey", pKey=wep(bStatic=False), dot11Direction=3) == 0
    assert connected_with(rig) is None
    assert rig.connection.phase is not Phase.ASSOCIATING


def test_a_wep_key_after_the_association_is_the_kernels_own(rig: Rig) -> None:
    """As 802.1X with WEP has them: set, and made the one to transmit with."""
    rig.to_post_pending()
    key = wep(1, b"13 characters", AlgorithmId=5)
    assert rig.dll("SetDefaultKey", pKey=key, dot11Direction=3) == 0
    assert rig.dll("SetDefaultKeyId", uDefaultKeyId=1) == 0
    assert [one[0] for one in rig.radio.asked[-2:]] == ["group", "transmit_key"]


@pytest.mark.parametrize("algorithm", [1, 5, 0x101])
def test_wep_keys_of_other_lengths_are_refused(rig: Rig, algorithm: int) -> None:
    """KEY-06: 5 bytes, or 13, as the algorithm has it."""
    rig.to_pre_pending()
    key = wep(key=b"seven b", AlgorithmId=algorithm)
    status = rig.dll("SetDefaultKey", pKey=key, dot11Direction=3)
    assert status == codes.ERROR_INVALID_PARAMETER


def test_a_vendors_values_associate_by_the_open_system(rig: Rig) -> None:
    """Bit 31: what only the vendor's driver knows is taken, and protects nothing here."""
    rig.to_pre_pending()
    choose(rig, VENDOR, VENDOR, VENDOR)
    request = connected_with(rig)
    assert request is not None
    assert (request.auth_algorithm, request.wep) == (VENDOR, None)


@pytest.mark.parametrize(
    ("auth", "unicast", "multicast"),
    [(2, 0, 0), (4, 0, 0), (4, 0x101, 0x101), (7, 2, 0), (1, 4, 4), (1, 0x101, 0), (2, VENDOR, 0)],
)
def test_what_does_not_fit_together_does_not_associate(
    rig: Rig, auth: int, unicast: int, multicast: int
) -> None:
    """A handshake has ciphers of its own, and shared keys are of WEP."""
    rig.to_pre_pending()
    choose(rig, auth, unicast, multicast)
    assert rig.dll("SetDefaultKey", pKey=wep(), dot11Direction=3) == 0
    assert connected_with(rig) is None


def test_dynamic_wep_associates_without_a_key(rig: Rig) -> None:
    """With 802.1X of the OS the keys are handed out later: one of its own, and that of all."""
    rig.to_pre_pending(ENTERPRISE)
    choose(rig, 1, 0x101, 0x101)
    request = connected_with(rig)
    assert request is not None
    assert request.wep == WepKeys((), 0)


def test_a_wep_key_may_be_the_peers_own(rig: Rig) -> None:
    """A key mapping key of WEP is bare, as a default key is; of another length it is refused."""
    rig.to_post_pending()
    key = b"13 characters"
    own = mapping(AlgorithmId=5, usKeyLength=len(key), ucKey=key.hex())
    assert rig.dll("SetKeyMappingKey", pKey=own) == 0
    assert rig.radio.asked[-1] == ("pairwise", AP, 5, key, bytes(6))
    short = {**own, "usKeyLength": 12}
    assert rig.dll("SetKeyMappingKey", pKey=short) == codes.ERROR_INVALID_PARAMETER
