# SPDX-License-Identifier: GPL-2.0-or-later
"""Every structure of the interface as the OS or a DLL would hand it over, and how it reads.

Layouts: wlanihv.h, windot11.h, eaptypes.h for 64 bits.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from tests.wine.probe import Argument, Guid, Memory, Narrow, Wide

MAC = bytes.fromhex("020000000100")
MAC_TEXT = "02:00:00:00:01:00"
GUID = bytes.fromhex("78563412cdab01efaabbccddeeff0011")
GUID_TEXT = "{12345678-abcd-ef01-aabb-ccddeeff0011}"
HANDLE, SESSION = Wide(0x5000), Wide(0x9010)
KEY = bytes(range(0x40, 0x50))
COUNTER = bytes(range(1, 7))


@dataclass(frozen=True)
class Secret:
    """Stands for bytes that may be shown only by length and salted hash."""

    data: bytes


@dataclass(frozen=True)
class Case:
    """A call, and what its records must show of it: by the names of the members."""

    id: str
    function: str
    arguments: tuple[Argument, ...]
    shown: dict[str, Any]
    answer: int = 0
    at_return: bool = False

    def memories(self) -> list[Memory]:
        """All blocks it hands over."""
        return [m for one in self.arguments if isinstance(one, Memory) for m in one.walk()]


def wide(text: str) -> bytes:
    """A UTF-16 text with its NUL."""
    return text.encode("utf-16-le") + b"\0\0"


def memory(name: str, data: bytes, **pointers: Memory) -> Memory:
    """A block; pointers are named at_<offset>."""
    return Memory(name, data, {int(key.removeprefix("at_")): m for key, m in pointers.items()})


def ssid(name: bytes) -> bytes:
    """DOT11_SSID."""
    return struct.pack("<I32s", len(name), name)


# PerformPreAssociate and its relatives

EAP_DATA = b"<config/>"


def params() -> Memory:
    """DOT11EXT_IHV_PROFILE_PARAMS."""
    ssids = memory("pSsidList", struct.pack("<I", 2) + ssid(b"one") + ssid(b"two"))
    method = struct.pack("<B3xIII", 13, 311, 77, 9)
    settings = memory(
        "pMSSecuritySettings",
        struct.pack("<IIi", 7, 4, 1) + method + struct.pack("<IQ", len(EAP_DATA), 0),
        at_32=memory("pEapConnectionData", EAP_DATA),
    )
    return memory("pIhvProfileParams", struct.pack("<QI4xQ", 0, 1, 0), at_0=ssids, at_16=settings)


PARAMS = {
    "size": 24,
    "BssType": 1,
    "pSsidList": {
        "size": 76,
        "ulCount": 2,
        "SSIDs": [
            {"uSSIDLength": 3, "ucSSID": b"one".hex()},
            {"uSSIDLength": 3, "ucSSID": b"two".hex()},
        ],
    },
    "pMSSecuritySettings": {
        "size": 40,
        "dot11AuthAlgorithm": 7,
        "dot11CipherAlgorithm": 4,
        "fOneXEnabled": 1,
        "EapMethodType": {
            "eapType": {"type": 13, "dwVendorId": 311, "dwVendorType": 77},
            "dwAuthorId": 9,
        },
        "dwEapConnectionDataLen": len(EAP_DATA),
        "pEapConnectionData": Secret(EAP_DATA),
    },
}
CONNECTIVITY = "<IhvConnectivity/>"
SECURITY = "<IhvSecurity>hidden</IhvSecurity>"


def connectivity(name: str = "pIhvConnProfile") -> Memory:
    """DOT11EXT_IHV_CONNECTIVITY_PROFILE."""
    text = memory("pszXmlFragmentIhvConnectivity", wide(CONNECTIVITY))
    return memory(name, bytes(8), at_0=text)


def security(name: str = "pIhvSecProfile") -> Memory:
    """DOT11EXT_IHV_SECURITY_PROFILE."""
    text = memory("pszXmlFragmentIhvSecurity", wide(SECURITY))
    return memory(name, struct.pack("<Qi4x", 0, 1), at_0=text)


FRAGMENTS = {
    "pIhvConnProfile": {
        "size": 8,
        "pszXmlFragmentIhvConnectivity": Secret(CONNECTIVITY.encode("utf-16-le")),
    },
    "pIhvSecProfile": {
        "size": 16,
        "pszXmlFragmentIhvSecurity": Secret(SECURITY.encode("utf-16-le")),
        "bUseMSOnex": 1,
    },
}


def bss_entry(body: bytes) -> bytes:
    """DOT11_BSS_ENTRY with its information elements."""
    head = struct.pack("<I12s6s2xIiIB", 3, b"physpecific!", MAC, 1, -40, 90, 1)
    return head + struct.pack("<xHQQH2xI", 100, 11, 22, 0x0411, len(body)) + body


def bss_list() -> Memory:
    """DOT11_BSS_LIST of two entries; the second is not aligned."""
    entries = bss_entry(b"\0\1x") + bss_entry(b"\0\2yz")
    buffer = memory("pucBuffer", entries)
    return memory("pConnectableBssid", struct.pack("<I4xQ", len(entries), 0), at_8=buffer)


def bss_shown(body: bytes) -> dict[str, Any]:
    """The entry as it reads."""
    return {
        "uPhyId": 3,
        "PhySpecificInfo": b"physpecific!".hex(),
        "dot11BSSID": MAC_TEXT,
        "dot11BSSType": 1,
        "lRSSI": -40,
        "uLinkQuality": 90,
        "bInRegDomain": 1,
        "usBeaconPeriod": 100,
        "ullTimestamp": 11,
        "ullHostTimestamp": 22,
        "usCapabilityInformation": 0x0411,
        "uBufferLength": len(body),
        "ucBuffer": body.hex(),
    }


BSS_LIST = {"uNumOfBytes": 135, "entries": [bss_shown(b"\0\1x"), bss_shown(b"\0\2yz")]}
PROFILE = {"pIhvProfileParams": PARAMS} | FRAGMENTS


def reason() -> Memory:
    """pdwReasonCode."""
    return memory("pdwReasonCode", struct.pack("<I", 0x90001))


def discovery() -> Memory:
    """DOT11EXT_IHV_DISCOVERY_PROFILE_LIST as a DLL fills it."""
    conn = memory("pszXmlFragmentIhvConnectivity", wide(CONNECTIVITY))
    sec = memory("pszXmlFragmentIhvSecurity", wide(SECURITY))
    profiles = memory("pIhvDiscoveryProfiles", struct.pack("<QQi4x", 0, 0, 1), at_0=conn, at_8=sec)
    return memory("pIhvDiscoveryProfileList", struct.pack("<I4xQ", 1, 0), at_8=profiles)


# PerformPostAssociate

PORT = memory("pPortState", struct.pack("<6s2xIii", MAC, 5, 1, 0))
PORT_SHOWN = {
    "PeerMacAddress": MAC_TEXT,
    "uSessionId": 5,
    "bPortControlled": 1,
    "bPortAuthorized": 0,
}
BODIES = ("AssocReq", "AssocResp", "Beacon", "IHVData", "ActivePhyList", "EncapTable")


def association(size: int, revision: int) -> bytes:
    """DOT11_ASSOCIATION_COMPLETION_PARAMETERS of 88 or 96 bytes, with every body."""
    at = [(size + 4 * i, 4) for i in range(6)]
    head = struct.pack("<BBH6s2xIBB2x", 0x80, revision, size, MAC, 0, 1, 0)
    head += struct.pack("<8I", *at[0], *at[1], *at[2], *at[3])
    head += struct.pack("<5IBBBxI2I", 7, 4, 4, *at[4], 1, 0, 2, 1, *at[5])
    head += struct.pack("<II", 6, 100)[: size - 88]
    return head + b"".join(name[:4].encode() for name in BODIES)


def association_shown(size: int, revision: int) -> dict[str, Any]:
    """As it reads."""
    shown: dict[str, Any] = {
        "Header": {"Type": 0x80, "Revision": revision, "Size": size},
        "MacAddr": MAC_TEXT,
        "uStatus": 0,
        "bReAssocReq": 1,
        "bReAssocResp": 0,
        "AuthAlgo": 7,
        "UnicastCipher": 4,
        "MulticastCipher": 4,
        "bFourAddressSupported": 1,
        "bPortAuthorized": 0,
        "ucActiveQoSProtocol": 2,
        "DSInfo": 1,
        "bodies": {name: name[:4].encode().hex() for name in BODIES},
    }
    for i, name in enumerate(BODIES):
        shown |= {f"u{name}Offset": size + 4 * i, f"u{name}Size": 4}
    return shown | ({"MulticastMgmtCipher": 6, "uAssocComebackTime": 100} if size == 96 else {})


def post_associate(size: int, revision: int) -> Case:
    """PerformPostAssociate with one of the sizes."""
    data = association(size, revision)
    return Case(
        f"association {size}",
        "Dot11ExtIhvPerformPostAssociate",
        (HANDLE, SESSION, PORT, Narrow(len(data)), memory("pDot11AssocParams", data)),
        {
            "pPortState": PORT_SHOWN,
            "uDot11AssocParamsBytes": len(data),
            "pDot11AssocParams": association_shown(size, revision),
        },
    )


# Keys


def ccmp() -> bytes:
    """DOT11_KEY_ALGO_CCMP."""
    return struct.pack("<6s2xI", COUNTER, 16) + KEY


def long_key() -> bytes:
    """The same of a cipher with keys of 32 bytes."""
    return struct.pack("<6s2xI", COUNTER, 32) + KEY + KEY


def tkip() -> bytes:
    """DOT11_KEY_ALGO_TKIP_MIC."""
    return struct.pack("<6s2xII", COUNTER, 16, 16) + KEY + KEY


def nested(structure: str, counter: str, **members: Any) -> dict[str, Any]:
    """The structure inside a key."""
    return {structure: {counter: COUNTER.hex()} | members}


NESTED: dict[int, tuple[bytes, dict[str, Any]]] = {
    4: (ccmp(), nested("DOT11_KEY_ALGO_CCMP", "ucIV48Counter", ulCCMPKeyLength=16,
                       ucCCMPKey=Secret(KEY))),
    2: (tkip(), nested("DOT11_KEY_ALGO_TKIP_MIC", "ucIV48Counter", ulTKIPKeyLength=16,
                       ulMICKeyLength=16, ucTKIPMICKeys=Secret(KEY + KEY))),
    6: (ccmp(), nested("DOT11_KEY_ALGO_BIP", "ucIPN", ulBIPKeyLength=16, ucBIPKey=Secret(KEY))),
    8: (ccmp(), nested("DOT11_KEY_ALGO_GCMP", "ucIV48Counter", ulGCMPKeyLength=16,
                       ucGCMPKey=Secret(KEY))),
    9: (long_key(), nested("DOT11_KEY_ALGO_GCMP_256", "ucIV48Counter", ulGCMP256KeyLength=32,
                           ucGCMP256Key=Secret(KEY + KEY))),
    12: (long_key(), nested("DOT11_KEY_ALGO_BIP_GMAC_256", "ucIPN", ulBIPGmac256KeyLength=32,
                            ucBIPGmac256Key=Secret(KEY + KEY))),
    1: (KEY[:5], {}),
}  # fmt: skip


def default_key(cipher: int) -> Case:
    """SetDefaultKey of a cipher."""
    key, shown = NESTED[cipher]
    head = struct.pack("<BBHII6sBBH", 0x80, 1, 24, 2, cipher, MAC, 0, 1, len(key))
    members = {
        "Header": {"Type": 0x80, "Revision": 1, "Size": 24},
        "uKeyIndex": 2,
        "AlgorithmId": cipher,
        "MacAddr": MAC_TEXT,
        "bDelete": 0,
        "bStatic": 1,
        "usKeyLength": len(key),
        "ucKey": Secret(key),
    }
    arguments = (HANDLE, memory("pKey", head + key), Narrow(1))
    told = {"pKey": members | shown, "dot11Direction": 1}
    return Case(f"default key {cipher}", "Dot11ExtSetDefaultKey", arguments, told)


def mapping_key() -> Case:
    """SetKeyMappingKey with CCMP."""
    key, shown = NESTED[4]
    head = struct.pack("<6s2xIIBBH", MAC, 4, 3, 0, 0, len(key))
    members = {
        "PeerMacAddr": MAC_TEXT,
        "AlgorithmId": 4,
        "Direction": 3,
        "bDelete": 0,
        "bStatic": 0,
        "usKeyLength": len(key),
        "ucKey": Secret(key),
    }
    arguments = (HANDLE, memory("pKey", head + key))
    return Case("mapping key", "Dot11ExtSetKeyMappingKey", arguments, {"pKey": members | shown})


# The rest


def attributes(name: str) -> Memory:
    """EAP_ATTRIBUTES: an identity and a session key."""
    listed = struct.pack("<IIQ", 1, 3, 0) + struct.pack("<IIQ", 9003, 4, 0)
    inside = {"at_8": memory("pValue", b"bob"), "at_24": memory("pValue", b"EMSK")}
    return memory(name, struct.pack("<I4xQ", 2, 0), at_8=memory("pAttribs", listed, **inside))


ATTRIBUTES = {
    "dwNumberOfAttributes": 2,
    "attributes": [
        {"eaType": 1, "dwLength": 3, "pValue": Secret(b"bob")},
        {"eaType": 9003, "dwLength": 4, "pValue": Secret(b"EMSK")},
    ],
}


def onex() -> Memory:
    """DOT11_MSONEX_RESULT_PARAMS with keys and EAP result."""
    result = memory("pDot11EapResult", struct.pack("<I4xQ", 8, 0), at_8=attributes("pAttribArray"))
    return memory(
        "pDot11MsOneXResultParams",
        struct.pack("<IIQI4xQI4xQ", 3, 0x50005, 0, 16, 0, 8, 0),
        at_8=memory("pbMPPESendKey", KEY),
        at_24=memory("pbMPPERecvKey", KEY[:8]),
        at_40=result,
    )


def ui_request(name: str) -> Memory:
    """DOT11EXT_IHV_UI_REQUEST."""
    head = struct.pack("<I16s16sIQ", 1, GUID, GUID, 6, 0)
    return memory(name, head, at_40=memory("pvUIRequest", b"please"))


UI_REQUEST = {
    "dwSessionId": 1,
    "guidUIRequest": GUID_TEXT,
    "UIPageClsid": GUID_TEXT,
    "dwByteCount": 6,
    "pvUIRequest": Secret(b"please"),
}


def station_property(phrase: bytes) -> bytes:
    """DOT11EXT_VIRTUAL_STATION_AP_PROPERTY."""
    return ssid(b"ap") + struct.pack("<IIiI64s", 7, 4, 1, len(phrase), phrase)


def station_shown(phrase: bytes) -> dict[str, Any]:
    """As it reads."""
    return {
        "dot11SSID": {"uSSIDLength": 2, "ucSSID": b"ap".hex()},
        "dot11AuthAlgo": 7,
        "dot11CipherAlgo": 4,
        "bIsPassPhrase": 1,
        "dwKeyLength": len(phrase),
        "ucKeyData": Secret(phrase.ljust(64, b"\0")),
    }


PACKET = MAC + bytes.fromhex("888e") + b"\1\3payload"
PACKET_SHOWN = {"size": len(PACKET), "ethertype_bytes": "888e", "data": PACKET[8:].hex()}
ADAPTER = memory(
    "pDot11Adapter",
    GUID + struct.pack("<QII", 0, 0, 4),
    at_16=memory("pszDescription", wide('Rädio "1"')),
)
HANDLERS = "Dot11ExtIhv"
CASES = (
    Case("adapter", "Dot11ExtIhvInitAdapter", (ADAPTER, HANDLE, Wide(0)), {
        "pDot11Adapter": {
            "size": 32, "gAdapterId": GUID_TEXT, "pszDescription": 'Rädio "1"',
            "Dot11CurrentOpMode": {"uReserved": 0, "uCurrentOpMode": 4},
        },
        "hDot11SvcHandle": "0x5000",
    }),
    Case("pre-association", "Dot11ExtIhvPerformPreAssociate",
         (HANDLE, SESSION, params(), connectivity(), security(), bss_list(), Wide(0)),
         PROFILE | {"pConnectableBssid": BSS_LIST, "hConnectSession": "0x9010"}),
    Case("profile", "Dot11ExtIhvValidateProfile",
         (HANDLE, params(), connectivity(), security(), Wide(0)), PROFILE),
    Case("match", "Dot11ExtIhvPerformCapabilityMatch",
         (HANDLE, params(), connectivity(), security(), bss_list(), Wide(0)),
         PROFILE | {"pConnectableBssid": BSS_LIST}),
    Case("reason", "Dot11ExtIhvValidateProfile",
         (HANDLE, Wide(0), Wide(0), Wide(0), reason()), {"pdwReasonCode": 0x90001}, 5, True),
    Case("discovery", "Dot11ExtIhvCreateDiscoveryProfiles",
         (HANDLE, Narrow(1), Wide(0), Wide(0), discovery(), Wide(0)),
         {"pIhvDiscoveryProfileList": {"dwCount": 1, "profiles": [{
             "IhvConnectivityProfile": FRAGMENTS["pIhvConnProfile"],
             "IhvSecurityProfile": FRAGMENTS["pIhvSecProfile"]}]}}, 0, True),
    post_associate(96, 2),
    post_associate(88, 1),
    Case("session change", "Dot11ExtIhvProcessSessionChange",
         (Narrow(5), memory("pSessionNotification", struct.pack("<II", 8, 3))),
         {"uEventType": 5, "pSessionNotification": {"cbSize": 8, "dwSessionId": 3}}),
    Case("indication", "Dot11ExtIhvReceiveIndication",
         (HANDLE, Narrow(4), Narrow(4), memory("pvBuffer", b"abcd")),
         {"indicationType": 4, "uBufferLength": 4, "pvBuffer": Secret(b"abcd")}),
    Case("received packet", "Dot11ExtIhvReceivePacket",
         (HANDLE, Narrow(len(PACKET)), memory("pvInBuffer", PACKET)),
         {"pvInBuffer": PACKET_SHOWN | {"source": MAC_TEXT}}),
    Case("response", "Dot11ExtIhvProcessUIResponse",
         (Guid(GUID), Narrow(6), memory("pvResponseBuffer", b"answer")),
         {"guidUIRequest": GUID_TEXT, "pvResponseBuffer": Secret(b"answer")}),
    Case("802.1X result", "Dot11ExtIhvOnexIndicateResult", (HANDLE, Narrow(0), onex()), {
        "msOneXResult": 0,
        "pDot11MsOneXResultParams": {
            "Dot11OnexAuthStatus": 3, "Dot11OneXReasonCode": 0x50005,
            "pbMPPESendKey": Secret(KEY), "dwMPPESendKeyLen": 16,
            "pbMPPERecvKey": Secret(KEY[:8]), "dwMPPERecvKeyLen": 8,
            "pDot11EapResult": {"dwFailureReasonCode": 8, "pAttribArray": ATTRIBUTES},
        },
    }),
    Case("control", "Dot11ExtIhvControl",
         (HANDLE, Narrow(4), memory("pInBuffer", b"1234"), Narrow(0), Wide(0), Wide(0)),
         {"pInBuffer": Secret(b"1234"), "dwOutBufferSize": 0}),
    Case("custom data", "Dot11ExtSetProfileCustomUserData",
         (HANDLE, SESSION, Narrow(1), Narrow(4), memory("pvData", b"user")),
         {"dwSessionID": 1, "pvData": Secret(b"user")}),
    Case("current profile", "Dot11ExtSetCurrentProfile",
         (HANDLE, SESSION, connectivity(), security()), FRAGMENTS),
    Case("request", "Dot11ExtSendUIRequest", (HANDLE, ui_request("pIhvUIRequest")),
         {"pIhvUIRequest": UI_REQUEST}),
    Case("notification", "Dot11ExtSendNotification",
         (HANDLE, memory("pNotificationData", struct.pack("<II16sI4xQ", 0x40, 2, GUID, 3, 0),
                         at_32=memory("pData", b"xyz"))),
         {"pNotificationData": {"NotificationSource": 0x40, "NotificationCode": 2,
                                "InterfaceGuid": GUID_TEXT, "dwDataSize": 3,
                                "pData": Secret(b"xyz")}}),
    Case("sent packet", "Dot11ExtSendPacket",
         (HANDLE, Narrow(len(PACKET)), memory("pvPacket", PACKET), Wide(0x77)),
         {"pvPacket": PACKET_SHOWN | {"destination": MAC_TEXT}, "hSendCompletion": "0x77"}),
    Case("EtherTypes", "Dot11ExtSetEtherTypeHandling",
         (HANDLE, Narrow(10), Narrow(2),
          memory("pExemption", struct.pack("<6H", 0x8E88, 2, 3, 0xB488, 1, 1)), Narrow(2),
          memory("pusRegistration", bytes.fromhex("888e88b4"))),
         {"pExemption": [{"ethertype_bytes": "888e", "action": 2, "packet_type": 3},
                         {"ethertype_bytes": "88b4", "action": 1, "packet_type": 1}],
          "pusRegistration": ["888e", "88b4"]}),
    *(default_key(cipher) for cipher in NESTED),
    mapping_key(),
    Case("NIC extension", "Dot11ExtNicSpecificExtension",
         (HANDLE, Narrow(3), memory("pvInBuffer", b"nic"), Wide(0), Wide(0)),
         {"pvInBuffer": Secret(b"nic"), "pdwOutBufferSize": None}),
    Case("802.1X start", "Dot11ExtStartOneX", (HANDLE, attributes("pEapAttributes")),
         {"pEapAttributes": ATTRIBUTES}),
    Case("security packet", "Dot11ExtProcessSecurityPacket",
         (HANDLE, Narrow(4), memory("pvInPacket", b"\1\0\0\0")),
         {"pvInPacket": Secret(b"\1\0\0\0")}),
    Case("virtual station", "Dot11ExtSetVirtualStationAPProperties",
         (HANDLE, SESSION, Narrow(2),
          memory("pProperties", station_property(b"one\0") + station_property(b"four\0")), Wide(0)),
         {"pProperties": [station_shown(b"one\0"), station_shown(b"four\0")]}),
)  # fmt: skip
"""One case per structure and place where it crosses the interface."""
