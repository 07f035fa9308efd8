# SPDX-License-Identifier: GPL-2.0-or-later
"""The radio port over virtio device 29, mac80211_hwsim's own, as a vhost-user back-end.

QEMU shares the guest's memory with us, and the guest's kernel hands frames over in its virtqueues:
no relay carries them. The relay on the virtio-serial port stays, for what the device has no words
for: which radios there are, and how the guest's clock stands. So frames have times that are ours,
put onto the guest's clock, and what the guest's kernel made of a frame is not told: one that is in
the guest counts as delivered.

Source: the Linux kernel, drivers/net/wireless/virtual/mac80211_hwsim.c (HWSIM_VQ_…).
"""

from __future__ import annotations

import errno
import socket
from collections import deque
from functools import partial
from typing import Final

from hwsim.clock import ClockEstimate
from hwsim.errors import WireError
from hwsim.loop import Loop, now_ns
from hwsim.ports import hwsim_wire
from hwsim.ports.base import Port, PortUser, Radio, RadioFrame
from hwsim.ports.vhost_device import VhostDevice

TX: Final = 0
"""From the guest: HWSIM_VQ_TX."""
RX: Final = 1
"""To the guest: HWSIM_VQ_RX."""
LARGEST: Final = 8192
"""A frame with its attributes is a third of it."""
MAX_WAITING: Final = 512
"""So many messages may wait for a guest that gives no buffers; what comes beyond that is lost."""
_CONGESTED: Final = 16
_AT_ONCE: Final = 64
"""So many frames are read before timers have their turn."""


