# SPDX-License-Identifier: GPL-2.0-or-later
"""One medium of the air, with the control calls that name it.

Each call checks its arguments (:mod:`hwsim.control`), acts, and returns its result or replies
later; docs/evidence.md says what the frames' records mean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from hwsim.air_run import AirRun, Moment
from hwsim.ap.echo import EchoResult
from hwsim.ap.orders import ApOrders
from hwsim.control import link_requests, network_requests, order_requests
from hwsim.control.arguments import Arguments
from hwsim.control.server import Handler, Reply
from hwsim.errors import RequestError
from hwsim.frames import mac_text
from hwsim.live_rules import LiveRules
from hwsim.loop import Loop, now_ns
from hwsim.medium import FrameCount
from hwsim.ports.base import Port, RadioFrame
from hwsim.rules.frame_rules import FrameRules

MAX_ECHOES: Final = 1000
MAX_DUE: Final = 1000
"""So many frames still on their way are named."""
Event = Callable[[str, Mapping[str, Any]], None]


class AirMedium:
    """The medium called ``number``, from 1, on the radios of ``port``, in one run after the other.

    ``moment`` is told what comes about on it. It is the port's
    :class:`hwsim.ports.base.PortUser`; what is one run's is in :class:`hwsim.air_run.AirRun`.
    """

    def __init__(
        self, loop: Loop, port: Port, directory: Path, event: Event, count: FrameCount, number: int,
        moment: Moment | None = None,
    ) -> None:  # fmt: skip
        self._loop = loop
        self._port = port
        self._number = number
        self._event = event if number == 1 else self._named(event)
        self._moment = moment
        self.run = AirRun(loop, port, directory, self._event, count, number, moment=moment)
        port.start(self)

    def renew(self, directory: Path, count: FrameCount) -> None:
        """Begin another run, with its capture in another directory."""
        self.run = AirRun(
            self._loop, self._port, directory, self._event, count, self._number, self.run,
            self._moment,
        )  # fmt: skip

    def _named(self, event: Event) -> Event:
        """Tell of whose medium an event is, if it is not the first."""
        return lambda name, fields: event(name, {**fields, "medium": self._number})

    # what the port calls (hwsim.ports.base.PortUser)

    @property
    def busy(self) -> bool:
        """Whether a handshake is under way."""
        ess = self.run.ess
        return ess is not None and ess.busy

    def on_frame(self, sent: RadioFrame) -> None:
        """Let the medium carry a frame of a radio."""
        self.run.medium.on_frame(sent)

    def on_malformed(self) -> None:
        """Let the medium count what is no frame."""
        self.run.medium.on_malformed()

    def on_delivered(self, tag: int, errno: int, guest_ns: int) -> None:
        """Let the medium know whether a frame reached the guest's radio."""
        self.run.medium.on_delivered(tag, errno, guest_ns)

    def on_port_state(self, connected: bool) -> None:
        """Without radios, end what was on its way."""
        if not connected:
            self.run.medium.port_lost()

    def on_stall(self, since_ns: int, until_ns: int) -> None:
        """That is told of the port as a whole."""

    def on_fault(self, reason: str) -> None:
        """So is that."""

    # calls

    def begin(
        self, association: int, rules: FrameRules, orders: ApOrders, *, stations_left: bool = False
    ) -> int:
        """Another association begins; the last number that a frame had before."""
        self.run.begin(association, rules, orders, stations_left=stations_left)
        return self.run.medium.frames

    def handlers(self) -> dict[str, Handler]:
        """The calls that are about one medium, by their names."""
        return {
            "configure": self._call_configure,
            "start": self._call_start,
            **LiveRules(lambda: self.run, self._number).handlers,
            "echo": self._call_echo,
            "rekey_group": self._call_rekey_group,
            "rekey_pairwise": self._call_rekey_pairwise,
            "reauthenticate": self._call_reauthenticate,
            "deauthenticate": self._call_deauthenticate,
            "disassociate": self._call_disassociate,
            "order": self._call_order,
            "await_orders": self._call_await_orders,
            "between_radios": self._call_between_radios,
            "status": self._call_status,
            "stop": self._call_stop,
        }

    def _call_configure(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        fields = Arguments(args, "configure")
        networks = network_requests.networks(fields.take("network"))
        timers = network_requests.timers(fields.take("timers", {}))
        links = link_requests.links(fields.take("links", []))
        fields.done()
        if self.run.on_air:
            raise RequestError("busy", "configure: the access point is on the air; stop it first")
        if not self.run.open:
            raise RequestError("run-over", "configure: the run is over; renew comes first")
        self.run.configure(networks, timers, links)
        bssids = [mac_text(network.bssid) for network in networks]
        return {"bssid": bssids[0], "bssids": bssids}

    def _call_start(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        Arguments(args, "start").done()
        self.run.put_on_air()
        return {}

    def _call_echo(self, args: dict[str, Any], reply: Reply) -> dict[str, Any] | None:
        fields = Arguments(args, "echo")
        count = fields.integer("count", 1, MAX_ECHOES)
        timeout_s = fields.seconds("timeout_s")
        fields.done()

        def done(result: EchoResult) -> None:
            self._after_records(lambda: reply(asdict(result)))
            self.run.moment("echoed")

        self.run.configured("echo").echo(count, int(timeout_s * 1e9), done)
        return None

    def _call_rekey_group(self, args: dict[str, Any], reply: Reply) -> dict[str, Any] | None:
        Arguments(args, "rekey_group").done()
        self.run.configured("rekey_group").rekey("group", self._counted(reply))
        return None

    def _call_rekey_pairwise(self, args: dict[str, Any], reply: Reply) -> dict[str, Any] | None:
        Arguments(args, "rekey_pairwise").done()
        self.run.configured("rekey_pairwise").rekey("pairwise", self._counted(reply))
        return None

    def _call_reauthenticate(self, args: dict[str, Any], reply: Reply) -> dict[str, Any] | None:
        Arguments(args, "reauthenticate").done()
        self.run.configured("reauthenticate").reauthenticate(self._counted(reply))
        return None

    def _counted(self, reply: Reply) -> Callable[[int], None]:
        """Replies with the number of stations, after the records of what was done with them."""
        return lambda stations: self._after_records(lambda: reply({"stations": stations}))

    def _call_deauthenticate(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        self.run.configured("deauthenticate").part_with_all(order_requests.parting(args, "deauth"))
        return {}

    def _call_disassociate(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        self.run.configured("disassociate").part_with_all(order_requests.parting(args, "disassoc"))
        return {}

    def _call_order(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Have an access point do something now."""
        order = order_requests.order(args, "order")
        self.run.living("order").carry_out(order)
        return {}

    def _call_await_orders(self, args: dict[str, Any], reply: Reply) -> dict[str, Any] | None:
        """Wait until the association's orders are carried out; those that are not are ``left``."""
        fields = Arguments(args, "await_orders")
        timeout_s = fields.seconds("timeout_s")
        fields.done()
        life = self.run.living("await_orders")

        def answer() -> None:
            timer.cancel()
            life.forget(answer)
            self._after_records(lambda: reply({"left": life.left}))

        timer = self._loop.call_after(int(timeout_s * 1e9), answer)
        life.when_done(answer)
        return None

    def _call_between_radios(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Let the medium carry frames of one radio to others, too, or no more, in this run."""
        fields = Arguments(args, "between_radios")
        carried = fields.flag("carried")
        fields.done()
        self.run.medium.between_radios = carried
        return {}

    def _call_status(self, args: dict[str, Any], reply: Reply) -> dict[str, Any] | None:
        Arguments(args, "status").done()
        self._after_records(lambda: reply(self._status()))
        return None

    def _status(self) -> dict[str, Any]:
        estimate, ess = self._port.clock_estimate(now_ns()), self.run.ess
        return {
            "port": "connected" if self._port.radios else "lost",
            "stations": [station.describe() for station in ess.stations] if ess else [],
            "clock": {
                "offset_ns": estimate.offset_ns if estimate else None,
                "uncertainty_ns": estimate.uncertainty_ns if estimate else None,
            },
            "frames": self.run.medium.frames,
            "due": self.run.medium.due[:MAX_DUE],
            "put_off": self.run.medium.put_off,
        }

    def _call_stop(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        Arguments(args, "stop").done()
        self.run.take_off_air()
        return self.run.totals()

    def _after_records(self, action: Callable[[], None]) -> None:
        """Act after all deferred work there is now: records of frames precede what they led to."""
        self._loop.later(lambda: self._loop.later(action))
