# SPDX-License-Identifier: GPL-2.0-or-later
"""The control socket: JSON lines, one client, which may be at standard input and output instead.

``{"id":1,"call":"name","args":{…}}`` is answered by ``{"id":1,"result":{…}}`` or
``{"id":1,"error":{"code":"…","message":"…"}}``, at once or when it is known; a request with
``"medium":2`` is about that medium, one without about the first. Events come unasked as
``{"event":"…",…}``. A line that cannot be understood gets an error with the id ``null``; nothing
that a client sends ends the process, except that it goes away. Further clients are turned away.
"""

from __future__ import annotations

import contextlib
import socket
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hil_common.jsonlines import MAX_LINE_BYTES, Channel, Damage, encode
from hwsim.errors import RequestError
from hwsim.loop import Loop

MAX_BACKLOG: Final = 64 << 20
"""A client that leaves so much unread is taken for gone."""
_EARLY_EVENTS: Final = 1000
_DAMAGED: Final = {
    Damage.TOO_LONG: f"a line is longer than {MAX_LINE_BYTES} bytes",
    Damage.NO_JSON: "the line is no JSON",
    Damage.NO_OBJECT: "a request is a JSON object",
}

Reply = Callable[[dict[str, Any]], None]
Handler = Callable[[dict[str, Any], Reply], dict[str, Any] | None]
"""Gets the arguments; returns the result, or ``None`` if it will call the reply later."""
Handlers = Callable[[int], Mapping[str, Handler]]
"""The calls that can be made of the medium with that number, by name; none if it is not there."""


@dataclass(frozen=True, slots=True)
class Descriptors:
    """A client that is there from the start, as standard input and output are."""

    reading: int
    writing: int


class ControlServer:
    """Serves calls to one client; ``gone`` is called when it leaves.

    ``listener`` is the listening socket on which it comes, unless it is there already.
    """

    def __init__(
        self,
        loop: Loop,
        listener: socket.socket | Descriptors,
        handlers: Handlers,
        gone: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._listener = listener
        self._handlers = handlers
        self._gone = gone
        self._client: socket.socket | None = None
        self._channel: Channel | None = None
        self._early: deque[dict[str, Any]] = deque(maxlen=_EARLY_EVENTS)
        self.had_client = False
        if isinstance(listener, Descriptors):
            self._serve_at(listener)
        else:
            listener.setblocking(False)
            loop.watch(listener.fileno(), lambda: self._accept(listener))

    def event(self, name: str, fields: Mapping[str, Any]) -> None:
        """Send an event; those from before the client came are kept for it."""
        message = {"event": name, **fields}
        if self._channel is None and not self.had_client:
            self._early.append(message)
        else:
            self._send(message)

    def close(self) -> None:
        """Send what is still to be sent, as far as that does not block, and close."""
        if self._channel is not None:
            self._channel.flush()
        self._drop()
        if isinstance(self._listener, socket.socket):
            self._loop.unwatch(self._listener.fileno())
            self._listener.close()

    # connection

    def _accept(self, listener: socket.socket) -> None:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        client.setblocking(False)
        if self.had_client:
            with contextlib.suppress(OSError):
                client.send(encode(_refusal(None, "busy", "another client is there")))
            client.close()
            return
        self._client = client
        self._serve_at(Descriptors(client.fileno(), client.fileno()))

    def _serve_at(self, place: Descriptors) -> None:
        self.had_client = True
        # Deferred: what the radio waits for goes out before any event or answer to the client.
        self._channel = Channel(
            self._loop, place.reading, place.writing, self._on_message, self._leave,
            on_damaged=self._on_damaged, max_unsent=MAX_BACKLOG, deferred=True,
        )  # fmt: skip
        while self._early:
            self._send(self._early.popleft())

    def _drop(self) -> None:
        if self._channel is not None:
            self._channel.close()
        if self._client is not None:
            self._client.close()
        self._channel = self._client = None

    def _leave(self, _reason: str) -> None:
        self._drop()
        self._gone()

    # requests

    def _on_damaged(self, damage: Damage) -> None:
        self._refuse(None, "bad-request", _DAMAGED[damage])

    def _on_message(self, request: dict[str, Any]) -> None:
        number = request.get("id")
        if not isinstance(number, int | str) or isinstance(number, bool):
            self._refuse(None, "bad-request", "a request needs an id, a number or a string")
            return
        self._request(number, request)

    def _request(self, number: int | str, request: dict[str, Any]) -> None:
        name, args = request.get("call"), request.get("args", {})
        medium = request.get("medium", 1)
        whole = isinstance(medium, int) and not isinstance(medium, bool)
        handlers = self._handlers(medium) if whole else {}
        if not handlers:
            self._refuse(number, "no-such-medium", f"there is no medium {medium!r:.40}")
            return
        handler = handlers.get(name) if isinstance(name, str) else None
        if handler is None:
            known = ", ".join(sorted(handlers))
            self._refuse(number, "unknown-call", f"call {name!r:.40} is unknown; known: {known}")
            return
        if not isinstance(args, dict):
            self._refuse(number, "bad-argument", f"{name}: args must be an object")
            return
        if extra := request.keys() - {"id", "call", "args", "medium"}:
            self._refuse(number, "bad-request", f"a request has no {min(extra)!r:.40}")
            return
        self._serve(number, handler, args)

    def _serve(self, number: int | str, handler: Handler, args: dict[str, Any]) -> None:
        def reply(result: dict[str, Any]) -> None:
            if "error" in result:
                self._send({"id": number, "error": result["error"]})
            else:
                self._send({"id": number, "result": result})

        try:
            result = handler(args, reply)
        except RequestError as error:
            self._refuse(number, error.code, str(error))
            return
        if result is not None:
            reply(result)

    # answers

    def _refuse(self, number: int | str | None, code: str, message: str) -> None:
        self._send(_refusal(number, code, message))

    def _send(self, message: Mapping[str, Any]) -> None:
        if self._channel is not None:
            self._channel.send(message)


def failure(code: str, message: str) -> dict[str, Any]:
    """What a handler replies later when the call failed."""
    return {"error": _error(code, message)}


def _refusal(number: int | str | None, code: str, message: str) -> dict[str, Any]:
    return {"id": number, "error": _error(code, message)}


def _error(code: str, message: str) -> dict[str, str]:
    return {"code": code, "message": message}
