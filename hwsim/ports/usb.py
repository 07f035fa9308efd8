# SPDX-License-Identifier: GPL-2.0-or-later
"""The radio port to an emulated USB adapter: QEMU's ``usb-redir`` connects, and a chip is there.

The guest's own driver for that chip is at the far end. Nothing in the guest stamps a frame: every
time is taken here, at the border of USB, when a transfer of the driver arrives or one is written
for it. On the guest's clock such a time is known to the clocks' uncertainty alone; of what that
leaves, a frame from the guest gets the early end, one for it the late end, so that the stamps never
contradict what the clocks allow. How these stand says ``relay``, the port of a guest that has one;
without it all times are the air's.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from typing import Final

from hwsim.adapter_orders import Holdup
from hwsim.clock import ClockEstimate, aged
from hwsim.connection import Connection
from hwsim.errors import ModelFault, WireError
from hwsim.loop import Loop, now_ns
from hwsim.ports.base import Port, PortUser, Radio, RadioFrame
from hwsim.usb.adapter import Adapter
from hwsim.usb.device import AirFrame, Done, SentFrame
from hwsim.usb.guard import MakeModel
from hwsim.usb.sources import Source

FIRST_MAC: Final = bytes.fromhex("020000000000")
"""The adapter's address: that of the first radio of a guest with any other port."""
MAX_OUT: Final = 1024
"""So many frames may wait for their status; one more is not acknowledged at once."""
CLOCK_NS: Final = 100_000_000
"""So often is the clock asked for while radios wait for it to be known."""
_TOKENS: Final = 1 << 32


