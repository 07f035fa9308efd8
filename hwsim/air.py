# SPDX-License-Identifier: GPL-2.0-or-later
"""The air: port, media and control put together.

A control call names its medium by a number, the first if it names none. The calls that are about
the air as a whole are served here; what is about one medium, by :mod:`hwsim.air_medium`.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hwsim.adapter_life import AdapterControl, AdapterLife
from hwsim.adapter_orders import UsbOrder, UsbOrders
from hwsim.air_medium import AirMedium
from hwsim.ap.orders import ApOrders
from hwsim.clock_watch import ClockWatch
from hwsim.control import order_requests, usb_requests
from hwsim.control.arguments import Arguments, bad
from hwsim.control.server import ControlServer, Descriptors, Handler, Reply
from hwsim.errors import RequestError
from hwsim.live_rules import rules_of
from hwsim.loop import Loop, now_ns
from hwsim.medium import FrameCount
from hwsim.port_meter import PortMeter
from hwsim.ports.base import Port
from hwsim.ports.shared import MAX_MEDIA, SharedPort
from hwsim.radio_waiters import RadioWaiters


class Air:
    """The media of one guest's radios, controlled by one client.

    ``control`` is a listening Unix socket for the client, or where it is already; ``port`` is the
    way to the guest's radios, which the air starts and closes, and ``adapter`` the same where the
    radio is an emulated USB adapter; capture and keys of the first run are written into
    ``directory``. Media hear nothing of each other; there is one at first.
    """

    def __init__(
        self, loop: Loop, control: socket.socket | Descriptors, port: Port, directory: Path,
        adapter: AdapterControl | None = None,
    ) -> None:  # fmt: skip
        self._loop = loop
        self._control = ControlServer(loop, control, self._handlers_of, loop.stop)
        self._port = port
        self._shared = SharedPort(loop, port, self)
        self._adapter = AdapterLife(loop, adapter, self._ordered) if adapter is not None else None
        self._directory = directory
        self._frames = FrameCount()
        self._overrun: set[int] = set()
        self._media: list[AirMedium] = []
        self._of_media: list[Mapping[str, Handler]] = []
        self._waiters = RadioWaiters(loop, port)
        self._meter = PortMeter(loop, port)
        self._clock = ClockWatch(loop, port, self._control.event)
        self._have_media(1)
        self._shared.start()

    @property
    def had_client(self) -> bool:
        """Whether a controlling client has connected, even if it has left again."""
        return self._control.had_client

    def close(self) -> None:
        """Stop sending, close port and control socket, and complete the captures."""
        self._close_runs()
        self._port.close()
        self._control.close()

    # what the shared port calls (hwsim.ports.shared.SharedPortUser)

    def on_port_state(self, connected: bool) -> None:
        """Send the event ``port``, and reply to who waits for radios."""
        adapter = self._adapter
        ordered = adapter is not None and adapter.answers_for_radio
        state = "connected" if connected else "lost"
        self._event("port", state=state, air_ns=now_ns(), ordered=ordered)
        if connected:
            if adapter is not None:
                adapter.radio_came()
            self._waiters.radios_came()

    def on_stall(self, since_ns: int, until_ns: int) -> None:
        """Send the event ``stall`` of the guest, between these times of the air's clock (ns)."""
        self._clock.stalled("the guest", since_ns, until_ns)

    def on_fault(self, reason: str) -> None:
        """Send the event ``fault`` of a radio that broke; who waits for it is told at once."""
        self._event("fault", what="model", message=reason)
        self._waiters.fail(reason)

    def on_other_delivered(self, tag: int, errno: int) -> None:
        """Tell the meter, which alone delivers besides the media."""
        self._meter.on_delivered(tag, errno)

    def on_overrun(self, place: int) -> None:
        """Send the event ``fault``, once in a run of each medium: it did not keep up."""
        if place not in self._overrun:
            self._overrun.add(place)
            message = f"medium {place + 1} got more frames of its radios than it could carry"
            self._event("fault", what="overrun", message=message)

    # calls

    def _handlers_of(self, medium: int) -> Mapping[str, Handler]:
        """The calls that can be made of a medium; none if it is not there."""
        if not 1 <= medium <= self._shared.count:
            return {}
        own = self._of_media[medium - 1]
        return {**own, **self._handlers()} if medium == 1 else own

    def _handlers(self) -> dict[str, Handler]:
        return {
            "hello": self._call_hello,
            "media": self._call_media,
            "begin": self._call_begin,
            "wait_radio": self._call_wait_radio,
            "await_adapter": self._call_await_adapter,
            "finish": self._call_finish,
            "renew": self._call_renew,
            "measure_port": self._meter.call,
        }

    def _call_hello(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        Arguments(args, "hello").done()
        return {"air": 1, "pid": os.getpid()}

    def _call_media(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Have so many media, to which the guest's radios are dealt out in turns."""
        fields = Arguments(args, "media")
        count = fields.integer("count", 1, MAX_MEDIA)
        fields.done()
        if not self._media[0].run.open:
            raise RequestError("run-over", "media: the run is over; renew comes first")
        if any(medium.run.on_air for medium in self._media):
            raise RequestError("busy", "media: an access point is on the air; stop it first")
        self._have_media(count)
        self._shared.deal(count)
        return {}

    def _call_begin(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Another association begins, on every medium in the same moment: with the same rules and
        orders, of which each keeps account by itself."""
        fields = Arguments(args, "begin")
        association = fields.integer("association", 0, 1 << 31)
        seed, rules = fields.take("seed", 0), fields.take("rules", [])
        orders = order_requests.orders(fields.take("orders", []))
        usb = usb_requests.orders(fields.take("usb", []))
        fields.done()
        if usb.any and self._adapter is None:
            raise RequestError("no-adapter", "begin.usb: the radio is no emulated USB adapter")
        given = [
            rules_of(Arguments({"seed": seed, "rules": rules}, "begin"), association, number)
            for number in range(1, self._shared.count + 1)
        ]
        left = self._adapter is not None and self._adapter.begin(usb)
        for medium, of_medium in zip(self._media, given, strict=False):
            medium.begin(association, of_medium, ApOrders(orders), stations_left=left)
        return {"frames": self._frames.frames}

    def _call_wait_radio(self, args: dict[str, Any], reply: Reply) -> dict[str, Any] | None:
        fields = Arguments(args, "wait_radio")
        timeout_s = fields.seconds("timeout_s")
        radios = fields.integer("radios", 1, 256, 1)
        fields.done()
        return self._waiters.wait(radios, timeout_s, reply)

    def _call_await_adapter(self, args: dict[str, Any], reply: Reply) -> dict[str, Any] | None:
        """Wait until the adapter's orders are carried out, and what they bring about has ended."""
        fields = Arguments(args, "await_adapter")
        timeout_s = fields.seconds("timeout_s")
        fields.done()
        adapter = self._adapter
        if adapter is None:
            raise RequestError("no-adapter", "await_adapter: there is no emulated USB adapter")

        def answer() -> None:
            timer.cancel()
            adapter.forget(answer)
            self._loop.later(lambda: reply({"left": adapter.left}))

        timer = self._loop.call_after(int(timeout_s * 1e9), answer)
        adapter.when_over(answer)
        return None

    def _call_finish(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """End the run: its captures are complete, and of what radios send no more is told."""
        Arguments(args, "finish").done()
        if self._adapter is not None:
            self._adapter.begin(UsbOrders())  # the next run has it as new
        self._close_runs()
        return self._media[0].run.totals()

    def _call_renew(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Begin another run on the same port, with its capture in another directory, and with one
        medium."""
        fields = Arguments(args, "renew")
        directory = fields.text("directory")
        fields.done()
        if "\0" in directory:
            raise bad("renew.directory: no path")
        if self._media[0].run.open:
            raise RequestError("busy", "renew: a run is under way; finish it first")
        self._directory, self._frames = Path(directory), FrameCount()
        self._overrun.clear()
        self._media[0].renew(self._directory, self._frames)
        self._shared.deal(1)
        return {}

    # the rest

    def _ordered(self, do: str, order: UsbOrder, at_ns: int, until_ns: int | None) -> None:
        """Send the event ``usb``: the adapter did as it was ordered."""
        fields = {
            "association": self._media[0].run.medium.association, "place": order.place, "do": do,
            "transfers": sorted(order.transfers), "air_ns": at_ns, "until_ns": until_ns,
        }  # fmt: skip
        self._event("usb", **fields)

    def _have_media(self, count: int) -> None:
        """Have at least so many media with a run. An adapter is a radio of the first."""
        moment = self._adapter.moment if self._adapter is not None else None
        for place, share in enumerate(self._shared.shares[:count]):
            if place == len(self._media):
                medium = AirMedium(
                    self._loop, share, self._directory, self._control.event, self._frames,
                    place + 1, None if place else moment,
                )  # fmt: skip
                self._media.append(medium)
                self._of_media.append(medium.handlers())
            elif not self._media[place].run.open:
                self._media[place].renew(self._directory, self._frames)

    def _close_runs(self) -> None:
        for medium in self._media:
            if medium.run.open:
                medium.run.close()

    def _event(self, name: str, **fields: Any) -> None:
        self._loop.later(lambda: self._control.event(name, fields))
