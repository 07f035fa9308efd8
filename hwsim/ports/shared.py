# SPDX-License-Identifier: GPL-2.0-or-later
"""One port shared by media that hear nothing of each other.

The guest's radios are dealt out in turns, and each medium has a :class:`Share` that looks to it
like a port with its own radios alone. What radios send is kept apart until it is carried: in every
turn of the loop each medium has as much of it carried as any other, so that a radio that floods its
medium delays its own frames and not those of others.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from hwsim.clock import ClockEstimate
from hwsim.loop import Loop
from hwsim.ports.base import Port, PortUser, Radio, RadioFrame

MAX_MEDIA: Final = 4
AT_ONCE: Final = 4
"""So many frames of each medium are carried in one turn of the loop."""
QUEUED: Final = 2048
"""So many frames of a medium may wait; what comes beyond that is lost, and told as an overrun."""
_LOST_DBM: Final = -100
"""The signal of an acknowledgement that never came."""
_TAG_BITS: Final = 28
_TAG_MASK: Final = (1 << _TAG_BITS) - 1
OWN_TAGS: Final = MAX_MEDIA << _TAG_BITS
"""Tags from here on are of no medium: whoever else delivers by the port has them."""


class SharedPortUser(Protocol):
    """What is told of the port as a whole."""

    def on_port_state(self, connected: bool) -> None:
        """The guest's radios changed; see :meth:`hwsim.ports.base.PortUser.on_port_state`."""

    def on_stall(self, since_ns: int, until_ns: int) -> None:
        """See :meth:`hwsim.ports.base.PortUser.on_stall`."""

    def on_fault(self, reason: str) -> None:
        """See :meth:`hwsim.ports.base.PortUser.on_fault`."""

    def on_other_delivered(self, tag: int, errno: int) -> None:
        """A frame was delivered, or not, that was of no share: its tag is not below `OWN_TAGS`."""

    def on_overrun(self, place: int) -> None:
        """A frame of that share was lost because more came than could be carried."""


class Share:
    """A :class:`hwsim.ports.base.Port` with some of the radios of another.

    ``place``, from 0, tells its reports from those of other shares; it is in the highest bits of
    tags. ``overrun`` is called for every frame that is lost.
    """

    user: PortUser  # given to start, before which nothing is carried
    started = False

    def __init__(self, port: Port, place: int, overrun: Callable[[], None]) -> None:
        self._port = port
        self._overrun = overrun
        self._mark = place << _TAG_BITS
        self.radios: tuple[Radio, ...] = ()
        self._queue: deque[RadioFrame] = deque()

    def start(self, user: PortUser) -> None:
        """Tell this user from now on."""
        self.user, self.started = user, True

    @property
    def congested(self) -> bool:
        """See :attr:`hwsim.ports.base.Port.congested`: they have one way to the guest."""
        return self._port.congested

    @property
    def errors(self) -> int:
        """See :attr:`hwsim.ports.base.Port.errors`."""
        return self._port.errors

    @property
    def waiting(self) -> int:
        """How many frames wait to be carried."""
        return len(self._queue)

    def close(self) -> None:
        """Carry nothing of what waits."""
        self._queue.clear()

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
        """See :meth:`hwsim.ports.base.Port.deliver`; of a ``tag`` 28 bits count."""
        marked = self._mark | (tag & _TAG_MASK) if tag else 0
        return self._port.deliver(
            radio, frame, freq_mhz=freq_mhz, rate_kbps=rate_kbps, signal_dbm=signal_dbm, tag=marked
        )

    def transmit_status(self, sent: RadioFrame, *, acked: bool, signal_dbm: int) -> None:
        """See :meth:`hwsim.ports.base.Port.transmit_status`."""
        self._port.transmit_status(sent, acked=acked, signal_dbm=signal_dbm)

    def clock_estimate(self, air_ns: int) -> ClockEstimate | None:
        """See :meth:`hwsim.ports.base.Port.clock_estimate`."""
        return self._port.clock_estimate(air_ns)

    def ask_radios(self) -> None:
        """See :meth:`hwsim.ports.base.Port.ask_radios`."""
        self._port.ask_radios()

    def missing(self, radios: int) -> str:
        """See :meth:`hwsim.ports.base.Port.missing`."""
        return self._port.missing(radios)

    def keep(self, sent: RadioFrame) -> None:
        """Have a frame carried in its turn; beyond the bound it is lost as on a busy channel."""
        if len(self._queue) < QUEUED:
            self._queue.append(sent)
            return
        self._port.transmit_status(sent, acked=False, signal_dbm=_LOST_DBM)
        self._overrun()

    def carry(self, most: int) -> None:
        """Carry so many of the frames that wait."""
        for _ in range(min(most, len(self._queue))):
            self.user.on_frame(self._queue.popleft())


