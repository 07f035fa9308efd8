# SPDX-License-Identifier: GPL-2.0-or-later
"""The group keys of an access point (IEEE 802.11-2020, 12.7.1.4 to 12.7.1.6)."""

from __future__ import annotations

from hwsim import eapol
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.security.ft_elements import GivenKey
from hwsim.ciphers.integrity_key import IntegrityKey
from hwsim.ciphers.suites import DataSuite, IntegritySuite


class _Integrity:
    """One integrity key, and its successor while a rekey is under way.

    ``offset`` is what its identifiers have above those of the group key, 1 and 2, with which they
    go; ``selector`` that of its KDE.
    """

    def __init__(
        self, environment: ApEnvironment, suite: IntegritySuite, offset: int, selector: bytes
    ) -> None:
        self._environment = environment
        self._suite = suite
        self._offset = offset
        self._selector = selector
        self._key = environment.random(suite.cipher.key_length)
        self._next = b""
        self.cipher = suite.key(self._key, 1 + offset)

    def prepare(self) -> None:
        """Make the successor."""
        self._next = self._environment.random(self._suite.cipher.key_length)

    def switch(self, key_id: int) -> None:
        """Use the successor; ``key_id`` is the group key's."""
        self._key, self._next = self._next, b""
        self.cipher = self._suite.key(self._key, key_id + self._offset)

    def given(self, key_id: int) -> GivenKey:
        """The newest key, its identifier, and the packet number sent last."""
        pn = 0 if self._next else self.cipher.tx_pn
        return GivenKey(key_id + self._offset, self._next or self._key, pn)

    def kde(self, key_id: int) -> bytes:
        """The KDE of the newest key: identifier, packet number sent last, key."""
        newest = self.given(key_id)
        number = newest.key_id.to_bytes(2, "little") + newest.pn.to_bytes(6, "little")
        return eapol.kde(self._selector, number + newest.key)


class GroupKey:
    """The group key in use, and its successor while a rekey is under way.

    ``integrity`` is the cipher of group addressed management frames, None where they are not
    protected; with ``beacons`` it is that of beacons too. Their keys (IGTK, BIGTK) are renewed
    together with the group key.
    """

    def __init__(
        self,
        environment: ApEnvironment,
        suite: DataSuite,
        integrity: IntegritySuite | None = None,
        *,
        beacons: bool = False,
    ) -> None:
        self._environment = environment
        self._suite = suite
        self.tx_pn = 0
        self.key_id = 1
        self.gtk = environment.random(suite.cipher.key_length)
        self.cipher = suite.key(self.gtk, self.key_id)
        self.next_gtk: bytes | None = None
        self._igtk = self._bigtk = None
        if integrity is not None:
            self._igtk = _Integrity(environment, integrity, 3, eapol.KDE_IGTK)
            if beacons:
                self._bigtk = _Integrity(environment, integrity, 5, eapol.KDE_BIGTK)

    @property
    def bip(self) -> IntegrityKey | None:
        """The integrity group key in use."""
        return self._igtk.cipher if self._igtk is not None else None

    @property
    def newest(self) -> tuple[int, bytes, int]:
        """Key identifier, key and packet number that a station should be given now."""
        if self.next_gtk is not None:
            return 3 - self.key_id, self.next_gtk, 0
        return self.key_id, self.gtk, self.tx_pn

    def prepare(self) -> None:
        """Make the successors; they go to the stations before they are used."""
        self.next_gtk = self._environment.random(self._suite.cipher.key_length)
        for key in self._integrity_keys:
            key.prepare()

    def switch(self) -> None:
        """Use the successors from now on."""
        if self.next_gtk is None:
            return
        self.key_id, self.gtk, self.tx_pn = self.newest
        self.next_gtk = None
        self.cipher = self._suite.key(self.gtk, self.key_id)
        for key in self._integrity_keys:
            key.switch(self.key_id)

    def given(self, *, integrity: bool = False) -> tuple[GivenKey, ...]:
        """The newest group key; if wanted, IGTK and BIGTK behind it, as far as there are any."""
        group = GivenKey(*self.newest)
        others = (key.given(group.key_id) for key in self._integrity_keys if integrity)
        return (group, *others)

    def kdes(self, *, integrity: bool = False) -> bytes:
        """The GTK KDE of the newest key (12.7.2, figure 12-35).

        ``integrity``: those of IGTK and BIGTK come after it (figures 12-40 and 12-45); identifiers
        4 and 5, 6 and 7 go with 1 and 2 of the group key.
        """
        key_id, gtk, _ = self.newest
        kdes = eapol.kde(eapol.KDE_GTK, bytes((key_id, 0)) + gtk)
        if not integrity:
            return kdes
        return kdes + b"".join(key.kde(key_id) for key in self._integrity_keys)

    def protected_beacon(self, beacon: bytes) -> bytes:
        """The beacon with its integrity code, where beacons are protected."""
        if self._bigtk is None:
            return beacon
        key = self._bigtk.cipher
        key.tx_pn += 1
        return key.protect(beacon, key.tx_pn)

    @property
    def _integrity_keys(self) -> tuple[_Integrity, ...]:
        return tuple(key for key in (self._igtk, self._bigtk) if key is not None)
