# SPDX-License-Identifier: GPL-2.0-or-later
"""One association: brought about, watched to its end, and its evidence collected.

A scenario with several adapters lets all of them associate at the same time; that counts as one.
What the driver does or fails to do is evidence, whatever it is; only what the lab fails to do
raises. So a connection attempt without an outcome is told apart from a guest that does not answer.
"""

from __future__ import annotations

import contextlib
import time
from typing import Any

from harness.config.limits import LimitsConfig
from harness.errors import LabFault, TooSlow
from harness.evidence import (
    AssociationEvidence,
    ClockModel,
    Echo,
    IhvRecord,
    Notification,
    PerformedOrder,
    names,
    performed_orders,
)
from harness.guests.common.agent import (
    CONNECTION_ATTEMPT_FAIL,
    CONNECTION_COMPLETE,
    DISCONNECTED,
    Interface,
)
from harness.guests.common.profile import profile_name
from harness.lab.session import LabSession
from harness.local.deadline import Deadline
from harness.local.jsonlines import CallFailed
from harness.scenarios import Scenario

ECHO_LIMIT_S = 5.0
ORDERS_S = 10.0
"""How long the moment of an access point's order may take to come, beside what the order waits."""
LOSS_S = 15.0
"""How long a station may take to notice that its access point has gone."""
SETTLE_S = 5.0
"""How long the trace may take to show the end of an association after its notification."""

DELIVERY_S = 6.0
"""How long the air may take to tell what became of its last frames: it waits 5 s for a report."""

LAST_CALLS = {names.ADAPTER_RESET, names.DEINIT_ADAPTER}
"""Handlers whose return ends what the DLL does for an association."""
AFTER_ACTS = {"unplug": names.DEINIT_ADAPTER, "plug": names.INIT_ADAPTER}
"""What the DLL is called for upon what is done to the USB adapter."""
REMOVAL_S = 15.0
"""How long the guest may take to see that its adapter was pulled out, or the like."""

UNSEEN = "the guest's disk may be full, or the recorder be gone"


