# SPDX-License-Identifier: GPL-2.0-or-later
"""Where orders meet the service: it is told of every event, and carries out what is due.

There are two hook points besides the connection's own moments: `OrderedCalls` stands between the
connection and the IHV host and tells when a handler has returned, before the connection hears of
it; `framework_call` comes before a framework function is carried out, `framework_answered` when
its answer has been given. Everything runs on the one loop, so what an order meets is the same in
every run.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from .. import codes
from ..association.assoc_params import parse_form
from ..ihv_host.ends import clock_ns
from ..ihv_host.line import Arguments, Caller, Done
from ..log import note
from ..loop import Timer
from .actions import ACTIONS
from .plan import HANDLERS, SEND_UI_REQUEST, Order, OrderError, Plan, parse
from .scene import Scene


class Performer:
    """Carries out the orders of one adapter."""

    def __init__(self) -> None:
        self._scene: Scene | None = None
        self._plan = Plan()
        self._done: list[Arguments] = []
        self._open: set[int] = set()  # places in `_done` whose action has not reported yet
        self._put_off: set[Timer] = set()  # orders that are due and whose time has not come
        self._waiting: list[Callable[[list[Arguments]], None]] = []

    def use(self, scene: Scene) -> None:
        """What the orders act on."""
        self._scene = scene

    def give(self, plan: object, association: object = None) -> None:
        """Take a new plan in place of the one before, and the form of the parameters of
        PerformPostAssociate. Raises OrderError and keeps the old plan."""
        assert self._scene is not None, "use() comes first"
        orders = parse(plan)
        try:
            form = parse_form(association or {})
        except ValueError as error:
            raise OrderError(str(error)) from None
        self._scene.connection.association_form = form
        self._plan = Plan(orders)
        self._drop_put_off()
        self._done = []
        self._open.clear()

    def collect(self, done: Callable[[list[Arguments]], None]) -> None:
        """Call `done` with what was carried out and when (guest clock), once nothing of it is in
        progress any more."""
        self._waiting.append(done)
        self._answer()

    def event(self, name: str) -> None:
        """Something happened: carry out what that makes due."""
        for place, order in self._plan.due(name):
            self._order(place, order)

    def framework_call(self, function: str) -> int | None:
        """The DLL calls a framework function: the error to refuse it with, None to go on."""
        refused: int | None = None
        for place, order in self._plan.due(function):
            if order.do == "refuse":
                refused = int(order.parameters["error"])
                self._note(place, order)
            else:
                self._order(place, order)
        return refused

    def framework_answered(self, function: str, status: int) -> None:
        """The answer of a framework function is given now: what is due then follows it."""
        due = self._plan.due_on_return(function)
        waits = function == SEND_UI_REQUEST and status == codes.ERROR_SUCCESS
        if not due and not waits:
            return
        assert self._scene is not None, "use() comes first"
        follow = partial(self._follow, self._plan, due, waits)
        self._scene.loop.call_soon(follow)

    def _follow(self, plan: Plan, due: tuple[tuple[int, Order], ...], waits: bool) -> None:
        if plan is not self._plan:
            return
        for place, order in due:
            self._order(place, order)
        if waits:
            self.event("waits-for-user")

    def host_lost(self) -> None:
        """The IHV host is gone: what it was asked for will never be answered."""
        for index in sorted(self._open):
            self._done[index]["lost"] = True
        self._open.clear()
        self._drop_put_off()
        self._answer()

    def _order(self, place: int, order: Order) -> None:
        """Carry an order out that is due, or put it off."""
        if not order.after_s:
            self._perform(place, order)
            return
        assert self._scene is not None, "use() comes first"

        def come() -> None:
            self._put_off.discard(timer)
            self._perform(place, order)
            self._answer()

        timer = self._scene.loop.call_later(order.after_s, come)
        self._put_off.add(timer)

    def _drop_put_off(self) -> None:
        for timer in self._put_off:
            timer.cancel()
        self._put_off.clear()

    def _perform(self, place: int, order: Order) -> None:
        assert self._scene is not None, "use() comes first"
        index = self._note(place, order)
        self._open.add(index)
        record = self._done[index]
        ACTIONS[order.do](self._scene, order.parameters, partial(self._reported, index, record))

    def _note(self, place: int, order: Order) -> int:
        note(f"order: {order.do} on {order.on}")
        self._done.append({"order": place + 1, "on": order.on, "do": order.do, "t_ns": clock_ns()})
        return len(self._done) - 1

    def _reported(self, index: int, record: Arguments, result: Arguments) -> None:
        record.update(result)
        if index < len(self._done) and self._done[index] is record:
            self._open.discard(index)
            self._answer()

    def _answer(self) -> None:
        if not self._open and not self._put_off:
            waiting, self._waiting = self._waiting, []
            for done in waiting:
                done(list(self._done))


class OrderedCalls:
    """Calls handlers, and tells the performer when one has returned."""

    def __init__(self, host: Caller, performer: Performer) -> None:
        self._host = host
        self._performer = performer

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
        self._performer.event(event)
        if done is not None:
            done(result)
