# SPDX-License-Identifier: GPL-2.0-or-later
"""What the access point is: its network and its timers."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address

TU_NS = 1_024_000
"""A time unit, 1024 µs (IEEE 802.11-2020, 3.1), in nanoseconds."""


@dataclass(frozen=True, slots=True)
class Network:
    """A WPA2-PSK network with CCMP. The passphrase does not show in the object's text."""

    ssid: bytes
    passphrase: str = field(repr=False)
    channel: int
    bssid: bytes
    ap_ip: IPv4Address
    station_ip: IPv4Address
    signal_dbm: int = -40

    @property
    def freq_mhz(self) -> int:
        """The channel's centre (IEEE 802.11-2020, annex E)."""
        return channel_freq_mhz(self.channel)

    @property
    def is_5ghz(self) -> bool:
        """Whether the channel is in the 5 GHz band."""
        return self.channel > 14


@dataclass(frozen=True, slots=True)
class Timers:
    """hostapd's timers (src/ap/wpa_auth.c: eapol_key_timeout_first, …_subseq, …_first_group,
    wpa_pairwise_update_count). An acknowledged first M1 waits ``next_ms`` like a repeated one.
    """

    first_ms: int = 100
    next_ms: int = 1000
    group_first_ms: int = 500
    tries: int = 4


CHANNELS: frozenset[int] = frozenset((*range(1, 14), 36, 40, 44, 48, 149, 153, 157, 161, 165))
"""20 MHz channels that mac80211_hwsim has and that need no radar detection."""


def channel_freq_mhz(channel: int) -> int:
    """Centre frequency of a 20 MHz channel in the 2.4 or 5 GHz band."""
    return 2407 + 5 * channel if channel <= 14 else 5000 + 5 * channel
