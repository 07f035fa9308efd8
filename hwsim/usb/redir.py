# SPDX-License-Identifier: GPL-2.0-or-later
"""A device's side of a usbredir connection: QEMU's ``usb-redir`` is at the other end.

It begins with two hellos; then the device is announced, and from then on QEMU passes on what the
guest's USB host asks. A request for data of the device (bulk IN) stays pending until there is some,
which is how a device's NAK looks here. QEMU never asks twice under a number that is unanswered, and
may take a request back: then it is answered as cancelled, unless its answer has crossed.

A device that was unplugged says no more until the peer has acknowledged it: requests that were on
their way by then are for a device that is gone.

The peer is untrusted: what is not well-formed is a :class:`hwsim.errors.WireError`, after which the
connection is to be closed, and no more than :data:`MAX_PENDING` requests of one endpoint are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, Protocol

from hwsim.adapter_orders import Transfers
from hwsim.errors import WireError
from hwsim.usb import redir_wire as wire
from hwsim.usb.device import Later, Setup, Stall, UsbIdentity
from hwsim.usb.holdups import Holdups
from hwsim.usb.redir_wire import BulkRequest, Packet

MAX_PENDING: Final = 1024
"""Of one endpoint; drivers have up to 128."""


class RedirDevice(Protocol):
    """What a connection asks of the device."""

    @property
    def usb(self) -> UsbIdentity:
        """Its descriptors."""

    def reset(self) -> None:
        """The bus is reset; transfers stay pending until the host takes them back."""

    def control(self, setup: Setup, data: bytes) -> bytes | Later[bytes | None]:
        """Any control request but those of usbredir's own; raises :class:`Stall`, which as a later
        answer is ``None``."""

    def bulk_out(self, endpoint: int, data: bytes, complete: Callable[[], None]) -> None:
        """A transfer of the driver, which ``complete`` ends."""

    def on_in_request(self, endpoint: int) -> None:
        """The driver has one more transfer pending on an IN endpoint."""

    def on_in_cancelled(self, endpoint: int) -> None:
        """The driver has taken one back."""

    def on_answer_unused(self, number: int) -> None:
        """The driver has taken one back whose answer, under that number, was on its way: the peer
        throws it away."""


class Redir:
    """A connection, from the first byte. ``write`` sends bytes to the peer; ``holdups`` are those
    of the device."""

    def __init__(
        self, device: RedirDevice, write: Callable[[bytes], None], holdups: Holdups
    ) -> None:
        self._device = device
        self._write = write
        self._holdups = holdups
        self._inbox = bytearray()
        self._greeted = False
        self._plugged = True
        self._acknowledges = False
        self._leaving = False
        self._configuration = 0
        self._waiting: dict[int, dict[int, BulkRequest]] = {}
        self._unfinished: dict[int, dict[int, BulkRequest]] = {}
        self._ended: set[int] = set()
        self._unanswered: dict[int, Setup] = {}
        self._crossing: dict[int, None] = {}
        self._handlers: dict[int, Callable[[Packet], None]] = {
            wire.RESET: self._on_reset,
            wire.SET_CONFIGURATION: self._on_set_configuration,
            wire.GET_CONFIGURATION: self._on_get_configuration,
            wire.SET_ALT_SETTING: self._on_set_alt_setting,
            wire.GET_ALT_SETTING: self._on_get_alt_setting,
            wire.START_INTERRUPT_RECEIVING: self._on_interrupt_receiving,
            wire.STOP_INTERRUPT_RECEIVING: self._on_interrupt_receiving,
            wire.CANCEL_DATA: self._on_cancel,
            wire.CONTROL: self._on_control,
            wire.BULK: self._on_bulk,
            wire.INTERRUPT: self._on_interrupt,
        }
        write(wire.hello())

    @property
    def greeted(self) -> bool:
        """Whether hellos were exchanged."""
        return self._greeted

    @property
    def attached(self) -> bool:
        """Whether hellos were exchanged and the device was announced."""
        return self._greeted and self._plugged

    def pending(self, endpoint: int) -> int:
        """How many transfers the driver has pending on an IN endpoint."""
        return len(self._waiting.get(endpoint, ()))

    def feed(self, data: bytes) -> None:
        """Take what the peer sent; raises :class:`WireError`."""
        inbox = self._inbox
        inbox += data
        offset = 0
        while found := wire.read_packet(inbox, offset, wide=self._greeted):
            packet, offset = found
            self._take(packet)
        del inbox[:offset]

    def answer(self, endpoint: int, data: bytes) -> int | None:
        """Complete the oldest pending transfer of an IN endpoint; its number, None if there is
        none."""
        waiting = self._waiting.get(endpoint)
        if not waiting:
            return None
        number = next(iter(waiting))
        request = waiting.pop(number)
        self._send(wire.BULK, wire.bulk_answer(request, wire.SUCCESS, data), number)
        self._crossing[number] = None  # until the number comes again, it may be taken back
        if len(self._crossing) > MAX_PENDING:
            del self._crossing[next(iter(self._crossing))]
        return number

    def disconnect(self) -> None:
        """Unplug the device: the guest sees it go."""
        self._waiting.clear()
        self._unfinished.clear()
        self._ended.clear()
        self._unanswered.clear()
        self._crossing.clear()
        self._holdups.forget()
        if self.attached:
            self._leaving = self._acknowledges
            self._send(wire.DEVICE_DISCONNECT, b"")
        self._plugged = False

    def connect(self) -> None:
        """Plug the device in, after the hellos or after :meth:`disconnect`."""
        self._plugged = True
        if not self._greeted or self._leaving:  # it is announced when the peer is ready for it
            return
        self._configuration = 0
        self._tell_endpoints()
        self._send(wire.DEVICE_CONNECT, wire.device_connect(self._device.usb))

    def _take(self, packet: Packet) -> None:
        if not self._greeted:
            self._on_hello(packet)
        elif packet.kind == wire.DEVICE_DISCONNECT_ACK:
            self._on_left()
        elif self.attached and not self._leaving:
            self._on_request(packet)

    def _on_request(self, packet: Packet) -> None:
        handler = self._handlers.get(packet.kind)
        if handler is None:  # about what was not announced, and needs no answer
            return
        if packet.kind != wire.CANCEL_DATA:
            self._crossing.pop(packet.number, None)
        kind = _held_as(packet)
        if kind is None or not self._hold(kind, packet, handler):
            handler(packet)

    def _hold(self, kind: Transfers, packet: Packet, handler: Callable[[Packet], None]) -> bool:
        """Whether the device leaves a request unanswered for now; it is kept then."""
        under_way: Mapping[int, object] = self._unanswered
        if kind == "bulk-out":
            under_way = self._unfinished.get(packet.body[0], {})  # which is its endpoint
        if self._holdups.count(kind) + len(under_way) >= MAX_PENDING:
            raise WireError(f"usbredir: more than {MAX_PENDING} transfers of one endpoint")
        return self._holdups.hold(kind, packet, handler)

    def _on_hello(self, packet: Packet) -> None:
        if packet.kind != wire.HELLO:
            raise WireError(f"usbredir: packet {packet.kind} before the hello")
        theirs = wire.capabilities(packet.body)
        missing = [cap for cap in wire.NEEDED if not theirs >> cap & 1]
        if missing:
            raise WireError(f"usbredir: the peer lacks capabilities {missing}")
        self._greeted = True
        self._acknowledges = bool(theirs >> wire.CAP_DISCONNECT_ACK & 1)
        if self._plugged:
            self.connect()

    def _on_left(self) -> None:
        """The peer has seen the device go."""
        if self._leaving:
            self._leaving = False
            if self._plugged:
                self.connect()

    def _tell_endpoints(self) -> None:
        self._send(wire.INTERFACE_INFO, wire.interface_info(self._device.usb))
        self._send(wire.EP_INFO, wire.endpoint_info(self._device.usb))

    def _on_reset(self, _packet: Packet) -> None:
        self._device.reset()

    def _on_set_configuration(self, packet: Packet) -> None:
        (self._configuration,) = wire.small(packet.body, 1)
        self._tell_endpoints()
        self._on_get_configuration(packet)

    def _on_get_configuration(self, packet: Packet) -> None:
        body = bytes((wire.SUCCESS, self._configuration))
        self._send(wire.CONFIGURATION_STATUS, body, packet.number)

    def _on_set_alt_setting(self, packet: Packet) -> None:
        interface, setting = wire.small(packet.body, 2)
        self._tell_endpoints()
        status = wire.SUCCESS if (interface, setting) == (0, 0) else wire.STALL
        body = bytes((status, interface, setting))
        self._send(wire.ALT_SETTING_STATUS, body, packet.number)

    def _on_get_alt_setting(self, packet: Packet) -> None:
        (interface,) = wire.small(packet.body, 1)
        body = bytes((wire.SUCCESS, interface, 0))
        self._send(wire.ALT_SETTING_STATUS, body, packet.number)

    def _on_interrupt_receiving(self, packet: Packet) -> None:
        (endpoint,) = wire.small(packet.body, 1)
        body = bytes((wire.SUCCESS, endpoint))
        self._send(wire.INTERRUPT_RECEIVING_STATUS, body, packet.number)

    def _on_control(self, packet: Packet) -> None:
        setup, data = wire.read_control(packet.body)
        answer: bytes | Later[bytes | None] | None
        try:
            answer = self._device.control(setup, data)
        except Stall:
            answer = None
        self._bound(self._unanswered)
        self._unanswered[packet.number] = setup
        if isinstance(answer, Later):
            answer.then(partial(self._answer_control, packet.number, setup))
        else:
            self._answer_control(packet.number, setup, answer)

    def _answer_control(self, number: int, setup: Setup, answer: bytes | None) -> None:
        """End a control request, unless it was taken back meanwhile."""
        if self._unanswered.get(number) is not setup:
            return
        del self._unanswered[number]
        if answer is None:
            body = wire.control_answer(setup, wire.STALL)
        else:
            data = answer[: setup.length] if setup.is_in else b""
            body = wire.control_answer(setup, wire.SUCCESS, data)
        self._send(wire.CONTROL, body, number)

    def _on_bulk(self, packet: Packet) -> None:
        request = wire.read_bulk(packet.body)
        known = any(one.address == request.endpoint for one in self._device.usb.endpoints)
        if not known:
            body = wire.bulk_answer(request, wire.STALL)
            self._send(wire.BULK, body, packet.number)
        elif request.is_in:
            waiting = self._waiting.setdefault(request.endpoint, {})
            self._bound(waiting)
            waiting[packet.number] = request
            self._device.on_in_request(request.endpoint)
        else:
            unfinished = self._unfinished.setdefault(request.endpoint, {})
            self._bound(unfinished)
            to_answer = request._replace(data=b"")  # which tells how much it was without it
            unfinished[packet.number] = to_answer
            complete = partial(self._complete, packet.number, to_answer)
            self._device.bulk_out(request.endpoint, request.data, complete)

    def _complete(self, number: int, request: BulkRequest) -> None:
        """End an OUT transfer, unless it was taken back or the device unplugged meanwhile.

        Those of one endpoint end in their order, as on a bus; QEMU takes that for granted. It looks
        at none that it has taken back.
        """
        if self._unfinished.get(request.endpoint, {}).get(number) is request:
            self._ended.add(number)
            self._end_in_order(request.endpoint)

    def _end_in_order(self, endpoint: int) -> None:
        unfinished = self._unfinished[endpoint]
        while unfinished and (number := next(iter(unfinished))) in self._ended:
            self._ended.remove(number)
            request = unfinished.pop(number)
            self._send(wire.BULK, wire.bulk_answer(request, wire.SUCCESS), number)

    def _on_interrupt(self, packet: Packet) -> None:
        request = wire.read_interrupt(packet.body)
        body = wire.interrupt_answer(request.endpoint, wire.STALL, 0)
        self._send(wire.INTERRUPT, body, packet.number)

    def _on_cancel(self, packet: Packet) -> None:
        number = packet.number
        if held := self._holdups.take_back(number):
            self._send(held.kind, _cancelled(held), number)
            return
        for endpoint, waiting in self._waiting.items():
            if request := waiting.pop(number, None):
                self._send(wire.BULK, wire.bulk_answer(request, wire.CANCELLED), number)
                self._device.on_in_cancelled(endpoint)
                return
        for endpoint, unfinished in self._unfinished.items():
            if request := unfinished.pop(number, None):
                self._ended.discard(number)
                self._send(wire.BULK, wire.bulk_answer(request, wire.CANCELLED), number)
                self._end_in_order(endpoint)
                return
        if setup := self._unanswered.pop(number, None):
            self._send(wire.CONTROL, wire.control_answer(setup, wire.CANCELLED), number)
        elif number in self._crossing:
            del self._crossing[number]
            self._device.on_answer_unused(number)

    def _bound(self, requests: Mapping[int, object]) -> None:
        if len(requests) >= MAX_PENDING:
            raise WireError(f"usbredir: more than {MAX_PENDING} transfers of one endpoint")

    def _send(self, kind: int, body: bytes, number: int = 0) -> None:
        self._write(wire.packet(kind, body, number))


def _held_as(packet: Packet) -> Transfers | None:
    """As what a device may hold a request up; None for one that it cannot. An IN transfer is
    pending as long as it likes."""
    if packet.kind == wire.CONTROL:
        wire.read_control(packet.body)  # what is not well-formed is told at once
        return "control"
    if packet.kind == wire.BULK and not wire.read_bulk(packet.body).is_in:
        return "bulk-out"
    return None


def _cancelled(packet: Packet) -> bytes:
    """The answer to a request that the peer has taken back."""
    if packet.kind == wire.CONTROL:
        return wire.control_answer(wire.read_control(packet.body)[0], wire.CANCELLED)
    return wire.bulk_answer(wire.read_bulk(packet.body)._replace(data=b""), wire.CANCELLED)
