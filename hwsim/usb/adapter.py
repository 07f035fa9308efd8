# SPDX-License-Identifier: GPL-2.0-or-later
"""An adapter that is plugged in: a chip's model at the device's side of a usbredir connection.

It answers the standard requests, keeps what the chip has for the driver until the driver asks for
it, and tells when the driver has taken a received frame: usbredir has no acknowledgement, but a
driver that has dealt with a transfer puts it in again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple, Protocol

from hwsim.adapter_orders import Holdup
from hwsim.errors import WireError
from hwsim.loop import Timer
from hwsim.usb.descriptors import is_standard, standard_answer
from hwsim.usb.device import (
    AirFrame,
    Done,
    Later,
    Model,
    ModelUser,
    SentFrame,
    Setup,
    Transfer,
    UsbIdentity,
)
from hwsim.usb.holdups import Clock, Holdups
from hwsim.usb.redir import Redir

MAX_QUEUED: Final = 64
"""So many transfers wait for a driver that has none pending; more are lost, as in a chip's FIFO."""


class _Queued(NamedTuple):
    """What waits for the driver, and since when."""

    data: bytes
    tag: int
    at_ns: int


class _Untaken(NamedTuple):
    """What was written for the driver, under which number and when."""

    tag: int
    at_ns: int
    number: int


class AdapterUser(Protocol):
    """What an adapter calls."""

    def on_sent(self, sent: SentFrame, done: Done) -> None:
        """The chip transmitted a frame, and waits for ``done``."""

    def on_malformed(self) -> None:
        """The driver sent what is no frame of this chip."""

    def on_taken(self, tag: int, written_ns: int) -> None:
        """The driver has taken the frame with this tag, which was written for it at that time."""

    def on_lost(self, tag: int) -> None:
        """The driver did not take the frame with this tag, and never will."""

    def on_unheard(self, tag: int) -> None:
        """The chip did not receive the frame with this tag, as is known only now."""

    def on_started(self) -> None:
        """:attr:`Adapter.started` changed."""


