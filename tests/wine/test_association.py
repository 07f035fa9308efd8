# SPDX-License-Identifier: GPL-2.0-or-later
"""sample.dll in ihvhost.exe against an access point: the handshakes as IEEE 802.11-2020 12.7 has
them, and the completions as the IHV documents have them."""

from __future__ import annotations

import pytest

from tests.wine.access_point import GCMP_RSNE, INFO_M2, INFO_M4, RSNE, SHA256_RSNE, AccessPoint
from tests.wine.peer import AP_TEXT, HostPeer, assoc_params, fragment, profile_args

ERROR_CANCELLED = 1223
ERROR_TIMEOUT = 1460
ERROR_INVALID_STATE = 5023
ERROR_INVALID_PARAMETER = 87
IHV_REASONS = range(0x90000, 0xA0000)
CCMP_HEAD = bytes(8) + (16).to_bytes(4, "little")
"""DOT11_KEY_ALGO_CCMP in front of the key: counter, padding, key length."""


def complete(host: HostPeer) -> None:
    """A good association up to its successful completion."""
    host.connect()
    host.associate()
    done = host.wait_completion()
    assert (done["dwReasonCode"], done["dwWin32Error"]) == (0, 0)


def test_good_run_installs_the_keys_of_the_handshake(host: HostPeer) -> None:
    """M1 to M4 complete, and the keys handed to the OS are the AP's PTK and GTK."""
    complete(host)
    assert host.heard == ["M2", "M4"]
    assert host.ap.ptk is not None
    pairwise = host.of("Dot11ExtSetKeyMappingKey")[0]["pKey"]
    group = host.of("Dot11ExtSetDefaultKey")[0]
    assert bytes.fromhex(pairwise["ucKey"]) == CCMP_HEAD + host.ap.ptk[32:48]
    assert pairwise["PeerMacAddr"] == AP_TEXT
    assert bytes.fromhex(group["pKey"]["ucKey"]) == CCMP_HEAD + host.ap.gtk
    assert (group["pKey"]["uKeyIndex"], group["dot11Direction"]) == (1, 1)
    assert host.of("Dot11ExtSetDefaultKeyId")[0]["uDefaultKeyId"] == 1
    assert host.shut_down() == 0


def test_keys_by_sha256_and_an_integrity_key(host: HostPeer) -> None:
    """AKM 6: KDF, AES-CMAC and descriptor version 3; the IGTK of M3 is set as a BIP key."""
    igtk = bytes(range(16))
    host.ap = AccessPoint(m3_rsne=SHA256_RSNE, sha256=True, igtk=igtk)
    host.connect()
    params = assoc_params(request_rsne=SHA256_RSNE, beacon_rsne=SHA256_RSNE)
    host.result(host.post_associate(params))
    host.deliver(host.ap.m1())
    assert host.wait_completion()["dwWin32Error"] == 0
    assert host.heard == ["M2", "M4"]
    group, integrity = (call["pKey"] for call in host.of("Dot11ExtSetDefaultKey"))
    assert (group["AlgorithmId"], group["uKeyIndex"]) == (4, 1)
    assert (integrity["AlgorithmId"], integrity["uKeyIndex"]) == (6, 4)
    head = b"\x05" + bytes(7) + (16).to_bytes(4, "little")
    assert bytes.fromhex(integrity["ucKey"]) == head + igtk
    assert [call["uDefaultKeyId"] for call in host.of("Dot11ExtSetDefaultKeyId")] == [1]
    host.ap.new_gtk()
    host.deliver(host.ap.g1())
    host.wait_for(lambda: host.heard[-1] == "G2", "G2")
    assert len(host.of("Dot11ExtSetDefaultKey")) == 3


