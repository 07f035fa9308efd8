# SPDX-License-Identifier: GPL-2.0-or-later
"""Where stimuli meet the service: it is told of every event, and carries out what is due.

There are two hook points besides the connection's own moments: `ObservedCalls` stands between the
connection and the IHV host and tells when a handler has returned, before the connection hears of
it; `framework_call` comes before a framework function is carried out, `framework_answered` when
its answer has been given. Everything runs on the one loop, so what a stimulus meets is the same in
every run.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hil_common.loop import Timer
from hil_common.stimuli import HANDLERS, SEND_UI_REQUEST

from .. import codes
from ..association.assoc_params import parse_form
from ..ihv_host.call_queue import Arguments, Caller, Done
from ..ihv_host.exit_record import clock_ns
from ..log import note
from .actions import ACTIONS
from .context import StimulusContext
from .plan import Stimulus, StimulusError, StimulusPlan, parse


class StimulusRunner:
    """Carries out the stimuli of one adapter."""

    def __init__(self) -> None:
        self._context: StimulusContext | None = None
        self._plan = StimulusPlan()
        self._done: list[Arguments] = []
        self._open: set[int] = set()  # places in `_done` whose action has not reported yet
        self._postponed: set[Timer] = set()  # stimuli that are due and whose time has not come
        self._waiting: list[Callable[[list[Arguments]], None]] = []

    def use(self, context: StimulusContext) -> None:
        """What the stimuli act on."""
        self._context = context

    def give(self, plan: object, association: object = None) -> None:
        """Take a new plan in place of the one before, and the form of the parameters of
        PerformPostAssociate. Raises StimulusError and keeps the old plan."""
        assert self._context is not None, "use() comes first"
        stimuli = parse(plan)
        try:
            form = parse_form(association or {})
        except ValueError as error:
            raise StimulusError(str(error)) from None
        self._context.connection.association_form = form
        self._plan = StimulusPlan(stimuli)
        self._cancel_postponed()
        self._done = []
        self._open.clear()

    def collect(self, done: Callable[[list[Arguments]], None]) -> None:
        """Call `done` with what was carried out and when (guest clock), once nothing of it is in
        progress any more."""
        self._waiting.append(done)
        self._answer()

    def event(self, name: str) -> None:
        """Something happened: carry out what that makes due."""
        for place, stimulus in self._plan.due(name):
            self._stimulus(place, stimulus)

    def framework_call(self, function: str) -> int | None:
        """The DLL calls a framework function: the error to refuse it with, None to go on."""
        refused: int | None = None
        for place, stimulus in self._plan.due(function):
            if stimulus.do == "refuse":
                refused = int(stimulus.parameters["error"])
                self._note(place, stimulus)
            else:
                self._stimulus(place, stimulus)
        return refused

    def framework_answered(self, function: str, status: int) -> None:
        """The answer of a framework function is given now: what is due then follows it."""
        due = self._plan.due_on_return(function)
        waits = function == SEND_UI_REQUEST and status == codes.ERROR_SUCCESS
        if not due and not waits:
            return
        assert self._context is not None, "use() comes first"
        follow = partial(self._follow, self._plan, due, waits)
        self._context.loop.later(follow)

    def _follow(
        self, plan: StimulusPlan, due: tuple[tuple[int, Stimulus], ...], waits: bool
    ) -> None:
        if plan is not self._plan:
            return
        for place, stimulus in due:
            self._stimulus(place, stimulus)
        if waits:
            self.event("waits-for-user")

    def host_lost(self) -> None:
        """The IHV host is gone: what it was asked for will never be answered."""
        for index in sorted(self._open):
            self._done[index]["lost"] = True
        self._open.clear()
        self._cancel_postponed()
        self._answer()

    def _stimulus(self, place: int, stimulus: Stimulus) -> None:
        """Carry a stimulus out that is due, or put it off."""
        if not stimulus.after_s:
            self._run(place, stimulus)
            return
        assert self._context is not None, "use() comes first"

        def come() -> None:
            self._postponed.discard(timer)
            self._run(place, stimulus)
            self._answer()

        timer = self._context.loop.call_after_s(stimulus.after_s, come)
        self._postponed.add(timer)

    def _cancel_postponed(self) -> None:
        for timer in self._postponed:
            timer.cancel()
        self._postponed.clear()

    def _run(self, place: int, stimulus: Stimulus) -> None:
        assert self._context is not None, "use() comes first"
        index = self._note(place, stimulus)
        self._open.add(index)
        record = self._done[index]
        ACTIONS[stimulus.do](
            self._context, stimulus.parameters, partial(self._reported, index, record)
        )

    def _note(self, place: int, stimulus: Stimulus) -> int:
        note(f"order: {stimulus.do} on {stimulus.on}")
        self._done.append(
            {"order": place + 1, "on": stimulus.on, "do": stimulus.do, "t_ns": clock_ns()}
        )
        return len(self._done) - 1

    def _reported(self, index: int, record: Arguments, result: Arguments) -> None:
        record.update(result)
        if index < len(self._done) and self._done[index] is record:
            self._open.discard(index)
            self._answer()

    def _answer(self) -> None:
        if not self._open and not self._postponed:
            waiting, self._waiting = self._waiting, []
            for done in waiting:
                done(list(self._done))


class ObservedCalls:
    """Calls handlers, and tells the runner when one has returned."""

    def __init__(self, host: Caller, runner: StimulusRunner) -> None:
        self._host = host
        self._runner = runner

    def call(
        self,
        function: str,
        arguments: Arguments,
        done: Done | None = None,
        dropped: Callable[[], None] | None = None,
    ) -> None:
        """See Caller."""
        event = HANDLERS.get(function)
        if event is None:
            self._host.call(function, arguments, done, dropped)
        else:
            self._host.call(function, arguments, partial(self._returned, event, done), dropped)

    def _returned(self, event: str, done: Done | None, result: Arguments) -> None:
        self._runner.event(event)
        if done is not None:
            done(result)
