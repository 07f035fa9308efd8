# SPDX-License-Identifier: GPL-2.0-or-later
"""A model in another process, as a :class:`hwsim.usb.device.Model`: messages over a socket.

The process is untrusted: what it sends is bounded, and whatever is no message, or none at that
time, is a :class:`hwsim.errors.ModelFault`. How long an answer may take is looked after by
:mod:`hwsim.usb.guard`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

from hwsim.errors import ModelFault
from hwsim.usb import socket_wire as wire
from hwsim.usb.device import AirFrame, Later, ModelUser, Setup, Transfer, UsbIdentity
from hwsim.usb.socket_wire import Message

_Awaited = TypeVar("_Awaited")

MAX_FRAMES: Final = 64
"""So many frames on the air may wait for a model to receive them; it does not hear more."""
MAX_OUT: Final = 1024
"""So many frames of a model may wait for their status."""


class SocketModel:
    """The model at the other end of a socket, which has told its ``usb``.

    ``write`` sends bytes to it; what it sends is given to :meth:`take`.
    """

    def __init__(
        self, mac: bytes, user: ModelUser, usb: UsbIdentity, write: Callable[[bytes], None]
    ) -> None:
        self.mac = mac
        self.usb = usb
        self.started = False
        self._user = user
        self._write = write
        self._number = 0
        self._reset = 0
        """The number of the last reset, until the model has done it."""
        self._resetting: Later[None] = Later()
        self._controls: dict[int, Later[bytes | None]] = {}
        self._frames: dict[int, Later[Transfer | None]] = {}
        self._bulk: dict[int, Callable[[], None]] = {}
        self._out: dict[int, None] = {}
        self._handlers: dict[int, Callable[[Message], None]] = {
            wire.CONTROL_DONE: self._on_control_done,
            wire.BULK_DONE: self._on_bulk_done,
            wire.RECEIVED: self._on_received,
            wire.SENT: self._on_sent,
            wire.TRANSFER: self._on_transfer,
            wire.STARTED: self._on_started,
        }

    def reset(self) -> Later[None]:
        """See :class:`hwsim.usb.device.Model`. What was asked for before is not waited for."""
        self.settle()
        self.started = False
        self._resetting = Later()
        self._reset = self._ask(wire.RESET)
        return self._resetting

    def control(self, setup: Setup, data: bytes) -> Later[bytes | None]:
        """See :class:`hwsim.usb.device.Model`."""
        answer: Later[bytes | None] = Later()
        self._controls[self._ask(wire.CONTROL, wire.control(setup, data))] = answer
        return answer

    def bulk_out(self, endpoint: int, data: bytes, complete: Callable[[], None]) -> None:
        """See :class:`hwsim.usb.device.Model`."""
        self._bulk[self._ask(wire.BULK_OUT, wire.bulk_out(endpoint, data))] = complete

    def receive(self, frame: AirFrame) -> Later[Transfer | None] | None:
        """See :class:`hwsim.usb.device.Model`."""
        if self._reset or len(self._frames) >= MAX_FRAMES:
            return None
        answer: Later[Transfer | None] = Later()
        self._frames[self._ask(wire.RECEIVE, wire.receive(frame))] = answer
        return answer

    def take(self, message: Message) -> None:
        """A message of the model's; raises :class:`ModelFault`."""
        if message.kind == wire.RESET_DONE:
            self._on_reset_done(message)
            return
        handler = self._handlers.get(message.kind)
        if handler is None:
            raise ModelFault(f"it sent a message of kind {message.kind}, which there is not")
        if not self._reset:  # what comes before RESET_DONE is about what was before the reset
            handler(message)

    def settle(self) -> None:
        """Nothing of what was asked for will be answered."""
        controls, self._controls = self._controls, {}
        frames, self._frames = self._frames, {}
        bulk, self._bulk = self._bulk, {}
        self._out = {}
        for request in controls.values():
            request.settle(None)
        for frame in frames.values():
            frame.settle(None)
        for complete in bulk.values():
            complete()

    def _ask(self, kind: int, body: bytes = b"") -> int:
        self._number += 1
        self._write(wire.message(kind, body, self._number, self._user.now_ns()))
        return self._number

    def _on_reset_done(self, message: Message) -> None:
        if self._reset and message.number == self._reset:
            self._reset = 0
            self._resetting.settle(None)
        elif not 0 < message.number < self._reset:
            raise ModelFault(f"it sent RESET_DONE {message.number}, which was not asked for")

    def _on_control_done(self, message: Message) -> None:
        answer = _taken(self._controls, message, "CONTROL_DONE")
        stalled, data = wire.read_word(message.body, "CONTROL_DONE")
        if stalled > 1 or (stalled and data):
            raise ModelFault("it sent CONTROL_DONE that is neither done nor stalled")
        answer.settle(None if stalled else data)

    def _on_bulk_done(self, message: Message) -> None:
        complete = _taken(self._bulk, message, "BULK_DONE")
        if wire.read_flag(message.body, "BULK_DONE"):
            self._user.on_malformed()
        complete()

    def _on_received(self, message: Message) -> None:
        answer = _taken(self._frames, message, "RECEIVED")
        answer.settle(wire.read_transfer(message.body, "RECEIVED"))

    def _on_sent(self, message: Message) -> None:
        sent, number = wire.read_sent(message.body), message.number
        if number in self._out:
            raise ModelFault(f"it sent SENT {number} while the one before had no status yet")
        if len(self._out) >= MAX_OUT:
            raise ModelFault(f"more than {MAX_OUT} frames of its wait for their status")
        self._out[number] = None
        self._user.on_frame(sent, partial(self._tell_status, number, self._out))

    def _tell_status(self, number: int, out: dict[int, None], acked: bool) -> None:
        if out is self._out and out.pop(number, 0) is None:
            self._write(wire.message(wire.STATUS, wire.flag(acked), number, self._user.now_ns()))

    def _on_transfer(self, message: Message) -> None:
        transfer = wire.read_transfer(message.body, "TRANSFER")
        if transfer is None:
            raise ModelFault("it sent TRANSFER for no endpoint")
        self._user.on_transfer(transfer)

    def _on_started(self, message: Message) -> None:
        self.started = wire.read_flag(message.body, "STARTED")
        self._user.on_started()


def _taken(awaited: dict[int, _Awaited], message: Message, name: str) -> _Awaited:
    """What waits for that answer."""
    if message.number not in awaited:
        raise ModelFault(f"it sent {name} {message.number}, which was not asked for")
    return awaited.pop(message.number)
