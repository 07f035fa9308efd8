# SPDX-License-Identifier: GPL-2.0-or-later
"""Opportunistic Wireless Encryption: AKM suite 00-0F-AC:18, keys without authentication.

A Diffie-Hellman exchange stands in association request and response; its secret makes the PMK.

Sources: RFC 8110, 4.3 (element), 4.4 (keys); RFC 5903 (groups, whose secret is the x coordinate);
IEEE 802.11-2020, table 12-8 (key suite); RFC 5869 (HKDF).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurve,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)

from hil_common.security import OWE
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.network import Network
from hwsim.ap.pmksa import PMK_KEPT, Pmksa, keep_newest
from hwsim.ap.security.key_suite import PMKID_LENGTH, KeySuite, kdf
from hwsim.ap.security.mode import AssociationAnswer, SecurityMode
from hwsim.ap.security.rsne import STATUS_INVALID_ELEMENT, STATUS_SUCCESS, own_rsne
from hwsim.ap.security.sae_element import hkdf_expand
from hwsim.ap.station import Station
from hwsim.errors import WireError
from hwsim.frames import ELEMENT_RSN, element
from hwsim.frames import elements as elements_of

STATUS_UNSPECIFIED: Final = 1
STATUS_UNSUPPORTED_GROUP: Final = 77

_EXTENSION: Final = 255
_DIFFIE_HELLMAN: Final = 32
_WIRESHARK_PMK: Final = 32


def _mic(digest: str, length: int, kck: bytes, pdu: bytes) -> bytes:
    return hmac.digest(kck, pdu, digest)[:length]


def _suite(digest: str, kck_length: int, kek_length: int) -> KeySuite:
    """Table 12-8: the MIC is as long as the KCK."""
    return KeySuite(
        descriptor_version=0, expand=partial(kdf, digest), mic=partial(_mic, digest, kck_length),
        digest=digest, kck_length=kck_length, kek_length=kek_length, mic_length=kck_length,
    )  # fmt: skip


OWE_SUITES: Final = {
    19: _suite("sha256", 16, 16),
    20: _suite("sha384", 24, 32),
    21: _suite("sha512", 32, 32),
}
"""What handshakes compute with, by the group of the exchange."""

_SUITES: Final = {32: OWE_SUITES[19], 48: OWE_SUITES[20], 64: OWE_SUITES[21]}
"""The same by the length of the PMK, which is that of the group's hash."""

_CURVES: Final[dict[int, EllipticCurve]] = {19: SECP256R1(), 20: SECP384R1(), 21: SECP521R1()}


@dataclass(frozen=True, slots=True)
class OweExchange:
    """One station's exchange; neither secret shows in the text.

    Attributes:
        group: by IANA number.
        theirs, ours: the public keys, which are x coordinates.
    """

    group: int
    theirs: bytes
    ours: bytes
    pmk: bytes = field(repr=False)

    @property
    def pmkid(self) -> bytes:
        """The hash of both public keys, cut to 128 bits (RFC 8110, 4.4)."""
        digest = OWE_SUITES[self.group].digest
        return hashlib.new(digest, self.theirs + self.ours).digest()[:PMKID_LENGTH]

    def element(self) -> bytes:
        """Our Diffie-Hellman Parameter element."""
        content = bytes((_DIFFIE_HELLMAN,)) + self.group.to_bytes(2, "little") + self.ours
        return bytes((_EXTENSION, len(content))) + content


def exchanged(group: int, theirs: bytes, own: EllipticCurvePrivateKey) -> OweExchange:
    """The exchange of a station's public key and our private one (RFC 8110, 4.4).

    Raises :class:`WireError` if theirs is no x coordinate of the curve.
    """
    size = (own.curve.key_size + 7) // 8
    try:  # which of the two points is meant does not matter: the secret is an x coordinate
        point = EllipticCurvePublicKey.from_encoded_point(own.curve, b"\2" + theirs)
    except ValueError:
        raise WireError(f"OWE: {len(theirs)} bytes are no point of group {group}") from None
    ours = own.public_key().public_numbers().x.to_bytes(size, "big")
    salt = theirs + ours + group.to_bytes(2, "little")
    digest = OWE_SUITES[group].digest
    key = hmac.digest(salt, own.exchange(ECDH(), point), digest)
    pmk = hkdf_expand(digest, key, b"OWE Key Generation", hashlib.new(digest).digest_size)
    return OweExchange(group, theirs, ours, pmk)


