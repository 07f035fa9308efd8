# SPDX-License-Identifier: GPL-2.0-or-later
"""One association: brought about, watched to its end, and its evidence gathered.

What the driver does or fails to do is evidence, whatever it is; only what the lab fails to do
raises. So a connection attempt without an outcome is told apart from a guest that does not answer.
"""

from __future__ import annotations

import time
from typing import Any

from harness.config import Limits
from harness.deadline import Deadline
from harness.errors import LabFault, TooSlow
from harness.evidence import AssociationEvidence, ClockModel, Echo, IhvRecord
from harness.guest.agent import (
    CONNECTION_ATTEMPT_FAIL,
    CONNECTION_COMPLETE,
    DISCONNECTED,
)
from harness.guest.profile import profile_name
from harness.jsonlines import CallFailed
from harness.lab import Session
from harness.scenarios import Scenario

ECHO_LIMIT_S = 5.0
SETTLE_S = 5.0
"""How long the trace may take to show the end of an association after its notification."""

LAST_CALLS = {"Dot11ExtIhvAdapterReset", "Dot11ExtIhvDeinitAdapter"}
"""Handlers whose return ends what the DLL does for an association."""


class Attempt:
    """One association being brought about."""

    def __init__(self, session: Session, scenario: Scenario, limits: Limits, index: int) -> None:
        self._session = session
        self._scenario = scenario
        self._limits = limits
        self._index = index
        self._connect_ns = 0
        self._ihv: list[IhvRecord] = []
        self._echo: Echo | None = None
        self._orders: tuple[int, ...] = ()

    def run(self) -> None:
        """Associate, use the association, end it; raises `LabFault` if the lab breaks."""
        session = self._session
        session.air.begin(self._index, self._scenario.air)
        session.orders.give(self._scenario.os, self._scenario.os_parameters)
        self._pull_trace()  # what came before belongs to no association
        self._ihv.clear()
        self._connect_ns = session.agent.connect(
            session.interface,
            profile_name(self._scenario),
            timeout_s=self._limits.command_s,
        )
        connected = self._await_outcome()
        if connected and self._scenario.roams:
            session.orders.collect()  # to be used is the last of its associations
        if connected:
            self._use()
        if connected is not False:  # one without an outcome is still under way
            self._end()
        self._note_orders(session.orders.collect())
        self._settle()
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
            orders=self._orders,
        )

    def _note_orders(self, done: list[dict[str, Any]]) -> None:
        """Keep what the guest's WLAN service says it did of its orders."""
        if done:
            event = {"event": "orders", "association": self._index, "done": done}
            self._session.recording.event(event)
        places = {one.get("order") for one in done if "skipped" not in one}
        self._orders = tuple(sorted(one for one in places if isinstance(one, int)))

    def _await_outcome(self) -> bool | None:
        """Whether the connection came about; None if no outcome was ever told."""
        try:
            outcome = self._session.agent.await_acm(
                {CONNECTION_COMPLETE, CONNECTION_ATTEMPT_FAIL},
                f"outcome of association {self._index}",
                timeout_s=self._limits.association_s,
            )
        except TooSlow:
            self._session.check()  # a silent driver is evidence, a silent lab is not
            return None
        return outcome.code == CONNECTION_COMPLETE and not outcome.reason

    def _use(self) -> None:
        air, scenario = self._session.air, self._scenario
        if scenario.echoes:
            self._echo = air.echo(scenario.echoes, limit_s=ECHO_LIMIT_S)
        renewals = [air.rekey_group] * scenario.group_rekeys
        if scenario.eap is not None:
            renewals += [air.reauthenticate] * scenario.eap.reauthentications
        for renew in renewals:
            renew()
            if scenario.echoes:  # answered only under the new key
                self._echo = air.echo(scenario.echoes, limit_s=ECHO_LIMIT_S)

    def _end(self) -> None:
        agent = self._session.agent
        try:
            agent.disconnect(self._session.interface, timeout_s=self._limits.command_s)
        except CallFailed:
            return  # it ended by itself in the meantime; the trace tells how
        try:
            agent.await_acm(
                {DISCONNECTED},
                f"end of association {self._index}",
                timeout_s=self._limits.disconnect_s,
            )
        except TooSlow:
            self._session.check()

    def _settle(self) -> None:
        """Read the trace until it shows the association's end, within a bound."""
        deadline = Deadline(f"end of association {self._index} in the IHV trace", SETTLE_S)
        while not self._pull_trace() and not deadline.expired:
            time.sleep(0.02)

    def _pull_trace(self) -> bool:
        """Read what is new in the trace; whether it shows that the association has ended."""
        self._ihv += self._session.pull_trace()
        return any(
            (record.kind == "return" and record.function in LAST_CALLS)
            or record.kind in {"exception", "unload", "load", "host"}
            for record in self._ihv
        )


def clock_of(session: Session) -> ClockModel:
    """How guest and air clock are tied now; raises `LabFault` if the port never told."""
    clock = session.air.state.clock
    if clock is None:
        raise LabFault("clock of the guest at the radio port", 0, session.air.describe())
    return clock
