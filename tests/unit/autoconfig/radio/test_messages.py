# SPDX-License-Identifier: GPL-2.0-or-later
"""nl80211 requests of associations and keys, as the kernel wants them."""

from __future__ import annotations

from autoconfig.radio.interface import Bss, ConnectRequest, WepKeys
from autoconfig.radio.messages import (
    ATTR_AKM_SUITES,
    ATTR_AUTH_TYPE,
    ATTR_CIPHER_SUITE_GROUP,
    ATTR_CIPHER_SUITES_PAIRWISE,
    ATTR_CONTROL_PORT_NO_ENCRYPT,
    ATTR_IE,
    ATTR_KEY_CIPHER,
    ATTR_KEY_DATA,
    ATTR_KEY_SEQ,
    ATTR_KEYS,
    ATTR_PRIVACY,
    ATTR_WPA_VERSIONS,
    KEY_CIPHER,
    KEY_DATA,
    KEY_DEFAULT,
    KEY_IDX,
    connect_body,
    key_body,
)
from autoconfig.radio.netlink import attributes

from tests.unit.autoconfig.radio.test_rsn import AKM_PSK, beacon


def request(auth: int, cipher: int, wep: WepKeys | None = None) -> ConnectRequest:
    """An association with one cipher for all."""
    bss = Bss(b"\x02" * 6, 2437, 100, 0x11, 0, beacon(AKM_PSK), -40, 0)
    return ConnectRequest(b"hil", bss, auth, cipher, cipher, wep=wep)


def test_wpa_associates_by_its_own_element() -> None:
    """nl80211 has the suites of an RSN beside it, and is told the older version."""
    found = attributes(connect_body(request(4, 2)))
    assert found[ATTR_IE].hex() == "dd160050f20101000050f20201000050f20201000050f202"
    assert found[ATTR_AKM_SUITES] == (0x000FAC02).to_bytes(4, "little")
    assert found[ATTR_CIPHER_SUITES_PAIRWISE] == (0x000FAC02).to_bytes(4, "little")
    assert found[ATTR_WPA_VERSIONS] == (1).to_bytes(4, "little")


def test_wep_keys_go_with_the_request() -> None:
    """Each with the suite of its length, one as the default; and shared key authentication."""
    keys = WepKeys(((0, b"5char"), (2, b"13 characters")), 2)
    found = attributes(connect_body(request(2, 0x101, keys)))
    first, second = (attributes(one) for one in attributes(found[ATTR_KEYS]).values())
    assert (first[KEY_DATA], first[KEY_IDX], KEY_DEFAULT in first) == (b"5char", b"\0", False)
    assert first[KEY_CIPHER] == (0x000FAC01).to_bytes(4, "little")
    assert (second[KEY_DATA], KEY_DEFAULT in second) == (b"13 characters", True)
    assert found[ATTR_CIPHER_SUITE_GROUP] == (0x000FAC05).to_bytes(4, "little")
    assert found[ATTR_AUTH_TYPE] == (1).to_bytes(4, "little")
    assert ATTR_IE not in found
    open_system = attributes(connect_body(request(0x80000001, 0x80000001)))
    assert open_system[ATTR_AUTH_TYPE] == bytes(4)
    assert ATTR_PRIVACY not in open_system


def test_dynamic_wep_asks_for_a_port_without_encryption() -> None:
    """No key yet, the suites of WEP, and packets of 802.1X in the clear."""
    found = attributes(connect_body(request(1, 0x101, WepKeys((), 0))))
    assert ATTR_PRIVACY in found
    assert ATTR_CONTROL_PORT_NO_ENCRYPT in found
    assert ATTR_KEYS not in found
    assert found[ATTR_CIPHER_SUITES_PAIRWISE] == (0x000FAC05).to_bytes(4, "little")


def test_a_wep_key_has_no_packet_number() -> None:
    """The kernel refuses one; the suite is that of the key's length."""
    found = attributes(key_body(1, 0x101, b"5char", bytes(6)))
    assert ATTR_KEY_SEQ not in found
    assert found[ATTR_KEY_CIPHER] == (0x000FAC01).to_bytes(4, "little")


def test_the_kernel_has_the_michael_keys_the_other_way_round() -> None:
    """That of what is sent first; of other ciphers the key is as it is."""
    key = bytes(range(32))
    turned = key[:16] + key[24:] + key[16:24]
    assert attributes(key_body(0, 2, key, bytes(6)))[ATTR_KEY_DATA] == turned
    assert attributes(key_body(0, 9, key, bytes(6)))[ATTR_KEY_DATA] == key
