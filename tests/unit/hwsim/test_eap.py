# SPDX-License-Identifier: GPL-2.0-or-later
"""EAP and EAPOL headers, held to scapy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.eap import EAP, EAPOL

from hwsim import eap
from hwsim.errors import WireError


def test_own_packets_are_what_scapy_reads() -> None:
    """Identity request, endings, and the EAPOL around them."""
    request = EAP(eap.identity_request(7))
    assert (request.code, request.id, request.type, request.len) == (1, 7, 1, 5)
    failure = EAP(eap.result_packet(eap.FAILURE, 9))
    assert (failure.code, failure.id, failure.len) == (4, 9, 4)
    pdu = EAPOL(eap.in_eapol(eap.identity_request(7)))
    assert (pdu.version, pdu.type, pdu.len) == (2, 0, 5)
    assert pdu[EAP].id == 7


@pytest.mark.parametrize(
    ("kind", "name"), [(1, "Identity"), (13, "TLS"), (25, "PEAP"), (200, "type 200")]
)
def test_description(kind: int, name: str) -> None:
    """Code, identifier and the type's name; nothing of the content."""
    packet = eap.parse_eap(bytes(EAP(code=2, id=3, type=kind)) + b"padding")
    assert eap.describe(packet) == {"code": "Response", "identifier": 3, "eap_type": name}


@pytest.mark.parametrize(
    ("pdu", "kind"),
    [(b"\1\1\0\0", "eapol-start"), (b"\1\2\0\0", "eapol-logoff"), (b"\1\4\0\1x", "eapol")],
)
def test_kinds_without_eap(pdu: bytes, kind: str) -> None:
    """What asks for EAP, what ends it, and what is not ours; padding does not matter."""
    assert eap.parse_eapol(pdu + bytes(42)) == (kind, None)


@given(st.binary(max_size=40))
def test_rubbish(data: bytes) -> None:
    """Rubbish raises the declared error only; what is read lies within what was there."""
    for pdu in (data, b"\2\0" + data):
        try:
            _, packet = eap.parse_eapol(pdu)
        except WireError:
            continue
        assert packet is None or packet.whole in pdu