def test_ciphers_of_the_access_point(host: HostPeer) -> None:
    """GCMP-256 and BIP-GMAC-256: set during pre-association; keys of 32 bytes in structures of the
    same layout."""
    igtk = bytes(range(32))
    host.ap = AccessPoint(m3_rsne=GCMP_RSNE, tk_size=32, gtk=bytes(range(1, 33)), igtk=igtk)
    host.connect(rsne=GCMP_RSNE)
    assert host.of("Dot11ExtSetUnicastCipherAlgorithm")[0]["dwUnicastCipherAlgo"] == 9
    assert host.of("Dot11ExtSetMulticastCipherAlgorithm")[0]["dwMulticastCipherAlgo"] == 9
    params = assoc_params(request_rsne=GCMP_RSNE, beacon_rsne=GCMP_RSNE)
    host.result(host.post_associate(params))
    host.deliver(host.ap.m1())
    assert host.wait_completion()["dwWin32Error"] == 0
    assert host.ap.ptk is not None
    pairwise = host.of("Dot11ExtSetKeyMappingKey")[0]["pKey"]
    group, integrity = (call["pKey"] for call in host.of("Dot11ExtSetDefaultKey"))
    told = [(key["AlgorithmId"], key["usKeyLength"]) for key in (pairwise, group, integrity)]
    assert told == [(9, 44), (9, 44), (12, 44)]
    length = (32).to_bytes(4, "little")
    assert bytes.fromhex(pairwise["ucKey"]) == bytes(8) + length + host.ap.ptk[32:]
    assert bytes.fromhex(group["ucKey"]) == bytes(8) + length + host.ap.gtk
    assert bytes.fromhex(integrity["ucKey"]) == b"\x05" + bytes(7) + length + igtk
    host.ap.new_gtk()
    host.deliver(host.ap.g1())
    host.wait_for(lambda: host.heard[-1] == "G2", "G2")


def test_calls_come_in_the_documented_phases(host: HostPeer) -> None:
    """EtherTypes and algorithms during pre-association, keys after M4, completion last."""
    complete(host)
    assert host.names() == [
        "Dot11ExtSetEtherTypeHandling", "Dot11ExtSetAuthAlgorithm",
        "Dot11ExtSetUnicastCipherAlgorithm", "Dot11ExtSetMulticastCipherAlgorithm",
        "Dot11ExtSetExcludeUnencrypted", "Dot11ExtPreAssociateCompletion",
        "Dot11ExtSendPacket", "Dot11ExtSendPacket", "Dot11ExtSetKeyMappingKey",
        "Dot11ExtSetDefaultKey", "Dot11ExtSetDefaultKeyId", "Dot11ExtPostAssociateCompletion",
    ]  # fmt: skip
    handling = host.of("Dot11ExtSetEtherTypeHandling")[0]
    assert handling["pExemption"] == [{"ethertype_bytes": "888e", "action": 2, "packet_type": 3}]
    assert handling["pusRegistration"] == ["888e"]


def test_m2_repeats_the_rsne_of_the_association_request(host: HostPeer) -> None:
    """Key data of M2 is the RSNE the station associated with, M4 has none."""
    complete(host)
    m2, m4 = host.ap.received
    assert (m2.info, m2.key_data, m2.replay) == (INFO_M2, RSNE, 1)
    assert (m4.info, m4.key_data, m4.replay) == (INFO_M4, b"", 2)


def test_keys_wait_for_the_completion_of_m4(host: HostPeer) -> None:
    """No key is set before SendPacketCompletion of M4: it has to leave unprotected."""
    host.connect()
    host.auto_complete = False
    host.associate()
    host.wait_for(lambda: host.heard == ["M2", "M4"], "M4")
    sends = host.of("Dot11ExtSendPacket")
    host.call("send_packet_completion", handle=sends[0]["hSendCompletion"])
    assert "Dot11ExtSetKeyMappingKey" not in host.names()
    host.call("send_packet_completion", handle=sends[1]["hSendCompletion"])
    assert host.wait_completion()["dwWin32Error"] == 0


def test_m1_retransmission_keeps_the_snonce(host: HostPeer) -> None:
    """Two M1 with one ANonce get M2 with one SNonce and each its own replay counter."""
    host.connect()
    host.drop = ["M2"]
    host.associate()
    host.wait_for(lambda: host.heard == ["M2"], "first M2")
    host.deliver(host.ap.m1())
    assert host.wait_completion()["dwWin32Error"] == 0
    first, second = host.ap.received[:2]
    assert first.nonce == second.nonce
    assert (first.replay, second.replay) == (1, 2)


def test_m1_of_a_third_address_is_not_answered(host: HostPeer) -> None:
    """Nor does its nonce take the place of the access point's."""
    host.connect()

    def forged_then_right() -> None:
        m1 = bytearray(host.ap.m1())
        m1[17:49] = bytes(32)
        host.deliver(bytes(m1), bytes.fromhex("02deadbeef01"))
        host.deliver(host.ap.m3())

    host.after_m2 = forged_then_right
    host.associate()
    assert host.wait_completion()["dwWin32Error"] == 0
    assert host.heard == ["M2", "M4"]


