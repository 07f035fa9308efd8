# SPDX-License-Identifier: GPL-2.0-or-later
"""A netlink socket without a kernel."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from autoconfig.radio.netlink import Attributes, Event, NetlinkError, attributes


class FakeSocket:
    """Takes requests, gives events."""

    def __init__(self, *_arguments: Any) -> None:
        self.asked: list[tuple[int, Attributes]] = []
        self.refusal = 0
        self.queue: deque[Event] = deque()
        self.scan: list[Attributes] = []

    def fileno(self) -> int:
        """A descriptor the loop can watch."""
        return 0

    def ask(self, command: int, body: bytes) -> int:
        """Take a request; the cookie is 77."""
        if self.refusal:
            raise NetlinkError(self.refusal, "refused")
        self.asked.append((command, attributes(body)))
        return 77

    def dump(self, _command: int, _body: bytes) -> list[Attributes]:
        """The scan results."""
        return self.scan

    def events(self) -> Iterator[Event]:
        """What is queued."""
        while self.queue:
            yield self.queue.popleft()

    def has_events(self) -> bool:
        """Whether something is queued."""
        return bool(self.queue)

    def close(self) -> None:
        """Nothing is held."""