class UsbPort:
    """A :class:`hwsim.ports.base.Port` on a listening socket: one adapter, with a model of that
    ``source``, for whoever connected last."""

    _user: PortUser  # given to start, before which nothing is read

    def __init__(
        self, loop: Loop, listener: socket.socket, source: Source, relay: Port | None = None
    ) -> None:
        self._loop = loop
        self._listener = listener
        self._source = source
        self._relay = relay
        self._connection: Connection | None = None
        self._adapter: Adapter | None = None
        self._link: socket.socket | None = None
        self._give_up: Callable[[], None] = _nothing
        self._radios: tuple[Radio, ...] = ()
        self._clock: ClockEstimate | None = None
        self._asking = False
        self._waiting: dict[bytes, Done] = {}
        self._token = 0
        self._errors = 0

    def start(self, user: PortUser) -> None:
        """Accept QEMU from now on; see :meth:`hwsim.ports.base.Port.start`."""
        self._user = user
        if self._relay is not None:
            self._relay.start(RelayUser(user))
        self._listener.setblocking(False)
        self._loop.watch(self._listener.fileno(), self._accept)

    @property
    def radios(self) -> tuple[Radio, ...]:
        """The adapter, once its driver has put it into operation."""
        return self._radios

    @property
    def congested(self) -> bool:
        """Whether frames wait for a driver, or bytes for a QEMU, that does not ask for them."""
        adapter, connection = self._adapter, self._connection
        backlog = connection is not None and connection.backlog > 0
        return backlog or (adapter is not None and adapter.congested)

    @property
    def errors(self) -> int:
        """How often a connection was closed for what came over it."""
        return self._errors

    def clock_estimate(self, air_ns: int) -> ClockEstimate | None:
        """As the guest's relay has it; of one that died, as it had it last, which is worth less
        from then on. ``None`` without one."""
        known = self._relay.clock_estimate(air_ns) if self._relay is not None else None
        if known is not None:
            self._clock = known
            return known
        return None if self._clock is None else aged(self._clock, air_ns)

    def missing(self, radios: int) -> str:
        """The adapter, and how far the guest is; see :meth:`hwsim.ports.base.Port.missing`."""
        wanted = "the guest's driver to put the USB adapter into operation"
        if radios > 1:
            return f"{radios} USB adapters; this port has one"
        if self._link is not None:
            return f"{wanted}; the device model {self._source.name} has not told what it is"
        if self._adapter is None:
            return f"{wanted}; QEMU is not connected"
        if self._adapter.started and self._relay is not None:
            return f"{self._relay.missing(1)}; the adapter's driver has put it into operation"
        return f"{wanted}; {self._adapter.state()}"

    def ask_radios(self) -> None:
        """There is never another one; a relay says hello by itself."""

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
        """Let the chip receive a frame; see :meth:`hwsim.ports.base.Port.deliver`."""
        at_ns, adapter = now_ns(), self._adapter
        if adapter is None:
            return at_ns
        taken = adapter.receive(AirFrame(frame, freq_mhz, rate_kbps, signal_dbm), tag)
        if tag and not taken:
            self._loop.later(lambda: self._user.on_delivered(tag, errno.EINVAL, at_ns))
        return at_ns

    def transmit_status(self, sent: RadioFrame, *, acked: bool, signal_dbm: int) -> None:
        """Tell the chip; see :meth:`hwsim.ports.base.Port.transmit_status`."""
        done = self._waiting.pop(sent.status_token, None)
        if done is not None:
            done(acked)

    def unplug(self) -> None:
        """Pull the adapter out: the guest sees it go."""
        if self._adapter is not None:
            self._adapter.unplug()

    def plug(self) -> None:
        """Plug it in again, as new, after :meth:`unplug`."""
        if self._adapter is not None:
            self._adapter.plug()

    def hold_up(self, holdup: Holdup) -> None:
        """Have the adapter leave its host without some answers for a time."""
        if self._adapter is not None:
            self._adapter.hold_up(holdup)

    def let_go(self) -> None:
        """Hold nothing up any more."""
        if self._adapter is not None:
            self._adapter.let_go()

    def close(self) -> None:
        """Hang up, upon which the guest sees the adapter go."""
        self._drop(tell=False)
        self._loop.unwatch(self._listener.fileno())
        self._listener.close()
        if self._relay is not None:
            self._relay.close()

    # what the adapter calls (hwsim.usb.adapter.AdapterUser)

    def on_sent(self, sent: SentFrame, done: Done) -> None:
        """The chip transmitted a frame."""
        adapter = self._adapter
        untuned = sent.freq_mhz is None  # which a port says of a radio that does not tell
        if adapter is None or untuned or not self._radios or len(self._waiting) >= MAX_OUT:
            done(False)  # nobody knows the clock yet, or more is on its way than any chip sends
            return
        self._token = (self._token + 1) % _TOKENS
        token, air_ns = self._token.to_bytes(4, "little"), now_ns()
        self._waiting[token] = done
        guest_ns = self._guest_ns(air_ns, late=False)
        self._user.on_frame(RadioFrame(
            adapter.mac, sent.frame, sent.freq_mhz, sent.rate_kbps, guest_ns, air_ns, token
        ))  # fmt: skip

    def on_malformed(self) -> None:
        """The driver sent what is no frame."""
        self._user.on_malformed()

    def on_taken(self, tag: int, written_ns: int) -> None:
        """The driver has a frame, which reached the chip when it was written."""
        self._user.on_delivered(tag, 0, self._guest_ns(written_ns, late=True))

    def on_lost(self, tag: int) -> None:
        """The driver did not take a frame, and never will."""
        at_ns = now_ns()
        self._loop.later(lambda: self._user.on_delivered(tag, errno.ENODEV, at_ns))

    def on_unheard(self, tag: int) -> None:
        """The chip did not receive a frame."""
        at_ns = now_ns()
        self._loop.later(lambda: self._user.on_delivered(tag, errno.EINVAL, at_ns))

    def on_started(self) -> None:
        """The driver has put the adapter into operation, or the bus was reset."""
        self._look()

    def _guest_ns(self, air_ns: int, *, late: bool) -> int:
        """A time of ours on the guest's clock: the ``late`` end of where it may lie, or the early
        one. The offset is looked at anew as often as the clock is."""
        if self._clock is None:
            return air_ns
        clock = aged(self._clock, air_ns)
        return air_ns + clock.offset_ns + (clock.uncertainty_ns if late else -clock.uncertainty_ns)

    def _look(self) -> None:
        """See whether there is a radio: an adapter in operation, and a clock where there is one."""
        adapter = self._adapter
        known = self._relay is None or self.clock_estimate(now_ns()) is not None
        started = adapter is not None and adapter.started
        if started and not known:
            self._ask_clock()
        radios: tuple[Radio, ...] = ()
        if adapter is not None and started and known:
            radios = (Radio(adapter.mac, adapter.mac),)
        if radios != self._radios:
            self._radios = radios
            self._user.on_port_state(bool(radios))

    def _ask_clock(self) -> None:
        if self._asking:
            return
        self._asking = True

        def again() -> None:
            self._asking = False
            self._look()

        self._loop.call_after(CLOCK_NS, again)

    def _accept(self) -> None:
        try:
            link, _ = self._listener.accept()
        except OSError:
            return
        self._drop()  # QEMU died without our noticing, or a new one was started
        self._link = link  # read when there is a model, whose descriptors QEMU gets
        self._give_up = self._source.open(self._loop, FIRST_MAC, self._plug, self._on_model_fault)

    def _plug(self, make: MakeModel) -> None:
        link, self._link = self._link, None
        if link is None:
            return
        self._connection = Connection(self._loop, link, self._take, self._drop)
        try:
            self._adapter = Adapter(make, FIRST_MAC, self, self._connection.write, self._loop)
        except ModelFault as fault:
            self._on_model_fault(str(fault))

    def _on_model_fault(self, reason: str) -> None:
        """The guest sees the adapter go, and why is told first."""
        self._user.on_fault(f"{self._source.name}: {reason}")
        self._drop()

    def _take(self, data: bytes) -> None:
        adapter = self._adapter
        if adapter is None:
            return
        try:
            adapter.feed(data)
        except WireError:
            self._errors += 1
            self._drop()

    def _drop(self, *, tell: bool = True) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()
        connection, self._connection = self._connection, None
        adapter, self._adapter = self._adapter, None
        if connection is not None:
            connection.close()
        give_up, self._give_up = self._give_up, _nothing
        give_up()
        if adapter is not None and tell:
            adapter.lose_all()
        self._waiting.clear()
        if self._radios:
            self._radios = ()
            if tell:
                self._user.on_port_state(False)


class RelayUser:
    """Of a relay whose guest has its radio elsewhere: what it tells of the guest, and no frame."""

    def __init__(self, user: PortUser) -> None:
        self._user = user

    @property
    def busy(self) -> bool:
        """See :class:`hwsim.ports.base.PortUser`."""
        return self._user.busy

    def on_frame(self, sent: RadioFrame) -> None:
        """A radio that is not on this air."""

    def on_malformed(self) -> None:
        """Of a radio that is not on this air."""

    def on_delivered(self, tag: int, errno: int, guest_ns: int) -> None:
        """Nothing is delivered that way."""

    def on_port_state(self, connected: bool) -> None:
        """The relay came or went; the adapter stays."""

    def on_stall(self, since_ns: int, until_ns: int) -> None:
        """The guest stood still."""
        self._user.on_stall(since_ns, until_ns)

    def on_fault(self, reason: str) -> None:
        """Of a radio that is not on this air."""


def _nothing() -> None:
    """Where there is no model to give up."""
