# SPDX-License-Identifier: GPL-2.0-or-later
"""nl80211 messages ↔ what they mean (pure): commands, attributes, request bodies, scan results.

Numbers: include/uapi/linux/nl80211.h.
"""

from __future__ import annotations

import struct

from ..codes import AUTH_SHARED_KEY, CIPHER_TKIP, CIPHER_WEP104
from . import rsn
from .interface import Bss, ConnectRequest, WepKeys
from .netlink import Attributes, attribute, u32

CMD_SET_KEY, CMD_NEW_KEY, CMD_DEL_KEY, CMD_SET_STATION = 10, 11, 12, 18
CMD_GET_SCAN, CMD_TRIGGER_SCAN, CMD_NEW_SCAN_RESULTS, CMD_SCAN_ABORTED = 32, 33, 34, 35
CMD_ASSOCIATE, CMD_DEAUTHENTICATE, CMD_DISASSOCIATE = 38, 39, 40
CMD_CONNECT, CMD_DISCONNECT, CMD_CH_SWITCH_NOTIFY = 46, 48, 88
CMD_CONTROL_PORT_FRAME, CMD_CONTROL_PORT_FRAME_TX_STATUS = 129, 139

ATTR_IFINDEX, ATTR_MAC = 3, 6
ATTR_KEY_DATA, ATTR_KEY_IDX, ATTR_KEY_CIPHER, ATTR_KEY_SEQ, ATTR_KEY_DEFAULT = 7, 8, 9, 10, 11
ATTR_WIPHY_FREQ, ATTR_IE, ATTR_SCAN_FREQUENCIES, ATTR_SCAN_SSIDS, ATTR_BSS = 38, 42, 44, 45, 47
ATTR_FRAME, ATTR_SSID, ATTR_AUTH_TYPE, ATTR_REASON_CODE, ATTR_KEY_TYPE = 51, 52, 53, 54, 55
ATTR_TIMED_OUT, ATTR_USE_MFP, ATTR_STA_FLAGS2, ATTR_CONTROL_PORT, ATTR_PRIVACY = 65, 66, 67, 68, 70
ATTR_DISCONNECTED_BY_AP, ATTR_STATUS_CODE, ATTR_CIPHER_SUITES_PAIRWISE = 71, 72, 73
ATTR_CIPHER_SUITE_GROUP, ATTR_WPA_VERSIONS, ATTR_AKM_SUITES, ATTR_REQ_IE = 74, 75, 76, 77
ATTR_PREV_BSSID, ATTR_KEYS = 79, 81
ATTR_COOKIE, ATTR_ACK, ATTR_CONTROL_PORT_ETHERTYPE, ATTR_CONTROL_PORT_NO_ENCRYPT = 88, 92, 102, 103
ATTR_SCAN_FLAGS, ATTR_SOCKET_OWNER, ATTR_CONTROL_PORT_OVER_NL80211 = 158, 204, 264

KEY_DATA, KEY_IDX, KEY_CIPHER, KEY_DEFAULT = 1, 2, 3, 5
"""Of a key in ATTR_KEYS."""

BSS_BSSID, BSS_FREQUENCY, BSS_TSF, BSS_BEACON_INTERVAL, BSS_CAPABILITY, BSS_IES = 1, 2, 3, 4, 5, 6
BSS_SIGNAL_MBM, BSS_SEEN_MS_AGO, BSS_LAST_SEEN_BOOTTIME = 7, 10, 15
BSS_BEACON_IES, BSS_BEACON_TSF = 11, 13
"""Of the last beacon; BSS_IES and BSS_TSF are of the last probe response, if there ever was one."""

SCAN_FLAG_FLUSH = 2
KEYTYPE_GROUP, KEYTYPE_PAIRWISE = 0, 1
STA_FLAG_AUTHORIZED = 1 << 1
WPA_VERSION_1, WPA_VERSION_2 = 1, 2
AUTH_TYPE_OPEN, AUTH_TYPE_SHARED_KEY = 0, 1
MFP_REQUIRED = 1
"""Of ATTR_USE_MFP: cfg80211's own connection takes this or none."""
EAPOL = 0x888E
REASON_LEAVING = 3  # 802.11, table 9-49: the sending station is leaving
MANAGEMENT_HEADER_BYTES = 24
REASSOCIATION_RESPONSE = b"\x30"  # 802.11, 9.2.4.1: subtype 3 of a management frame

CAPABILITY_ESS, CAPABILITY_PRIVACY = 0x0001, 0x0010
CAPABILITY_SHORT_PREAMBLE, CAPABILITY_SHORT_SLOT = 0x0020, 0x0400
# mac80211's default for a driver that sets none, such as mac80211_hwsim (net/mac80211/main.c).
LISTEN_INTERVAL = 5