class SharedPort:
    """Deals the radios of ``port`` out to media; it is the port's
    :class:`hwsim.ports.base.PortUser`.

    Share n has the radios n, n + count, and so on, of the ``count`` shares in use: one at first.
    """

    def __init__(self, loop: Loop, port: Port, user: SharedPortUser) -> None:
        self._loop = loop
        self._port = port
        self._user = user
        self._share_of: dict[bytes, Share] = {}
        self._carrying = False
        self.shares = tuple(
            Share(port, place, partial(user.on_overrun, place)) for place in range(MAX_MEDIA)
        )
        self.count = 1

    def start(self) -> None:
        """Begin to serve, when every share has its user."""
        self._port.start(self)

    def deal(self, count: int) -> None:
        """Deal the radios out to the first ``count`` shares."""
        self.count = count
        self._deal()

    # what the port calls (hwsim.ports.base.PortUser)

    @property
    def busy(self) -> bool:
        """Whether a handshake is under way on any medium."""
        return any(share.user.busy for share in self._in_use)

    def on_frame(self, sent: RadioFrame) -> None:
        """Have the medium of its radio carry a frame; on the only one there is, at once."""
        if self.count == 1 and not self._carrying:
            self.shares[0].user.on_frame(sent)
            return
        self._share_of.get(sent.radio, self.shares[0]).keep(sent)
        if not self._carrying:
            self._carrying = True
            self._loop.later(self._carry)

    def on_malformed(self) -> None:
        """It is not known whose it was: the first medium counts it."""
        self.shares[0].user.on_malformed()

    def on_delivered(self, tag: int, errno: int, guest_ns: int) -> None:
        """Tell the medium whose frame it was; the guest may name any, also one that never was."""
        place = tag >> _TAG_BITS
        if place < len(self.shares) and self.shares[place].started:
            self.shares[place].user.on_delivered(tag & _TAG_MASK, errno, guest_ns)
        elif tag >= OWN_TAGS:
            self._user.on_other_delivered(tag, errno)

    def on_port_state(self, connected: bool) -> None:
        """Deal out the radios there are now, and tell of them."""
        self._deal()
        self._user.on_port_state(connected)

    def on_stall(self, since_ns: int, until_ns: int) -> None:
        """Tell of it."""
        self._user.on_stall(since_ns, until_ns)

    def on_fault(self, reason: str) -> None:
        """Tell of it."""
        self._user.on_fault(reason)

    # the rest

    @property
    def _in_use(self) -> tuple[Share, ...]:
        return self.shares[: self.count]

    def _deal(self) -> None:
        dealt: dict[bytes, Share] = {}
        for place, share in enumerate(self.shares):
            own = tuple(r for r in self._port.radios if (r.number - 1) % self.count == place)
            dealt |= {radio.hw: share for radio in own}
            if own != share.radios:
                share.radios = own
                share.user.on_port_state(bool(own))
            if not own:
                share.close()
        self._share_of = dealt

    def _carry(self) -> None:
        for share in self.shares:
            share.carry(AT_ONCE)
        self._carrying = any(share.waiting for share in self.shares)
        if self._carrying:
            self._loop.next_turn(self._carry)
