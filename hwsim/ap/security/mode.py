# SPDX-License-Identifier: GPL-2.0-or-later
"""What a security mode is asked by the access point.

Source: IEEE 802.11-2020, 9.3.3.11 (Authentication frame), 11.3 (authentication, association),
12.6 (RSNA establishment), tables 9-50 (status codes) and 9-151 (AKM suites).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Final, NamedTuple

from hil_common.ciphers import BIP_CMAC_128
from hil_common.security import Pmf, SecurityChoice
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.frame_info import ReceivedFrame
from hwsim.ap.network import Network
from hwsim.ap.pairwise_keys import PairwiseKeys
from hwsim.ap.pmksa import PmkCache, Pmksa
from hwsim.ap.security.ft_elements import GivenKey
from hwsim.ap.security.key_suite import KeySuite
from hwsim.ap.security.oci import operating_channel
from hwsim.ap.security.rsne import (
    CAPABILITY_EXTENDED_KEY_ID,
    CAPABILITY_MFP_CAPABLE,
    CAPABILITY_MFP_REQUIRED,
    CAPABILITY_OCV,
    STATUS_SUCCESS,
    RsnElement,
    association_status,
    chosen_akm,
    has_capability,
    offers_protection,
    own_rsne,
    parse_rsne,
)
from hwsim.ap.station import Station
from hwsim.ciphers.suites import (
    DATA_SUITES,
    INTEGRITY_SUITES,
    DataSuite,
    IntegritySuite,
    data_suite,
)
from hwsim.frames import ELEMENT_RSN, element

OPEN_SYSTEM: Final = 0
"""The authentication algorithm that authenticates anyone (9.4.1.1)."""
STATUS_UNSUPPORTED_ALGORITHM: Final = 13
STATUS_UNEXPECTED_SEQUENCE: Final = 14
STATUS_INVALID_PMKID: Final = 53

_PROTECTION: Final[dict[Pmf, int]] = {
    "disabled": 0,
    "optional": CAPABILITY_MFP_CAPABLE,
    "required": CAPABILITY_MFP_CAPABLE | CAPABILITY_MFP_REQUIRED,
}


class AuthFrame(NamedTuple):
    """An Authentication frame's body: the fixed fields, and the bytes that follow them."""

    algorithm: int
    sequence: int
    status: int
    rest: bytes = b""


class AuthAnswer(NamedTuple):
    """What an access point answers to an Authentication frame, None for nothing at all.

    ``authenticated``: the station may associate now; what was known of it before is forgotten.
    """

    frame: AuthFrame | None
    authenticated: bool


@dataclass(frozen=True, slots=True)
class FastKeys:
    """Keys that a reassociation brings, in place of a 4-way handshake.

    Attributes:
        pmk: under which they were made, and later ones are.
        keys: the parts of the PTK.
        elements: those of the response, which give the group's keys.
    """

    pmk: bytes = field(repr=False)
    keys: PairwiseKeys
    elements: Callable[[Sequence[GivenKey]], bytes]


class AssociationAnswer(NamedTuple):
    """The status code of an association response, the elements it has for this mode, and what its
    record says besides; ``fast`` are keys that go with it."""

    status: int
    elements: bytes = b""
    detail: Mapping[str, str | int] = MappingProxyType({})
    fast: FastKeys | None = None


