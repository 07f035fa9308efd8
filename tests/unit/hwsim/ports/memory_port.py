# SPDX-License-Identifier: GPL-2.0-or-later
"""A radio port without a guest: frames are handed over as they are, in the air's own process."""

from __future__ import annotations

from typing import NamedTuple

from hwsim.clock import ClockEstimate
from hwsim.loop import Loop
from hwsim.ports.base import Port, PortUser, Radio, RadioFrame


class Delivered(NamedTuple):
    """A frame that a radio received."""

    radio: bytes
    frame: bytes
    freq_mhz: int
    rate_kbps: int
    signal_dbm: int


class MemoryPort:
    """A port whose far end is called by the test; its guest's clock is the air's."""

    _user: PortUser

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._radios: tuple[Radio, ...] = ()
        self.asked = 0
        self.closed = False
        self.delivered: list[Delivered] = []
        self.acked: dict[bytes, bool] = {}
        """By status token, what the sender was told of its frame."""

    # the near end: hwsim.ports.base.Port

    @property
    def radios(self) -> tuple[Radio, ...]:
        """The radios of :meth:`connect`."""
        return self._radios

    @property
    def congested(self) -> bool:
        """Never: there is room for everything."""
        return False

    @property
    def errors(self) -> int:
        """None: there is no protocol that could be broken."""
        return 0

    def start(self, user: PortUser) -> None:
        """Tell this user from now on."""
        self._user = user

    def close(self) -> None:
        """Tell nobody any more."""
        self.closed = True

    def deliver(
        self, radio: bytes, frame: bytes, *,
        freq_mhz: int, rate_kbps: int, signal_dbm: int, tag: int,
    ) -> int:  # fmt: skip
        """Keep a frame, and report on it in the same turn of the loop."""
        at_ns = self._loop.now_ns()
        self.delivered.append(Delivered(radio, frame, freq_mhz, rate_kbps, signal_dbm))
        if tag:
            self._loop.later(lambda: self._user.on_delivered(tag, 0, at_ns))
        return at_ns

    def transmit_status(self, sent: RadioFrame, *, acked: bool, signal_dbm: int) -> None:
        """Keep what the sender is told."""
        self.acked[sent.status_token] = acked

    def clock_estimate(self, air_ns: int) -> ClockEstimate | None:
        """The same clock on both sides, exactly."""
        return ClockEstimate(0, 0, air_ns)

    def ask_radios(self) -> None:
        """Count the question."""
        self.asked += 1

    def missing(self, radios: int) -> str:
        """What is waited for."""
        return f"{radios} radios in memory"

    # the far end

    def connect(self, *radios: Radio) -> None:
        """Let these radios be there; without any, the guest is gone."""
        self._radios = radios
        self._user.on_port_state(bool(radios))

    def send(self, radio: bytes, frame: bytes, freq_mhz: int, token: bytes) -> None:
        """Let a radio transmit a frame, whose status will be found by that token."""
        now_ns = self._loop.now_ns()
        self._user.on_frame(RadioFrame(radio, frame, freq_mhz, 6000, now_ns, now_ns, token))

    def send_rubbish(self) -> None:
        """Let a radio transmit what is no frame."""
        self._user.on_malformed()


def as_port(port: MemoryPort) -> Port:
    """The type checker holds the class to the protocol here."""
    return port
