# SPDX-License-Identifier: GPL-2.0-or-later
"""One client of the WLAN service, and the errors its calls end with."""

from __future__ import annotations

import socket
from typing import Protocol

from hil_common.jsonlines import Channel, Message
from hil_common.loop import Loop

from . import codes
from .ihv_host.call_queue import Arguments


class CallError(Exception):
    """A call that fails.

    Attributes:
        code: Win32 error.
        reason: WLAN reason code, 0 without one.
    """

    def __init__(self, code: int, text: str, reason: int = 0) -> None:
        super().__init__(text)
        self.code = code
        self.reason = reason


class Service(Protocol):
    """Serves the calls of its clients."""

    def serve(self, client: Client, number: object, message: Message) -> None:
        """Carry out one call; CallError, KeyError, ValueError or TypeError refuse it."""

    def forget(self, client: Client) -> None:
        """The client is gone."""


class Client:
    """One wlanapi.dll handle: a connection and the sources it wants notifications of."""

    def __init__(self, loop: Loop, peer: socket.socket, service: Service) -> None:
        self._peer = peer
        self._service = service
        self.sources = 0
        self.channel = Channel(loop, peer.fileno(), peer.fileno(), self._on_message, self._gone)

    def answer(self, number: object, result: Arguments) -> None:
        """Answer call `number`."""
        self.channel.send({"id": number, "result": result})

    def refuse(self, number: object, error: CallError) -> None:
        """Answer call `number` with an error."""
        told = {"code": error.code, "message": str(error), "reason": error.reason}
        self.channel.send({"id": number, "error": told})

    def close(self) -> None:
        """Close the channel, and have the service forget the client."""
        self.channel.close()
        self._gone("closed")

    def _on_message(self, message: Message) -> None:
        number = message.get("id")
        try:
            self._service.serve(self, number, message)
        except CallError as error:
            self.refuse(number, error)
        except (KeyError, ValueError, TypeError):
            self.refuse(number, CallError(codes.ERROR_INVALID_PARAMETER, "bad arguments"))

    def _gone(self, _reason: str) -> None:
        self._peer.close()
        self._service.forget(self)
