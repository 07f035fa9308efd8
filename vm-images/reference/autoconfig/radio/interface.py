# SPDX-License-Identifier: GPL-2.0-or-later
"""What the connection needs of a radio and what a radio tells it: the seam between the WLAN
service's rules and nl80211."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


class RadioError(OSError):
    """The radio refused a request; errno is the kernel's."""


@dataclass(frozen=True)
class Bss:
    """One BSS as the last beacon or probe response showed it.

    Attributes:
        bssid: six bytes.
        frequency_mhz: its channel.
        beacon_period_tu: beacon interval in units of 1024 µs.
        capability: capability information field.
        timestamp_us: the BSS's own clock (TSF).
        ies: the information elements.
        rssi_dbm: received signal.
        age_ms: how long ago it was heard.
        host_timestamp_100ns: guest clock of that moment.
    """

    bssid: bytes
    frequency_mhz: int
    beacon_period_tu: int
    capability: int
    timestamp_us: int
    ies: bytes
    rssi_dbm: int
    age_ms: int
    host_timestamp_100ns: int = 0

    def body(self) -> bytes:
        """The beacon's frame body: timestamp, interval, capability, elements (802.11, 9.3.3.2)."""
        return (
            self.timestamp_us.to_bytes(8, "little")
            + self.beacon_period_tu.to_bytes(2, "little")
            + self.capability.to_bytes(2, "little")
            + self.ies
        )

    def ssid(self) -> bytes:
        """The SSID element's content, empty if there is none."""
        offset = 0
        while offset + 2 <= len(self.ies):
            kind, length = self.ies[offset], self.ies[offset + 1]
            if kind == 0:
                return self.ies[offset + 2 : offset + 2 + length]
            offset += 2 + length
        return b""


@dataclass(frozen=True)
class WepKeys:
    """Static WEP keys by index, and which of them transmits; none where keys are to come of
    802.1X. Secret."""

    keys: tuple[tuple[int, bytes], ...] = field(repr=False)
    transmit: int


@dataclass(frozen=True)
class ConnectRequest:
    """An association to make: the network and its algorithms (DOT11_* numbers).

    `previous` is the BSSID of the access point that is left for it; then it is a reassociation.
    `wep` are the static keys of an association with WEP.
    """

    ssid: bytes
    bss: Bss
    auth_algorithm: int
    unicast_cipher: int
    multicast_cipher: int
    previous: bytes | None = None
    wep: WepKeys | None = None


@dataclass(frozen=True)
class Associated:
    """An association that was made.

    Attributes:
        bssid: the access point.
        request_body: the association request's frame body.
        response_body: the association response's frame body.
        reassociation_request, reassociation_response: what kind the two frames were.
        management_suite: by which robust management frames to all are protected, if they are.
    """

    bssid: bytes
    request_body: bytes
    response_body: bytes
    reassociation_request: bool = False
    reassociation_response: bool = False
    management_suite: int | None = None


@dataclass(frozen=True)
class Lost:
    """An association that ended.

    Attributes:
        by_peer: the access point ended it (False: this side, or no beacon was heard any more).
        deauthenticated: by a deauthentication frame (False: by a disassociation).
        reason: the 802.11 reason code.
    """

    by_peer: bool
    deauthenticated: bool
    reason: int


class RadioEvents(Protocol):
    """What a radio reports, from within the loop."""

    def on_associated(self, associated: Associated) -> None:
        """The association asked for exists; the port is not authorized."""

    def on_association_failed(self, status: int, timed_out: bool) -> None:
        """No association; `status` is the 802.11 status code."""

    def on_lost(self, lost: Lost) -> None:
        """The association ended."""

    def on_packet(self, source: bytes, ethertype: int, payload: bytes, protected: bool) -> None:
        """A packet of a registered or security EtherType arrived from `source`; `protected` says
        that it came encrypted, or that the kernel has judged that by itself."""

    def on_transmit_status(self, cookie: int, acknowledged: bool) -> None:
        """A frame sent with `send_control` left the radio, or was given up."""


class Radio(Protocol):
    """One station radio. All methods but `scan` are immediate; they raise RadioError."""

    mac: bytes

    def set_events(self, events: RadioEvents) -> None:
        """Report to `events` from now on."""

    def forget(self) -> None:
        """Nothing that was heard until now is known any more."""

    def scan(
        self, ssid: bytes, frequencies_mhz: tuple[int, ...], done: Callable[[bool], None]
    ) -> None:
        """Look for a network, then call `done` with whether the scan ran to its end."""

    def bss_list(self) -> list[Bss]:
        """Every BSS known by now."""

    def connect(self, request: ConnectRequest) -> None:
        """Start an association; on_associated or on_association_failed follows."""

    def disconnect(self) -> None:
        """End the association or the attempt; on_lost follows if there was one."""

    def set_pairwise_key(self, peer: bytes, cipher: int, key: bytes, counter: bytes) -> None:
        """Install the key shared with `peer`; `counter` is the 48-bit packet number, LSB first."""

    def set_group_key(self, index: int, cipher: int, key: bytes, counter: bytes) -> None:
        """Install a group key; `counter` is its receive counter, LSB first."""

    def delete_key(self, index: int, peer: bytes | None) -> None:
        """Remove a pairwise key (`peer` given) or a group key."""

    def set_transmit_key(self, index: int) -> None:
        """Make a group key the one to transmit with."""

    def authorize(self, peer: bytes, authorized: bool) -> None:
        """Open or close the data port."""

    def send_control(self, peer: bytes, ethertype: int, payload: bytes, encrypt: bool) -> int:
        """Send a security packet past the closed port; the cookie of its transmit status."""

    def send_data(self, peer: bytes, ethertype: int, payload: bytes) -> None:
        """Send a packet the ordinary way: it leaves only through an open port."""

    def listen(self, ethertypes: frozenset[int]) -> None:
        """Report packets of these EtherTypes, besides security packets."""
