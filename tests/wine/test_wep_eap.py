# SPDX-License-Identifier: GPL-2.0-or-later
"""sample.dll with dynamic WEP, in ihvhost.exe: which key frames it takes, and what it sets."""

from __future__ import annotations

import hmac
import struct
from collections.abc import Callable

import pytest
from Crypto.Cipher import ARC4

from tests.wine.peer import HostPeer, assoc_params
from tests.wine.test_enterprise import START, succeed

XML = "<IhvSecurity><Enterprise/><DynamicWep/></IhvSecurity>"
BROADCAST, UNICAST = b"broadcast key", b"its own key.."
OWN, OF_ALL = "Dot11ExtSetKeyMappingKey", "Dot11ExtSetDefaultKey"
GIVES_UP_S = 10.0
WEP104 = 5


def frame(msk: bytes, key: bytes, index: int, counter: int) -> bytes:
    """A key handed out (RFC 3580, 4); bit 7 of the index is of a station's own key."""
    iv = bytes(range(16))
    fixed = struct.pack(">BHQ16sB16x", 1, len(key), counter, iv, index)
    body = fixed + ARC4.new(iv + msk[:32]).encrypt(key)
    pdu = b"\2\3" + len(body).to_bytes(2, "big") + body
    return pdu[:32] + hmac.new(msk[32:], pdu, "md5").digest() + pdu[48:]


@pytest.fixture
def msk(host: HostPeer) -> bytes:
    """The MSK of an association that has authenticated, and waits for keys."""
    assert host.pre_associate(xml=XML, enterprise=True) == {"reason": 0, "status": 0}
    done = "Dot11ExtPreAssociateCompletion"
    host.wait_for(lambda: done in host.names(), "pre-association completion")
    assert host.result(host.post_associate(assoc_params(request_rsne=b"", beacon_rsne=b"")))[
        "result"
    ] == {"status": 0}
    host.wait_for(lambda: START in host.names(), "StartOneX")
    return succeed(host)


def test_both_keys_are_set(host: HostPeer, msk: bytes) -> None:
    """It associates by the open system with WEP, EAPOL always in the clear; the group's key is a
    default key, its own a key mapping key, both bare. The port opens with the second."""
    assert host.of("Dot11ExtSetAuthAlgorithm")[0]["dwAuthAlgo"] == 1
    (handling,) = host.of("Dot11ExtSetEtherTypeHandling")
    assert handling["pExemption"][0]["action"] == 1
    host.deliver(frame(msk, BROADCAST, 2, 7))
    host.wait_for(lambda: OF_ALL in host.names(), "default key")
    assert host.completions() == []
    host.deliver(frame(msk, UNICAST, 0x80, 8))
    assert host.wait_completion()["dwWin32Error"] == 0
    (of_all,), (own,) = ([one["pKey"] for one in host.of(name)] for name in (OF_ALL, OWN))
    assert (of_all["uKeyIndex"], of_all["AlgorithmId"]) == (2, WEP104)
    assert (of_all["ucKey"], own["ucKey"]) == (BROADCAST.hex(), UNICAST.hex())
    host.deliver(frame(msk, BROADCAST[::-1], 1, 9))
    host.wait_for(lambda: len(host.of(OF_ALL)) == 2, "the next key of all")


def wrong_signature(pdu: bytes) -> bytes:
    """One bit of it."""
    return pdu[:32] + bytes((pdu[32] ^ 1,)) + pdu[33:]


def another_length(pdu: bytes) -> bytes:
    """The key is said to be longer than it is."""
    return pdu[:6] + b"\x20" + pdu[7:]


def cut_short(pdu: bytes) -> bytes:
    """The body is said to be longer than the frame."""
    return pdu[:-4]


@pytest.mark.parametrize("spoil", [wrong_signature, another_length, cut_short])
def test_what_is_no_key_frame_of_the_access_point(
    host: HostPeer, msk: bytes, spoil: Callable[[bytes], bytes]
) -> None:
    """It is passed over, and the right one taken; so is one whose counter is old."""
    host.deliver(spoil(frame(msk, bytes(13), 1, 7)))
    host.deliver(frame(msk, BROADCAST, 1, 7))
    host.deliver(frame(msk, bytes(13), 1, 7))
    host.deliver(frame(msk, UNICAST, 0x80, 8))
    assert host.wait_completion()["dwWin32Error"] == 0
    assert [one["pKey"]["ucKey"] for one in host.of(OF_ALL)] == [BROADCAST.hex()]


def test_a_key_that_does_not_come(host: HostPeer, msk: bytes) -> None:
    """It gives up by itself, with an error."""
    host.deliver(frame(msk, BROADCAST, 1, 7))
    assert host.wait_completion(timeout_s=GIVES_UP_S)["dwWin32Error"] == 1460
