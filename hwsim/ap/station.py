# SPDX-License-Identifier: GPL-2.0-or-later
"""What the access point remembers of one station."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from hwsim import eapol
from hwsim.ap.pairwise_keys import BroughtKeys, PairwiseKeys
from hwsim.ap.wmm import Uapsd
from hwsim.ciphers.data_key import DataKey
from hwsim.ciphers.suites import DataSuite
from hwsim.frames import mac_text

State = Literal[
    "authenticated", "associated", "authenticating", "handshaking", "authorized", "gone"
]
"""``authenticated`` is by the Authentication frame; ``authenticating`` by 802.1X, after the
association."""


@dataclass(slots=True, eq=False)
class Station:
    """A station of the access point.

    Attributes:
        mac: its address.
        bssid: the access point it is known to.
        number: which of the guest's radios it is, from 0.
        state: how far it has come.
        aid: its association identifier; 0 before the first association.
        rsne: the RSN (or WPA) element of its association request, empty without one.
        akm: the AKM suite selector in it.
        cipher: the pairwise cipher in it; None in a network without keys.
        protects_management: both sides are capable of management frame protection.
        qos: data goes both ways with QoS control.
        uapsd: what of it the station fetches by trigger frames when it dozes.
        listen_interval: after so many beacons at most it looks for what waits, it says.
        ocv: both sides have operating channel validation.
        extended_key_id: both sides have two identifiers for pairwise keys, in turn.
        keys: the parts of the newest PTK.
        pairwise: the temporal key in use.
        candidate: one derived from M2 that M4 has not confirmed yet. A station that is given new
            keys has both for a while.
        former: the one before, under which frames may still come that the station had ready, where
            both have an identifier of their own.
        brought: what its reassociation brought in a 4-way handshake's place.
    """

    mac: bytes
    bssid: bytes = b""
    number: int = 0
    state: State = "gone"
    aid: int = 0
    rsne: bytes = b""
    akm: bytes = b""
    cipher: DataSuite | None = None
    protects_management: bool = False
    qos: bool = False
    uapsd: Uapsd | None = None
    listen_interval: int = 0
    ocv: bool = False
    extended_key_id: bool = False
    keys: PairwiseKeys | None = field(default=None, repr=False)
    pairwise: DataKey | None = field(default=None, repr=False)
    candidate: DataKey | None = field(default=None, repr=False)
    former: DataKey | None = field(default=None, repr=False)
    brought: BroughtKeys | None = None

    def forget_keys(self) -> None:
        """A new association begins without keys."""
        self.keys = self.pairwise = self.candidate = self.former = self.brought = None

    def use_candidate(self) -> None:
        """M4 has confirmed the newest key: it is in use."""
        self.former = self.pairwise if self.extended_key_id else None
        self.pairwise, self.candidate = self.candidate, None

    @property
    def next_key_id(self) -> int:
        """The identifier of its next pairwise key: the other one than that in use, or 0."""
        return 1 - self.pairwise.key_id if self.extended_key_id and self.pairwise else 0

    @property
    def key_id_kde(self) -> bytes:
        """What M3 says of the identifier of the candidate; empty where it is always 0."""
        if self.candidate is None or not self.extended_key_id:
            return b""
        return eapol.kde(eapol.KDE_KEY_ID, bytes((self.candidate.key_id, 0)))

    def describe(self) -> dict[str, str]:
        """Address, BSSID and state, as the control protocol has them."""
        return {"mac": mac_text(self.mac), "bssid": mac_text(self.bssid), "state": self.state}
