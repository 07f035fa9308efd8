# SPDX-License-Identifier: GPL-2.0-or-later
"""The host behind the access point: it answers ARP and ICMP echo, and runs echoes of its own."""

from __future__ import annotations

from collections.abc import Callable

from hwsim.ap.datapath import DataPath, parse_icmp
from hwsim.ap.echo import EchoResult, EchoRun
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.ap.station import Station
from hwsim.errors import RequestError


class Host:
    """Speaks with stations through the data path; one echo run at a time."""

    def __init__(self, path: DataPath, environment: ApEnvironment) -> None:
        self._path = path
        self._environment = environment
        self._run: EchoRun | None = None

    def echo(
        self, station: Station | None, count: int, timeout_ns: int,
        done: Callable[[EchoResult], None],
    ) -> None:  # fmt: skip
        """Run ARP and ICMP echo to the station; without one, nothing is sent nor answered."""
        if self._run is not None:
            raise RequestError("busy", "echo: another echo is under way")
        if station is None:
            done(EchoResult())
            return
        self._run = EchoRun(
            station,
            count=count,
            timeout_ns=timeout_ns,
            identifier=int.from_bytes(self._environment.random(2), "big"),
            path=self._path,
            environment=self._environment,
            done=lambda result: self._done(result, done),
        )
        self._run.start()

    def receive(self, station: Station, received: ReceivedFrame, air_ns: int) -> None:
        """ARP and ICMP of the station; in a network with keys only what the one in use protects."""
        payload, info = received.payload, received.info
        if payload is None or not self._path.carries(station):
            info.detail["ignored"] = "not authorized"
        elif self._path.protected and not info.protected:
            info.detail["ignored"] = "not protected by the key in use"
        elif info.kind == "arp":
            self._receive_arp(station, payload, info)
        else:
            self._receive_icmp(station, payload, info, air_ns)

    def authorized(self, station: Station) -> None:
        """The station has its keys now; an echo may have waited for them."""
        run = self._run_to(station)
        if run is not None:
            run.on_authorized()

    def left(self, station: Station) -> None:
        """The station has no keys any more; its echo ends with what there is."""
        run = self._run_to(station)
        if run is not None:
            run.finish()

    def shut_down(self) -> None:
        """End what is under way."""
        if self._run is not None:
            self._run.finish()

    def _run_to(self, station: Station) -> EchoRun | None:
        """The echo run under way, if it is to that station."""
        return self._run if self._run is not None and self._run.station is station else None

    def _receive_arp(self, station: Station, payload: bytes, info: FrameInfo) -> None:
        reply, run = self._path.arp_reply_to(payload), self._run_to(station)
        if reply is not None:
            self._answer(station, reply, FrameInfo("arp", detail={"arp": "reply"}))
        elif run is not None and self._path.is_arp_answer(payload, station):
            run.on_arp(info.protected)

    def _receive_icmp(self, station: Station, payload: bytes, info: FrameInfo, air_ns: int) -> None:
        icmp = parse_icmp(payload)
        if icmp is None:
            return
        reply, run = self._path.echo_reply_to(icmp), self._run_to(station)
        if reply is not None:
            self._answer(station, reply, FrameInfo("icmp", detail={"icmp": "echo reply"}))
        elif run is not None:
            run.on_icmp(icmp, info.protected, air_ns)

    def _answer(self, station: Station, payload: bytes, info: FrameInfo) -> None:
        self._environment.transmit(self._path.for_station(station, payload, info), info)

    def _done(self, result: EchoResult, done: Callable[[EchoResult], None]) -> None:
        self._run = None
        done(result)
