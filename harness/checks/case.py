# SPDX-License-Identifier: GPL-2.0-or-later
"""The case before the rules: the evidence cut into its parts, with the questions rules ask of it.

Built once per evaluation; everything is linear in the size of the evidence.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from harness.checks.completeness import Completeness
from harness.checks.deaths import Death, find_deaths
from harness.checks.finding import Severity
from harness.checks.limits import Expectation, Limits
from harness.checks.registry import Breach, Held, Outcome, Unknown
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.connection import connected_reports
from harness.evidence.model import (
    AssociationEvidence,
    FrameRecord,
    Lacking,
    Notification,
    RunEvidence,
)
from harness.evidence.segments import (
    Adapter,
    AssociationIndex,
    PreOperation,
    Segments,
    Session,
    segment,
)
from harness.evidence.states import StateTrack, adapter_states
from harness.evidence.stations import asking_stations, station_of

if TYPE_CHECKING:
    from harness.checks.phases import Placed


@dataclass(frozen=True)
class Case:
    """One body of evidence with the limits and expectation it is judged by.

    ``already_explained`` are the associations of which other rules say what is wrong,
    ``cannot_connect`` those in which the DLL left out what a connection needs (both only for rules
    marked last).
    """

    evidence: RunEvidence
    limits: Limits
    expect: Expectation
    segments: Segments
    index: AssociationIndex
    deaths: dict[int, Death]
    end_ns: int
    already_explained: frozenset[int] = frozenset()
    cannot_connect: frozenset[int] = frozenset()

    @property
    def associations(self) -> tuple[AssociationEvidence, ...]:
        """All associations in the evidence."""
        return self.evidence.associations

    @cached_property
    def partial(self) -> bool:
        """The evidence is a window of a longer run: of what came before only the prologue is kept.

        A rule that asks for something that must have come earlier leaves it open then.
        """
        return min((item.index for item in self.associations), default=0) > 1

    def association(self, index: int | None) -> AssociationEvidence | None:
        """The association with that index, if it is in the evidence."""
        return self._by_index.get(index) if index is not None else None

    @cached_property
    def placed(self) -> dict[int, tuple[Placed, ...]]:
        """What `phases.placed` has found so far, by the id of the adapter."""
        return {}

    @cached_property
    def _by_index(self) -> dict[int, AssociationEvidence]:
        return {item.index: item for item in self.associations}

    def frames_of(
        self, association: AssociationEvidence, adapter: Adapter | None
    ) -> tuple[FrameRecord, ...]:
        """The frames of an adapter's station: all, unless several stations asked to associate, or
        several adapters were at work; none, if it is not known which of them is the adapter's."""
        begun = [item.adapter for item in self.pre_of(association.index)]
        begun += [item.adapter for item in self.sessions_of(association.index)]
        several = len({id(item) for item in begun}) > 1
        if not several and len(asking_stations(association.frames)) < 2:
            return association.frames
        key = (association.index, id(adapter))
        if key not in self._stations:
            own = [] if adapter is None else adapter.calls
            calls = [call for call in own if self.association_of(call) == association.index]
            self._stations[key] = station_of(association, calls)
        station = self._stations[key]
        return tuple(
            frame for frame in association.frames
            if station is not None and station in (frame.transmitter, frame.receiver)
        )  # fmt: skip

    @cached_property
    def _stations(self) -> dict[tuple[int, int], str | None]:
        return {}

    def connected_ns(self, association: AssociationEvidence, adapter: Adapter | None) -> list[int]:
        """When the WLAN service reported the connection of an adapter as made."""
        told = connected_reports(association)
        return [item.t_ns for item in told if not self.is_of_another(item, adapter)]

    def is_of_another(self, item: Notification, adapter: Adapter | None) -> bool:
        """It names another adapter's interface, whose id is the one InitAdapter was given. (Of an
        adapter that is not known nothing is another's.)"""
        told = item.interface.casefold()
        known = adapter is not None and told in self._interfaces
        return known and told != _interface(adapter)

    @cached_property
    def _interfaces(self) -> frozenset[str | None]:
        return frozenset(_interface(item) for item in self.segments.adapters)

    def connected_interfaces(self, association: int) -> frozenset[str]:
        """Which interfaces the WLAN service reported as connected."""
        found = self.association(association)
        return frozenset() if found is None else frozenset(
            item.interface.casefold() for item in connected_reports(found)
        )  # fmt: skip

    def pre_of(self, association: int | None) -> list[PreOperation]:
        """The pre-associations begun in an association."""
        return self._pre_of.get(association, [])

    def sessions_of(self, association: int | None) -> list[Session]:
        """The sessions opened in an association."""
        return self._sessions_of.get(association, [])

    @cached_property
    def _pre_of(self) -> dict[int | None, list[PreOperation]]:
        found: dict[int | None, list[PreOperation]] = {}
        for item in self.segments.pre:
            found.setdefault(item.association, []).append(item)
        return found

    @cached_property
    def _sessions_of(self) -> dict[int | None, list[Session]]:
        found: dict[int | None, list[Session]] = {}
        for item in self.segments.sessions:
            found.setdefault(item.association, []).append(item)
        return found

    @cached_property
    def tracks(self) -> list[StateTrack]:
        """The state machine of every adapter."""
        return [adapter_states(adapter) for adapter in self.segments.adapters]

    @cached_property
    def completeness(self) -> Completeness:
        """What the evidence does not show."""
        return Completeness(self.evidence, self.segments)

    def last_record_ns(self, process: int) -> int:
        """Until when the trace shows what a process did: a file cut at a line's end shows no more,
        and says nothing of it."""
        return next((one.last_ns for one in self.segments.processes if one.index == process), 0)

    def calls(self, function: str) -> list[Call]:
        """All calls of a function, in order of entry."""
        return self._by_function.get(function, [])

    @cached_property
    def _by_function(self) -> dict[str, list[Call]]:
        found: dict[str, list[Call]] = {}
        for call in self.segments.calls:
            found.setdefault(call.function, []).append(call)
        return found

    def association_of(self, call: Call) -> int | None:
        """The association during which a call was entered; None before the first connect."""
        return self.index.at(call.start_ns)

    def calls_between(self, adapter: Adapter | None, first: Call, end: Call | None) -> list[Call]:
        """The calls with this adapter's handles entered after one call and before another."""
        if adapter is None:
            return []
        keys = self._adapter_keys[id(adapter)]
        start = bisect_right(keys, first.key)
        stop = bisect_left(keys, end.key) if end else len(keys)
        return adapter.calls[start:stop]

    def since_reset(self, adapter: Adapter, end: Call) -> list[Call]:
        """The adapter's calls before ``end``, from its last AdapterReset (or InitAdapter) on."""
        return self.calls_between(adapter, self.reset_before(adapter, end) or adapter.init, end)

    def reset_before(self, adapter: Adapter, end: Call) -> Call | None:
        """The adapter's last AdapterReset before ``end``."""
        resets = self._resets[id(adapter)]
        position = bisect_left(resets, end.key, key=lambda call: call.key)
        return resets[position - 1] if position else None

    @cached_property
    def _resets(self) -> dict[int, list[Call]]:
        return {
            id(item): [call for call in item.calls if call.function == names.ADAPTER_RESET]
            for item in self.segments.adapters
        }

    @cached_property
    def _adapter_keys(self) -> dict[int, list[tuple[int, int]]]:
        adapters = self.segments.adapters
        return {id(item): [call.key for call in item.calls] for item in adapters}

    def session_of(self, handler: Call) -> Session | None:
        """The session a PerformPostAssociate opened."""
        return self._session_of.get(id(handler))

    @cached_property
    def _session_of(self) -> dict[int, Session]:
        return {id(session.handler): session for session in self.segments.sessions}

    @cached_property
    def session_keys(self) -> list[tuple[int, int]]:
        """The order keys of the sessions' handlers, ascending like the sessions."""
        return [session.handler.key for session in self.segments.sessions]

    def explained(self, refusal: Call) -> str | None:
        """What explains that a handler returned an error: a framework function had failed in it."""
        failed = self._failed_in.get(id(refusal))
        return f"{names.short(failed.function)} had failed in it" if failed else None

    @cached_property
    def _failed_in(self) -> dict[int, Call]:
        return {
            id(call.parent): call
            for call in self.segments.calls
            if call.parent is not None and call.result and not names.is_handler(call.function)
        }

    def stray_between(self, strays: list[Call], since_ns: int, until_ns: int) -> bool:
        """True if one of the stray calls (in order) was entered strictly within the time."""
        position = bisect_right(strays, since_ns, key=lambda call: call.start_ns)
        return position < len(strays) and strays[position].start_ns < until_ns

    def adapter_by_svc(self, process: int, svc: int | None) -> list[Adapter]:
        """The adapters (over time) that were given this hDot11SvcHandle in that process."""
        return self._by_svc.get((process, svc), [])

    def adapter_of(self, call: Call) -> Adapter | None:
        """The adapter whose handle a call carries: the one that had it at that time."""
        return self._adapter_of.get(id(call))

    @cached_property
    def _adapter_of(self) -> dict[int, Adapter]:
        return {id(call): item for item in self.segments.adapters for call in item.calls}

    def previous_on_thread(self, call: Call) -> Call | None:
        """The call for the same adapter that the same thread entered before this one."""
        return self._previous_on_thread.get(id(call))

    @cached_property
    def _previous_on_thread(self) -> dict[int, Call]:
        found: dict[int, Call] = {}
        for adapter in self.segments.adapters:
            latest: dict[int, Call] = {}
            for call in adapter.calls:
                if call.tid in latest:
                    found[id(call)] = latest[call.tid]
                latest[call.tid] = call
        return found

    @cached_property
    def _by_svc(self) -> dict[tuple[int, int | None], list[Adapter]]:
        found: dict[tuple[int, int | None], list[Adapter]] = {}
        for adapter in self.segments.adapters:
            found.setdefault((adapter.init.process, adapter.svc_handle), []).append(adapter)
        return found

    def blind(
        self, process: int, association: int | None, since_ns: int, until_ns: int
    ) -> str | None:
        """Why something missing from the trace in that time proves nothing, or None if it does.

        A broken lab, a dead process or lost records explain an absence. What was positively
        recorded stays valid in all three cases.
        """
        of = self.association(association)
        if of is not None and of.lab_fault:
            return f"the lab broke in this association: {of.lab_fault}"
        death = self.deaths.get(process)
        if death is not None and death.at_ns <= until_ns:
            rule = {"crash": "HOST-01", "hang": "HOST-02", "gone": "HOST-03"}[death.kind]
            return f"the DLL's process came to its end before that ({rule})"
        return self.lost(process, since_ns, until_ns) or self.completeness.stalled(
            since_ns, until_ns
        )

    def lost(self, process: int, since_ns: int, until_ns: int) -> str | None:
        """Why what the trace does not show in that time may have been all the same, else None."""
        return self.completeness.lost(process, since_ns, until_ns)

    def lost_between(self, first: Call, then: Call) -> str | None:
        """`lost` for the time after the entry of one call and before that of another."""
        return self.lost(first.process, first.start_ns + 1, then.start_ns - 1)

    def lost_of(self, of: Session | PreOperation, call: Call) -> str | None:
        """Why a call that names this operation's handle may be of another one, else None.

        The OS may have given the handle again, and to another adapter, in what is missing.
        """
        if of.adapter is not None and self.adapter_of(call) is of.adapter:
            return self.lost_between(of.handler, call)
        return self.prologue_lost_before(call)

    def held(self, at: Call | Session | PreOperation | None = None) -> Held:
        """A rule kept: in the association a call was entered in or an operation was begun in.

        Without either it concerns no association, but the service or an adapter as a whole.
        """
        if isinstance(at, Call):
            return Held(self.association_of(at))
        return Held(at.association if at is not None else None)

    def breach(
        self,
        message: str,
        *calls: Call,
        severity: Severity | None = None,
        at_ns: int | None = None,
        of: Session | PreOperation | None = None,
    ) -> Breach:
        """A breach shown by calls; the first tells the time.

        It belongs to the association the operation ``of`` was begun in, else to the one the first
        call was entered in: what a DLL does late may fall into the next association.
        """
        first = calls[0]
        place = of.association if of is not None else self.association_of(first)
        seqs = tuple(sorted({seq for call in calls for seq in call.seqs}))
        when = first.start_ns if at_ns is None else at_ns
        return Breach(message, when, place, seqs, first.process, severity)

    def completed_by(self, reset: Call, of: Session | PreOperation, what: str) -> Outcome:
        """Whether an operation pending at a reset got its completion; ``what`` names it."""
        if of.completions:
            return self.held(of)
        end_ns = reset.end_ns or reset.start_ns
        blind = self.blind(reset.process, of.association, 0, end_ns)
        if blind:
            return Unknown(blind, of.association)
        message = f"AdapterReset returned without a completion of the pending {what}"
        return self.breach(message, reset, of.handler, of=of)

    def died_in(self, call: Call) -> bool:
        """The process came to its end out of order inside this call, and not waiting for the OS."""
        death = self.deaths.get(call.process)
        if death is None or death.call is None or death.waits_in is not None:
            return False
        return death.call.enter == call.enter

    def lost_before(self, call: Call) -> str | None:
        """Why an absence earlier in the call's process proves nothing, or None if it does."""
        if self.partial:
            return "the evidence is a part of the run, which began earlier"
        return self.prologue_lost_before(call)

    def prologue_lost_before(self, call: Call) -> str | None:
        """The same for the calls a part of a run has from its beginning on, too."""
        lost = self.lost(call.process, 0, call.start_ns)
        return lost and Lacking("records are missing from the trace before that")

    def unknown(self, reason: str, call: Call) -> Unknown:
        """An undecided rule at the place of a call."""
        return Unknown(reason, self.association_of(call))


def _interface(adapter: Adapter | None) -> str | None:
    found = fields.text(adapter.init.args, "gAdapterId") if adapter else None
    return found.casefold() if found else None


def build_case(evidence: RunEvidence, limits: Limits, expect: Expectation) -> Case:
    """Cut the evidence and find the processes that died."""
    segments = segment(evidence)
    ends = [item.end_ns for item in evidence.associations]
    ends += [process.last_ns for process in segments.processes]
    end_ns = max(ends, default=0)
    deaths = find_deaths(segments, evidence.associations, end_ns, limits)
    return Case(
        evidence, limits, expect, segments, AssociationIndex(evidence), deaths, end_ns
    )  # fmt: skip
