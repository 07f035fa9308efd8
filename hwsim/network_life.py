# SPDX-License-Identifier: GPL-2.0-or-later
"""The life of a network's access points: they stop, start, move and do what else they are ordered.

An access point that starts is another one than before: it knows no station and has new keys.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hwsim.ap.access_point import AccessPoint
from hwsim.ap.channel_switch import ChannelSwitch
from hwsim.ap.channels import band_of
from hwsim.ap.ess import Ess
from hwsim.ap.neighbours import TransitionRequest
from hwsim.ap.orders import REASONS, ApOrder, ApOrders, Moment
from hwsim.ap.rekey import Keys
from hwsim.ap.robust_management import Parting
from hwsim.beacons import Beacons
from hwsim.errors import RequestError
from hwsim.loop import Loop, Timer
from hwsim.medium import AttachedAp, Medium
from hwsim.records import FrameKind

Told = Callable[[ApOrder, AccessPoint, int], None]


class NetworkLife:
    """Puts access points of ``ess`` on the air and carries out orders; ``told`` gets each one done.

    Args:
        loop: timers of orders that are put off.
        medium: where they are heard.
        beacons: theirs.
        ess: the access points.
        told: the order, the access point it was about, and when that was on the air's clock (ns).
    """

    def __init__(self, loop: Loop, medium: Medium, beacons: Beacons, ess: Ess, told: Told) -> None:
        self._loop = loop
        self._medium = medium
        self._beacons = beacons
        self._ess = ess
        self._told = told
        self._orders = ApOrders()
        self._put_off: list[Timer] = []
        self._waiting: list[Callable[[], None]] = []
        self._stopped = ess.stopped
        self._as_configured = [point.network for point in ess.points]

    @property
    def left(self) -> list[int]:
        """The places of the orders that were not carried out yet."""
        return self._orders.left

    def put_on_air(self) -> None:
        """Let all access points that were not stopped beacon and receive."""
        present = {n: p for n, p in enumerate(self._ess.points, 1) if n not in self._stopped}
        self._medium.put_on_air(*(_attached(point, number) for number, point in present.items()))
        self._beacons.keep(list(present.values()))

    def begin(self, orders: ApOrders, *, on_air: bool, stations_left: bool = False) -> None:
        """Another association begins under these orders, with all as it was configured; no station
        is known if they left."""
        self.end()
        self._orders = orders
        for place, network in enumerate(self._as_configured):
            known = self._ess.points[place].network == network and not stations_left
            if place + 1 in self._stopped or not known:
                self._ess.points[place].vanish()
                self._ess.renew(place, network)
        self._stopped.clear()
        if on_air:
            self.put_on_air()

    def end(self) -> None:
        """Carry out nothing more of what was put off."""
        for timer in self._put_off:
            timer.cancel()
        self._put_off.clear()
        self._release()

    def moment(self, moment: Moment) -> None:
        """Something came about that orders may wait for."""
        for order in self._orders.due(moment):
            self._put_off.append(self._loop.call_after(
                order.after_ms * 1_000_000, lambda order=order: self._due(order)  # type: ignore[misc]
            ))  # fmt: skip

    def when_done(self, callback: Callable[[], None]) -> None:
        """Call back once no order is left, or nothing more is carried out."""
        self._waiting.append(callback)
        if not self.left:
            self._release()

    def forget(self, callback: Callable[[], None]) -> None:
        """Do not call back any more."""
        if callback in self._waiting:
            self._waiting.remove(callback)

    def carry_out(self, order: ApOrder) -> None:
        """Act now; raises :class:`RequestError` if that cannot be, or is about nobody."""
        number, points = order.access_point, self._ess.points
        if number > len(points):
            raise RequestError("no-such-ap", f"order: there is no access point {number}")
        point, at_ns = points[number - 1], self._loop.now_ns()
        _check_stations(order, point)
        _check_band(order, point)
        match order.do:
            case "stop" | "start" | "move":
                point.vanish()
                network = point.network
                if order.do == "move":
                    network = replace(network, channel=order.channel)
                self._ess.renew(number - 1, network)
                (self._stopped.add if order.do == "stop" else self._stopped.discard)(number)
                self.put_on_air()
            case "switch-channel":
                point.announce_switch(ChannelSwitch(
                    order.channel, order.count, order.announce, order.quiet,
                    lambda: self._switched(order, point),
                ))  # fmt: skip
                return
            case "deauthenticate" | "disassociate":
                kind: FrameKind = "deauth" if order.do == "deauthenticate" else "disassoc"
                point.part(Parting(kind, order.reason, order.broadcast))
            case "forget-pmks":
                point.forget_pmks()
            case "bss-transition":
                point.ask_to_go(self._transition(order, point))
            case "rekey-pairwise" | "rekey-group":
                keys: Keys = "pairwise" if order.do == "rekey-pairwise" else "group"
                point.rekey(keys, lambda _count: self._done(order, point, at_ns))
                return
        self._done(order, points[number - 1], at_ns)

    def _transition(self, order: ApOrder, point: AccessPoint) -> TransitionRequest:
        points, own = self._ess.points, point.network
        if any(number > len(points) for number in order.candidates):
            raise RequestError("no-such-ap", "order: a candidate is none of the access points")
        candidates = tuple(points[number - 1].network for number in order.candidates)
        candidates = candidates or self._ess.neighbours(own.ssid, own.bssid)
        return TransitionRequest(candidates, order.disassociate_after, order.abridged)

    def _due(self, order: ApOrder) -> None:
        try:
            self.carry_out(order)
        except RequestError:
            return  # it stays among those left

    def _switched(self, order: ApOrder, point: AccessPoint) -> None:
        self.put_on_air()
        self._done(order, point, self._loop.now_ns())
        self.moment("switched")

    def _done(self, order: ApOrder, point: AccessPoint, at_ns: int) -> None:
        self._orders.done(order)
        self._told(order, point, at_ns)
        if not self.left:
            self._release()

    def _release(self) -> None:
        waiting, self._waiting = self._waiting, []
        for callback in waiting:
            callback()


def _check_stations(order: ApOrder, point: AccessPoint) -> None:
    """Raise :class:`RequestError` where there is nobody to whom the order could be carried out."""
    states = {station.state for station in point.stations}
    if order.do.startswith("rekey") and "authorized" not in states:
        raise RequestError("no-station", f"order: {order.do}: no station has keys in use")
    if order.do == "bss-transition" and "authorized" not in states:
        raise RequestError("no-station", "order: bss-transition: no station is connected")
    if order.do in REASONS and not states and not order.broadcast:
        raise RequestError("no-station", f"order: {order.do}: the access point knows no station")


def _check_band(order: ApOrder, point: AccessPoint) -> None:
    """Raise :class:`RequestError` where an access point would come to 6 GHz or leave it, whose
    security is another."""
    bands = {band_of(order.channel), point.network.band} if order.channel else set()
    if len(bands) > 1 and "6 GHz" in bands:
        raise RequestError("other-band", f"order: {order.do}: none goes to 6 GHz or from there")


def _attached(point: AccessPoint, number: int) -> AttachedAp:
    network = point.network
    return AttachedAp(point, network.bssid, network.freq_mhz, network.signal_dbm, number)
