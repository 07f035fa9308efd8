# SPDX-License-Identifier: GPL-2.0-or-later
"""The access point's frames, built once by scapy.

Each function returns the bytes of a whole frame (802.11 header first) in which addresses, numbers
and keys are zero where they differ from frame to frame; the constants say where. So scapy keeps
the knowledge of the formats, and the hot path only patches.
"""

from __future__ import annotations

from typing import Any, Final

from hwsim import eapol
from hwsim.ap.high_efficiency import he_elements
from hwsim.ap.layers import (
    ARP,
    ICMP,
    IP,
    LLC,
    SNAP,
    Dot11,
    Dot11AssoResp,
    Dot11Auth,
    Dot11Beacon,
    Dot11Deauth,
    Dot11Elt,
    Dot11ProbeResp,
    Raw,
)
from hwsim.ap.neighbours import HAS_NEIGHBOUR_REPORTS
from hwsim.ap.network import Network
from hwsim.ap.security.key_suite import KeySuite
from hwsim.ap.security.mode import SecurityMode
from hwsim.ap.wmm import wmm_parameters
from hwsim.frames import BROADCAST, FROM_DS, mac_text

DURATION_ACK_US: Final = 314
"""Duration of a frame that is acknowledged: SIFS (10 µs) and an ACK at 1 Mb/s (304 µs)."""

AT_RECEIVER: Final = 4
AT_SEQUENCE: Final = 22
AT_TIMESTAMP: Final = 24
AT_AUTH_FIELDS: Final = 24
"""Of an Authentication frame: algorithm, sequence number and status, two bytes each."""
AT_ASSOC_STATUS: Final = 26
AT_ASSOC_AID: Final = 28
AT_REASON: Final = 24
DATA_HEADER_LENGTH: Final = 24
AT_EAPOL: Final = 32
"""802.11 data header (24) and LLC/SNAP (8) come before an EAPOL PDU."""
_EAPOL_HEADER: Final = 4

ECHO_PAYLOAD: Final = bytes(range(0x61, 0x61 + 16)) * 2

_RADIO_MEASUREMENT = "+res12"
"""The flag of that name, bit 12, in scapy's words."""
_CAPABILITIES = "short-slot+ESS+short-preamble"
_RATES_24 = bytes((0x82, 0x84, 0x8B, 0x96, 12, 18, 24, 36))
_RATES_24_MORE = bytes((48, 72, 96, 108))
_RATES_OFDM = bytes((0x8C, 18, 0x98, 36, 0xB0, 72, 96, 108))
_ELEMENT_EXTENDED_CAPABILITIES = 127
_BSS_TRANSITION = 1 << 19
_BEACON_PROTECTION = 1 << 84


def beacon(network: Network, security: SecurityMode) -> tuple[bytes, bytes]:
    """What comes before and behind the TIM of a beacon; a hidden network has an empty name."""
    abilities = _capabilities(network, security)
    fixed = Dot11Beacon(beacon_interval=network.beacon_interval_tu, cap=abilities)
    first = _first_elements(network, b"" if network.hidden else network.ssid)
    head = bytes(_management(network, 8, BROADCAST) / fixed / first)
    return head, _last_elements(network, security)


def probe_response(network: Network, security: SecurityMode) -> bytes:
    """The probe response: a beacon without TIM."""
    abilities = _capabilities(network, security)
    fixed = Dot11ProbeResp(beacon_interval=network.beacon_interval_tu, cap=abilities)
    head = _acknowledged(_management(network, 5) / fixed / _first_elements(network, network.ssid))
    return head + _last_elements(network, security)


def authentication(network: Network) -> bytes:
    """An Authentication frame whose fixed fields are zero."""
    return _acknowledged(_management(network, 11) / Dot11Auth(algo=0, seqnum=0, status=0))


def association_response(network: Network, security: SecurityMode) -> bytes:
    """An association response, status 0, AID 0."""
    fixed = Dot11AssoResp(cap=_capabilities(network, security), status=0, AID=0)
    told = _measurement(network) + _extended_capabilities(network) + _he(network)
    told += wmm_parameters(uapsd=network.uapsd) if network.wmm else b""
    return _acknowledged(_management(network, 1) / fixed) + _rates(network) + told


def deauthentication(network: Network) -> bytes:
    """A deauthentication to one station, whose reason (here 0) whoever sends it puts in."""
    return _acknowledged(_management(network, 12) / Dot11Deauth(reason=0))


def action(network: Network) -> bytes:
    """The header of an action frame to one station."""
    return _acknowledged(_management(network, 13))


def eapol_key(network: Network, suite: KeySuite, flags: int, key_length: int) -> bytes:
    """A data frame with an EAPOL-Key frame; :func:`with_key_data` gives it key data.

    ``flags`` is the key information without the descriptor version, which the suite has;
    ``key_length`` that of the pairwise cipher's key, in bytes.

    scapy builds 802.11, LLC and SNAP; the key frame is laid out by the offsets of
    :mod:`hwsim.eapol`, since scapy's EAPOL_KEY changed its field names between releases.
    """
    data_at = eapol.data_offset(suite.mic_length)
    info = flags | suite.descriptor_version
    body = bytearray(data_at)
    body[0:4] = bytes((2, eapol.EAPOL_KEY_TYPE)) + (len(body) - 4).to_bytes(2, "big")
    body[4] = suite.descriptor
    body[eapol.OFFSET_INFO : eapol.OFFSET_INFO + 2] = info.to_bytes(2, "big")
    body[7:9] = key_length.to_bytes(2, "big")
    return _acknowledged(_data(network) / LLC() / SNAP(code=0x888E) / Raw(bytes(body)))


