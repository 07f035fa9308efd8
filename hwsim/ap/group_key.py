# SPDX-License-Identifier: GPL-2.0-or-later
"""The group keys of an access point (IEEE 802.11-2020, 12.7.1.4 and 12.7.1.5)."""

from __future__ import annotations

from hwsim import eapol
from hwsim.ap.ciphers.suites import DataSuite, IntegritySuite
from hwsim.ap.environment import ApEnvironment


class GroupKey:
    """The group key in use, and its successor while a rekey is under way.

    ``integrity`` is the cipher of group addressed management frames, None where they are not
    protected. Its key (IGTK) is renewed together with the group key.
    """

    def __init__(
        self, environment: ApEnvironment, suite: DataSuite, integrity: IntegritySuite | None = None
    ) -> None:
        self._environment = environment
        self._suite = suite
        self._integrity = integrity
        self.tx_pn = 0
        self.key_id = 1
        self.gtk = environment.random(suite.cipher.key_length)
        self.cipher = suite.key(self.gtk, self.key_id)
        self.next_gtk: bytes | None = None
        self._igtk = self._next_igtk = b""
        if integrity is not None:
            self._igtk = environment.random(integrity.cipher.key_length)
        self.bip = integrity.key(self._igtk, self.key_id + 3) if integrity is not None else None

    @property
    def newest(self) -> tuple[int, bytes, int]:
        """Key identifier, key and packet number that a station should be given now."""
        if self.next_gtk is not None:
            return 3 - self.key_id, self.next_gtk, 0
        return self.key_id, self.gtk, self.tx_pn

    def prepare(self) -> None:
        """Make the successors; they go to the stations before they are used."""
        self.next_gtk = self._environment.random(self._suite.cipher.key_length)
        if self._integrity is not None:
            self._next_igtk = self._environment.random(self._integrity.cipher.key_length)

    def switch(self) -> None:
        """Use the successors from now on."""
        if self.next_gtk is None:
            return
        self.key_id, self.gtk, self.tx_pn = self.newest
        self.next_gtk = None
        self.cipher = self._suite.key(self.gtk, self.key_id)
        if self._integrity is not None:
            self._igtk = self._next_igtk
            self.bip = self._integrity.key(self._igtk, self.key_id + 3)

    def kdes(self, *, integrity: bool = False) -> bytes:
        """The GTK KDE of the newest key (12.7.2, figure 12-35).

        ``integrity``: the IGTK KDE (figure 12-40) comes after it; identifiers 4 and 5 go with
        1 and 2 of the group key.
        """
        key_id, gtk, _ = self.newest
        kdes = eapol.kde(eapol.KDE_GTK, bytes((key_id, 0)) + gtk)
        if not integrity or self.bip is None:
            return kdes
        renewed = self.next_gtk is not None
        pn, igtk = (0, self._next_igtk) if renewed else (self.bip.tx_pn, self._igtk)
        number = (key_id + 3).to_bytes(2, "little") + pn.to_bytes(6, "little")
        return kdes + eapol.kde(eapol.KDE_IGTK, number + igtk)
