# SPDX-License-Identifier: GPL-2.0-or-later
"""A software station that speaks EAP as the test tells it, on an access point with 802.1X."""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from typing import Any

from tests.unit.hwsim.conftest import AirProcess, Client
from tests.unit.hwsim.fake_radius import ACCEPT, CHALLENGE, FakeRadius
from tests.unit.hwsim.soft_station import LLC_EAPOL, KeyMessage, SoftStation

RSNE = bytes.fromhex("30140100000fac040100000fac040100000fac010000")
QUICK = {"eap_ms": 80, "radius_ms": 80, "eap_failure_to_deauth_ms": 40, "tries": 3, "first_ms": 200}
IDENTITY, METHOD = 1, 13


def eap(code: int, identifier: int, kind: int | None = None, data: bytes = b"") -> bytes:
    """An EAP packet (RFC 3748, 4)."""
    body = b"" if kind is None else bytes([kind]) + data
    return struct.pack(">BBH", code, identifier, 4 + len(body)) + body


class EapStation:
    """A station that speaks EAPOL as the test tells it, with AKM 1 or the one its RSNE names; its
    keys are made as `station` makes them."""

    def __init__(self, station: SoftStation, rsne: bytes = RSNE) -> None:
        self.station = station
        self.rsne = self.offered = rsne

    def associate(self) -> None:
        """Authenticate and associate with 802.1X's AKM."""
        self.station.authenticate()
        self.station.assoc_request(self.rsne)
        assert self.station.assoc_status() == 0

    def eapol(self, kind: int, body: bytes = b"") -> int:
        """Send an EAPOL PDU."""
        pdu = struct.pack(">BBH", 1, kind, len(body)) + body
        return self.station.data(LLC_EAPOL + pdu)

    def say(self, packet: bytes) -> int:
        """Send an EAP packet."""
        return self.eapol(0, packet)

    def heard(self) -> bytes:
        """The EAP packet that comes next."""
        frame = self.station.next_frame()
        protected = bool(frame[1] & 0x40)
        payload = self.station.open(frame) if protected else frame[24:]
        assert payload[:8] == LLC_EAPOL, payload.hex()
        assert payload[9] == 0
        length = struct.unpack_from(">H", payload, 10)[0]
        assert len(payload) == 12 + length
        return payload[12:]

    def identify(self, name: bytes = b"hil-user") -> bytes:
        """Answer the question for the identity; returns the answer."""
        request = self.heard()
        assert request == eap(1, request[1], IDENTITY)
        response = eap(2, request[1], IDENTITY, name)
        self.say(response)
        return response

    def handshake(self, msk: bytes) -> KeyMessage:
        """M1 to M4 under a PMK; returns M1."""
        station = self.station
        station.pmk = msk[: station.pmk_length]
        m1 = station.key_message()
        station.snonce = os.urandom(32)
        station.derive(m1)
        pdu = station.key_pdu(
            0x0108 | station.version, m1.replay, station.snonce, self.rsne, station.kck
        )
        station.data(LLC_EAPOL + pdu)
        m3 = station.key_message()
        assert station.check(m3).startswith(self.offered)
        station.take_gtk(station.check(m3))
        pdu = station.key_pdu(0x0308 | station.version, m3.replay, b"", b"", station.kck)
        station.data(LLC_EAPOL + pdu)
        station.install()
        return m1


def on_air(
    air: AirProcess, radius: FakeRadius | None, more: Sequence[dict[str, Any]] = (),
    security: str = "wpa2-eap", **timers: int,
) -> Client:  # fmt: skip
    """An access point with 802.1X, or several."""
    client = air.client
    network = {
        "ssid": "hil-net", "channel": 6, "security": security, "ap_ip": "10.77.0.1",
        "station_ip": "10.77.0.2", "radius": radius.settings if radius else None,
        "more": list(more),
    }  # fmt: skip
    client.call("configure", network=network, timers={**QUICK, **timers})
    client.call("start")
    client.call("begin", association=1, rules=[])
    return client


def join(station: EapStation, radius: FakeRadius) -> tuple[bytes, KeyMessage]:
    """Authenticate with one challenge and make keys; returns the MSK and M1."""
    challenged(station, radius)
    return finish(station, radius)


def challenged(station: EapStation, radius: FakeRadius) -> None:
    """Say who it is, and be challenged."""
    station.identify()
    asked = radius.asked()
    request = eap(1, 77, METHOD, b"challenge")
    radius.answer(asked, CHALLENGE, request, state=b"state")
    assert station.heard() == request


def finish(station: EapStation, radius: FakeRadius) -> tuple[bytes, KeyMessage]:
    """Answer the challenge, be accepted, and make keys."""
    msk = accepted(station, radius)
    return msk, station.handshake(msk)


def accepted(station: EapStation, radius: FakeRadius) -> bytes:
    """Answer the challenge and be accepted; the MSK."""
    station.say(eap(2, 77, METHOD, b"response"))
    msk = os.urandom(64)
    radius.answer(radius.asked(), ACCEPT, eap(3, 77), msk=msk)
    assert station.heard() == eap(3, 77)
    return msk


def details(client: Client, kind: str, direction: str | None = None) -> list[dict[str, Any]]:
    """What the records of that kind tell."""
    return [
        event["detail"]
        for event in client.events
        if event.get("kind") == kind and direction in (None, event["direction"])
    ]
