# SPDX-License-Identifier: GPL-2.0-or-later
"""What a network is like: its name, addresses, channel, and how stations are let in."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import NamedTuple

from hil_common.ciphers import BIP_CMAC_128, CCMP_128
from hil_common.security import EC_GROUPS, SECURITY_CHOICES, WPA2_PSK, Pmf, PmkCaching, SaeWays
from hwsim.ap.channels import Band, band_of, channel_freq_mhz
from hwsim.radius import RadiusServer

TU_NS = 1_024_000
"""A time unit, 1024 µs (IEEE 802.11-2020, 3.1), in nanoseconds."""
_VENDOR_SPECIFIC = 221
_OWE_TRANSITION = bytes.fromhex("506f9a1c")


@dataclass(frozen=True, slots=True)
class SaeOptions:
    """How a network has SAE (IEEE 802.11-2020, 12.4).

    Attributes:
        groups: the curves it takes, by IANA group number.
        ways: to the password element.
        open_exchanges: so many may be unfinished before commits need an anti-clogging token;
            hostapd's number.
        password_id: the identifier that goes with the passphrase, which then nobody has without;
            empty if none does.
    """

    groups: tuple[int, ...] = EC_GROUPS
    ways: SaeWays = "both"
    open_exchanges: int = 5
    password_id: str = ""


class OweCompanion(NamedTuple):
    """The BSS that stands beside another in OWE's transition mode."""

    bssid: bytes
    ssid: bytes

    def element(self) -> bytes:
        """The OWE Transition Mode element of the other (Wi-Fi Alliance, OWE Specification 1.1,
        2.2.1)."""
        content = _OWE_TRANSITION + self.bssid + bytes((len(self.ssid),)) + self.ssid
        return bytes((_VENDOR_SPECIFIC, len(content))) + content


@dataclass(frozen=True, slots=True)
class FtOptions:
    """How a network has fast transitions (IEEE 802.11-2020, 13).

    Attributes:
        mobility_domain: the two bytes that name the domain.
        over_ds: stations may ask for a transition through the access point they are at.
        deadline_tu: within so many time units behind the first two messages of a transition the
            reassociation must come. hostapd says 1000, and does not hold a station to it.
    """

    mobility_domain: bytes = b"\x48\x4c"
    over_ds: bool = True
    deadline_tu: int = 10_000


@dataclass(frozen=True, slots=True)
class Network:
    """A network and what it asks of stations.

    ``channel`` is as :mod:`hwsim.ap.channels` has it.
    ``security`` is a name in :data:`hil_common.security.SECURITY_CHOICES`. ``passphrase`` is None
    unless that choice has one; it does not show in the object's text. 802.1X without a RADIUS
    server is a network whose access point is silent: it lets stations associate, sends no EAP and
    answers none. ``pmf`` is the protection of management frames that it offers. Ciphers are named
    as in :mod:`hil_common.ciphers`; of several ``pairwise_ciphers`` a station chooses one. With
    ``beacon_protection`` beacons have an integrity code, under a key that stations with protected
    management frames are given. A ``hidden`` network beacons without its name, and answers those
    probes only that ask for it. ``dtim_period`` counts beacons. ``pmk_caching`` says what becomes
    of a PMK that a station names. With ``bss_transition`` stations may ask where to go, with
    ``neighbour_reports`` where the other access points are. ``owe_companion`` is of OWE in
    transition: the other BSS of an open and an OWE one that stand for each other. With ``wmm`` data
    of stations that have it goes with QoS, as always in 6 GHz,
    and with ``uapsd`` they may fetch it by trigger frames. With ``ocv`` operating channels are
    validated, with ``extended_key_id`` pairwise keys have two identifiers, if stations want it too.
    """

    ssid: bytes
    passphrase: str | None = field(repr=False)
    channel: int
    bssid: bytes
    ap_ip: IPv4Address
    station_ip: IPv4Address
    signal_dbm: int = -40
    radius: RadiusServer | None = None
    security: str = WPA2_PSK.name
    pmf: Pmf = "disabled"
    pairwise_ciphers: tuple[str, ...] = (CCMP_128.name,)
    group_cipher: str = CCMP_128.name
    group_mgmt_cipher: str = BIP_CMAC_128.name
    beacon_protection: bool = False
    sae: SaeOptions = SaeOptions()
    owe_groups: tuple[int, ...] = EC_GROUPS
    ft: FtOptions = FtOptions()
    hidden: bool = False
    beacon_interval_tu: int = 100
    dtim_period: int = 2
    pmk_caching: PmkCaching = "own"
    owe_companion: OweCompanion | None = None
    bss_transition: bool = False
    neighbour_reports: bool = False
    wmm: bool = False
    uapsd: bool = False
    ocv: bool = False
    extended_key_id: bool = False

    @property
    def has_ft(self) -> bool:
        """Whether its access points are a mobility domain."""
        return SECURITY_CHOICES[self.security].has_ft

    @property
    def freq_mhz(self) -> int:
        """The channel's centre."""
        return channel_freq_mhz(self.channel)

    @property
    def band(self) -> Band:
        """The band that the channel is in."""
        return band_of(self.channel)
