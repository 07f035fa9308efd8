# SPDX-License-Identifier: GPL-2.0-or-later
"""An IHV host whose answers the test gives, and a life over it."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from autoconfig.ihv_host.call_queue import Arguments, Done
from autoconfig.ihv_host.lifecycle import Lifecycle, Outcome, State
from autoconfig.ihv_host.process import HostLoss, IhvHost, ServiceEvent

CRASH = HostLoss(hung=False, function="x", text="process ended")
RUNNING = ServiceEvent(True, "", 0)


class ScriptedHost:
    """A host whose answers the test gives."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.waiting: list[Done | None] = []
        self.over: Callable[[], None] | None = None

    def start(self) -> None:
        """Note it."""
        self.log.append("start")

    def prepare(self, done: Callable[[bool], None]) -> None:
        """Note it: it waits at once."""
        self.log.append("prepare")
        done(True)

    def call(self, function: str, _arguments: Arguments, done: Done | None = None) -> None:
        """Note it; `answer` lets it return."""
        self.log.append(function)
        self.waiting.append(done)

    def kill(self, end: object = None) -> None:
        """Note it."""
        self.log.append("kill")

    def finish(self, done: Callable[[], None]) -> None:
        """Note it and keep what follows."""
        self.log.append("finish")
        self.over = done

    def answer(self, **result: object) -> None:
        """Answer the oldest call."""
        done = self.waiting.pop(0)
        if done is not None:
            done({"status": 0, **result})


class Adapter:
    """Records what the connection would be told."""

    def __init__(self, log: list[str]) -> None:
        self.log = log
        self.done: Callable[[], None] | None = None

    def initializing(self, svc_handle: str) -> None:
        """Note it."""
        self.log.append("initializing")

    def ready(self, ihv_handle: str) -> None:
        """Note it."""
        self.log.append(f"ready {ihv_handle}")

    def removed(self) -> None:
        """Note it."""
        self.log.append("removed")

    def host_lost(self, loss: HostLoss) -> None:
        """Note it."""
        self.log.append("host_lost")

    def unavailable(self) -> None:
        """Note it."""
        self.log.append("unavailable")

    def shut_down(self, done: Callable[[], None]) -> None:
        """Note it."""
        self.log.append("shut_down")
        self.done = done


class Bench:
    """A life over doubles."""

    def __init__(self) -> None:
        self.host = ScriptedHost()
        self.adapter = Adapter(self.host.log)
        self.life = Lifecycle("{G}", "test", self.adapter, lambda: self.host.log.append("new"))
        self.life.use(cast(IhvHost, self.host))
        self.outcomes: list[Outcome] = []

    def running(self) -> Bench:
        """Started."""
        self.life.start(self.outcomes.append)
        self.life.on_service(RUNNING)
        self.host.answer(ihv_handle="0x7")
        assert self.life.state is State.RUNNING
        return self

    def used(self) -> Bench:
        """Started, and asked for something."""
        self.running()
        self.life.ensure(self.outcomes.append)
        self.host.log.clear()
        self.outcomes.clear()
        return self
