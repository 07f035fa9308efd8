# SPDX-License-Identifier: GPL-2.0-or-later
"""The authenticator by itself; its messages with a station are in the tests of the air."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from types import SimpleNamespace
from typing import Any

from hwsim import eapol
from hwsim.ap.frame_info import FrameInfo
from hwsim.ap.group_key import GroupKey
from hwsim.ap.handshake import Authenticator, HandshakeContext, KeyTemplates
from hwsim.ap.pmksa import Pmksa
from hwsim.ap.station import Station
from hwsim.ap.timers import Timers
from tests.unit.hwsim.ap.security.test_sae import MAC, NETWORK, sae_of
from tests.unit.hwsim.ap.test_templates import network

PMK, PMKID = b"k" * 32, b"n" * 16


class Silent:
    """An environment whose timers never end."""

    def random(self, size: int) -> bytes:
        """Zeros."""
        return bytes(size)

    def call_after(self, delay_ns: int, callback: Any) -> Any:
        """A timer that can be cancelled."""
        return SimpleNamespace(cancel=lambda: None)


def test_a_renewal_names_the_pmk_as_the_first_did() -> None:
    """Whatever the security mode remembers by then: many stations may have come since."""
    mode, around, sent = sae_of(), Silent(), list[bytes]()

    def transmit(station: Station, frame: bytearray, info: FrameInfo) -> None:
        sent.append(bytes(frame))

    context = HandshakeContext(
        network=NETWORK, security=mode, timers=Timers(), group=GroupKey(around, mode.group),  # type: ignore[arg-type]
        templates=cache(partial(KeyTemplates, replace(network()))),
        environment=around,  # type: ignore[arg-type]
        transmit=transmit, authorized=lambda _: None, group_done=lambda _: None,
        failed=lambda _station, _reason: None,
    )  # fmt: skip
    mode._in_use[MAC] = Pmksa(PMK, PMKID)
    station = Authenticator(Station(MAC, cipher=mode.group), context)
    station.start(PMK)
    mode._in_use.clear()
    station.renew()
    assert [frame[-22:] for frame in sent] == [eapol.kde(eapol.KDE_PMKID, PMKID)] * 2
