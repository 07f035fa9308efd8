# SPDX-License-Identifier: GPL-2.0-or-later
"""TKIP countermeasures: what an access point does about frames whose Michael MIC is wrong.

One is noted. Upon another within a minute every station goes, with a reason of its own, the group
has a new key, and nobody is let in for a minute (IEEE 802.11-2020, 12.5.2.4). A station that found
one says so in an EAPOL-Key frame with the Error and Request bits, under its keys (12.7.4).
"""

from __future__ import annotations

from collections.abc import Callable
from hmac import compare_digest
from typing import Final

from hil_common.ciphers import TKIP
from hwsim import eapol
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.frame_info import ReceivedFrame
from hwsim.ap.group_key import GroupKey
from hwsim.ap.pmksa import keep_newest
from hwsim.ap.robust_management import Parting
from hwsim.ap.security.mode import SecurityMode
from hwsim.ap.station import Station

REASON_MIC_FAILURE: Final = 14
"""Table 9-49."""
PERIOD_NS: Final = 60_000_000_000
_REPORT: Final = eapol.INFO_ERROR | eapol.INFO_REQUEST | eapol.INFO_MIC


class Countermeasures:
    """Those of one access point; ``part`` sends all of its stations away.

    They concern a network whose group cipher is TKIP: no station has it for itself alone.
    """

    def __init__(
        self,
        environment: ApEnvironment,
        security: SecurityMode,
        group: GroupKey,
        part: Callable[[Parting], None],
    ) -> None:
        self._environment = environment
        self._security = security
        self._group = group
        self._part = part
        self._failed_ns = -PERIOD_NS
        self._until_ns = 0
        self._reports: dict[bytes, tuple[bytes, int]] = {}

    @property
    def active(self) -> bool:
        """Whether nobody is let in now."""
        return self._environment.now_ns() < self._until_ns

    def take(self, station: Station | None, received: ReceivedFrame) -> bool:
        """Whether a data frame of a station is a Michael MIC failure or reports one: that is all
        there is to it then."""
        if station is None or self._security.group.cipher is not TKIP:
            return False
        if received.info.detail.get("michael") != "wrong":
            if not self._reports_failure(station, received):
                return False
            received.info.detail["michael"] = "reported"
        self._failed()
        return True

    def _reports_failure(self, station: Station, received: ReceivedFrame) -> bool:
        """Whether it is a report under the station's keys that has not come before."""
        key, suite = received.key, self._security.suite_of(station)
        if key is None or key.info & _REPORT != _REPORT or suite is None or station.keys is None:
            return False
        expected = suite.mic(station.keys.kck, eapol.without_mic(key))
        received.info.mic_ok = compare_digest(expected, key.mic)
        kck, last = self._reports.get(station.mac, (b"", -1))
        fresh = kck != station.keys.kck or key.replay_counter > last
        if not (received.info.mic_ok and received.info.protected and fresh):
            return False
        keep_newest(self._reports, station.mac, (station.keys.kck, key.replay_counter))
        return True

    def _failed(self) -> None:
        now_ns = self._environment.now_ns()
        again = now_ns - self._failed_ns < PERIOD_NS
        self._failed_ns = now_ns
        if not again or self.active:
            return
        self._until_ns = now_ns + PERIOD_NS
        self._reports.clear()
        self._part(Parting("deauth", REASON_MIC_FAILURE))
        self._group.prepare()
        self._group.switch()