def diffie_hellman(elements: bytes) -> tuple[int, bytes] | None:
    """Group and public key of the Diffie-Hellman Parameter element (RFC 8110, 4.3).

    None without one. Raises :class:`WireError` for elements that reach over the end, and for one
    that is too short.
    """
    for identifier, whole in elements_of(elements):
        if identifier == _EXTENSION and whole[2:3] == bytes((_DIFFIE_HELLMAN,)):
            if len(whole) < 5:
                raise WireError("Diffie-Hellman Parameter element: no group")
            return int.from_bytes(whole[3:5], "little"), whole[5:]
    return None


class Owe(SecurityMode):
    """Every station gets a PMK of its own, whoever it is."""

    choice = OWE
    suite = OWE_SUITES[19]
    names_pmk = True

    def __init__(self, network: Network, environment: ApEnvironment) -> None:
        super().__init__(network, environment)
        self._exchanges: dict[bytes, OweExchange] = {}
        self._in_use: dict[bytes, Pmksa] = {}

    def associate(self, mac: bytes, elements: bytes) -> AssociationAnswer:
        """As of an RSN, and the exchange: its element goes into the response.

        In its place goes the PMKID of a PMK that was kept and is named (RFC 8110, 4.5).
        """
        answer = super().associate(mac, elements)
        if answer.status != STATUS_SUCCESS:
            return answer
        kept = self._kept(mac, element(elements, ELEMENT_RSN) or b"")
        if kept is not None:
            keep_newest(self._in_use, mac, kept)
            rsne = own_rsne(self.offer._replace(pmkids=(kept.pmkid,)))
            return AssociationAnswer(STATUS_SUCCESS, rsne, PMK_KEPT)
        try:
            given = diffie_hellman(elements)
            if given is None:
                return AssociationAnswer(STATUS_INVALID_ELEMENT)
            group, theirs = given
            if group not in self._network.owe_groups:
                return AssociationAnswer(STATUS_UNSUPPORTED_GROUP)
            exchange = self._exchange(mac, group, theirs)
        except WireError:
            return AssociationAnswer(STATUS_UNSPECIFIED)
        return AssociationAnswer(STATUS_SUCCESS, self.rsne + exchange.element())

    def _exchange(self, mac: bytes, group: int, theirs: bytes) -> OweExchange:
        """The same again for a request that comes again, as its answer may have been lost.

        One that is refused leaves the station's exchange as it was.
        """
        exchange = self._exchanges.get(mac)
        if exchange is None or (exchange.group, exchange.theirs) != (group, theirs):
            exchange = exchanged(group, theirs, generate_private_key(_CURVES[group]))
        keep_newest(self._exchanges, mac, exchange)
        made = Pmksa(exchange.pmk, exchange.pmkid)
        keep_newest(self._in_use, mac, made)
        self._pmks.keep(mac, made)
        return exchange

    def suite_of(self, station: Station) -> KeySuite:
        """That of the station's group."""
        in_use = self._in_use.get(station.mac)
        return self.suite if in_use is None else _SUITES[len(in_use.pmk)]

    def pmk(self, station: Station) -> bytes | None:
        """That of the station's exchange, or of an earlier one that it has named; None if those of
        many others came since."""
        in_use = self._in_use.get(station.mac)
        if in_use is None:
            return None
        if len(in_use.pmk) == _WIRESHARK_PMK:
            self._environment.keep_key(in_use.pmk, station)
        return in_use.pmk

    def pmkid(self, station: Station, pmk: bytes) -> bytes:
        """That of the exchange, which is no hash over the PMK; asked for together with it."""
        return self._in_use[station.mac].pmkid