def test_m3_retransmission_gets_m4_without_reinstalling(host: HostPeer) -> None:
    """A repeated M3 is answered; no key is set again, and no second completion comes."""
    complete(host)
    host.deliver(host.ap.m3())
    host.wait_for(lambda: host.heard.count("M4") == 2, "second M4")
    host.stop()
    assert len(host.of("Dot11ExtSetKeyMappingKey")) == 1
    assert len(host.of("Dot11ExtSetDefaultKey")) == 1
    assert len(host.completions()) == 1


def test_replayed_m3_is_ignored(host: HostPeer) -> None:
    """The same M3 twice (one replay counter) gets one M4."""
    host.connect()
    m3: list[bytes] = []

    def twice() -> None:
        m3.append(host.ap.m3())
        host.deliver(m3[0])
        host.deliver(m3[0])

    host.after_m2 = twice
    host.associate()
    assert host.wait_completion()["dwWin32Error"] == 0
    host.stop()
    assert host.heard == ["M2", "M4"]


def test_m3_with_a_wrong_mic_is_ignored(host: HostPeer) -> None:
    """A forged M3 changes nothing; the right one after it completes."""
    host.connect()

    def forged_then_right() -> None:
        right = bytearray(host.ap.m3())
        right[90] ^= 1
        host.deliver(bytes(right))
        host.deliver(host.ap.m3())

    host.after_m2 = forged_then_right
    host.associate()
    assert host.wait_completion()["dwWin32Error"] == 0
    assert host.heard == ["M2", "M4"]


def test_m3_with_another_rsne_than_the_beacon_fails(host: HostPeer) -> None:
    """A downgraded RSNE ends in a completion with error and an IHV reason, no keys."""
    host.connect()
    host.ap.m3_rsne = RSNE[:-2] + b"\x0c\x00"
    host.associate()
    done = host.wait_completion()
    assert done["dwWin32Error"] != 0
    assert done["dwReasonCode"] in IHV_REASONS
    assert "Dot11ExtSetKeyMappingKey" not in host.names()


def test_wrong_passphrase_times_out(host: HostPeer) -> None:
    """Without M3 the operation ends by the DLL's own limit, with error and IHV reason."""
    host.connect(passphrase="wrong passphrase")
    host.associate()
    done = host.wait_completion()
    assert host.heard == ["bad M2"]
    assert done["dwWin32Error"] == ERROR_TIMEOUT
    assert done["dwReasonCode"] in IHV_REASONS


def test_group_rekey_installs_a_new_gtk_once(host: HostPeer) -> None:
    """G1 after the completion gets G2 and the new GTK; its retransmission installs nothing."""
    complete(host)
    host.ap.new_gtk()
    host.deliver(host.ap.g1())
    host.wait_for(lambda: host.heard[-1] == "G2", "G2")
    host.deliver(host.ap.g1())
    host.wait_for(lambda: host.heard.count("G2") == 2, "second G2")
    keys = host.of("Dot11ExtSetDefaultKey")
    assert [bytes.fromhex(key["pKey"]["ucKey"])[12:] for key in keys][1:] == [host.ap.gtk]
    assert host.of("Dot11ExtSetDefaultKeyId")[-1]["uDefaultKeyId"] == 2
    assert len(host.completions()) == 1


def test_stop_in_mid_handshake_ends_without_completion(host: HostPeer) -> None:
    """After StopPostAssociate nothing is sent and nothing completed; then all works again."""
    host.connect()
    host.after_m2 = lambda: None
    host.associate()
    host.wait_for(lambda: host.heard == ["M2"], "M2")
    host.stop()
    refused = host.result(host.deliver(host.ap.m3()))
    assert refused["result"]["status"] == ERROR_INVALID_STATE
    host.reset()
    assert host.completions() == []
    host.ap = AccessPoint()
    host.after_m2 = lambda: host.deliver(host.ap.m3())
    complete(host)


def test_reset_in_mid_handshake_completes_as_cancelled(host: HostPeer) -> None:
    """AdapterReset completes the pending operation with ERROR_CANCELLED before it returns."""
    host.connect()
    host.after_m2 = lambda: None
    host.associate()
    host.wait_for(lambda: host.heard == ["M2"], "M2")
    host.reset()
    (done,) = host.completions()
    assert (done["hSecuritySessionID"], done["dwWin32Error"]) == (host.session, ERROR_CANCELLED)
    assert done["dwReasonCode"] in IHV_REASONS