class Attempt:
    """One association: asked for, used and ended on a running lab, with its evidence so far.

    `run` is called once; `evidence` at any time, also after `run` has raised.
    """

    def __init__(
        self, session: LabSession, scenario: Scenario, limits: LimitsConfig, index: int
    ) -> None:
        self._session = session
        self._scenario = scenario
        self._rules = tuple(rule for rule in scenario.air if rule.acts_in(index))
        self._limits = limits
        self._index = index
        self._connect_ns = 0
        self._interfaces: tuple[Interface, ...] = ()
        self._ihv: list[IhvRecord] = []
        self._echo: Echo | None = None
        self._performed: tuple[PerformedOrder, ...] = ()
        self._first_frame = 0
        self._frame_span: tuple[int, int] | None = None
        self._frames_due: tuple[int, ...] = ()
        self._unread_before = session.unread_lines

    def run(self) -> None:
        """Associate, use the association, end it; raises `LabFault` if the lab breaks."""
        session = self._session
        session.recording.attempt(self._index)
        scenario = self._scenario
        self._first_frame = session.air.begin(
            self._index, scenario.air, scenario.seed, scenario.ap, scenario.usb
        )
        if scenario.usb:
            session.air.wait_radio(self._limits.boot_s)
        secret = self._scenario.network.passphrase
        session.service.give(
            self._scenario.os,
            self._scenario.os_parameters,
            secret.get_secret_value() if secret is not None else "",
        )
        self._pull_trace()  # what came before belongs to no association
        self._ihv.clear()
        self._connect()
        connected = self._await_outcome()
        if connected and self._scenario.roams:
            session.service.collect()  # to be used is the last of its associations
        lost = False
        if connected:
            self._use()
            lost = self._live_through()
        else:
            self._await_adapter()
        if connected is not False and not lost:  # one without an outcome is still under way
            self._end()
        self._note_orders(session.service.collect())
        self._settle(connected)
        self._settle_frames()
        session.check_whole()  # an association with a gap in its evidence is none

    def evidence(self, lab_fault: str | None = None) -> AssociationEvidence:
        """What is known now; all of it also after a lab fault."""
        recording = self._session.recording
        ends = [self._connect_ns, *(record.t_ns for record in self._ihv)]
        frames = recording.frames(self._index)
        ends += [frame.guest_ns for frame in frames if frame.guest_ns is not None]
        since_ns = self._connect_ns or 1 << 63  # before connect was called there are none
        notifications = recording.notifications(since_ns)
        ends += [notification.t_ns for notification in notifications]
        return AssociationEvidence(
            index=self._index,
            connect_ns=self._connect_ns,
            end_ns=max(ends),
            frames=frames,
            ihv=tuple(self._ihv),
            notifications=notifications,
            echo=self._echo,
            lab_fault=lab_fault,
            ap_acts=recording.ap_acts(self._index),
            usb_acts=recording.usb_acts(self._index),
            live_rules=recording.live_rules(self._index),
            orders=tuple(sorted({one.place for one in self._performed})),
            performed=self._performed,
            frame_span=self._frame_span,
            frames_due=self._frames_due,
            unread_lines=self._session.unread_lines - self._unread_before,
        )

    def _note_orders(self, done: list[dict[str, Any]]) -> None:
        """Keep what the guest's WLAN service says it did of its orders."""
        if done:
            event = {"event": "orders", "association": self._index, "done": done}
            self._session.recording.event(event)
        self._performed = performed_orders(done)

    def _connect(self) -> None:
        """Ask for the connection of every adapter, one right after the other."""
        agent, limit_s = self._session.agent, self._limits.command_s
        self._interfaces = self._session.interfaces(self._scenario.adapters, limit_s=limit_s)
        profile = profile_name(self._scenario)
        for number, interface in enumerate(self._interfaces):
            at_ns = agent.connect(interface, profile, timeout_s=limit_s, more=number > 0)
            if not number:
                self._connect_ns = at_ns
                self._session.recording.connect(self._index, at_ns, self._session.air.state.clock)

    def _await_outcome(self) -> bool | None:
        """Whether every connection came about; None if an outcome was never told."""
        try:
            outcomes = self._await_all({CONNECTION_COMPLETE, CONNECTION_ATTEMPT_FAIL},
                                       "outcome", self._limits.association_s)  # fmt: skip
        except TooSlow:
            self._session.check()  # a silent driver is evidence, a silent lab is not
            return None
        good = [told.code == CONNECTION_COMPLETE and not told.reason for told in outcomes]
        return all(good) or (None if any(good) else False)

    def _await_all(self, codes: set[int], what: str, limit_s: float) -> list[Notification]:
        """The first notification with one of `codes` of every adapter; raises `TooSlow`."""
        deadline = Deadline(f"{what} of association {self._index}", limit_s)
        told: dict[str, Notification] = {}
        while len(told) < len(self._interfaces):
            one = self._session.agent.await_acm(
                codes, deadline.awaited, timeout_s=max(deadline.remaining_s, 0)
            )
            told.setdefault(one.interface.casefold(), one)
        return list(told.values())

    def _use(self) -> None:
        air, scenario = self._session.air, self._scenario
        self._ask_for_echoes()
        renewals = [air.rekey_pairwise] * scenario.pairwise_rekeys
        renewals += [air.rekey_group] * scenario.group_rekeys
        if scenario.eap is not None:
            renewals += [air.reauthenticate] * scenario.eap.reauthentications
        for renew in renewals:
            renew()
            self._ask_for_echoes()  # answered only under the new key

    def _ask_for_echoes(self) -> None:
        """Use the connection, if the scenario has it used; of several times the worst is kept."""
        if not self._scenario.echoes:
            return
        echo = self._session.air.echo(self._scenario.echoes, limit_s=ECHO_LIMIT_S)
        if self._echo is None or echo.shortfall >= self._echo.shortfall:
            self._echo = echo

    def _live_through(self) -> bool:
        """Wait for what orders and rules of the scenario put off; whether the connection is lost by
        one of them.

        One that is to last is used again.
        """
        air, scenario = self._session.air, self._scenario
        later = self._await_what_rules_add()
        if scenario.ap:
            air.await_orders(ORDERS_S + sum(order.lasts_s for order in scenario.ap))
        self._await_adapter()
        if not (scenario.ap or scenario.usb or later):
            return False
        if scenario.expect.of(self._index).connected is True:
            self._ask_for_echoes()
            return False
        ending = [order.ends_it for order in scenario.ap] + [one.ends_it for one in scenario.usb]
        if not any(ending) and not any(rule.parts for rule in self._rules):
            return False
        try:
            self._await_all({DISCONNECTED}, "loss", LOSS_S + scenario.disassociation_s)
        except TooSlow:
            self._session.check()
            return False
        return True

    def _await_adapter(self) -> None:
        """Wait until the orders to the USB adapter are over, and the guest has one that is plugged
        in again."""
        orders, air = self._scenario.usb, self._session.air
        if not orders:
            return
        air.await_adapter(ORDERS_S + sum(order.lasts_s for order in orders))
        if "plug" in self._adapter_acts():
            air.wait_radio(self._limits.boot_s)

    def _adapter_acts(self) -> set[str]:
        """What was done to the USB adapter by order."""
        return {act.do for act in self._session.recording.usb_acts(self._index)}

    def _await_what_rules_add(self) -> bool:
        """Wait, within a bound, for frames that rules send some time after their message: a fast
        guest would be gone by then. False if no rule of the scenario does."""
        longest_s = max((rule.later_s for rule in self._rules), default=0.0)
        if not longest_s:
            return False
        deadline = Deadline(f"rules of association {self._index}", longest_s + DELIVERY_S)
        while self._session.air.put_off() and not deadline.expired:
            time.sleep(0.02)
        return True

    def _end(self) -> None:
        ended = []
        for interface in self._interfaces:
            # One that fails ended by itself in the meantime; the trace tells how.
            with contextlib.suppress(CallFailed):
                self._session.agent.disconnect(interface, timeout_s=self._limits.command_s)
                ended.append(interface)
        if not ended:
            return
        self._interfaces = tuple(ended)
        try:
            self._await_all({DISCONNECTED}, "end", self._limits.disconnect_s)
        except TooSlow:
            self._session.check()

    def _settle(self, connected: bool | None) -> None:
        """Read the trace until it shows the association's end.

        Raises `LabFault` if it does not: an association without its evidence is none. A handler
        that has not returned is the DLL's doing, and an attempt that came to no pre-association
        has no end that the DLL is told of.
        """
        if self._session.without_handlers and not self._pull_trace() and not self._ihv:
            return  # nobody tells of any end
        what = f"end of association {self._index} in the IHV trace"
        usual_s = SETTLE_S + (REMOVAL_S if self._adapter_acts() else 0)
        usual = Deadline(what, usual_s)
        longest = Deadline(what, usual_s + self._limits.handler_s)
        while not self._pull_trace():
            inside = self._inside_handler()
            if longest.expired or (usual.expired and not inside):
                if inside or not (connected or self._begun()):
                    return
                last = self._ihv[-1] if self._ihv else None
                seen = f"record {last.seq} ({last.kind} {last.function})" if last else "no record"
                usual.state = f"the last thing in it is {seen}"
                raise usual.too_slow(hint=UNSEEN)
            time.sleep(0.02)

    def _inside_handler(self) -> bool:
        """The trace shows a handler that has not returned."""
        entered = {
            record.call for record in self._ihv
            if record.kind == "enter" and names.is_handler(record.function or "")
        }  # fmt: skip
        return bool(entered - {record.call for record in self._ihv if record.kind == "return"})

    def _begun(self) -> bool:
        """The trace shows a pre-association or what comes after it: AdapterReset must follow."""
        begins = {names.PRE_ASSOCIATE, names.POST_ASSOCIATE}
        return any(record.function in begins for record in self._ihv)

    def _settle_frames(self) -> None:
        """Wait until the air has told of all frames, within a bound: some may be held back."""
        deadline = Deadline(f"records of the last frames of association {self._index}", DELIVERY_S)
        while True:
            last, self._frames_due = self._session.air.frames()
            self._frame_span = (self._first_frame, last)
            if not self._frames_due or deadline.expired:
                return
            time.sleep(0.02)

    def _pull_trace(self) -> bool:
        """Read what is new in the trace; whether it shows that the association has ended."""
        self._ihv += self._session.pull_trace()
        if any(record.kind in {"exception", "unload", "load", "host"} for record in self._ihv):
            return True
        returned = [record.function for record in self._ihv if record.kind == "return"]
        acts = self._adapter_acts()
        due = {name for act, name in AFTER_ACTS.items() if act in acts}
        ends = [function for function in returned if function in LAST_CALLS]
        return len(ends) >= self._scenario.adapters and due <= set(returned)


def clock_of(session: LabSession) -> ClockModel:
    """How guest and air clock are tied now; raises `LabFault` if the port never told."""
    clock = session.air.state.clock
    if clock is None:
        raise LabFault("clock of the guest at the radio port", 0, session.air.describe())
    return clock
