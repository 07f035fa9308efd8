# SPDX-License-Identifier: GPL-2.0-or-later
"""QMP for synchronous code: QEMU's own client on an event loop of its own.

A dead QEMU must never look like a slow one, so every command is bounded and a lost connection is
`PeerGone` at once. All events go to a JSON-lines log.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from qemu.qmp import EventListener, QMPClient, QMPError
from qemu.qmp.message import Message

from harness.errors import HarnessError
from harness.local.deadline import Deadline

T = TypeVar("T")

logging.getLogger("qemu.qmp").setLevel(logging.CRITICAL + 1)  # failures are told by us, once


class QmpRefused(HarnessError):
    """QEMU answered a command with an error."""


class Qmp:
    """A connected QMP session; close it with `close`."""

    def __init__(self, sock: socket.socket, log: Path, *, timeout_s: float = 30) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="qmp", daemon=True)
        self._thread.start()
        self._client = QMPClient("hil")
        self._log = log.open("a", encoding="utf-8")
        self._tasks: set[asyncio.Task[None]] = set()
        try:
            self._run(self._client.connect(sock), Deadline("greeting of QEMU over QMP", timeout_s))
            self._run(self._listen(), Deadline("QMP event listener", timeout_s))
        except BaseException:
            self.close()
            raise

    def execute(
        self, command: str, arguments: dict[str, object] | None = None, *, timeout_s: float = 30
    ) -> Any:
        """The result of one QMP command; raises `QmpRefused`, `TooSlow` or `PeerGone`."""
        deadline = Deadline(f"QMP command {command}", timeout_s)
        deadline.state = "sent, no answer"
        return self._run(self._client.execute(command, arguments), deadline)

    def send_fd(self, name: str, fd: int) -> None:
        """Give QEMU a copy of `fd` under `name`, as `getfd` does."""
        self._client.send_fd_scm(fd)
        self.execute("getfd", {"fdname": name})

    def close(self) -> None:
        """End the session and its thread; never raises, also when it has ended before."""
        if self._loop.is_closed():
            return
        with contextlib.suppress(Exception):
            self._run(self._end(), Deadline("end of the QMP session", 5))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        if not self._thread.is_alive():
            self._loop.close()
        self._log.close()

    def _run(self, step: Coroutine[Any, Any, T], deadline: Deadline) -> T:
        future = asyncio.run_coroutine_threadsafe(step, self._loop)
        try:
            return future.result(deadline.remaining_s)
        except TimeoutError:
            future.cancel()
            raise deadline.too_slow() from None
        except QMPError as error:
            if type(error).__name__ == "ExecuteError":
                raise QmpRefused(f"{deadline.awaited}: {error}") from None
            deadline.state = f"{type(error).__name__}: {error}"
            raise deadline.gone() from None
        except (OSError, EOFError, asyncio.CancelledError) as error:
            deadline.state = f"{type(error).__name__}: {error}"
            raise deadline.gone() from None

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.disconnect()

    async def _listen(self) -> None:
        listener = EventListener()
        self._client.register_listener(listener)
        task = asyncio.ensure_future(self._write_events(listener))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write_events(self, listener: EventListener) -> None:
        async for event in listener:
            with contextlib.suppress(OSError, ValueError):  # a full disk is told elsewhere
                self._log.write(_line(event))
                self._log.flush()


def _line(event: Message) -> str:
    return json.dumps(dict(event)) + "\n"
