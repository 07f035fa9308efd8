# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames that are delivered by the port alone, so that its own time is measured: no medium, no
access point, no capture.

A frame's time is from when it is given to the port until the guest's side has taken it: its relay
has the kernel's answer, or the driver of a USB adapter has put the transfer in again.
"""

from __future__ import annotations

from typing import Any, Final

from hwsim.control.arguments import Arguments
from hwsim.control.server import Reply, failure
from hwsim.errors import RequestError
from hwsim.loop import Loop, now_ns
from hwsim.ports.base import Port, Radio
from hwsim.ports.shared import OWN_TAGS

MOST: Final = 20_000
"""Frames of one call, whose times fit one line of the control socket."""
SILENT_NS: Final = 5_000_000_000
"""A guest that takes nothing for so long takes nothing any more."""
_BSSID: Final = bytes.fromhex("020000000f00")
_DATA_FROM_DS: Final = bytes((0x08, 0x02, 0, 0))
_SNAP: Final = bytes.fromhex("aaaa0300000088b5")
_LEAST: Final = 24 + len(_SNAP)
_RATE_KBPS: Final = 11_000
_SIGNAL_DBM: Final = -40


class PortMeter:
    """Serves the call ``measure_port``, one at a time, on a port whose reports it gets."""

    def __init__(self, loop: Loop, port: Port) -> None:
        self._loop = loop
        self._port = port
        self._under_way: _Measurement | None = None

    def call(self, args: dict[str, Any], reply: Reply) -> dict[str, Any] | None:
        """Deliver ``frames`` of ``size`` bytes to the first radio, at most ``window`` of them on
        their way at a time. The result has each one's time in µs, and in s what all took."""
        fields = Arguments(args, "measure_port")
        frames = fields.integer("frames", 1, MOST)
        window = fields.integer("window", 1, 64)
        size = fields.integer("size", _LEAST, 2304)
        freq_mhz = fields.integer("freq_mhz", 2412, 7115)
        fields.done()
        if self._under_way is not None:
            raise RequestError("busy", "measure_port: another one is under way")
        if not self._port.radios:
            raise RequestError("no-radio", f"measure_port: no radio; {self._port.missing(1)}")

        def done(result: dict[str, Any]) -> None:
            self._under_way = None
            reply(result)

        radio = self._port.radios[0]
        self._under_way = _Measurement(self._loop, self._port, radio, freq_mhz, size, frames, done)
        self._under_way.begin(window)
        return None

    def on_delivered(self, tag: int, errno: int) -> None:
        """The guest has taken a frame of this meter, or will not; others may be reported, too."""
        if self._under_way is not None:
            self._under_way.on_delivered(tag, errno)


class _Measurement:
    """One call."""

    def __init__(
        self, loop: Loop, port: Port, radio: Radio, freq_mhz: int, size: int, frames: int,
        done: Reply,
    ) -> None:  # fmt: skip
        self._loop, self._port, self._radio, self._freq_mhz = loop, port, radio, freq_mhz
        header = _DATA_FROM_DS + radio.mac + _BSSID * 2
        self._head, self._body = header, _SNAP.ljust(size - 24, b"\x5a")
        self._frames = frames
        self._done = done
        self._sent = 0
        self._began_ns: dict[int, int] = {}
        self._took_us: list[float] = []
        self._refused = 0
        self._start_ns = self._last_ns = now_ns()

    def begin(self, window: int) -> None:
        """Deliver the first ones."""
        self._patience = self._loop.call_after(SILENT_NS, self._look)
        for _ in range(min(window, self._frames)):
            self._send()

    def on_delivered(self, tag: int, errno: int) -> None:
        """One was taken, or will not be: another follows."""
        self._last_ns = now_ns()
        began_ns = self._began_ns.pop(tag, None)
        if began_ns is None:
            return
        if errno:
            self._refused += 1
        else:
            self._took_us.append(round((self._last_ns - began_ns) / 1000, 1))
        if self._sent < self._frames:
            self._send()
        elif not self._began_ns:
            self._patience.cancel()
            seconds = (self._last_ns - self._start_ns) / 1e9
            self._done({"seconds": seconds, "refused": self._refused, "took_us": self._took_us})

    def _send(self) -> None:
        self._sent += 1
        tag = OWN_TAGS | self._sent
        sequence = (self._sent << 4 & 0xFFF0).to_bytes(2, "little")
        self._began_ns[tag] = now_ns()
        self._port.deliver(
            self._radio.hw, self._head + sequence + self._body, freq_mhz=self._freq_mhz,
            rate_kbps=_RATE_KBPS, signal_dbm=_SIGNAL_DBM, tag=tag,
        )  # fmt: skip

    def _look(self) -> None:
        """Give up if nothing came for long."""
        silent_ns = now_ns() - self._last_ns
        if silent_ns < SILENT_NS:
            self._patience = self._loop.call_after(SILENT_NS - silent_ns, self._look)
            return
        took = len(self._took_us)
        message = (
            f"measure_port: nothing was taken for {silent_ns / 1e9:.0f} s; {took} of "
            f"{self._frames} frames were, {self._refused} were refused"
        )
        self._done(failure("timeout", message))
