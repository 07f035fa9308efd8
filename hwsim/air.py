# SPDX-License-Identifier: GPL-2.0-or-later
"""The air: medium, access points, port, capture and control put together.

The control calls are served here. Each checks its arguments (:mod:`hwsim.requests`), acts, and
returns its result or replies later; docs/evidence.md says what the frames' records mean.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hwsim import requests
from hwsim.ap.access_point import AccessPoint, describe
from hwsim.ap.echo import EchoResult
from hwsim.ap.ess import Ess
from hwsim.ap.frame_info import FrameInfo
from hwsim.ap.network import Network
from hwsim.ap.station import Station
from hwsim.ap.timers import Timers
from hwsim.beacons import Beacons
from hwsim.capture import Capture
from hwsim.clock_watch import ClockWatch
from hwsim.control import ControlServer, Handler, Reply
from hwsim.errors import RequestError
from hwsim.frame_rules import FrameRules
from hwsim.frames import mac_text
from hwsim.loop import Loop, Timer, now_ns
from hwsim.medium import AttachedAp, Medium
from hwsim.ports.base import Port, RadioFrame
from hwsim.radio_waiters import RadioWaiters
from hwsim.radius import RadiusClient
from hwsim.records import FrameRecord
from hwsim.requests import Arguments


class Air:
    """One medium with the access points of one network, controlled by one client.

    ``control`` is a listening Unix socket for the client, ``port`` the way to the guest's radios,
    which the air starts and closes; the capture and its keys are written into ``directory``. The
    air is the port's :class:`hwsim.ports.base.PortUser` and the access points'
    :class:`hwsim.ap.environment.ApEnvironment`.
    """

    def __init__(self, loop: Loop, control: socket.socket, port: Port, directory: Path) -> None:
        self._loop = loop
        self._control = ControlServer(loop, control, self._handlers(), loop.stop)
        self._capture = Capture(loop, directory, self._capture_fault)
        self._port = port
        self._medium = Medium(loop, port, self._record, self._capture.add)
        self._ess: Ess | None = None
        self._radius: RadiusClient | None = None
        self._on_air = False
        self._beacons = Beacons(loop, self._medium)
        self._waiters = RadioWaiters(loop, port)
        self._clock = ClockWatch(loop, port, self._control.event)
        port.start(self)

    @property
    def had_client(self) -> bool:
        """Whether a controlling client has connected, even if it has left again."""
        return self._control.had_client

    def close(self) -> None:
        """Stop sending, close port and control socket, and complete the capture."""
        self._take_off_air()
        self._shut_down_network()
        self._port.close()
        self._capture.close()
        self._control.close()

    # what the port calls (hwsim.ports.base.PortUser)

    @property
    def busy(self) -> bool:
        """Whether a handshake is under way."""
        return self._ess is not None and self._ess.busy

    def on_frame(self, sent: RadioFrame) -> None:
        """Let the medium carry a frame of a radio."""
        self._medium.on_frame(sent)

    def on_malformed(self) -> None:
        """Let the medium count what is no frame."""
        self._medium.on_malformed()

    def on_delivered(self, tag: int, errno: int, guest_ns: int) -> None:
        """Let the medium know whether a frame reached the guest's radio."""
        self._medium.on_delivered(tag, errno, guest_ns)

    def on_port_state(self, connected: bool) -> None:
        """Send the event ``port``; reply to who waits for radios, or end what was on its way."""
        self._event("port", state="connected" if connected else "lost", air_ns=now_ns())
        if connected:
            self._waiters.radios_came()
        else:
            self._medium.port_lost()

    def on_stall(self, since_ns: int, until_ns: int) -> None:
        """Send the event ``stall`` of the guest, between these times of the air's clock (ns)."""
        self._clock.stalled("the guest", since_ns, until_ns)

    # what the access point asks (hwsim.ap.environment.ApEnvironment)

    def transmit(self, frame: bytes, info: FrameInfo) -> int:
        """Send a frame of an access point over the medium; returns the air's time (ns)."""
        return self._medium.transmit(frame, info)

    def now_ns(self) -> int:
        """The air's clock: the host's CLOCK_MONOTONIC in nanoseconds."""
        return now_ns()

    def call_after(self, delay_ns: int, callback: Callable[[], None]) -> Timer:
        """A timer of the air's loop, due in ``delay_ns``."""
        return self._loop.call_after(delay_ns, callback)

    def random(self, size: int) -> bytes:
        """``size`` bytes of the operating system's random source."""
        return os.urandom(size)

    def radio_number(self, mac: bytes) -> int:
        """The place of a station's radio among the guest's, from 0; 0 for one that is not known."""
        macs = [radio.mac for radio in self._port.radios]
        return macs.index(mac) if mac in macs else 0

    def keep_key(self, pmk: bytes, station: Station | None = None) -> None:
        """Keep a PMK beside the capture, with association and station if it is one station's."""
        mac = mac_text(station.mac) if station else ""
        remark = f"association {self._medium.association}, {mac}" if station else ""
        self._capture.add_key(pmk, remark)

    def fault(self, what: str, message: str) -> None:
        """Send the event ``fault``: ``what``, a part of the lab, broke; no station did it."""
        self._event("fault", what=what, message=message)

    def station_changed(self, station: Station, reason: int | None) -> None:
        """Send the event ``station``, after the records of the frames that led to it."""
        fields = {**describe(station), "reason": reason, "air_ns": now_ns()}
        self._after_records(lambda: self._control.event("station", fields))

    # calls

    def _handlers(self) -> dict[str, Handler]:
        return {
            "hello": self._call_hello,
            "configure": self._call_configure,
            "start": self._call_start,
            "begin": self._call_begin,
            "echo": self._call_echo,
            "rekey_group": self._call_rekey_group,
            "reauthenticate": self._call_reauthenticate,
            "deauthenticate": self._call_deauthenticate,
            "wait_radio": self._call_wait_radio,
            "status": self._call_status,
            "stop": self._call_stop,
        }

    def _call_hello(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        Arguments(args, "hello").done()
        return {"air": 1, "pid": os.getpid()}

    def _call_configure(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        fields = Arguments(args, "configure")
        networks = requests.networks(fields.take("network"))
        timers = requests.timers(fields.take("timers", {}))
        fields.done()
        if self._on_air:
            raise RequestError("busy", "configure: the access point is on the air; stop it first")
        self._configure(networks, timers)
        bssids = [mac_text(network.bssid) for network in networks]
        return {"bssid": bssids[0], "bssids": bssids}

    def _configure(self, networks: tuple[Network, ...], timers: Timers) -> None:
        self._shut_down_network()
        if networks[0].radius is not None:
            self._radius = RadiusClient(self._loop, networks[0].radius, timers.radius_ms)
        self._ess = Ess(networks, timers, self, self._radius)

    def _call_start(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        Arguments(args, "start").done()
        ess = self._configured("start")
        if not self._on_air:
            self._on_air = True
            self._medium.put_on_air(*(_attached(point) for point in ess.points))
            self._beacons.start(ess.points)
        return {}

    def _call_begin(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        fields = Arguments(args, "begin")
        association = fields.integer("association", 0, 1 << 31)
        rules = requests.rules(fields.take("rules", []))
        fields.done()
        self._medium.begin(association, FrameRules(rules))
        if self._ess is not None:
            self._ess.new_association()
        return {"frames": self._medium.frames}

    def _call_echo(self, args: dict[str, Any], reply: Reply) -> dict[str, Any] | None:
        fields = Arguments(args, "echo")
        count = fields.integer("count", 1, requests.MAX_ECHOES)
        timeout_s = fields.seconds("timeout_s")
        fields.done()

        def done(result: EchoResult) -> None:
            self._after_records(lambda: reply(asdict(result)))

        self._configured("echo").echo(count, int(timeout_s * 1e9), done)
        return None

    def _call_rekey_group(self, args: dict[str, Any], reply: Reply) -> dict[str, Any] | None:
        Arguments(args, "rekey_group").done()

        def done(stations: int) -> None:
            self._after_records(lambda: reply({"stations": stations}))

        self._configured("rekey_group").rekey_group(done)
        return None

    def _call_reauthenticate(self, args: dict[str, Any], reply: Reply) -> dict[str, Any] | None:
        Arguments(args, "reauthenticate").done()

        def done(stations: int) -> None:
            self._after_records(lambda: reply({"stations": stations}))

        self._configured("reauthenticate").reauthenticate(done)
        return None

    def _call_deauthenticate(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        fields = Arguments(args, "deauthenticate")
        reason = fields.integer("reason", 1, 65535)
        fields.done()
        self._configured("deauthenticate").deauthenticate_all(reason)
        return {}

    def _call_wait_radio(self, args: dict[str, Any], reply: Reply) -> dict[str, Any] | None:
        fields = Arguments(args, "wait_radio")
        timeout_s = fields.seconds("timeout_s")
        radios = fields.integer("radios", 1, 64, 1)
        fields.done()
        return self._waiters.wait(radios, timeout_s, reply)

    def _call_status(self, args: dict[str, Any], reply: Reply) -> dict[str, Any] | None:
        Arguments(args, "status").done()
        self._after_records(lambda: reply(self._status()))
        return None

    def _status(self) -> dict[str, Any]:
        estimate = self._port.clock_estimate(now_ns())
        return {
            "port": "connected" if self._port.radios else "lost",
            "stations": [describe(station) for station in self._ess.stations] if self._ess else [],
            "clock": {
                "offset_ns": estimate.offset_ns if estimate else None,
                "uncertainty_ns": estimate.uncertainty_ns if estimate else None,
            },
            "frames": self._medium.frames,
            "due": self._medium.due[: requests.MAX_DUE],
        }

    def _call_stop(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        Arguments(args, "stop").done()
        self._take_off_air()
        if self._ess is not None:
            self._ess.shut_down()
        self._capture.flush()
        return {
            "frames": self._medium.frames,
            "malformed": self._medium.malformed,
            "ignored": self._ess.ignored if self._ess else 0,
            "port_errors": self._port.errors,
            "capture": "failed" if self._capture.failed else "written",
        }

    def _shut_down_network(self) -> None:
        """Shut down the access points and the RADIUS client."""
        if self._ess is not None:
            self._ess.shut_down()
        if self._radius is not None:
            self._radius.close()
            self._radius = None

    def _configured(self, call: str) -> Ess:
        if self._ess is None:
            raise RequestError("not-configured", f"{call}: call configure first")
        return self._ess

    # the rest

    def _after_records(self, action: Callable[[], None]) -> None:
        """Act after all deferred work there is now: records of frames precede what they led to."""
        self._loop.later(lambda: self._loop.later(action))

    def _take_off_air(self) -> None:
        self._on_air = False
        self._medium.take_off_air()
        self._beacons.stop()

    def _record(self, record: FrameRecord) -> None:
        self._control.event("frame", record.to_json())

    def _event(self, name: str, **fields: Any) -> None:
        self._loop.later(lambda: self._control.event(name, fields))

    def _capture_fault(self, message: str) -> None:
        self._control.event("fault", {"what": "capture", "message": message})


def _attached(point: AccessPoint) -> AttachedAp:
    network = point.network
    return AttachedAp(point, network.bssid, network.freq_mhz, network.signal_dbm)
