# SPDX-License-Identifier: GPL-2.0-or-later
"""The IHV host process (wlanext.exe's role): start, calls into the DLL's handlers, calls out of
it, watchdog, end.

Handlers of one adapter are called one at a time in the order they were asked for: the documents
promise no more (docs/contract.md, "Threads"). Each adapter has a queue of its own for that, so what
one of them is asked keeps no other one waiting. A handler that does not return within the limit,
and a process that ends or breaks the protocol, end the host; `on_lost` tells of it once, and every
outstanding call is dropped. However a process ends, `on_exit` gets one account of it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from hil_common.jsonlines import Channel, Message
from hil_common.loop import Loop

from ..log import note
from ..settings import ServiceLimits
from .call_queue import Arguments, CallQueue, Done, HandlerCall
from .confine import Confinement
from .exit_record import HostExit

EXIT_LIMIT_S = 2.0
"""How long a process that was killed may take to be gone."""
PIPE_GRACE_S = 0.5
"""How long a process whose pipe has closed is given to end by itself: its exit code tells more."""
START, LOAD, UNLOAD = "start", "load", "unload"
"""What a process is in while no handler runs: nothing of the DLL is in one that only starts."""
WAIT, GO_ON = "--wait", b"\n"
"""Argument of a host that waits before it reads the registry and loads the DLL; what ends that."""


@dataclass(frozen=True)
class HostLoss:
    """Why the host is gone.

    Attributes:
        hung: a handler did not return in time (False: the process crashed or ended).
        function: the handler outstanding then, "" if none.
        text: what was seen.
    """

    hung: bool
    function: str
    text: str


@dataclass(frozen=True)
class ServiceEvent:
    """The host's report of loading the DLL and initialising its service.

    Attributes:
        running: InitService succeeded.
        stage: where it failed: load, exports, version, init (or start, if there is no host).
        error: the Win32 error, 0 if there is none.
    """

    running: bool
    stage: str
    error: int


class IhvHost:
    """One host process at a time.

    Args:
        loop: serves the pipes and the watchdog.
        command: argv of the host.
        limits: of handlers and of the start.
        framework: answers a framework function called by the DLL.
        on_service: called once per start with how it went.
        on_lost: called when a started host is gone without having been stopped.
        confinement: bounds and counts what the process uses; without it nothing does.
        on_exit: called with the account of each process that has ended.
        on_adapter_oui: called at each start with the AdapterOUI that the registry has.
    """

    def __init__(
        self,
        loop: Loop,
        command: tuple[str, ...],
        limits: ServiceLimits,
        framework: Callable[[str, Arguments], Arguments],
        on_service: Callable[[ServiceEvent], None],
        on_lost: Callable[[HostLoss], None],
        confinement: Confinement | None = None,
        on_exit: Callable[[HostExit], None] = lambda _end: None,
        on_adapter_oui: Callable[[int], None] = lambda _oui: None,
    ) -> None:
        self._loop = loop
        self._command = command
        self._limits = limits
        self._framework = framework
        self._on_service = on_service
        self._on_lost = on_lost
        self._confinement = confinement
        self._on_exit = on_exit
        self._on_adapter_oui = on_adapter_oui
        self._pid = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self._exit_fd = -1
        self._main = CallQueue(self._enqueue)
        self._queues: dict[str, CallQueue] = {"": self._main}
        self._asked: dict[int, CallQueue] = {}  # call number → whose it is
        self._number = 0
        self._started = self._announced = False
        self._waits = False
        self._asking: list[Callable[[bool], None]] = []

    @property
    def alive(self) -> bool:
        """Whether a process is there, started and not yet lost."""
        return self._process is not None and not self._waits

    def prepare(self, done: Callable[[bool], None]) -> None:
        """Start the process so far that it waits for `start`, with nothing of the DLL in it; `done`
        gets whether it waits. One that ends meanwhile is forgotten, and no account is given."""
        assert not self.alive, "one host at a time"
        if self._waits:
            self._loop.later(lambda: done(True))
            return
        self._waits = self._spawn(WAIT)
        self._asking.append(done)
        if not self._waits:
            self._loop.later(lambda: self._answer_prepared(False))

    def start(self) -> None:
        """Start the process; `on_service` follows, at the latest after the start limit."""
        assert not self.alive, "one host at a time"
        self._started = self._announced = False
        self._pid, self._main.since_s = 0, time.monotonic()
        if self._waits and self._process is not None and self._process.poll() is not None:
            self.kill()  # it ended unseen, with nothing of the DLL in it: it gets no blame
        if self._waits:
            self._waits = False
            self._go_on()
        elif not self._spawn():
            self._loop.later(lambda: self._on_service(ServiceEvent(False, "start", 2)))
            return
        self._watch(self._main, self._limits.load_s, LOAD)

    def _go_on(self) -> None:
        """Let the process that waits go on, within the limits as they are now."""
        assert self._process is not None
        assert self._process.stdin is not None
        if self._confinement is not None:
            self._confinement.bound()
        with contextlib.suppress(OSError):  # it has ended, which is seen as of any other
            os.write(self._process.stdin.fileno(), GO_ON)

    def _spawn(self, *arguments: str) -> bool:
        """Start a process; whether there is one."""
        try:
            process = subprocess.Popen(
                (*self._command, *arguments),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                bufsize=0,
                preexec_fn=self._confinement.open() if self._confinement else None,
            )
        except OSError as error:
            note(f"IHV host cannot be started: {error.strerror}")
            return False
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._channel = Channel(
            self._loop,
            process.stdout.fileno(),
            process.stdin.fileno(),
            self._on_message,
            self._on_pipe_closed,
        )
        # Wine's server may hold the pipe's other end open, so its end alone does not tell.
        self._exit_fd = os.pidfd_open(process.pid)
        self._loop.watch(self._exit_fd, lambda: self._lost("ended", "process ended"))
        return True

    def call(
        self,
        function: str,
        arguments: Arguments,
        done: Done | None = None,
        dropped: Callable[[], None] | None = None,
    ) -> None:
        """Call a handler on the main queue, that of the first adapter and of the service: when its
        turn comes. `done` gets its result, or `dropped` is called if there will be none."""
        self._main.call(function, arguments, done, dropped)

    def queue(self, name: str) -> CallQueue:
        """The queue of an adapter besides the first."""
        return self._queues.setdefault(name, CallQueue(self._enqueue))

    def _enqueue(self, queue: CallQueue, call: HandlerCall) -> None:
        if not self.alive:
            if call.dropped is not None:
                self._loop.later(call.dropped)
            return
        queue.waiting.append(call)
        self._next(queue)

    def kill(self, end: HostExit | None = None) -> None:
        """End the process at once, dropping every call; `on_lost` is not called.

        `end` tells why; without it the service wanted it gone.
        """
        process, self._process = self._process, None
        if process is None:
            return
        end = replace(end or HostExit("stopped"), pid=self._pid)
        self._forget()
        if end.how == "ended":
            _reap(process)  # before anything is killed: its own exit code
        with contextlib.suppress(ProcessLookupError):  # gone, and nothing it has started is left
            os.killpg(process.pid, signal.SIGKILL)
        if self._confinement is not None:
            self._confinement.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        _reap(process)
        code = process.returncode
        usage = self._confinement.close() if self._confinement is not None else end.usage
        if usage.out_of_memory:
            end = replace(end, how="memory", text="the kernel ended it for want of memory")
        exit_code = code if code is not None and code >= 0 else None
        if not self._waits:
            self._on_exit(replace(end, exit_code=exit_code, usage=usage))
        self._waits = False

    def finish(self, done: Callable[[], None]) -> None:
        """After deinit_service: close the pipe, let the process end by itself within a limit, then
        kill it; call `done` when it is gone."""
        process = self._process
        if process is None or process.stdin is None or self._channel is None:
            done()
            return

        def over(late: bool) -> None:
            timer.cancel()
            stuck = HostExit(
                "hung", function=UNLOAD, text="process did not end", waited_ms=limit_ms
            )
            self.kill(stuck if late else None)
            done()

        limit_s = self._limits.unload_s
        limit_ms = int(limit_s * 1000)
        self._main.disarm()
        self._channel.close()
        process.stdin.close()
        self._loop.unwatch(self._exit_fd)
        self._loop.watch(self._exit_fd, lambda: over(late=False))
        timer = self._loop.call_after_s(limit_s, lambda: over(late=True))

    def _next(self, queue: CallQueue) -> None:
        if queue.current is not None or not queue.waiting or self._channel is None:
            return
        if queue.waiting[0].function == "deinit_service" and self._others_busy(queue):
            return  # DeinitAdapter of every adapter comes first (LIFE-10)
        call = queue.current = queue.waiting.popleft()
        self._number += 1
        self._asked[self._number] = queue
        self._channel.send({"id": self._number, "call": call.function, "args": call.arguments})
        queue.since_s = time.monotonic()
        last = call.function == "deinit_service"
        limit_s = self._limits.deinit_s if last else self._limits.handler_s
        self._watch(queue, limit_s, call.function)

    def _others_busy(self, queue: CallQueue) -> bool:
        return any(not other.idle for other in self._queues.values() if other is not queue)

    def _on_message(self, message: Message) -> None:
        if "call" in message:
            self._framework_call(message)
        elif "event" in message:
            self._on_event(message)
        else:
            self._answered(message)

    def _framework_call(self, message: Message) -> None:
        arguments = message.get("args")
        name = message["call"]
        if not isinstance(arguments, dict) or not isinstance(name, str):
            self._lost("cut", "malformed framework call")
            return
        result = self._framework(name, arguments)
        if self._channel is not None:
            self._channel.send({"id": message.get("id"), "result": result})

    def _answered(self, message: Message) -> None:
        number = message.get("id")
        queue = self._asked.pop(number, None) if isinstance(number, int) else None
        call = queue.current if queue is not None else None
        if queue is None or call is None:
            self._lost("cut", "answer to no call")
            return
        result = message.get("result")
        if not isinstance(result, dict):
            note(f"IHV host refuses {call.function}")
            result = {"status": 31}  # ERROR_GEN_FAILURE
        queue.disarm()
        queue.current = None
        if call.done is not None:
            call.done(result)
        self._next(queue)
        if queue.idle:
            self._next(self._main)

    def _on_event(self, message: Message) -> None:
        if message["event"] == "waiting":
            self._answer_prepared(True)
        if message["event"] == "started" and isinstance(message.get("pid"), int):
            self._started, self._pid = True, message["pid"]
            if isinstance(message.get("adapter_oui"), int):
                self._on_adapter_oui(message["adapter_oui"])
        if message["event"] != "service" or self._announced:
            return
        self._announced = True
        self._main.disarm()
        if self._confinement is not None:
            self._confinement.watch()
        self._on_service(
            ServiceEvent(
                running=message.get("state") == "running",
                stage=str(message.get("stage", "")),
                error=int(message.get("error", 0)),
            )
        )

    def _watch(self, queue: CallQueue, limit_s: float, function: str) -> None:
        queue.disarm()
        text = f"{function} did not return within {limit_s:g} s"
        queue.watchdog = self._loop.call_after_s(limit_s, lambda: self._lost("hung", text, queue))

    def _on_pipe_closed(self, reason: str) -> None:
        """A process that ends closes its pipes, too: wait a moment for its exit code."""
        if self._process is None:
            return
        for queue in self._queues.values():
            queue.disarm()
        text = f"pipe {reason}"
        main = self._main
        main.watchdog = self._loop.call_after_s(PIPE_GRACE_S, lambda: self._lost("cut", text))

    def _lost(self, how: str, text: str, queue: CallQueue | None = None) -> None:
        """`queue` is the one that was waited for; without it any that has a call under way."""
        if self._process is None:
            return
        if self._waits:
            note(f"IHV host that waited is lost: {text}")
            self.kill()
            self._answer_prepared(False)
            return
        busy = [each for each in self._queues.values() if each.current is not None]
        queue = queue or (busy[0] if busy else self._main)
        outstanding = "" if self._announced else LOAD if self._started else START
        if queue.current is not None:
            outstanding = queue.current.function
        waited_ms = int((time.monotonic() - queue.since_s) * 1000) if outstanding else 0
        hung = how == "hung"
        self.kill(HostExit(how, function=outstanding, text=text, waited_ms=waited_ms))
        note(f"IHV host lost: {text}{f', in {outstanding}' if outstanding and not hung else ''}")
        self._on_lost(HostLoss(hung, "" if outstanding in (START, LOAD) else outstanding, text))

    def _answer_prepared(self, waits: bool) -> None:
        asking, self._asking = self._asking, []
        for done in asking:
            done(waits)

    def _forget(self) -> None:
        outstanding = [call for queue in self._queues.values() for call in queue.clear()]
        self._asked.clear()
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        self._loop.unwatch(self._exit_fd)
        os.close(self._exit_fd)
        self._exit_fd = -1
        for call in outstanding:
            if call.dropped is not None:
                self._loop.later(call.dropped)


def _reap(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(EXIT_LIMIT_S)
    except subprocess.TimeoutExpired:
        note("IHV host does not die; left behind")