def with_key_data(frame: bytes, data: bytes) -> bytearray:
    """The frame of :func:`eapol_key` with that key data, and the lengths that go with it."""
    body = len(frame) - AT_EAPOL - _EAPOL_HEADER + len(data)
    longer = bytearray(frame + data)
    longer[AT_EAPOL + 2 : AT_EAPOL + 4] = body.to_bytes(2, "big")
    longer[len(frame) - 2 : len(frame)] = len(data).to_bytes(2, "big")
    return longer


def data_header(network: Network) -> bytes:
    """The header of a data frame from the access point itself to one station."""
    return _acknowledged(_data(network))


def arp(network: Network, *, reply: bool) -> bytes:
    """LLC/SNAP and an ARP request for the station's address, or a reply, from the AP's address."""
    packet = ARP(
        op=2 if reply else 1,
        hwsrc=mac_text(network.bssid),
        psrc=str(network.ap_ip),
        hwdst=mac_text(bytes(6)),
        pdst=str(network.station_ip),
    )
    return bytes(LLC() / SNAP(code=0x0806) / packet)


def echo_request(network: Network) -> bytes:
    """LLC/SNAP and an ICMP echo request to the station; identifier and sequence are zero."""
    packet = IP(src=str(network.ap_ip), dst=str(network.station_ip), ttl=64, flags="DF")
    return bytes(LLC() / SNAP(code=0x0800) / packet / ICMP(type=8) / Raw(ECHO_PAYLOAD))


def _capabilities(network: Network, security: SecurityMode) -> str:
    privacy = "+privacy" if security.protects_data else ""
    return _CAPABILITIES + privacy + (_RADIO_MEASUREMENT if network.neighbour_reports else "")


def _measurement(network: Network) -> bytes:
    """RM enabled capabilities (9.4.2.44), if there are any."""
    return HAS_NEIGHBOUR_REPORTS if network.neighbour_reports else b""


def _management(network: Network, subtype: int, receiver: bytes = bytes(6)) -> Any:
    own = mac_text(network.bssid)
    return Dot11(type=0, subtype=subtype, addr1=mac_text(receiver), addr2=own, addr3=own)


def _data(network: Network) -> Any:
    own = mac_text(network.bssid)
    return Dot11(type=2, FCfield=FROM_DS, addr1=mac_text(bytes(6)), addr2=own, addr3=own)


def _acknowledged(packet: Any) -> bytes:
    """The packet's bytes with the duration of an acknowledged frame.

    Patched rather than given to scapy, whose Dot11.ID changed its byte order between releases.
    """
    frame = bytes(packet)
    return frame[:2] + DURATION_ACK_US.to_bytes(2, "little") + frame[4:]


def _first_elements(network: Network, ssid: bytes) -> Any:
    elements = Dot11Elt(ID=0, info=ssid)
    if network.band != "2.4 GHz":
        return elements / Dot11Elt(ID=1, info=_RATES_OFDM)
    return (
        elements / Dot11Elt(ID=1, info=_RATES_24) / Dot11Elt(ID=3, info=bytes((network.channel,)))
    )


def _last_elements(network: Network, security: SecurityMode) -> bytes:
    companion = network.owe_companion
    last = security.rsnxe + _he(network) + security.wpa_element + security.overrides
    last += companion.element() if companion is not None else b""
    last += wmm_parameters(uapsd=network.uapsd) if network.wmm else b""
    if network.band != "2.4 GHz":
        more = _measurement(network) + security.mde + _extended_capabilities(network)
        return security.rsne + more + last
    erp = bytes(Dot11Elt(ID=42, info=b"\0"))
    more = _more_rates() + _measurement(network) + security.mde + _extended_capabilities(network)
    return erp + security.rsne + more + last


def _extended_capabilities(network: Network) -> bytes:
    """The element of that name (9.4.2.26), if it would have a bit set."""
    bits = _BSS_TRANSITION if network.bss_transition else 0
    bits |= _BEACON_PROTECTION if network.beacon_protection else 0
    info = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    return bytes(Dot11Elt(ID=_ELEMENT_EXTENDED_CAPABILITIES, info=info)) if bits else b""


def _he(network: Network) -> bytes:
    return he_elements(network) if network.band == "6 GHz" else b""


def _rates(network: Network) -> bytes:
    if network.band != "2.4 GHz":
        return bytes(Dot11Elt(ID=1, info=_RATES_OFDM))
    return bytes(Dot11Elt(ID=1, info=_RATES_24)) + _more_rates()


def _more_rates() -> bytes:
    return bytes(Dot11Elt(ID=50, info=_RATES_24_MORE))