class SecurityMode:
    """One way to let stations into a network, carried out by one access point.

    An instance serves one access point and keeps what it must remember of stations. The base class
    is an RSN whose stations authenticate by the open system, without a PMK before 802.1X; a mode
    overrides what differs.

    Attributes:
        choice: what the choice means to all who make it, the AKM suite among it.
        suite: what its handshakes compute with, None in a network without keys.
        names_pmk: whether M1 carries the PMKID (12.7.6.2).
        pmk_length: of the PMK that 802.1X makes, in bytes of the MSK.
    """

    choice: ClassVar[SecurityChoice]
    suite: ClassVar[KeySuite | None] = None
    names_pmk: ClassVar[bool] = False
    pmk_length: ClassVar[int] = 32

    def __init__(self, network: Network, environment: ApEnvironment) -> None:
        self._network = network
        self._environment = environment
        together = network.pmk_caching == "opportunistic"
        self._pmks = environment.network_keys(network.ssid).pmks if together else PmkCache()

    @property
    def akms(self) -> tuple[bytes, ...]:
        """The AKM suite selectors as an RSNE holds them; none in a network without keys."""
        choice = self.choice
        akms = () if choice.akm is None else (choice.akm, *choice.more_akms)
        return tuple(akm.to_bytes(4, "big") for akm in akms)

    @property
    def rsn_capabilities(self) -> int:
        """The capabilities of the RSNE (9.4.2.24.4)."""
        network, found = self._network, _PROTECTION[self._network.pmf]
        found |= CAPABILITY_OCV if network.ocv else 0
        return found | (CAPABILITY_EXTENDED_KEY_ID if network.extended_key_id else 0)

    @property
    def oci(self) -> bytes:
        """On which channel the access point is, as stations with OCV are told."""
        return operating_channel(self._network.channel)

    def tune(self, network: Network) -> None:
        """The access point has changed its channel."""
        self._network = network

    @property
    def protects_management(self) -> bool:
        """Whether robust management frames are protected (12.2.7), as the RSNE offers it."""
        return bool(self.rsn_capabilities & CAPABILITY_MFP_CAPABLE)

    def protects(self, rsne: bytes) -> bool:
        """Whether they are with a station that associated with that RSNE."""
        return self.protects_management and offers_protection(rsne)

    @property
    def group(self) -> DataSuite:
        """The cipher of data to all."""
        return DATA_SUITES[self._network.group_cipher]

    @property
    def integrity(self) -> IntegritySuite | None:
        """The cipher of robust management frames to all; None where they are not protected."""
        return (
            INTEGRITY_SUITES[self._network.group_mgmt_cipher] if self.protects_management else None
        )

    @property
    def offer(self) -> RsnElement:
        """What the RSNE says."""
        pairwise = tuple(DATA_SUITES[name].cipher for name in self._network.pairwise_ciphers)
        management = BIP_CMAC_128 if self.integrity is None else self.integrity.cipher
        return RsnElement(
            version=1, group=self.group.cipher.selector,
            pairwise=tuple(cipher.selector for cipher in pairwise),
            akms=self.akms, capabilities=self.rsn_capabilities,
            group_management=management.selector,
        )  # fmt: skip

    @property
    def rsne(self) -> bytes:
        """The RSN element of beacons, probe responses and M3; empty without an AKM."""
        return own_rsne(self.offer) if self.akms else b""

    @property
    def rsnxe(self) -> bytes:
        """The RSN extension element of the same frames; empty if it would have no bit set."""
        return b""

    @property
    def wpa_element(self) -> bytes:
        """The WPA element of the same frames but M3; empty in a network without WPA."""
        return b""

    @property
    def overrides(self) -> bytes:
        """What stations that know of RSN overriding take in the place of RSNE and RSNXE, in the
        same frames; empty in a network without it."""
        return b""

    def chosen_element(self, elements: bytes) -> bytes | None:
        """What an association request, or M2, chooses by; None without. Raises WireError."""
        return element(elements, ELEMENT_RSN)

    def repeated_elements(self, station: Station) -> bytes:
        """What M3 repeats of the beacon's elements."""
        return self.rsne + self.rsnxe

    @property
    def mde(self) -> bytes:
        """The mobility domain element of beacons and probe responses; empty without one."""
        return b""

    @property
    def protects_data(self) -> bool:
        """Whether data passes under keys alone."""
        return self.suite is not None

    def authentication_body(self, received: ReceivedFrame) -> bytes:
        """The body of an Authentication frame, which is protected by WEP alone."""
        return received.frame[received.header.length :]

    def expect(self, mac: bytes) -> None:
        """The station ``mac`` is looking for this network, and may authenticate soon."""

    def authenticate(self, mac: bytes, frame: AuthFrame) -> AuthAnswer:
        """The answer to an Authentication frame of the station ``mac``."""
        if frame.algorithm != OPEN_SYSTEM:
            status = STATUS_UNSUPPORTED_ALGORITHM
        elif frame.sequence != 1:
            status = STATUS_UNEXPECTED_SEQUENCE
        else:
            status = STATUS_SUCCESS
        return AuthAnswer(AuthFrame(OPEN_SYSTEM, 2, status), status == STATUS_SUCCESS)

    def associate(self, mac: bytes, elements: bytes) -> AssociationAnswer:
        """The answer to a (re)association request of ``mac`` with those elements."""
        if not self.akms:  # hostapd, too, does not look at an RSNE then
            return AssociationAnswer(STATUS_SUCCESS)
        rsne = element(elements, ELEMENT_RSN)
        status = association_status(rsne, self.offer)
        if status == STATUS_SUCCESS and self._network.pmk_caching == "refuse":
            status = STATUS_INVALID_PMKID if parse_rsne(rsne or b"").pmkids else status
        return AssociationAnswer(status)

    def agree(self, station: Station, rsne: bytes) -> None:
        """Note in the station what its association with that RSNE, which fits, has settled."""
        station.rsne, station.akm = rsne, chosen_akm(rsne)
        station.cipher = data_suite(parse_rsne(rsne).pairwise[0]) if self.akms else None
        station.protects_management = self.protects(rsne)
        station.ocv = self._network.ocv and has_capability(rsne, CAPABILITY_OCV)
        both = self._network.extended_key_id and has_capability(rsne, CAPABILITY_EXTENDED_KEY_ID)
        station.extended_key_id = both

    def proves_itself(self, mac: bytes, elements: bytes) -> bool:
        """Whether an association request with those elements cannot be somebody else's."""
        return False

    def authenticated(self, station: Station, pmk: bytes) -> bytes:
        """802.1X has made a PMK with an associated station; that of the handshake which follows."""
        return pmk

    def m2_fits(self, station: Station, key_data: bytes) -> bool:
        """Whether M2 repeats the element of the association request; raises :class:`WireError`."""
        if key_data and key_data == station.rsne:  # and has nothing else, as of most stations
            return True
        return self.chosen_element(key_data) == station.rsne

    def forget_pmks(self) -> None:
        """Forget the PMKs that were kept for stations that come back."""
        self._pmks.clear()

    def _kept(self, mac: bytes, rsne: bytes) -> Pmksa | None:
        """The PMKSA that was kept of a station, if its RSNE names it."""
        kept = self._pmks.find(mac)
        if kept is None or self._network.pmk_caching == "none":
            return None
        return kept if self._name(mac, kept) in parse_rsne(rsne).pmkids else None

    def _name(self, mac: bytes, kept: Pmksa) -> bytes:
        """The PMKID by which the station names a PMK here, whichever access point it is of."""
        return kept.pmkid

    def pmk(self, station: Station) -> bytes | None:
        """The PMK that an associated station and the access point have already.

        None if 802.1X is to make it, and in a network without keys.
        """
        return None

    def suite_of(self, station: Station) -> KeySuite | None:
        """What the handshakes of an associated station compute with."""
        return self.suite

    def pmkid(self, station: Station, pmk: bytes) -> bytes:
        """The PMKID in M1 (12.7.6.2); empty if M1 does not name the PMK."""
        suite = self.suite_of(station)
        if suite is None or not self.names_pmk:
            return b""
        return suite.pmkid(pmk, self._network.bssid, station.mac)
