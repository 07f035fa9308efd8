# SPDX-License-Identifier: GPL-2.0-or-later
"""A vhost-user back-end: the device's two queues, as a front-end sets them up and takes them away.

One connection at a time. A front-end that breaks the protocol loses it; a driver that breaks a
queue's rules has that queue stopped until it is set up anew, as a device asks to be reset.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hwsim.errors import WireError
from hwsim.loop import Loop
from hwsim.ports import vhost_messages as vhost
from hwsim.ports.guest_memory import GuestMemory, mapped
from hwsim.ports.vhost_messages import Addresses, Request
from hwsim.ports.virtqueue import SplitQueue

FEATURES: Final = vhost.F_VERSION_1 | vhost.F_PROTOCOL_FEATURES
PROTOCOL_FEATURES: Final = vhost.P_MQ | vhost.P_REPLY_ACK
_KICK: Final = 8
_ONE: Final = (1).to_bytes(_KICK, "little")


@dataclass(slots=True)
class _Ring:
    """What is known of a queue: it runs once it has all of it and is enabled."""

    size: int = 0
    base: int = 0
    addresses: Addresses | None = None
    enabled: bool = False
    kick: int = -1
    call: int = -1
    queue: SplitQueue | None = None


class VhostDevice:
    """The back-end of a device with so many ``queues``, on a listening Unix socket.

    ``kicked`` is called with a queue's number when its driver has made buffers available,
    ``changed`` when queues have come to run or run no more.
    """

    def __init__(
        self,
        loop: Loop,
        listener: socket.socket,
        queues: int,
        kicked: Callable[[int], None],
        changed: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._listener = listener
        self._kicked = kicked
        self._changed = changed
        self._socket: socket.socket | None = None
        self._inbox = b""
        self._fds: list[int] = []
        self._memory = GuestMemory()
        self._rings = [_Ring() for _ in range(queues)]
        self.errors = 0

    def start(self) -> None:
        """Accept a front-end from now on."""
        self._listener.setblocking(False)
        self._loop.watch(self._listener.fileno(), self._accept)

    def close(self) -> None:
        """Let the front-end go, and take no other."""
        self._drop()
        self._loop.unwatch(self._listener.fileno())
        self._listener.close()

    @property
    def connected(self) -> bool:
        """Whether a front-end is there."""
        return self._socket is not None

    @property
    def running(self) -> bool:
        """Whether the driver has set all queues up."""
        return all(ring.queue is not None for ring in self._rings)

    def queue(self, number: int) -> SplitQueue | None:
        """A queue, if it runs."""
        return self._rings[number].queue

    def notify(self, number: int) -> None:
        """Tell the driver that buffers of a queue are used."""
        call = self._rings[number].call
        if call >= 0:
            with contextlib.suppress(OSError):
                os.write(call, _ONE)

    def broken(self, number: int) -> None:
        """Stop a queue whose rules the driver broke."""
        self.errors += 1
        self._stop(self._rings[number])

    # connection

    def _accept(self) -> None:
        try:
            client, _ = self._listener.accept()
        except OSError:
            return
        if self._socket is not None:  # a front-end that comes back: the one before is gone
            self._drop()
            self._changed()
        client.setblocking(False)
        self._socket = client
        self._loop.watch(client.fileno(), self._readable)

    def _drop(self) -> None:
        if self._socket is None:
            return
        self._loop.unwatch(self._socket.fileno())
        self._socket.close()
        self._socket = None
        self._inbox = b""
        for ring in self._rings:
            self._stop(ring)
        self._let_go()

    def _let_go(self) -> None:
        """Close what the front-end gave, and forget its queues and memory."""
        for fd in self._fds:
            os.close(fd)
        self._fds.clear()
        for place, ring in enumerate(self._rings):
            for fd in (ring.kick, ring.call):
                self._close(fd)
            self._rings[place] = _Ring()
        self._memory = GuestMemory()

    def _close(self, fd: int) -> None:
        if fd >= 0:
            self._loop.unwatch(fd)
            os.close(fd)

    def _readable(self) -> None:
        """Read up to the end of one message: what comes along with it is then its own."""
        if self._socket is None:
            return
        try:
            wanted = vhost.HEADER.size
            if len(self._inbox) >= wanted:
                wanted += vhost.read_header(self._inbox[:wanted])[2]
            data, fds, _, _ = socket.recv_fds(
                self._socket, wanted - len(self._inbox), vhost.MAX_FDS
            )
        except BlockingIOError:
            return
        except (OSError, WireError):
            self._fail()
            return
        self._fds += fds
        self._inbox += data
        if not data:
            self._drop()
            self._changed()
        else:
            self._take()

    def _take(self) -> None:
        """Act on the message, once it is whole."""
        head = vhost.HEADER.size
        try:
            if len(self._inbox) < head:
                return
            number, acknowledge, size = vhost.read_header(self._inbox[:head])
            if len(self._inbox) < head + size:
                return
            request = Request(number, acknowledge, self._inbox[head:])
            self._inbox = b""
            self._serve(request)
        except WireError:
            self._fail()
        finally:
            if not self._inbox:
                for fd in self._fds:  # not taken
                    os.close(fd)
                self._fds.clear()

    def _fail(self) -> None:
        self.errors += 1
        self._drop()
        self._changed()

    def _serve(self, request: Request) -> None:
        answer = self._answer(request)
        if answer is None and request.acknowledge:
            answer = vhost.u64(0)
        if answer is not None and self._socket is not None:
            try:
                self._socket.send(vhost.reply(request.number, answer))
            except OSError:
                raise WireError("vhost-user: the front-end takes no answer") from None

    def _answer(self, request: Request) -> bytes | None:
        """Do what is asked; the payload of a request's own answer, if it has one."""
        match request.number:
            case vhost.GET_FEATURES:
                return vhost.u64(FEATURES)
            case vhost.GET_PROTOCOL_FEATURES:
                return vhost.u64(PROTOCOL_FEATURES)
            case vhost.GET_QUEUE_NUM:
                return vhost.u64(len(self._rings))
            case vhost.SET_MEM_TABLE:
                self._have_memory(request)
            case vhost.GET_VRING_BASE:
                return self._take_base(request)
            case vhost.SET_VRING_KICK | vhost.SET_VRING_CALL:
                self._have_descriptor(request)
            case vhost.SET_VRING_NUM | vhost.SET_VRING_BASE | vhost.SET_VRING_ENABLE:
                self._have_number(request)
            case vhost.SET_VRING_ADDR:
                addresses = vhost.addresses_in(request)
                self._ring(addresses.queue).addresses = addresses
            case (
                vhost.SET_FEATURES | vhost.SET_PROTOCOL_FEATURES | vhost.SET_OWNER
                | vhost.RESET_OWNER | vhost.SET_VRING_ERR
            ):  # fmt: skip
                pass
            case _:
                raise WireError(f"vhost-user: request {request.number} was not agreed on")
        return None

    # what the front-end sets up

    def _ring(self, number: int) -> _Ring:
        if number >= len(self._rings):
            raise WireError(f"vhost-user: queue {number} of {len(self._rings)}")
        return self._rings[number]

    def _have_memory(self, request: Request) -> None:
        regions = vhost.regions_in(request)
        if len(regions) != len(self._fds):
            raise WireError(f"vhost-user: {len(regions)} regions, {len(self._fds)} files")
        self._memory = GuestMemory(tuple(
            mapped(fd, one.guest, one.size, one.user, one.offset)
            for fd, one in zip(self._fds, regions, strict=True)
        ))  # fmt: skip
        for ring in self._rings:
            if ring.queue is not None:
                self._run(ring, anew=True)

    def _have_descriptor(self, request: Request) -> None:
        number, comes_along = vhost.descriptor_in(request)
        ring = self._ring(number)
        if comes_along != bool(self._fds):
            raise WireError("vhost-user: a queue's descriptor does not come along")
        fd = self._fds.pop(0) if comes_along else -1
        if request.number == vhost.SET_VRING_CALL:
            self._close(ring.call)
            ring.call = fd
            return
        self._close(ring.kick)
        ring.kick = fd
        if fd >= 0:
            os.set_blocking(fd, False)
            self._loop.watch(fd, lambda: self._on_kick(number, fd))
        self._run(ring)

    def _have_number(self, request: Request) -> None:
        number, value = vhost.state_in(request)
        ring = self._ring(number)
        if request.number == vhost.SET_VRING_NUM:
            ring.size = value
        elif request.number == vhost.SET_VRING_BASE:
            ring.base = value
        else:
            ring.enabled = bool(value)
            if ring.enabled:
                self._run(ring)
            else:
                self._stop(ring)
                self._changed()

    def _take_base(self, request: Request) -> bytes:
        """Stop a queue, and tell where it stood."""
        number, _ = vhost.state_in(request)
        ring = self._ring(number)
        self._stop(ring)
        self._close(ring.kick)
        ring.kick = -1
        self._changed()
        return vhost.state(number, ring.base)

    def _run(self, ring: _Ring, *, anew: bool = False) -> None:
        """Let a queue run if all of it is known and it does not run yet."""
        if anew:
            self._stop(ring)
        if ring.queue is not None or not ring.enabled or ring.kick < 0 or ring.addresses is None:
            return
        at = ring.addresses
        ring.queue = SplitQueue(
            self._memory, ring.size, ring.base, at.descriptors, at.available, at.used
        )
        self._changed()
        self._kicked(at.queue)  # what was made available before

    def _stop(self, ring: _Ring) -> None:
        if ring.queue is not None:
            ring.base = ring.queue.base
            ring.queue = None

    def _on_kick(self, number: int, fd: int) -> None:
        try:
            kicked = os.read(fd, _KICK)
        except BlockingIOError:
            return
        except OSError:
            kicked = b""
        if kicked:
            self._kicked(number)
        else:  # no eventfd has an end: it would be readable for ever
            self._fail()
