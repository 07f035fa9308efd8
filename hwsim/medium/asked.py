# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules that act because they are asked to, in the place of waiting for their message."""

from __future__ import annotations

from typing import Final

from hwsim.errors import RequestError
from hwsim.medium.access_points import AttachedAp, AttachedAps, station_number
from hwsim.medium.downlink import Downlink
from hwsim.ports.base import Port
from hwsim.rules.frame_rules import FrameRule

AT_ONCE: Final = frozenset({"insert", "deauthenticate", "disassociate"})
"""Actions that send something by themselves; the others need a message to act on."""


def act_now(rule: FrameRule, port: Port, aps: AttachedAps, down: Downlink) -> int:
    """Have an access point send what a rule of :data:`AT_ONCE` sends, to each station that fits
    the rule's condition; to how many that is.

    The access point is the condition's, else the first. Raises :class:`RequestError` if there is
    no such access point on the air, nobody to send to, or nothing to copy.
    """
    ap = aps.numbered(rule.condition.access_point or 1)
    if ap is None:
        number = rule.condition.access_point or 1
        raise RequestError("no-such-ap", f"trigger: access point {number} is not on the air")
    wanted = rule.insertion.copy_of if rule.insertion is not None else None
    if wanted is not None and not down.consequences.can_copy(wanted):
        raise RequestError(
            "no-such-frame",
            f"trigger: there was no {wanted.message} number {wanted.nth} to be copied",
        )
    stations = _stations(rule, port, ap)
    if not stations:
        raise RequestError("no-station", "trigger: the access point knows no station that fits")
    for station in stations:
        down.consequences.follow(rule, ap, station, down.rules.delay_ns(rule), asked=True)
    return len(stations)


def _stations(rule: FrameRule, port: Port, ap: AttachedAp) -> list[bytes]:
    """The addresses of the stations that fit; bytes can be sent to one that nobody knows yet."""
    number = rule.condition.station
    known = [one.mac for one in ap.access_point.stations]
    if rule.insertion is not None and rule.insertion.copy_of is None and number is not None:
        known = [radio.mac for radio in port.radios]
    return [mac for mac in known if number in (None, station_number(port, mac))]
