# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets to and from the DLL: order, backlog, registration, exemptions, completions."""

from __future__ import annotations

import pytest
from autoconfig import codes
from autoconfig.association.attempt import Phase

from tests.unit.autoconfig.doubles import AP, EAPOL, Rig


def received(rig: Rig) -> list[str]:
    """Payloads given to ReceivePacket so far."""
    return [a["data"][16:] for name, a in rig.host.calls if name == "receive_packet"]


def send(rig: Rig, payload: bytes = b"\x02\x03", handle: str = "0x500", ethertype: str = "888e",
         to: bytes = AP) -> int:  # fmt: skip
    """SendPacket by the DLL."""
    data = to.hex() + ethertype + payload.hex()
    return rig.dll("SendPacket", data=data, hSendCompletion=handle)


def test_packet_has_peer_ethertype_and_payload(rig: Rig) -> None:
    """RX-02: six bytes of peer, EtherType in network order, payload."""
    rig.to_post_pending()
    rig.packet(b"\x01\x02")
    assert rig.host.answer("receive_packet")["data"] == AP.hex() + "888e" + "0102"


def test_packets_wait_for_post_associate_to_return(rig: Rig) -> None:
    """RX-01: M1 that arrives early is delivered once PerformPostAssociate has returned."""
    rig.to_associating()
    rig.packet(b"\x01")
    rig.associated()
    rig.packet(b"\x02")
    assert received(rig) == []
    rig.host.answer("post_associate")
    rig.host.answer("receive_packet")
    rig.host.answer("receive_packet")
    assert received(rig) == ["01", "02"]


def test_one_packet_at_a_time_in_order_oldest_dropped(rig: Rig) -> None:
    """RX-01, ETH-07: while one is with the DLL, three (uMaxBackLog) wait and the oldest go."""
    rig.to_post_pending()
    for number in range(1, 7):
        rig.packet(bytes([number]))
    assert received(rig) == ["01"]
    for _ in range(4):
        rig.host.answer("receive_packet")
    assert received(rig) == ["01", "04", "05", "06"]
    assert rig.connection.packets.dropped == 2
    assert rig.host.pending() == ""


def test_unregistered_ethertypes_are_not_delivered(rig: Rig) -> None:
    """ETH-03: only what was registered arrives."""
    rig.to_post_pending()
    rig.packet(b"\x01", ethertype=0x88C7)
    assert received(rig) == []


def test_no_packets_after_the_end(rig: Rig) -> None:
    """What waits when the association ends is not delivered any more."""
    rig.to_post_pending()
    rig.packet(b"\x01")
    rig.packet(b"\x02")
    rig.lost(by_peer=True)
    rig.packet(b"\x03")
    rig.finish_down("receive_packet", "stop_post_associate", "adapter_reset")
    assert received(rig) == ["01"]


def test_registration_does_not_outlive_reset(rig: Rig) -> None:
    """ETH-05: a DLL that does not register again hears nothing in its second connection."""
    rig.to_post_pending()
    rig.lost(by_peer=True)
    rig.finish_down("stop_post_associate", "adapter_reset")
    rig.to_pre_pending()
    rig.host.answer("pre_associate", reason=0)
    rig.complete_pre()
    rig.associated()
    rig.host.answer("post_associate")
    rig.packet(b"\x01")
    assert received(rig) == []


def test_exclude_unencrypted_needs_an_exemption(rig: Rig) -> None:
    """KEY-11: with ExcludeUnencrypted, EAPOL in the clear reaches an exempted type only."""
    rig.to_post_pending()
    rig.dll("SetExcludeUnencrypted", bExcludeUnencrypted=True)
    rig.packet(b"\x01")
    assert rig.host.pending() == "receive_packet"
    rig.host.answer("receive_packet")
    rig.connection.packets.set_handling(3, (), frozenset({EAPOL}))
    rig.packet(b"\x02")
    rig.packet(b"\x03", protected=True)
    assert received(rig) == ["01", "03"]


@pytest.mark.parametrize(("action", "encrypt"), [(0, True), (1, False), (2, True)])
def test_exemption_decides_on_encryption(rig: Rig, action: int, encrypt: bool) -> None:
    """ALWAYS never encrypts; the others leave it to whether the kernel has a pairwise key."""
    rig.to_pre_pending()
    exemption = {"ethertype_bytes": "888e", "action": action, "packet_type": 3}
    rig.set_up_security()
    rig.dll("SetEtherTypeHandling", uMaxBackLog=3, uNumOfExemption=1, pExemption=[exemption],
            uNumOfRegistration=1, pusRegistration=["888e"])  # fmt: skip
    rig.host.answer("pre_associate", reason=0)
    rig.complete_pre()
    rig.associated()
    assert send(rig) == 0
    assert rig.radio.asked[-1] == ("send_control", AP, EAPOL, b"\x02\x03", encrypt)


def test_send_is_completed_by_its_transmit_status_once(rig: Rig) -> None:
    """TX-05: one completion, with the send's handle, when the frame has left the radio."""
    rig.to_post_pending()
    send(rig, handle="0x501")
    send(rig, handle="0x502")
    rig.connection.on_transmit_status(101, True)
    rig.connection.on_transmit_status(101, True)
    rig.connection.on_transmit_status(999, True)
    assert rig.host.calls[-1] == ("send_packet_completion", {"handle": "0x502"})
    assert rig.host.names().count("send_packet_completion") == 1


def test_send_without_status_is_completed_by_its_limit(rig: Rig) -> None:
    """A lost transmit status does not lose the completion."""
    rig.to_post_pending()
    send(rig, handle="0x501")
    rig.loop.advance(1.1)
    assert rig.host.calls[-1] == ("send_packet_completion", {"handle": "0x501"})


def test_other_ethertypes_are_sent_plainly_and_completed(rig: Rig) -> None:
    """A packet that is no EAPOL goes the ordinary way, and its completion comes all the same."""
    rig.to_post_pending()
    assert send(rig, ethertype="8e88", handle="0x503") == 0
    assert rig.radio.asked[-1] == ("send_data", AP, 0x8E88, b"\x02\x03")
    rig.loop.advance(0.01)
    assert rig.host.calls[-1] == ("send_packet_completion", {"handle": "0x503"})


@pytest.mark.parametrize("data", ["", "02484", "0248494c0001888", "0348494c0001888e00", "zz"])
def test_malformed_and_multicast_packets_are_refused(rig: Rig, data: str) -> None:
    """TX-01, TX-02: too short, no hex or a multicast destination."""
    rig.to_post_pending()
    status = rig.dll("SendPacket", data=data, hSendCompletion="0x1")
    assert status == codes.ERROR_INVALID_PARAMETER
    assert "send_control" not in rig.radio.names()


def test_send_outside_post_association_is_refused(rig: Rig) -> None:
    """TX-06: neither before an association nor after its end, and no completion then (TX-07)."""
    assert send(rig) == codes.ERROR_INVALID_STATE
    rig.to_post_pending()
    rig.lost(by_peer=True)
    assert rig.connection.phase is Phase.STOPPING
    assert send(rig) == codes.ERROR_INVALID_STATE
    rig.finish_down("stop_post_associate", "adapter_reset")
    assert "send_packet_completion" not in rig.host.names()


def test_send_refused_by_the_radio_is_an_error_without_completion(rig: Rig) -> None:
    """TX-07: an error answer means that no completion comes."""
    rig.to_post_pending()
    rig.radio.refuse.add("send_control")
    assert send(rig) == codes.ERROR_GEN_FAILURE
    rig.loop.advance(5)
    assert "send_packet_completion" not in rig.host.names()