class VhostUserPort:
    """A :class:`hwsim.ports.base.Port` on a listening Unix socket for QEMU's front-end.

    ``relay`` is the port by which the guest tells of its radios and its clock.
    """

    _user: PortUser  # given to start, before which nothing is read

    def __init__(self, loop: Loop, listener: socket.socket, relay: Port) -> None:
        self._loop = loop
        self._relay = relay
        self._device = VhostDevice(loop, listener, 2, self._kicked, self._device_changed)
        self._waiting: deque[tuple[bytes, int]] = deque()
        self._was_connected = False
        self._strays = 0

    def start(self, user: PortUser) -> None:
        """Accept QEMU from now on; see :meth:`hwsim.ports.base.Port.start`."""
        self._user = user
        self._relay.start(self)
        self._device.start()

    def close(self) -> None:
        """Close both ways to the guest."""
        self._device.close()
        self._relay.close()

    @property
    def radios(self) -> tuple[Radio, ...]:
        """The radios that the relay names, once the kernel's driver has its queues."""
        return self._relay.radios if self._device.running else ()

    @property
    def congested(self) -> bool:
        """Whether the guest gives no buffers."""
        return len(self._waiting) > _CONGESTED

    @property
    def errors(self) -> int:
        """How often QEMU, the guest's driver or the relay broke the rules."""
        return self._device.errors + self._relay.errors + self._strays

    def clock_estimate(self, air_ns: int) -> ClockEstimate | None:
        """The guest's clock as the relay tells it."""
        return self._relay.clock_estimate(air_ns)

    def ask_radios(self) -> None:
        """Ask the relay."""
        self._relay.ask_radios()

    def missing(self, radios: int) -> str:
        """Which of the two ways is not there yet; see :meth:`hwsim.ports.base.Port.missing`."""
        if self._device.running:
            return self._relay.missing(radios)
        seen = "is connected" if self._device.connected else "is not connected"
        return f"queues of the guest's driver of virtio device 29 (mac80211_hwsim); QEMU {seen}"

    def deliver(
        self,
        radio: bytes,
        frame: bytes,
        *,
        freq_mhz: int,
        rate_kbps: int,
        signal_dbm: int,
        tag: int,
    ) -> int:
        """Put a frame into the guest's memory; see :meth:`hwsim.ports.base.Port.deliver`."""
        message = hwsim_wire.frame_message(
            radio, frame, rate_kbps=rate_kbps, signal_dbm=signal_dbm, freq_mhz=freq_mhz
        )
        at_ns = now_ns()
        self._send(message, tag)
        return at_ns

    def transmit_status(self, sent: RadioFrame, *, acked: bool, signal_dbm: int) -> None:
        """Put a status there; see :meth:`hwsim.ports.base.Port.transmit_status`."""
        self._send(hwsim_wire.status_message(sent, acked=acked, signal_dbm=signal_dbm), 0)

    # what the relay calls (hwsim.ports.base.PortUser)

    @property
    def busy(self) -> bool:
        """Whether a handshake is under way."""
        return self._user.busy

    def on_frame(self, sent: RadioFrame) -> None:
        """A kernel with the device hands no frame to the relay: this is a stray one."""
        self._strays += 1

    def on_malformed(self) -> None:
        """Tell of it."""
        self._user.on_malformed()

    def on_delivered(self, tag: int, error: int, guest_ns: int) -> None:
        """Nothing was given to the relay to be delivered."""
        self._strays += 1

    def on_port_state(self, connected: bool) -> None:
        """The radios are other ones."""
        self._tell_state(anew=connected)

    def on_stall(self, since_ns: int, until_ns: int) -> None:
        """Tell of it."""
        self._user.on_stall(since_ns, until_ns)

    def on_fault(self, reason: str) -> None:
        """Tell of it."""
        self._user.on_fault(reason)

    # the device

    def _device_changed(self) -> None:
        if not self._device.running:
            self._waiting.clear()
        self._tell_state(anew=False)

    def _tell_state(self, *, anew: bool) -> None:
        connected = bool(self.radios)
        if connected != self._was_connected or (connected and anew):
            self._was_connected = connected
            self._user.on_port_state(connected)

    def _kicked(self, number: int) -> None:
        """The driver has made buffers available."""
        try:
            if number == TX:
                self._receive()
            else:
                self._flush()
        except WireError:
            self._device.broken(number)
            self._device_changed()

    def _receive(self) -> None:
        """Read frames, and give their buffers back before anything is made of them."""
        queue = self._device.queue(TX)
        messages: list[bytes] = []
        while queue is not None and len(messages) < _AT_ONCE:
            chain = queue.pop()
            if chain is None:
                break
            messages.append(chain.read(LARGEST))
            queue.push(chain.head, 0)
        air_ns = now_ns()
        if messages:
            self._device.notify(TX)
        for message in messages:
            self._take(message, air_ns)
        if len(messages) == _AT_ONCE:
            self._loop.next_turn(lambda: self._kicked(TX))

    def _take(self, message: bytes, air_ns: int) -> None:
        try:
            payload = hwsim_wire.parse_netlink(message).payload
            sent = hwsim_wire.parse_radio_frame(payload, self._on_guests_clock(air_ns), air_ns)
        except WireError:
            self._user.on_malformed()
        else:
            self._user.on_frame(sent)

    def _on_guests_clock(self, air_ns: int) -> int:
        estimate = self._relay.clock_estimate(air_ns)
        return air_ns if estimate is None else air_ns + estimate.offset_ns

    def _send(self, message: bytes, tag: int) -> None:
        if not self._device.running:
            return
        if len(self._waiting) < MAX_WAITING:
            self._waiting.append((hwsim_wire.netlink_message(0, message, flags=0, sequence=0), tag))
            self._kicked(RX)
        elif tag:
            self._report(tag, errno.ENOBUFS)

    def _flush(self) -> None:
        """Put what waits into the buffers that the driver gave."""
        queue, given = self._device.queue(RX), False
        while self._waiting and queue is not None:
            chain = queue.pop()
            if chain is None:
                break
            message, tag = self._waiting.popleft()
            fits = chain.write(message)
            queue.push(chain.head, len(message) if fits else 0)
            given = True
            if tag:
                self._report(tag, 0 if fits else errno.EMSGSIZE)
        if given:
            self._device.notify(RX)

    def _report(self, tag: int, error: int) -> None:
        at_ns = self._on_guests_clock(now_ns())
        self._loop.later(partial(self._user.on_delivered, tag, error, at_ns))
