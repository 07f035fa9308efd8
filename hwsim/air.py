# SPDX-License-Identifier: GPL-2.0-or-later
"""The air: medium, access points, port, capture and control put together.

The control calls are served here. Each checks its arguments (:mod:`hwsim.control`), acts, and
returns its result or replies later; docs/evidence.md says what the frames' records mean.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from hwsim.air_run import AirRun
from hwsim.ap.echo import EchoResult
from hwsim.ap.orders import ApOrders
from hwsim.clock_watch import ClockWatch
from hwsim.control import link_requests, network_requests, order_requests
from hwsim.control.arguments import Arguments, bad
from hwsim.control.rule_requests import rules
from hwsim.control.server import ControlServer, Descriptors, Handler, Reply
from hwsim.errors import RequestError
from hwsim.frames import mac_text
from hwsim.loop import Loop, now_ns
from hwsim.ports.base import Port, RadioFrame
from hwsim.radio_waiters import RadioWaiters
from hwsim.rules.frame_rules import FrameRules

MAX_ECHOES: Final = 1000
MAX_DUE: Final = 1000
"""So many frames still on their way are named."""


class Air:
    """One medium with the access points of one network, controlled by one client.

    ``control`` is a listening Unix socket for the client, or where it is already; ``port`` is the
    way to the guest's radios, which the air starts and closes; capture and keys of the first run
    are written into ``directory``. The air is the port's :class:`hwsim.ports.base.PortUser`; what
    is one run's is in :class:`hwsim.air_run.AirRun`.
    """

    def __init__(
        self, loop: Loop, control: socket.socket | Descriptors, port: Port, directory: Path
    ) -> None:
        self._loop = loop
        self._control = ControlServer(loop, control, self._handlers(), loop.stop)
        self._port = port
        self._run = AirRun(loop, port, directory, self._control.event)
        self._waiters = RadioWaiters(loop, port)
        self._clock = ClockWatch(loop, port, self._control.event)
        port.start(self)

    @property
    def had_client(self) -> bool:
        """Whether a controlling client has connected, even if it has left again."""
        return self._control.had_client

    def close(self) -> None:
        """Stop sending, close port and control socket, and complete the capture."""
        self._run.close()
        self._port.close()
        self._control.close()

    # what the port calls (hwsim.ports.base.PortUser)

    @property
    def busy(self) -> bool:
        """Whether a handshake is under way."""
        ess = self._run.ess
        return ess is not None and ess.busy

    def on_frame(self, sent: RadioFrame) -> None:
        """Let the medium carry a frame of a radio."""
        self._run.medium.on_frame(sent)

    def on_malformed(self) -> None:
        """Let the medium count what is no frame."""
        self._run.medium.on_malformed()

    def on_delivered(self, tag: int, errno: int, guest_ns: int) -> None:
        """Let the medium know whether a frame reached the guest's radio."""
        self._run.medium.on_delivered(tag, errno, guest_ns)

    def on_port_state(self, connected: bool) -> None:
        """Send the event ``port``; reply to who waits for radios, or end what was on its way."""
        self._event("port", state="connected" if connected else "lost", air_ns=now_ns())
        if connected:
            self._waiters.radios_came()
        else:
            self._run.medium.port_lost()

    def on_stall(self, since_ns: int, until_ns: int) -> None:
        """Send the event ``stall`` of the guest, between these times of the air's clock (ns)."""
        self._clock.stalled("the guest", since_ns, until_ns)

    # calls

    def _handlers(self) -> dict[str, Handler]:
        return {
            "hello": self._call_hello,
            "configure": self._call_configure,
            "start": self._call_start,
            "begin": self._call_begin,
            "rules": self._call_rules,
            "echo": self._call_echo,
            "rekey_group": self._call_rekey_group,
            "rekey_pairwise": self._call_rekey_pairwise,
            "reauthenticate": self._call_reauthenticate,
            "deauthenticate": self._call_deauthenticate,
            "disassociate": self._call_disassociate,
            "order": self._call_order,
            "await_orders": self._call_await_orders,
            "between_radios": self._call_between_radios,
            "wait_radio": self._call_wait_radio,
            "status": self._call_status,
            "stop": self._call_stop,
            "finish": self._call_finish,
            "renew": self._call_renew,
        }

    def _call_hello(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        Arguments(args, "hello").done()
        return {"air": 1, "pid": os.getpid()}

    def _call_configure(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        fields = Arguments(args, "configure")
        networks = network_requests.networks(fields.take("network"))
        timers = network_requests.timers(fields.take("timers", {}))
        links = link_requests.links(fields.take("links", []))
        fields.done()
        if self._run.on_air:
            raise RequestError("busy", "configure: the access point is on the air; stop it first")
        if not self._run.open:
            raise RequestError("run-over", "configure: the run is over; renew comes first")
        self._run.configure(networks, timers, links)
        bssids = [mac_text(network.bssid) for network in networks]
        return {"bssid": bssids[0], "bssids": bssids}

    def _call_start(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        Arguments(args, "start").done()
        self._run.put_on_air()
        return {}

    def _call_begin(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        fields = Arguments(args, "begin")
        association = fields.integer("association", 0, 1 << 31)
        rules = _rules(fields, association)
        orders = order_requests.orders(fields.take("orders", []))
        fields.done()
        self._run.begin(association, rules, ApOrders(orders))
        return {"frames": self._run.medium.frames}

    def _call_rules(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Other rules from now on, in the same association; messages are counted anew."""
        fields = Arguments(args, "rules")
        medium = self._run.medium
        rules = _rules(fields, medium.association)
        fields.done()
        medium.begin(medium.association, rules)
        return {"frames": medium.frames}

    def _call_echo(self, args: dict[str, Any], reply: Reply) -> dict[str, Any] | None:
        fields = Arguments(args, "echo")
        count = fields.integer("count", 1, MAX_ECHOES)
        timeout_s = fields.seconds("timeout_s")
        fields.done()

        def done(result: EchoResult) -> None:
            self._after_records(lambda: reply(asdict(result)))
            life.moment("echoed")

        life = self._run.living("echo")
        self._run.configured("echo").echo(count, int(timeout_s * 1e9), done)
        return None

    def _call_rekey_group(self, args: dict[str, Any], reply: Reply) -> dict[str, Any] | None:
        Arguments(args, "rekey_group").done()
        self._run.configured("rekey_group").rekey("group", self._counted(reply))
        return None

    def _call_rekey_pairwise(self, args: dict[str, Any], reply: Reply) -> dict[str, Any] | None:
        Arguments(args, "rekey_pairwise").done()
        self._run.configured("rekey_pairwise").rekey("pairwise", self._counted(reply))
        return None

    def _call_reauthenticate(self, args: dict[str, Any], reply: Reply) -> dict[str, Any] | None:
        Arguments(args, "reauthenticate").done()
        self._run.configured("reauthenticate").reauthenticate(self._counted(reply))
        return None

    def _counted(self, reply: Reply) -> Callable[[int], None]:
        """Replies with the number of stations, after the records of what was done with them."""
        return lambda stations: self._after_records(lambda: reply({"stations": stations}))

    def _call_deauthenticate(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        self._run.configured("deauthenticate").part_with_all(order_requests.parting(args, "deauth"))
        return {}

    def _call_disassociate(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        self._run.configured("disassociate").part_with_all(order_requests.parting(args, "disassoc"))
        return {}

    def _call_order(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Have an access point do something now."""
        order = order_requests.order(args, "order")
        self._run.living("order").carry_out(order)
        return {}

    def _call_await_orders(self, args: dict[str, Any], reply: Reply) -> dict[str, Any] | None:
        """Wait until the association's orders are carried out; those that are not are ``left``."""
        fields = Arguments(args, "await_orders")
        timeout_s = fields.seconds("timeout_s")
        fields.done()
        life = self._run.living("await_orders")

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
        self._run.medium.between_radios = carried
        return {}

    def _call_wait_radio(self, args: dict[str, Any], reply: Reply) -> dict[str, Any] | None:
        fields = Arguments(args, "wait_radio")
        timeout_s = fields.seconds("timeout_s")
        radios = fields.integer("radios", 1, 256, 1)
        fields.done()
        return self._waiters.wait(radios, timeout_s, reply)

    def _call_status(self, args: dict[str, Any], reply: Reply) -> dict[str, Any] | None:
        Arguments(args, "status").done()
        self._after_records(lambda: reply(self._status()))
        return None

    def _status(self) -> dict[str, Any]:
        estimate, ess = self._port.clock_estimate(now_ns()), self._run.ess
        return {
            "port": "connected" if self._port.radios else "lost",
            "stations": [station.describe() for station in ess.stations] if ess else [],
            "clock": {
                "offset_ns": estimate.offset_ns if estimate else None,
                "uncertainty_ns": estimate.uncertainty_ns if estimate else None,
            },
            "frames": self._run.medium.frames,
            "due": self._run.medium.due[:MAX_DUE],
            "put_off": self._run.medium.put_off,
        }

    def _call_stop(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        Arguments(args, "stop").done()
        self._run.take_off_air()
        return self._run.totals()

    def _call_finish(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """End the run: its capture is complete, and of what radios send no more is told."""
        Arguments(args, "finish").done()
        self._run.close()
        return self._run.totals()

    def _call_renew(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Begin another run on the same port, with its capture in another directory."""
        fields = Arguments(args, "renew")
        directory = fields.text("directory")
        fields.done()
        if "\0" in directory:
            raise bad("renew.directory: no path")
        if self._run.open:
            raise RequestError("busy", "renew: a run is under way; finish it first")
        self._run = AirRun(
            self._loop, self._port, Path(directory), self._control.event, self._run
        )  # fmt: skip
        return {}

    # the rest

    def _after_records(self, action: Callable[[], None]) -> None:
        """Act after all deferred work there is now: records of frames precede what they led to."""
        self._loop.later(lambda: self._loop.later(action))

    def _event(self, name: str, **fields: Any) -> None:
        self._loop.later(lambda: self._control.event(name, fields))


def _rules(fields: Arguments, association: int) -> FrameRules:
    """The rules that a call gives; ``seed`` decides what they leave to chance."""
    seed = fields.integer("seed", 0, (1 << 63) - 1, 0)
    return FrameRules(rules(fields.take("rules", [])), f"{seed}/{association}")
