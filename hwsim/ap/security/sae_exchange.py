# SPDX-License-Identifier: GPL-2.0-or-later
"""One SAE exchange as the access point has it: from both commits to the PMK.

Source: IEEE 802.11-2020, 12.4.5.3 (commit), 12.4.5.4 (keys), 12.4.5.5 and 12.4.5.6 (confirm),
12.4.7.4 (elements), 12.7.1.6.2 (KDF).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from Crypto.PublicKey.ECC import EccPoint

from hwsim.ap.security.curves import Curve
from hwsim.ap.security.key_suite import PMKID_LENGTH, kdf
from hwsim.ap.security.sae_frames import Commit, Confirm, group_field
from hwsim.errors import WireError

PMK_LENGTH: Final = 32


@dataclass(frozen=True, slots=True)
class SaeKeys:
    """What an exchange makes; none shows in the text."""

    kck: bytes = field(repr=False)
    pmk: bytes = field(repr=False)
    pmkid: bytes


@dataclass(frozen=True, slots=True)
class OwnCommit:
    """Our side of an exchange, which depends on nothing that the station says."""

    element: EccPoint = field(repr=False)
    """The password element."""
    rand: int = field(repr=False)
    commit: Commit

    @classmethod
    def made(cls, curve: Curve, element: EccPoint, random: Callable[[int], bytes]) -> OwnCommit:
        """One of two secret numbers that ``random`` makes the bytes of."""
        rand, mask = (
            int.from_bytes(random(curve.size + 8), "big") % (curve.r - 2) + 2 for _ in range(2)
        )
        return cls(element, rand, committed(curve, element, rand, mask))


class SaeExchange:
    """An exchange with one station, ours being the second commit.

    Raises :class:`WireError` if the station's commit has a scalar or an element that must not be
    (12.4.5.4). That both lead to no secret is known when :attr:`keys` are asked for, which may be
    when our commit is on its way: so does hostapd.
    """

    def __init__(self, peer: Commit, own: OwnCommit, *, hash_to_element: bool) -> None:
        curve = peer.curve
        self.peer = peer
        self.hash_to_element = hash_to_element
        self._digest = curve.digest if hash_to_element else "sha256"
        self._own = own
        self._scalar = int.from_bytes(peer.scalar, "big")
        if not 1 < self._scalar < curve.r:
            raise WireError("SAE commit: the scalar is out of range")
        self._point = curve.parse(peer.element)
        self.commit = replace(own.commit, identifier=peer.identifier)
        if (peer.scalar, peer.element) == (self.commit.scalar, self.commit.element):
            raise WireError("SAE commit: our own, reflected")
        self._sent = 0

    def confirm(self) -> Confirm:
        """Our next confirm."""
        self._sent += 1
        return Confirm(self._sent, self._code(self._sent, self.commit, self.peer))

    def confirms(self, confirm: Confirm) -> bool:
        """Whether the station's confirm proves that it knows the password."""
        expected = self._code(confirm.send_confirm, self.peer, self.commit)
        return hmac.compare_digest(expected, confirm.code)

    def repeats(self, commit: Commit) -> bool:
        """Whether the station sent this commit before: its last answer was lost."""
        return (commit.curve, commit.scalar, commit.element) == (
            self.peer.curve, self.peer.scalar, self.peer.element,
        )  # fmt: skip

    @cached_property
    def keys(self) -> SaeKeys:
        """What it makes, computed when it is first asked for; raises :class:`WireError`."""
        curve, peer = self.peer.curve, self.peer
        point = (self._own.element * self._scalar + self._point) * self._own.rand
        if point.is_point_at_infinity():
            raise WireError("SAE commit: the shared secret is at infinity")
        salt = b"".join(group_field(group) for group in peer.rejected)
        digest_size = hmac.new(b"", b"", self._digest).digest_size
        seed = hmac.digest(salt or bytes(digest_size), curve.scalar(int(point.x)), self._digest)
        total = (self._scalar + int.from_bytes(self.commit.scalar, "big")) % curve.r
        context = curve.scalar(total)
        keys = kdf(self._digest, seed, b"SAE KCK and PMK", context, digest_size + PMK_LENGTH)
        return SaeKeys(keys[:digest_size], keys[digest_size:], context[:PMKID_LENGTH])

    def _code(self, send_confirm: int, first: Commit, second: Commit) -> bytes:
        text = b"".join((
            group_field(send_confirm), first.scalar, first.element, second.scalar, second.element,
        ))  # fmt: skip
        return hmac.digest(self.keys.kck, text, self._digest)


def committed(curve: Curve, element: EccPoint, rand: int, mask: int) -> Commit:
    """The commit of those two secret numbers: their sum, and the inverse of mask times element."""
    scalar = curve.scalar((rand + mask) % curve.r)
    return Commit(curve, scalar, curve.bytes_of(-(element * mask)))
