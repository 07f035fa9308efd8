# SPDX-License-Identifier: GPL-2.0-or-later
"""Fast transitions (802.11r): AKM suites 00-0F-AC:3, :4 and :9, each beside the one without.

A station associates with one access point of a mobility domain and makes a PMK-R0 there. To go to
another one it exchanges nonces in two messages, over the air or through the access point it is at
(over the DS), and reassociates with keys made of them: there is no 4-way handshake.

Sources, all IEEE 802.11-2020: 13.4.2 (initial association), 13.5.2 and 13.5.3 (transition over the
air, over the DS), 13.7.1 (reassociation), 13.8 (messages), table 9-50 (status codes), 12.7.6.2 to
12.7.6.4 (M1 to M3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import ClassVar, Final

from hwsim.ap.environment import ApEnvironment
from hwsim.ap.network import TU_NS, Network
from hwsim.ap.network_keys import PmkR0
from hwsim.ap.pairwise_keys import PairwiseKeys
from hwsim.ap.pmksa import keep_newest
from hwsim.ap.security.ft_elements import (
    ELEMENT_FAST_TRANSITION,
    ELEMENT_MOBILITY_DOMAIN,
    ELEMENT_RSN_EXTENSION,
    REASSOCIATION_DEADLINE,
    Fte,
    GivenKey,
    covered_by_mic,
    group_keys,
    mobility_domain,
    parse_fte,
    timeout,
)
from hwsim.ap.security.ft_keys import FT_SUITE, PmkR1, pmk_r0, pmk_r1
from hwsim.ap.security.key_suite import KeySuite
from hwsim.ap.security.mode import (
    STATUS_INVALID_PMKID,
    STATUS_UNEXPECTED_SEQUENCE,
    AssociationAnswer,
    AuthAnswer,
    AuthFrame,
    FastKeys,
    SecurityMode,
)
from hwsim.ap.security.rsne import (
    CAPABILITY_OCV,
    STATUS_INVALID_ELEMENT,
    STATUS_SUCCESS,
    association_status,
    chosen_akm,
    has_capability,
    own_rsne,
    parse_rsne,
)
from hwsim.ap.station import Station
from hwsim.ciphers.suites import data_suite
from hwsim.errors import WireError
from hwsim.frames import ELEMENT_RSN, element

FAST_TRANSITION: Final = 2
"""The authentication algorithm (9.4.1.1)."""

STATUS_R0KH_UNREACHABLE: Final = 28
STATUS_INVALID_AKMP: Final = 43
STATUS_INVALID_MDE: Final = 54
STATUS_INVALID_FTE: Final = 55

AKMS: Final = frozenset(bytes.fromhex(akm) for akm in ("000fac03", "000fac04", "000fac09"))
_REQUEST: Final = 5
_RESPONSE: Final = 6
"""The numbers of the reassociation's two messages in the transition (13.8.4, 13.8.5)."""
REASSOCIATED: Final = {"ft": "reassociation"}
"""What the record of an association response says that ends a transition."""


