# SPDX-License-Identifier: GPL-2.0-or-later
"""The IHV service's life: host process, InitService, InitAdapter, and all of it back again.

Start: the host loads the DLL (version check and InitService are its), then InitAdapter.
Stop (LIFE-10, ADPT-05): the connection is ended, then DeinitAdapter → DeinitService → the process
ends. An adapter that is pulled out gets DeinitAdapter, and InitAdapter when it is back. A host that
crashes or hangs is started again at once, so that the next connect finds it ready; when that start
fails as well, or nothing was asked of the host since its last start, the next connect or SetProfile
tries again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Protocol

from .. import codes
from ..handles import new_handle
from ..log import note
from .call_queue import Arguments
from .exit_record import HostExit
from .process import HostLoss, IhvHost, ServiceEvent

ERROR_PROCESS_ABORTED = 1067  # winerror.h
EXTENSIBLE_STATION = 4  # DOT11_OPERATION_MODE_EXTENSIBLE_STATION


class State(Enum):
    """States of the IHV host as a service that is started and stopped."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    FAILED = "failed"
    STOPPING = "stopping"
    ABSENT = "without adapter"


@dataclass(frozen=True)
class Outcome:
    """How a start or stop went.

    Attributes:
        error: Win32 error, 0 for success.
        stage: where it failed: start, load, exports, version, init, adapter, lost.
    """

    error: int = 0
    stage: str = ""


class AdapterLife(Protocol):
    """What the connection is told of the host's life."""

    def initializing(self, svc_handle: str) -> None:
        """InitAdapter is about to be called."""

    def ready(self, ihv_handle: str) -> None:
        """InitAdapter succeeded."""

    def removed(self) -> None:
        """DeinitAdapter is about to be called."""

    def host_lost(self, loss: HostLoss) -> None:
        """The host crashed, hung or broke its protocol: no handler can be called any more."""

    def unavailable(self) -> None:
        """The host cannot be started."""

    def shut_down(self, done: Callable[[], None]) -> None:
        """End the connection, then call `done`."""