def test_reset_during_pre_association_completes_as_cancelled(host: HostPeer) -> None:
    """A pre-association that waits for the OS is cancelled by AdapterReset, once."""
    host.hold("Dot11ExtSetAuthAlgorithm")
    host.pre_associate()
    host.wait_for(lambda: "Dot11ExtSetAuthAlgorithm" in host.names(), "held call")
    reset = host.post("adapter_reset", ihv_handle=host.adapter)
    host.release()
    assert host.result(reset)["result"] == {"status": 0}
    (done,) = host.of("Dot11ExtPreAssociateCompletion")
    assert (done["hConnectSession"], done["dwWin32Error"]) == (
        host.connect_session, ERROR_CANCELLED,
    )  # fmt: skip


def test_roaming_needs_no_second_pre_association(host: HostPeer) -> None:
    """After Stop another PerformPostAssociate is a new session of the same connection."""
    complete(host)
    host.stop()
    host.ap = AccessPoint()
    host.associate()
    assert host.wait_completion()["hSecuritySessionID"] == host.session


def test_many_connections_one_after_another(host: HostPeer) -> None:
    """Connect, stop and reset ten times; every one completes, the last as the first."""
    for _ in range(10):
        host.ap = AccessPoint()
        host.connect()
        host.associate()
        assert host.wait_completion()["dwWin32Error"] == 0
        host.stop()
        host.reset()
    assert host.heard == ["M2", "M4"] * 10
    assert host.shut_down() == 0


def test_second_pre_association_is_refused_while_one_is_pending(host: HostPeer) -> None:
    """ERROR_INVALID_STATE with a reason, and the first one still completes."""
    host.hold("Dot11ExtSetAuthAlgorithm")
    host.pre_associate()
    first = host.connect_session
    result = host.pre_associate()
    assert result["status"] == ERROR_INVALID_STATE
    assert result["reason"] in IHV_REASONS
    host.release()
    host.wait_for(lambda: bool(host.of("Dot11ExtPreAssociateCompletion")), "completion")
    assert host.of("Dot11ExtPreAssociateCompletion")[0]["hConnectSession"] == first


def test_deinit_cancels_without_completion(host: HostPeer) -> None:
    """DeinitAdapter in mid-handshake: no completion, and all threads end (the host exits)."""
    host.connect()
    host.after_m2 = lambda: None
    host.associate()
    host.wait_for(lambda: host.heard == ["M2"], "M2")
    assert host.shut_down() == 0
    assert host.completions() == []


@pytest.mark.parametrize(
    "params",
    [b"", bytes(87), assoc_params()[:96], assoc_params(request_rsne=b""),
     assoc_params()[:20] + b"\xff" * 24 + assoc_params()[44:],
     assoc_params()[:4] + bytes(6) + assoc_params()[10:]],
    ids=["empty", "short", "bodies cut off", "no RSNE", "offsets out of bounds", "other MAC"],
)  # fmt: skip
def test_malformed_association_parameters_are_refused(host: HostPeer, params: bytes) -> None:
    """Each gives a Win32 error from the handler and no completion."""
    host.connect()
    reply = host.result(host.post_associate(params or b"\0"))
    assert reply["result"]["status"] == ERROR_INVALID_PARAMETER
    assert host.completions() == []


def test_the_older_structure_of_88_bytes_is_accepted(host: HostPeer) -> None:
    """Only uDot11AssocParamsBytes tells the structure's size."""
    host.connect()
    reply = host.result(host.post_associate(assoc_params(size=88)))
    assert reply["result"] == {"status": 0}
    host.deliver(host.ap.m1())
    assert host.wait_completion()["dwWin32Error"] == 0


def test_an_open_network_needs_no_packet_and_no_key(host: HostPeer) -> None:
    """Open authentication without cipher is set, nothing registered, and the port opens at once."""
    assert host.pre_associate(xml="<IhvSecurity><Open/></IhvSecurity>")["status"] == 0
    host.wait_for(lambda: bool(host.of("Dot11ExtPreAssociateCompletion")), "completion")
    assert host.names() == [
        "Dot11ExtSetAuthAlgorithm", "Dot11ExtSetUnicastCipherAlgorithm",
        "Dot11ExtSetMulticastCipherAlgorithm", "Dot11ExtPreAssociateCompletion",
    ]  # fmt: skip
    params = assoc_params(request_rsne=b"", beacon_rsne=b"")
    host.result(host.post_associate(params))
    completion = host.wait_completion()
    assert (completion["dwReasonCode"], completion["dwWin32Error"]) == (0, 0)
    assert host.of("Dot11ExtSetKeyMappingKey") == host.of("Dot11ExtSendPacket") == []