class _RefusedError(Exception):
    """A message is answered with a status code."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Transition:
    """A station on its way here: what the two messages before its reassociation have settled.

    ``fte`` is what an FTE of either side says in the reassociation, its MIC and group keys aside;
    ``ocv``: and the operating channel.
    """

    r1: PmkR1
    keys: PairwiseKeys = field(repr=False)
    fte: Fte
    answer: bytes
    began_ns: int
    ocv: bool = False


class FastTransitions(SecurityMode):
    """Adds to a mode's AKM suite the one with fast transitions; a station has either.

    ``fast_suite`` is what the handshakes of those compute with.
    """

    fast_suite: ClassVar[KeySuite] = FT_SUITE

    def __init__(self, network: Network, environment: ApEnvironment) -> None:
        super().__init__(network, environment)
        self._r0 = environment.network_keys(network.ssid).r0
        self._own_r0kh_id = network.bssid.hex().encode()
        self._r0.begin(self._own_r0kh_id)
        self._under_way: dict[bytes, Transition] = {}
        self._arrived: dict[bytes, Transition] = {}
        self._initial: dict[bytes, PmkR1] = {}
        self._given: dict[bytes, bytes] = {}

    @property
    def mde(self) -> bytes:
        """The mobility domain, and whether transitions go over the DS too."""
        ft = self._network.ft
        return mobility_domain(ft.mobility_domain, over_ds=ft.over_ds)

    def suite_of(self, station: Station) -> KeySuite | None:
        """By the AKM that the station chose."""
        return self.fast_suite if station.akm in AKMS else super().suite_of(station)

    def forget_pmks(self) -> None:
        """Those of fast transitions too, which were made here."""
        super().forget_pmks()
        self._r0.begin(self._own_r0kh_id)

    # the first association

    def associate(self, mac: bytes, elements: bytes) -> AssociationAnswer:
        """As of the mode, with the domain and the key holders; or the end of a transition."""
        rsne = element(elements, ELEMENT_RSN)
        if rsne is None or not _is_fast(rsne):
            return super().associate(mac, elements)
        try:
            if element(elements, ELEMENT_FAST_TRANSITION) is not None:
                return self._arrive(mac, elements)
            return self._associate_first(mac, elements)
        except _RefusedError as refused:
            return AssociationAnswer(refused.status)
        except WireError:
            return AssociationAnswer(STATUS_INVALID_ELEMENT)

    def _associate_first(self, mac: bytes, elements: bytes) -> AssociationAnswer:
        answer = super().associate(mac, elements)
        if answer.status != STATUS_SUCCESS:
            return answer
        self._check_domain(elements)
        self._arrived.pop(mac, None)
        self._initial.pop(mac, None)
        fte = Fte(r0kh_id=self._own_r0kh_id, r1kh_id=self._network.bssid).body()
        keep_newest(self._given, mac, self.mde + fte)
        return answer._replace(elements=answer.elements + self.mde + fte)

    def pmk(self, station: Station) -> bytes | None:
        """The PMK-R1, once there is a key from which to make it."""
        if station.akm not in AKMS:
            return super().pmk(station)
        arrived = self._arrived.get(station.mac)
        if arrived is not None:
            return arrived.r1.pmk
        made = super().pmk(station)
        return self.first_pmk(station, made) if made is not None else None

    def first_pmk(self, station: Station, xxkey: bytes) -> bytes:
        """Make the first keys of a station, at the holder it was told of; its PMK-R1."""
        network, mac = self._network, station.mac
        domain = network.ft.mobility_domain
        given = self._given.get(mac)
        holder = _fte(given).r0kh_id if given is not None else self._own_r0kh_id
        self._arrived.pop(mac, None)
        r0 = pmk_r0(xxkey, network.ssid, domain, holder, mac)
        r1 = pmk_r1(r0, network.bssid, mac)
        self._r0.keep(mac, r0)
        keep_newest(self._initial, mac, r1)
        return r1.pmk

    def pmkid(self, station: Station, pmk: bytes) -> bytes:
        """None where the PMK is a PMK-R1 (13.4.2)."""
        return b"" if station.akm in AKMS else super().pmkid(station, pmk)

    def repeated_elements(self, station: Station) -> bytes:
        """RSNE with the PMK-R1's name, MDE and FTE as in the association response, deadline."""
        if station.akm not in AKMS:
            return super().repeated_elements(station)
        r1 = self._r1_of(station)
        rsne = self._named_rsne(r1.name) if r1 is not None else b""
        deadline = timeout(REASSOCIATION_DEADLINE, self._network.ft.deadline_tu)
        return rsne + self.rsnxe + self._given.get(station.mac, b"") + deadline

    def m2_fits(self, station: Station, key_data: bytes) -> bool:
        """RSNE as in the association request, with the name of the PMK-R1; MDE and FTE as given."""
        if station.akm not in AKMS:
            return super().m2_fits(station, key_data)
        rsne, r1 = element(key_data, ELEMENT_RSN), self._r1_of(station)
        if rsne is None or r1 is None:
            return False
        asked = parse_rsne(station.rsne)._replace(pmkids=(r1.name,))
        mde = element(key_data, ELEMENT_MOBILITY_DOMAIN) or b""
        fte = element(key_data, ELEMENT_FAST_TRANSITION) or b""
        return parse_rsne(rsne) == asked and mde + fte == self._given.get(station.mac)

    def _r1_of(self, station: Station) -> PmkR1 | None:
        """None of one that was forgotten over many others."""
        arrived = self._arrived.get(station.mac)
        return arrived.r1 if arrived is not None else self._initial.get(station.mac)

    # a transition's first two messages

    def authenticate(self, mac: bytes, frame: AuthFrame) -> AuthAnswer:
        """The first message of a transition is answered by the second; else as of the mode."""
        if frame.algorithm != FAST_TRANSITION:
            return super().authenticate(mac, frame)
        if frame.sequence != 1:
            status, rest = STATUS_UNEXPECTED_SEQUENCE, b""
        else:
            status, rest = self._requested(mac, frame.rest)
        answer = AuthFrame(FAST_TRANSITION, 2, status, rest)
        return AuthAnswer(answer, authenticated=status == STATUS_SUCCESS)

    def _requested(self, mac: bytes, elements: bytes) -> tuple[int, bytes]:
        """Status and elements of the answer to a transition's first message."""
        try:
            rsne = element(elements, ELEMENT_RSN)
            status = association_status(rsne, self.offer)
            if status != STATUS_SUCCESS or rsne is None:
                return status or STATUS_INVALID_ELEMENT, b""
            if not _is_fast(rsne):
                return STATUS_INVALID_AKMP, b""
            self._check_domain(elements)
            asked = _fte(elements)
            transition = self._begin(mac, asked, self._r0_named(mac, asked, rsne), rsne)
        except _RefusedError as refused:
            return refused.status, b""
        except WireError:
            return STATUS_INVALID_ELEMENT, b""
        return STATUS_SUCCESS, transition.answer

    def _r0_named(self, mac: bytes, asked: Fte, rsne: bytes) -> PmkR0:
        if not self._r0.known(asked.r0kh_id):
            raise _RefusedError(STATUS_R0KH_UNREACHABLE)
        named = parse_rsne(rsne).pmkids
        r0 = self._r0.find(mac, asked.r0kh_id, named[0]) if len(named) == 1 else None
        if r0 is None:
            raise _RefusedError(STATUS_INVALID_PMKID)
        return r0

    def _begin(self, mac: bytes, asked: Fte, r0: PmkR0, rsne: bytes) -> Transition:
        """The same again for a request that comes again, as its answer may have been lost."""
        known = self._under_way.get(mac)
        if known is not None and known.fte.snonce == asked.snonce:
            return known
        own, random = self._network.bssid, self._environment.random
        r1 = pmk_r1(r0, own, mac)
        fte = Fte(random(32), asked.snonce, asked.r0kh_id, own)
        cipher = data_suite(parse_rsne(rsne).pairwise[0]).cipher
        keys = FT_SUITE.derive_ptk(r1.pmk, own, mac, fte.anonce, fte.snonce, cipher.key_length)
        answer = self._named_rsne(r0.name) + self.mde + fte.body()
        ocv = self._network.ocv and has_capability(rsne, CAPABILITY_OCV)
        made = Transition(r1, keys, fte, answer, self._environment.now_ns(), ocv)
        keep_newest(self._under_way, mac, made)
        return made

    # a transition's end

    def proves_itself(self, mac: bytes, elements: bytes) -> bool:
        """Whether a request ends a transition: it has a MIC by the keys that are to be used."""
        try:
            self._arriving(mac, elements)
        except (_RefusedError, WireError):
            return False
        return True

    def _arriving(self, mac: bytes, elements: bytes) -> Transition:
        """The transition that a reassociation ends; the MIC shows that the station has its keys.

        The one that has ended already is ended again by a request that comes again.
        """
        transition = self._under_way.get(mac) or self._arrived.get(mac)
        rsne = element(elements, ELEMENT_RSN) or b""
        if transition is None or parse_rsne(rsne).pmkids != (transition.r1.name,):
            raise _RefusedError(STATUS_INVALID_PMKID)
        waited_ns = self._environment.now_ns() - transition.began_ns
        if mac in self._under_way and waited_ns > self._network.ft.deadline_tu * TU_NS:
            raise _RefusedError(STATUS_INVALID_PMKID)
        self._check_domain(elements)
        asked = _fte(elements)
        rsnxe = element(elements, ELEMENT_RSN_EXTENSION) or b""
        oci = self.oci if transition.ocv else asked.oci
        if asked != transition.fte._replace(covered=3 + bool(rsnxe), mic=asked.mic, oci=oci):
            raise _RefusedError(STATUS_INVALID_FTE)
        whole = element(elements, ELEMENT_FAST_TRANSITION) or b""
        covered = covered_by_mic(
            mac, self._network.bssid, _REQUEST, rsne, self.mde, whole, rsnxe
        )  # fmt: skip
        if not compare_digest(FT_SUITE.mic(transition.keys.kck, covered), asked.mic):
            raise _RefusedError(STATUS_INVALID_FTE)
        return transition

    def _arrive(self, mac: bytes, elements: bytes) -> AssociationAnswer:
        transition = self._arriving(mac, elements)
        self._under_way.pop(mac, None)
        keep_newest(self._arrived, mac, transition)

        def completed(group: Sequence[GivenKey]) -> bytes:
            return self._last_elements(mac, transition, group)

        keys = FastKeys(transition.r1.pmk, transition.keys, completed)
        return AssociationAnswer(STATUS_SUCCESS, detail=REASSOCIATED, fast=keys)

    def _last_elements(
        self, mac: bytes, transition: Transition, group: Sequence[GivenKey]
    ) -> bytes:
        """What the reassociation response has: the group keys, under a MIC."""
        keys, rsnxe = transition.keys, self.rsnxe
        given = group_keys(group, lambda key: FT_SUITE.wrap(keys.kek, key))
        oci = self.oci if transition.ocv else b""
        fte = transition.fte._replace(keys=given, covered=3 + bool(rsnxe), oci=oci)
        rsne = self._named_rsne(transition.r1.name)
        covered = covered_by_mic(
            mac, self._network.bssid, _RESPONSE, rsne, self.mde, fte.body(), rsnxe
        )  # fmt: skip
        whole = fte._replace(mic=FT_SUITE.mic(keys.kck, covered)).body()
        keep_newest(self._given, mac, self.mde + whole)
        return rsne + self.mde + whole + rsnxe

    def _named_rsne(self, name: bytes) -> bytes:
        return own_rsne(self.offer._replace(pmkids=(name,)))

    def _check_domain(self, elements: bytes) -> None:
        if element(elements, ELEMENT_MOBILITY_DOMAIN) != self.mde:
            raise _RefusedError(STATUS_INVALID_MDE)


def _fte(elements: bytes) -> Fte:
    whole = element(elements, ELEMENT_FAST_TRANSITION)
    try:
        return parse_fte(whole or b"")
    except WireError:
        raise _RefusedError(STATUS_INVALID_FTE) from None


def _is_fast(rsne: bytes) -> bool:
    try:
        return chosen_akm(rsne) in AKMS
    except WireError:
        return False
