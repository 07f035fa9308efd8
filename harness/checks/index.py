# SPDX-License-Identifier: GPL-2.0-or-later
"""The index of the evidence: calls, sessions, adapters and frames, found by what rules ask for.

Built once per evaluation; every table is linear in the size of the evidence and made when it is
first asked for. The index says what the evidence shows; what it does not show, `losses` says.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property

from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.connection import connected_reports
from harness.evidence.model import AssociationEvidence, FrameRecord, Notification, RunEvidence
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


class EvidenceIndex:
    """One body of evidence with its calls, operations and frames indexed.

    Times are nanoseconds on the guest's clock. An association index is 1 for the first association
    of the run; None stands for what lies before the first connect.
    """

    def __init__(self, evidence: RunEvidence) -> None:
        self.evidence = evidence
        self.segments: Segments = segment(evidence)
        self._times = AssociationIndex(evidence)

    @property
    def associations(self) -> tuple[AssociationEvidence, ...]:
        """All associations in the evidence, in the order of the run."""
        return self.evidence.associations

    @cached_property
    def end_ns(self) -> int:
        """The end of the evidence: of its last association or its last trace record."""
        ends = [item.end_ns for item in self.associations]
        ends += [process.last_ns for process in self.segments.processes]
        return max(ends, default=0)

    def association(self, index: int | None) -> AssociationEvidence | None:
        """The association with that index; None if it is not in this evidence."""
        return self._by_index.get(index) if index is not None else None

    @cached_property
    def _by_index(self) -> dict[int, AssociationEvidence]:
        return {item.index: item for item in self.associations}

    def association_at(self, t_ns: int) -> int | None:
        """The association a moment on the guest's clock lies in; None before the first connect."""
        return self._times.at(t_ns)

    def association_of(self, call: Call) -> int | None:
        """The association during which a call was entered; None before the first connect."""
        return self.association_at(call.start_ns)

    def pre_of(self, association: int | None) -> list[PreOperation]:
        """The pre-associations whose PerformPreAssociate was entered in an association."""
        return self._pre_of.get(association, [])

    def sessions_of(self, association: int | None) -> list[Session]:
        """The sessions whose PerformPostAssociate was entered in an association."""
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

    def session_of(self, handler: Call) -> Session | None:
        """The session a PerformPostAssociate opened; None for any other call."""
        return self._session_of.get(id(handler))

    @cached_property
    def _session_of(self) -> dict[int, Session]:
        return {id(session.handler): session for session in self.segments.sessions}

    @cached_property
    def session_keys(self) -> list[tuple[int, int]]:
        """The order keys of the sessions' handlers, ascending like the sessions."""
        return [session.handler.key for session in self.segments.sessions]

    @cached_property
    def tracks(self) -> list[StateTrack]:
        """The states of every adapter over time (`harness.evidence.states`), adapter by adapter."""
        return [adapter_states(adapter) for adapter in self.segments.adapters]

    def calls(self, function: str) -> list[Call]:
        """All calls of a function of `harness.evidence.names`, in the order of their entry."""
        return self._by_function.get(function, [])

    @cached_property
    def _by_function(self) -> dict[str, list[Call]]:
        found: dict[str, list[Call]] = {}
        for call in self.segments.calls:
            found.setdefault(call.function, []).append(call)
        return found

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
        """The adapter's last AdapterReset entered before ``end``; None if there is none."""
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

    def adapter_by_svc(self, process: int, svc: int | None) -> list[Adapter]:
        """The adapters (over time) that were given this hDot11SvcHandle in that process."""
        return self._by_svc.get((process, svc), [])

    @cached_property
    def _by_svc(self) -> dict[tuple[int, int | None], list[Adapter]]:
        found: dict[tuple[int, int | None], list[Adapter]] = {}
        for adapter in self.segments.adapters:
            found.setdefault((adapter.init.process, adapter.svc_handle), []).append(adapter)
        return found

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

    def stray_between(self, strays: list[Call], since_ns: int, until_ns: int) -> bool:
        """True if one of the stray calls (in order) was entered strictly within the time."""
        position = bisect_right(strays, since_ns, key=lambda call: call.start_ns)
        return position < len(strays) and strays[position].start_ns < until_ns

    def why_refused(self, refusal: Call) -> str | None:
        """What explains that a handler returned an error: a framework function failed inside it."""
        failed = self._failed_in.get(id(refusal))
        return f"{names.short(failed.function)} had failed in it" if failed else None

    @cached_property
    def _failed_in(self) -> dict[int, Call]:
        return {
            id(call.parent): call
            for call in self.segments.calls
            if call.parent is not None and call.result and not names.is_handler(call.function)
        }

    def last_record_ns(self, process: int) -> int:
        """Until when the trace shows what a process did: a file cut at a line's end shows no more,
        and says nothing of it."""
        return next((one.last_ns for one in self.segments.processes if one.index == process), 0)

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
        """When the WLAN service reported the connection of an adapter as made, in ns."""
        reports = connected_reports(association)
        return [item.t_ns for item in reports if not self.is_of_another(item, adapter)]

    def is_of_another(self, item: Notification, adapter: Adapter | None) -> bool:
        """It names another adapter's interface, whose id is the one InitAdapter was given. (Of an
        adapter that is not known nothing is another's.)"""
        interface = item.interface.casefold()
        known = adapter is not None and interface in self._interfaces
        return known and interface != _interface(adapter)

    @cached_property
    def _interfaces(self) -> frozenset[str | None]:
        return frozenset(_interface(item) for item in self.segments.adapters)

    def connected_interfaces(self, association: int) -> frozenset[str]:
        """The interface ids (lower case) that the WLAN service reported as connected."""
        found = self.association(association)
        return frozenset() if found is None else frozenset(
            item.interface.casefold() for item in connected_reports(found)
        )  # fmt: skip


def _interface(adapter: Adapter | None) -> str | None:
    found = fields.text(adapter.init.args, "gAdapterId") if adapter else None
    return found.casefold() if found else None
