# SPDX-License-Identifier: GPL-2.0-or-later
"""What a network is like: its name, addresses, channel, and how stations are let in."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Literal

from hwsim.ap.rsne import AKM_8021X, AKM_PSK, own_rsne
from hwsim.radius import RadiusServer

Security = Literal["wpa2-psk", "wpa2-eap", "open"]
"""How stations are let in: WPA2 with CCMP by a pre-shared key or by 802.1X, or not at all."""

TU_NS = 1_024_000
"""A time unit, 1024 µs (IEEE 802.11-2020, 3.1), in nanoseconds."""


@dataclass(frozen=True, slots=True)
class Network:
    """A network and what it asks of stations.

    ``passphrase`` is that of wpa2-psk, None with any other security; it does not show in the
    object's text. 802.1X without a RADIUS server is a network whose access point is silent: it
    lets stations associate, sends no EAP and answers none.
    """

    ssid: bytes
    passphrase: str | None = field(repr=False)
    channel: int
    bssid: bytes
    ap_ip: IPv4Address
    station_ip: IPv4Address
    signal_dbm: int = -40
    radius: RadiusServer | None = None
    security: Security = "wpa2-psk"

    @property
    def enterprise(self) -> bool:
        """Whether keys come of 802.1X."""
        return self.security == "wpa2-eap"

    @property
    def protected(self) -> bool:
        """Whether data goes under keys, which a handshake makes first."""
        return self.security != "open"

    @property
    def akm(self) -> bytes | None:
        """The suite of authentication and key management; None in an open network."""
        if not self.protected:
            return None
        return AKM_8021X if self.enterprise else AKM_PSK

    @property
    def rsne(self) -> bytes:
        """The access point's RSNE; empty in an open network."""
        return b"" if self.akm is None else own_rsne(self.akm)

    @property
    def freq_mhz(self) -> int:
        """The channel's centre (IEEE 802.11-2020, annex E)."""
        return channel_freq_mhz(self.channel)

    @property
    def is_5ghz(self) -> bool:
        """Whether the channel is in the 5 GHz band."""
        return self.channel > 14


CHANNELS: frozenset[int] = frozenset((*range(1, 14), 36, 40, 44, 48, 149, 153, 157, 161, 165))
"""20 MHz channels that mac80211_hwsim has and that need no radar detection."""


def channel_freq_mhz(channel: int) -> int:
    """Centre frequency of a 20 MHz channel in the 2.4 or 5 GHz band."""
    return 2407 + 5 * channel if channel <= 14 else 5000 + 5 * channel
