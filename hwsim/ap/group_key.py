# SPDX-License-Identifier: GPL-2.0-or-later
"""The group key of an access point (IEEE 802.11-2020, 12.7.1.4)."""

from __future__ import annotations

from hwsim import eapol
from hwsim.ap.ccmp import TK_LENGTH, CcmpKey
from hwsim.ap.environment import ApEnvironment


class GroupKey:
    """The group key in use, and its successor while a rekey is under way."""

    def __init__(self, environment: ApEnvironment) -> None:
        self._environment = environment
        self.tx_pn = 0
        self.key_id = 1
        self.gtk = environment.random(TK_LENGTH)
        self.cipher = CcmpKey(self.gtk, self.key_id)
        self.next_gtk: bytes | None = None

    @property
    def newest(self) -> tuple[int, bytes, int]:
        """Key identifier, key and packet number that a station should be given now."""
        if self.next_gtk is not None:
            return 3 - self.key_id, self.next_gtk, 0
        return self.key_id, self.gtk, self.tx_pn

    def prepare(self) -> None:
        """Make the successor; it goes to the stations before it is used."""
        self.next_gtk = self._environment.random(TK_LENGTH)

    def switch(self) -> None:
        """Use the successor from now on."""
        if self.next_gtk is not None:
            self.key_id, self.gtk, self.tx_pn = self.newest
            self.next_gtk = None
            self.cipher = CcmpKey(self.gtk, self.key_id)

    @staticmethod
    def kde_length(gtk_length: int) -> int:
        """The length of the GTK KDE of a key of that length."""
        return len(eapol.kde(eapol.KDE_GTK, bytes(2 + gtk_length)))

    def kde(self) -> bytes:
        """The GTK KDE of the newest key (12.7.2, figure 12-35)."""
        key_id, gtk, _ = self.newest
        return eapol.kde(eapol.KDE_GTK, bytes((key_id, 0)) + gtk)
