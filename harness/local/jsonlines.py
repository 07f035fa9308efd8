# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls to a part of the lab over its control protocol (`hil_common.jsonlines`), from any thread.

The other side is untrusted: a line that is no message is counted and skipped, and every call has
a deadline.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from typing import Any

from harness.errors import HarnessError
from harness.local.deadline import Deadline
from hil_common.jsonlines import Damage, decode, encode

MAX_LINE = 4 * 1024 * 1024
"""Longest line taken from a peer, in bytes: a frame event is a few hundred."""


class CallFailed(HarnessError):
    """The peer answered a call with an error; `code` is the peer's own, and so are its words,
    `said`, and `reason`, which is None where it gives none."""

    def __init__(
        self, peer: str, call: str, code: int | str, message: str, reason: int | None = None
    ) -> None:
        super().__init__(f"{peer}: {call} failed: {message} ({code})")
        self.code = code
        self.said = message
        self.reason = reason


class JsonLinesClient:
    """Calls to one peer over a pair of byte streams, with its events handed to `on_event`.

    A reader thread takes lines until the stream ends; then every waiting and later call raises
    `PeerGone` at once.
    """

    def __init__(
        self,
        peer: str,
        lines: Iterable[bytes],
        write: Callable[[bytes], object],
        on_event: Callable[[dict[str, Any]], None],
    ) -> None:
        self.peer = peer
        self.damaged_lines = 0
        self._lines = lines
        self._write = write
        self._on_event = on_event
        self._answers: dict[int, queue.SimpleQueue[dict[str, Any] | None]] = {}
        self._lock = threading.Lock()
        self._next_id = 1
        self._ended: str | None = None
        self._thread = threading.Thread(target=self._read, name=f"{peer} reader", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the peer's stream is still open."""
        return self._ended is None

    def call(
        self,
        name: str,
        args: dict[str, object] | None = None,
        *,
        timeout_s: float,
        about: dict[str, object] | None = None,
    ) -> dict[str, Any]:
        """The result of one call; raises `CallFailed`, `TooSlow` or `PeerGone`.

        `about` goes beside the call's name: which part of the peer it is for.
        """
        deadline = Deadline(f"answer of {self.peer} to {name}", timeout_s)
        call_id, answers = self._send({**(about or {}), "call": name, "args": args or {}}, deadline)
        try:
            answer = answers.get(timeout=deadline.remaining_s)
        except queue.Empty:
            deadline.state = "call sent, no answer"
            raise deadline.too_slow() from None
        finally:
            with self._lock:
                self._answers.pop(call_id, None)
        if answer is None:
            deadline.state = self._ended or "stream closed"
            raise deadline.gone()
        return self._result(name, answer)

    def join(self, timeout_s: float) -> None:
        """Wait until the peer's stream has been read to its end."""
        self._thread.join(timeout_s)

    def _send(
        self, request: dict[str, object], deadline: Deadline
    ) -> tuple[int, queue.SimpleQueue[dict[str, Any] | None]]:
        answers: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        with self._lock:
            if self._ended is not None:
                deadline.state = self._ended
                raise deadline.gone()
            call_id = self._next_id
            self._next_id += 1
            self._answers[call_id] = answers
            try:
                self._write(encode({"id": call_id, **request}))
            except (OSError, EOFError) as error:
                self._answers.pop(call_id, None)
                deadline.state = f"{type(error).__name__} while sending"
                raise deadline.gone() from error
        return call_id, answers

    def _result(self, name: str, answer: dict[str, Any]) -> dict[str, Any]:
        error = answer.get("error")
        if error is not None:
            fields = error if isinstance(error, dict) else {}
            message, reason = str(fields.get("message", "no message")), fields.get("reason")
            raise CallFailed(
                self.peer, name, fields.get("code", "?"), message,
                reason if isinstance(reason, int) else None,
            )  # fmt: skip
        result = answer.get("result")
        return result if isinstance(result, dict) else {}

    def _read(self) -> None:
        ended = "its stream ended"
        try:
            for line in self._lines:
                self._take(line)
        except Exception as error:  # whatever ends the stream ends the peer
            ended = f"its stream broke: {type(error).__name__}"
        with self._lock:
            self._ended = ended
            waiting = list(self._answers.values())
        for answers in waiting:
            answers.put(None)

    def _take(self, line: bytes) -> None:
        message = decode(line) if len(line) <= MAX_LINE else Damage.TOO_LONG
        if isinstance(message, Damage):
            self.damaged_lines += bool(line.strip())
        elif "event" in message:
            self._on_event(message)
        else:
            self._answer(message)

    def _answer(self, message: dict[str, Any]) -> None:
        call_id = message.get("id")
        with self._lock:
            answers = self._answers.get(call_id) if isinstance(call_id, int) else None
        if answers is None:
            self.damaged_lines += 1
        else:
            answers.put(message)