class Adapter:
    """A model, plugged in. ``make`` makes it, with the address and who it calls."""

    def __init__(
        self, make: Callable[[bytes, ModelUser], Model], mac: bytes, user: AdapterUser,
        write: Callable[[bytes], None], clock: Clock,
    ) -> None:  # fmt: skip
        self._user = user
        self._clock = clock
        self._model = make(mac, self)
        self._queued: dict[int, deque[_Queued]] = {}
        self._untaken: dict[int, deque[_Untaken]] = {}
        self._timers: dict[int, Timer] = {}
        self._answering = False
        self._started = False
        self._holdups = Holdups(clock)
        self._redir = Redir(self, write, self._holdups)

    @property
    def mac(self) -> bytes:
        """The interface's address."""
        return self._model.mac

    @property
    def started(self) -> bool:
        """Whether the driver has put the chip into operation."""
        return self._started

    @property
    def congested(self) -> bool:
        """Whether frames wait for a driver that does not ask for them."""
        return any(len(queue) > MAX_QUEUED // 4 for queue in self._queued.values())

    def state(self) -> str:
        """How far the guest is with it, in words."""
        if not self._redir.greeted:
            return "QEMU is connected, and has not said hello"
        if not self._redir.attached:
            return "it is unplugged, and QEMU has not let another one be plugged in"
        if not self._started:
            return "it is plugged in, and no driver has put it into operation"
        return "its driver has put it into operation"

    def feed(self, data: bytes) -> None:
        """Take what QEMU sent; raises :class:`hwsim.errors.WireError`."""
        self._redir.feed(data)

    def receive(self, frame: AirFrame, tag: int) -> bool:
        """Let the chip receive a frame; False if it does not, or has no room for it.

        With a ``tag`` other than 0 the user is told what became of it.
        """
        transfer = self._model.receive(frame)
        if not isinstance(transfer, Later):
            return transfer is not None and self._put(transfer, tag)

        def received(answer: Transfer | None) -> None:
            put = answer is not None and self._put(answer, tag)
            if tag and not put:
                self._user.on_unheard(tag)

        transfer.then(received)
        return True

    def unplug(self) -> None:
        """Let the guest see it go; nothing of it is on its way any more."""
        self.lose_all()
        self._redir.disconnect()
        self._end_holdups()
        self._model.reset()
        self._look()

    def plug(self) -> None:
        """Plug it in again, as new, after :meth:`unplug`."""
        self._redir.connect()

    def hold_up(self, holdup: Holdup) -> None:
        """Leave the driver without some answers for a time."""
        self._holdups.begin(holdup)

    def let_go(self) -> None:
        """Hold nothing up any more."""
        self._end_holdups()
        for endpoint in tuple(self._queued):
            self._answer(endpoint)

    # what the connection calls (hwsim.usb.redir.RedirDevice)

    @property
    def usb(self) -> UsbIdentity:
        """The descriptors."""
        return self._model.usb

    def reset(self) -> None:
        """A reset of the bus."""
        self.lose_all()
        self._model.reset()
        self._look()

    def control(self, setup: Setup, data: bytes) -> bytes | Later[bytes | None]:
        """A control request: a standard one, or the chip's."""
        if is_standard(setup):
            return standard_answer(self.usb, setup)
        answer = self._model.control(setup, data)
        if isinstance(answer, Later):
            answer.then(lambda _answer: self._look())
        else:
            self._look()
        return answer

    def bulk_out(self, endpoint: int, data: bytes, complete: Callable[[], None]) -> None:
        """A transfer of the driver."""
        if not data:  # ends one that was a multiple of the packet's size
            complete()
            return
        try:
            self._model.bulk_out(endpoint, data, complete)
        except WireError:
            self._user.on_malformed()
            complete()
        self._look()

    def on_in_request(self, endpoint: int) -> None:
        """A transfer more is pending: the driver has done with an earlier one, if it had any."""
        untaken = self._untaken.get(endpoint)
        if untaken:
            self._taken(untaken.popleft())
        self._answer(endpoint)

    def on_in_cancelled(self, endpoint: int) -> None:
        """The driver takes its transfers back: it will not put in again those it has done with."""
        for written in self._untaken.pop(endpoint, ()):
            self._taken(written)

    def on_answer_unused(self, number: int) -> None:
        """What was written for that transfer did not reach the driver."""
        for untaken in self._untaken.values():
            for written in reversed(untaken):
                if written.number == number:
                    untaken.remove(written)
                    if written.tag:
                        self._user.on_lost(written.tag)
                    return

    # what the model calls (hwsim.usb.device.ModelUser)

    def now_ns(self) -> int:
        """The time."""
        return self._clock.now_ns()

    def call_after(self, delay_ns: int, callback: Callable[[], None]) -> None:
        """A timer of the chip."""
        self._clock.call_after(delay_ns, callback)

    def on_frame(self, sent: SentFrame, done: Done) -> None:
        """The chip transmits."""
        self._user.on_sent(sent, done)

    def on_transfer(self, transfer: Transfer) -> None:
        """The chip has something for the driver that is no frame."""
        self._put(transfer, 0)

    def on_malformed(self) -> None:
        """The driver sent what is no frame of the chip."""
        self._user.on_malformed()

    def on_started(self) -> None:
        """The chip is in operation, or is so no more."""
        self._look()

    def _put(self, transfer: Transfer, tag: int) -> bool:
        queue = self._queued.setdefault(transfer.endpoint, deque())
        if not self._redir.attached or len(queue) >= MAX_QUEUED:
            return False
        queue.append(_Queued(transfer.data, tag, self._clock.now_ns()))
        self._answer(transfer.endpoint)
        return True

    def _answer(self, endpoint: int) -> None:
        """Give the driver what it asked for. What that leads to may come back here: one at a time,
        or an answer would be given twice."""
        if self._answering:
            return
        self._answering = True
        try:
            for one, queue in self._queued.items():
                while queue and self._redir.pending(one) and not self._held_up(one, queue[0]):
                    data, tag, _ = queue.popleft()
                    at_ns, number = self._clock.now_ns(), self._redir.answer(one, data)
                    if number is not None:
                        untaken = self._untaken.setdefault(one, deque(maxlen=1024))
                        untaken.append(_Untaken(tag, at_ns, number))
        finally:
            self._answering = False

    def _taken(self, written: _Untaken) -> None:
        if written.tag:
            self._user.on_taken(written.tag, written.at_ns)

    def _held_up(self, endpoint: int, queued: _Queued) -> bool:
        """Whether it is not to be answered yet; it is seen to again then."""
        wait_ns = self._holdups.wait_ns("bulk-in", queued.at_ns)
        timer = self._timers.get(endpoint)
        if wait_ns and (timer is None or not timer.pending):
            answer = partial(self._answer, endpoint)
            self._timers[endpoint] = self._clock.call_after(wait_ns, answer)
        return wait_ns > 0

    def _end_holdups(self) -> None:
        self._holdups.end()
        for timer in self._timers.values():
            timer.cancel()

    def lose_all(self) -> None:
        """Nothing of what is on its way to the driver will get there."""
        tags = [one.tag for queue in self._queued.values() for one in queue]
        tags += [one.tag for written in self._untaken.values() for one in written]
        self._queued.clear()
        self._untaken.clear()
        for tag in tags:
            if tag:
                self._user.on_lost(tag)

    def _look(self) -> None:
        started = self._model.started
        if started != self._started:
            self._started = started
            self._user.on_started()
