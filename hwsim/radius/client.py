# SPDX-License-Identifier: GPL-2.0-or-later
"""The RADIUS client: one UDP socket in the air's loop, requests with retransmission and a bound.

A reply that does not verify is dropped without a word, as RFC 2865 and RFC 3579 demand, and
counted with its reason, so that a wrong secret can be distinguished from a silent server.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from hwsim.errors import WireError
from hwsim.loop import Loop, Timer
from hwsim.radius.codec import (
    AccessRequest,
    RadiusReply,
    RadiusServer,
    encode_request,
    identifier_of,
    parse_reply,
)
from hwsim.radius.trouble import troubled

TRIES: Final = 4
"""How often a request is sent; ``radius_ms`` after the last the server counts as silent."""
_IDENTIFIERS: Final = 256
_MAX_DATAGRAM: Final = 65536


@dataclass(slots=True, eq=False)
class Exchange:
    """A request that waits for its reply.

    ``identifier`` and ``authenticator`` (16 bytes) tie the reply to it, ``packet`` is what is sent
    again. ``done`` is called once, with the reply or with a sentence that says why there is none.
    """

    identifier: int
    authenticator: bytes
    packet: bytes = field(repr=False)
    done: Callable[[RadiusReply | str], None]
    tries: int = 0
    timer: Timer | None = None


class RadiusClient:
    """Sends Access-Requests to one server, each up to :data:`TRIES` times, ``wait_ms`` apart.

    ``dropped`` counts datagrams that were no verified reply to a request under way.
    """

    def __init__(self, loop: Loop, server: RadiusServer, wait_ms: int) -> None:
        self._loop = loop
        self._server = server
        self._wait_ms = wait_ms
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.connect((str(server.address), server.port))
        self._exchanges: dict[int, Exchange] = {}
        self._next = 0
        self._last = "nothing came"
        self.dropped = 0
        loop.watch(self._socket.fileno(), self._readable)

    def send(self, request: AccessRequest, done: Callable[[RadiusReply | str], None]) -> Exchange:
        """Send a request; the exchange returned can be cancelled.

        Raises :class:`WireError` if the request does not fit a packet, or 256 are under way.
        """
        identifier = self._free_identifier()
        authenticator = os.urandom(16)
        packet = encode_request(request, identifier, authenticator, self._server.secret)
        exchange = Exchange(identifier, authenticator, packet, done)
        self._exchanges[identifier] = exchange
        self._try(exchange)
        return exchange

    def cancel(self, exchange: Exchange) -> None:
        """Send the request no more and drop its reply; ``done`` is not called."""
        if self._exchanges.get(exchange.identifier) is exchange:
            del self._exchanges[exchange.identifier]
        if exchange.timer is not None:
            exchange.timer.cancel()

    def close(self) -> None:
        """Cancel every exchange and release the socket."""
        for exchange in tuple(self._exchanges.values()):
            self.cancel(exchange)
        self._loop.unwatch(self._socket.fileno())
        self._socket.close()

    def _free_identifier(self) -> int:
        for _ in range(_IDENTIFIERS):
            self._next = (self._next + 1) % _IDENTIFIERS
            if self._next not in self._exchanges:
                return self._next
        raise WireError("RADIUS: 256 requests are on their way already")

    def _try(self, exchange: Exchange) -> None:
        if exchange.tries == TRIES:
            self.cancel(exchange)
            server = f"{self._server.address}:{self._server.port}"
            exchange.done(f"RADIUS server {server}: no answer to {TRIES} requests; {self._last}")
            return
        exchange.tries += 1
        try:
            self._socket.send(exchange.packet)
        except OSError as error:  # it is sent again; the last word tells why in the end
            self._last = str(error.strerror)
        wait_ns = self._wait_ms * 1_000_000
        exchange.timer = self._loop.call_after(wait_ns, lambda: self._try(exchange))

    def _readable(self) -> None:
        try:
            packet = self._socket.recv(_MAX_DATAGRAM)
        except BlockingIOError:
            return
        except OSError as error:  # such as the refusal of a port where nobody listens
            self._last = str(error.strerror)
            return
        try:
            self._arrived(packet)
        except WireError as error:
            self._drop(error)

    @property
    def has_trouble(self) -> bool:
        """Whether what goes wrong with the server is a scenario's doing."""
        return self._server.trouble is not None

    def _arrived(self, packet: bytes) -> None:
        """A datagram of the server's: at once, or as the trouble has it."""
        trouble = self._server.trouble
        if trouble is None:
            self._take(packet)
            return
        asked = self._exchange_of(packet).authenticator
        made = troubled(trouble, packet, asked, self._server.secret)
        if made is not None and trouble.delay_ms:
            self._loop.call_after(trouble.delay_ms * 1_000_000, lambda: self._take(made))
        elif made is not None:
            self._take(made)

    def _drop(self, error: WireError) -> None:
        self.dropped += 1
        self._last = str(error)

    def _take(self, packet: bytes) -> None:
        try:
            exchange = self._exchange_of(packet)
            reply = parse_reply(packet, exchange.authenticator, self._server.secret)
        except WireError as error:
            self._drop(error)
            return
        self.cancel(exchange)
        exchange.done(reply)

    def _exchange_of(self, packet: bytes) -> Exchange:
        exchange = self._exchanges.get(identifier_of(packet))
        if exchange is None:
            raise WireError("RADIUS: an answer to no request")
        return exchange