@pytest.mark.parametrize("size", [0, 1, 8, 9, 50, 98])
def test_short_packets_are_harmless(host: HostPeer, size: int) -> None:
    """Truncated frames are refused or ignored, and the handshake goes on."""
    host.connect()
    host.result(host.post_associate())
    whole = bytes.fromhex("020000000100888e") + host.ap.m1()
    host.result(host.post("receive_packet", ihv_handle=host.adapter, data=whole[:size].hex()))
    host.deliver(host.ap.m1())
    assert host.wait_completion()["dwWin32Error"] == 0


@pytest.mark.parametrize(
    "xml",
    [
        "", "<IhvSecurity/>", "<IhvSecurity></IhvSecurity>", "<Other/>", "garbage",
        "<IhvSecurity><Passphrase>short</Passphrase></IhvSecurity>",
        f"<IhvSecurity><Passphrase>{'x' * 64}</Passphrase></IhvSecurity>",
        f"<IhvSecurity><Passphrase>{'a' * 65}</Passphrase></IhvSecurity>",
        "<IhvSecurity><Passphrase>long enough</Passphrase>",
        "<IhvSecurity><Passphrase>long enough</Passphrase></IhvSecurity>x",
        "<IhvSecurity><Passphrase>long enough</Passphrase><Fault>no-such</Fault></IhvSecurity>",
        "<IhvSecurity><Passphrase>long enough</Passphrase><New/></IhvSecurity>",
        "<IhvSecurity><Passphrase>long &bad; enough</Passphrase></IhvSecurity>",
        "<IhvSecurity><Passphrase>l\u00f6ng enough</Passphrase></IhvSecurity>",
        "<IhvSecurity><Passphrase>long enough</Passphrase><Open/></IhvSecurity>",
        "<IhvSecurity><Open/><Open/></IhvSecurity>",
        "<IhvSecurity><Open/><Enterprise/></IhvSecurity>",
        "<IhvSecurity a=<><Passphrase>long enough</Passphrase></IhvSecurity>",
        "<a" * 5000, "<" + "I" * 9000, "&#x" * 3000,
    ],
)  # fmt: skip
def test_bad_fragments_are_refused(host: HostPeer, xml: str) -> None:
    """Anything but the schema gives ERROR_INVALID_PARAMETER and an IHV reason, no completion."""
    result = host.pre_associate(xml=xml or " ")
    assert result["status"] == ERROR_INVALID_PARAMETER
    assert result["reason"] in IHV_REASONS
    assert host.calls == []


@pytest.mark.parametrize(
    "xml",
    [
        '<IhvSecurity xmlns="urn:x"><Passphrase>correct horse</Passphrase></IhvSecurity>',
        '<i:IhvSecurity xmlns:i="urn:x">\n <i:Passphrase>correct horse</i:Passphrase>\n'
        "</i:IhvSecurity>\n",
        "<IhvSecurity><Passphrase>&#99;orrect&#x20;horse</Passphrase></IhvSecurity>",
    ],
)
def test_namespaces_and_entities_are_understood(host: HostPeer, xml: str) -> None:
    """The same passphrase in other clothes gives the same PMK."""
    assert host.pre_associate(xml=xml) == {"reason": 0, "status": 0}
    host.wait_for(lambda: bool(host.of("Dot11ExtPreAssociateCompletion")), "completion")
    host.associate()
    assert host.wait_completion()["dwWin32Error"] == 0


def test_validate_profile_writes_its_reason(host: HostPeer) -> None:
    """ValidateProfile: success with reason 0, or an error with an IHV reason."""
    args = profile_args()
    del args["bss_list"]
    good = host.call("validate_profile", ihv_handle=host.adapter,
                     security_xml=fragment("correct horse"), **args)  # fmt: skip
    bad = host.call("validate_profile", ihv_handle=host.adapter, security_xml="<x/>", **args)
    assert good == {"reason": 0, "status": 0}
    assert bad["status"] == ERROR_INVALID_PARAMETER
    assert bad["reason"] in IHV_REASONS