def connect_body(request: ConnectRequest) -> bytes:
    """Attributes of CMD_CONNECT after the interface index: authentication and a controlled port
    over this socket; the RSN or WPA element and its suites, or WEP keys, where there are such."""
    shared = request.auth_algorithm == AUTH_SHARED_KEY
    body = (
        attribute(ATTR_SSID, request.ssid)
        + attribute(ATTR_MAC, request.bss.bssid)
        + u32(ATTR_WIPHY_FREQ, request.bss.frequency_mhz)
        + u32(ATTR_AUTH_TYPE, AUTH_TYPE_SHARED_KEY if shared else AUTH_TYPE_OPEN)
        + attribute(ATTR_SOCKET_OWNER)
        + attribute(ATTR_CONTROL_PORT)
        + attribute(ATTR_CONTROL_PORT_ETHERTYPE, struct.pack("=H", EAPOL))
        + attribute(ATTR_CONTROL_PORT_OVER_NL80211)
    )
    if request.previous is not None:
        body += attribute(ATTR_PREV_BSSID, request.previous)
    if not rsn.is_protected(request.auth_algorithm):
        return body + (_wep_attributes(request.wep) if request.wep is not None else b"")
    akm = rsn.akm_suite(request.auth_algorithm, request.bss.ies)
    wpa = rsn.is_wpa(request.auth_algorithm)
    management = management_suite(request)
    element = rsn.rsn_element(akm, request.unicast_cipher, request.multicast_cipher, management)
    if management:
        body += u32(ATTR_USE_MFP, MFP_REQUIRED)
    return (
        body
        + attribute(ATTR_PRIVACY)
        + attribute(ATTR_IE, element)
        + u32(ATTR_WPA_VERSIONS, WPA_VERSION_1 if wpa else WPA_VERSION_2)
        + u32(ATTR_CIPHER_SUITES_PAIRWISE, rsn.cipher_suite(request.unicast_cipher))
        + u32(ATTR_CIPHER_SUITE_GROUP, rsn.cipher_suite(request.multicast_cipher))
        + u32(ATTR_AKM_SUITES, rsn.nl80211_suite(akm))
    )


def _wep_attributes(wep: WepKeys) -> bytes:
    keys = b"".join(
        attribute(
            place,
            attribute(KEY_DATA, key)
            + attribute(KEY_IDX, bytes((index,)))
            + u32(KEY_CIPHER, rsn.wep_suite(key))
            + (attribute(KEY_DEFAULT) if index == wep.transmit else b""),
        )
        for place, (index, key) in enumerate(wep.keys, 1)
    )
    if wep.keys:
        suite = rsn.wep_suite(dict(wep.keys).get(wep.transmit, wep.keys[0][1]))
        given = attribute(ATTR_KEYS, keys)
    else:  # with 802.1X, whose packets are never encrypted (RFC 3580, 4)
        suite = rsn.cipher_suite(CIPHER_WEP104)
        given = attribute(ATTR_CONTROL_PORT_NO_ENCRYPT)
    return (
        attribute(ATTR_PRIVACY)
        + given
        + u32(ATTR_CIPHER_SUITES_PAIRWISE, suite)
        + u32(ATTR_CIPHER_SUITE_GROUP, suite)
    )


def management_suite(request: ConnectRequest) -> int | None:
    """The suite by which the association protects management frames to all: the access point's,
    where that protects them; else None."""
    elements = request.bss.ies
    if rsn.is_protected(request.auth_algorithm) and rsn.protects_management(elements):
        return rsn.management_suite(elements)
    return None


def key_body(index: int, cipher: int, key: bytes, counter: bytes) -> bytes:
    """Attributes that describe a key; the counter is the 48-bit packet number, LSB first.

    Of TKIP the kernel wants the Michael key of what is sent before that of what is received, and
    Windows has them the other way round.
    """
    if cipher == CIPHER_TKIP:
        key = key[:16] + key[24:32] + key[16:24]
    body = attribute(ATTR_KEY_DATA, key) + attribute(ATTR_KEY_IDX, bytes((index,)))
    if cipher in rsn.WEP_CIPHERS:  # which counts no packets; the kernel refuses a number then
        return body + u32(ATTR_KEY_CIPHER, rsn.wep_suite(key))
    return body + u32(ATTR_KEY_CIPHER, rsn.cipher_suite(cipher)) + attribute(ATTR_KEY_SEQ, counter)


def bss_of(found: Attributes) -> Bss:
    """One BSS of a scan result."""

    def number(kind: int, signed: bool = False) -> int:
        return int.from_bytes(found.get(kind, b""), "little", signed=signed)

    return Bss(
        bssid=found[BSS_BSSID],
        frequency_mhz=number(BSS_FREQUENCY),
        beacon_period_tu=number(BSS_BEACON_INTERVAL),
        capability=number(BSS_CAPABILITY),
        timestamp_us=number(BSS_TSF),
        ies=found.get(BSS_IES, b""),
        rssi_dbm=number(BSS_SIGNAL_MBM, signed=True) // 100,
        age_ms=number(BSS_SEEN_MS_AGO),
        host_timestamp_100ns=number(BSS_LAST_SEEN_BOOTTIME) // 100,
    )


def association_request_body(bss: Bss, elements: bytes, previous: bytes | None = None) -> bytes:
    """The association request's body; with `previous`, the access point left, a reassociation's.

    nl80211 reports its elements only; capability and listen interval in front are set as mac80211
    sets them (net/mac80211/mlme.c, ieee80211_send_assoc)."""
    capability = CAPABILITY_ESS | (bss.capability & CAPABILITY_PRIVACY)
    if bss.frequency_mhz < 3000:
        capability |= CAPABILITY_SHORT_PREAMBLE | CAPABILITY_SHORT_SLOT
    return struct.pack("<HH", capability, LISTEN_INTERVAL) + (previous or b"") + elements