class Lifecycle:
    """The IHV service of one adapter.

    Args:
        guid: the adapter's GUID, in braces.
        description: its name for people.
        adapter: told of what concerns the connection.
        on_new_host: called at each start, before any call of the DLL.
    """

    def __init__(
        self, guid: str, description: str, adapter: AdapterLife, on_new_host: Callable[[], None]
    ) -> None:
        self._guid = guid
        self._description = description
        self._adapter = adapter
        self._on_new_host = on_new_host
        self._host: IhvHost | None = None
        self._ihv_handle = ""
        self._waiting: list[Callable[[Outcome], None]] = []
        self._used = False
        self._present = True
        self._taken_away = False
        self.state = State.STOPPED
        self.last = Outcome()

    def use(self, host: IhvHost) -> None:
        """The host to start and stop; its reports come to `on_service` and `on_lost`."""
        self._host = host

    # --- start ---

    def start(self, done: Callable[[Outcome], None]) -> None:
        """Start, or join the start in progress; `done` gets the outcome."""
        if self.state is State.RUNNING:
            done(Outcome())
            return
        if self.state is State.STOPPING:
            done(Outcome(codes.ERROR_INVALID_STATE, "stopping"))
            return
        self._waiting.append(done)
        if self.state not in (State.STARTING, State.ABSENT):
            self._begin_start()

    def ensure(self, done: Callable[[Outcome], None]) -> None:
        """As `start`, but a service that was stopped on purpose stays stopped."""
        if self.state in (State.STOPPED, State.STOPPING):
            done(Outcome(codes.ERROR_SERVICE_NOT_ACTIVE, "stopped"))
        else:
            self._used = True
            self.start(done)

    def _begin_start(self) -> None:
        self._used = False
        self._enter(State.STARTING)
        self._on_new_host()
        self._process().start()

    def on_service(self, event: ServiceEvent) -> None:
        """The host reports how loading and InitService went."""
        if self.state is not State.STARTING:
            return
        if not event.running:
            self._failed(Outcome(event.error or codes.ERROR_GEN_FAILURE, event.stage or "init"))
            return
        self._init_adapter()

    def _init_adapter(self) -> None:
        svc_handle = new_handle()
        self._adapter.initializing(svc_handle)
        arguments = {
            "guid": self._guid,
            "description": self._description,
            "mode": EXTENSIBLE_STATION,
            "svc_handle": svc_handle,
        }
        self._process().call("init_adapter", arguments, self._adapter_initialized)

    def _adapter_initialized(self, result: Arguments) -> None:
        if self.state is not State.STARTING:
            return
        status = int(result.get("status", codes.ERROR_GEN_FAILURE))
        if status != codes.ERROR_SUCCESS:
            self._failed(Outcome(status, "adapter"))
            return
        self._ihv_handle = str(result["ihv_handle"])
        self._enter(State.RUNNING)
        self._adapter.ready(self._ihv_handle)
        self._answer(Outcome())
        if not self._present:  # it went meanwhile
            self._take_away()

    def _failed(self, outcome: Outcome) -> None:
        note(f"IHV service failed to start: {outcome.stage}, error {outcome.error}")
        wanted = outcome.stage == "stopped"
        end = HostExit("failed", stage=outcome.stage, error=outcome.error, text="did not come up")
        self._process().kill(None if wanted else end)
        self.last = outcome
        self._enter(State.FAILED)
        self._adapter.removed()
        self._adapter.unavailable()
        self._answer(outcome)

    # --- loss ---

    def on_lost(self, loss: HostLoss) -> None:
        """The host crashed or hung, or never answered its start."""
        before, self._ihv_handle = self.state, ""
        if before is State.STARTING:
            error = codes.ERROR_TIMEOUT if loss.hung else ERROR_PROCESS_ABORTED
            self._failed(Outcome(error, "lost"))
        elif before in (State.RUNNING, State.ABSENT):
            self._begin_again(loss)
        # In STOPPING the host's end is what was wanted; whoever waits goes on by itself.
        elif before is State.STOPPING:
            self._adapter.host_lost(loss)
            self._stopped()

    def _begin_again(self, loss: HostLoss) -> None:
        self._adapter.host_lost(loss)
        if self._used:
            self._begin_start()
        else:
            self._failed(Outcome(ERROR_PROCESS_ABORTED, "lost"))

    # --- the adapter alone ---

    def replug(self, done: Callable[[Outcome], None]) -> None:
        """Take the adapter away and add it again, in the same host; `done` gets the outcome."""
        if self.state is not State.RUNNING:
            done(Outcome(codes.ERROR_INVALID_STATE, self.state.value))
            return
        self._waiting.append(done)
        self._enter(State.STARTING)
        gone, self._ihv_handle = self._ihv_handle, ""
        self._adapter.removed()
        arguments = {"ihv_handle": gone}
        self._process().call("deinit_adapter", arguments, lambda _result: self._plugged_in())

    def _plugged_in(self) -> None:
        if self.state is State.STARTING:
            self._bring_back()

    def adapter_gone(self) -> None:
        """The adapter was pulled out, and its connection has ended."""
        self._present = False
        if self.state is State.RUNNING:
            self._take_away()

    def adapter_back(self) -> None:
        """It is plugged in again, or for the first time."""
        self._present = True
        if self.state is State.ABSENT and self._taken_away:
            self._bring_back()

    def _take_away(self) -> None:
        self._enter(State.ABSENT)
        self._taken_away = False
        gone, self._ihv_handle = self._ihv_handle, ""
        self._adapter.removed()
        self._process().call("deinit_adapter", {"ihv_handle": gone}, self._deinitialized)

    def _deinitialized(self, _result: Arguments) -> None:
        self._taken_away = True
        if self.state is State.ABSENT and self._present:
            self._bring_back()

    def _bring_back(self) -> None:
        self._enter(State.STARTING)
        self._on_new_host()
        self._init_adapter()

    # --- before a start ---

    def prepare(self, done: Callable[[Outcome], None]) -> None:
        """Have a host process wait for the next start, while the service is stopped."""

        def over(waits: bool) -> None:
            done(Outcome() if waits else Outcome(codes.ERROR_GEN_FAILURE, "start"))

        if self.state is State.STOPPED:
            self._process().prepare(over)
        else:
            done(Outcome(codes.ERROR_INVALID_STATE, self.state.value))

    # --- stop ---

    def stop(self, done: Callable[[Outcome], None]) -> None:
        """Stop in order; `done` is called when the host is gone."""
        if self.state is State.STOPPED:
            done(Outcome())
            return
        if self.state is State.STARTING:
            self._failed(Outcome(codes.ERROR_CANCELLED, "stopped"))
        self._waiting.append(done)
        if self.state is State.STOPPING:
            return
        if self.state is State.FAILED:
            self._stopped()
            return
        self._enter(State.STOPPING)
        self._adapter.shut_down(self._deinit_adapter)

    def _deinit_adapter(self) -> None:
        if self.state is not State.STOPPING:
            return
        self._adapter.removed()
        process = self._process()
        if self._ihv_handle:
            process.call("deinit_adapter", {"ihv_handle": self._ihv_handle})
        process.call("deinit_service", {}, lambda _result: self._finish())

    def _finish(self) -> None:
        self._process().finish(partial(self._stopped))

    def _stopped(self) -> None:
        if self.state is not State.STOPPED:
            self._process().kill()
            self._adapter.removed()
            self._enter(State.STOPPED)
            self._answer(Outcome())

    def _answer(self, outcome: Outcome) -> None:
        waiting, self._waiting = self._waiting, []
        for done in waiting:
            done(outcome)

    def _process(self) -> IhvHost:
        assert self._host is not None, "use() comes first"
        return self._host

    def _enter(self, state: State) -> None:
        self.state = state
        note(f"IHV service {state.value}")
