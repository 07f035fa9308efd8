# SPDX-License-Identifier: GPL-2.0-or-later
"""Cuts a run into adapters, pre-associations, security sessions and sends.

A security session is what one PerformPostAssociate opens: it is named by hSecuritySessionID,
outlives its first completion and dies with StopPostAssociate, AdapterReset or DeinitAdapter
(N:performing-a-post-association-operation; A:port-deletion). StopPostAssociate carries no session
handle, so it is matched by adapter and peer.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Final, Generic, TypeVar

from harness.evidence import fields, names
from harness.evidence.calls import Call, Process, pair
from harness.evidence.losses import FOREVER_NS, association_losses, explained
from harness.evidence.model import DamageKind, RunEvidence, TraceDamage

_T = TypeVar("_T")

MAX_OPEN: Final = 32
"""Sessions (per process) and sends (per handle) still looked at while none of them ends; what a
hostile trace piles up beyond that is left as it is, so that cutting stays linear."""


@dataclass(slots=True)
class Adapter:
    """One adapter between InitAdapter and DeinitAdapter."""

    init: Call
    svc_handle: int | None
    ihv_handle: int | None
    deinit: Call | None = None
    calls: list[Call] = field(default_factory=list, repr=False)
    """Handler and framework calls that carry one of its two handles, in order of entry."""


@dataclass(slots=True)
class PreOperation:
    """One PerformPreAssociate and what followed under its hConnectSession."""

    handler: Call
    adapter: Adapter | None
    connect_session: int | None
    association: int | None
    completions: list[Call] = field(default_factory=list)
    uses: list[Call] = field(default_factory=list)
    """Other framework calls that carry its hConnectSession."""
    ended_by: Call | None = None
    """The AdapterReset or DeinitAdapter, or the next PerformPreAssociate, that ended it."""


@dataclass(slots=True)
class Session:
    """One PerformPostAssociate and what followed under its hSecuritySessionID."""

    handler: Call
    adapter: Adapter | None
    handle: int | None
    peer: str | None
    association: int | None
    completions: list[Call] = field(default_factory=list)
    stop: Call | None = None
    reset: Call | None = None
    successor: Call | None = None
    """The next PerformPreAssociate or PerformPostAssociate of this adapter, or its deinit."""
    pre: PreOperation | None = None
    """The pre-association it follows."""

    @property
    def ended_by(self) -> Call | None:
        """What ended the session first: stop, reset or deinit."""
        deinit = self.adapter.deinit if self.adapter else None
        ends = [call for call in (self.stop, self.reset, deinit) if call]
        return min(ends, key=lambda call: call.key) if ends else None

    def outlives(self, call: Call) -> bool:
        """Whether neither this call nor one before it ended the session."""
        end = self.ended_by
        return end is None or call.key < end.key

    def covers(self, call: Call) -> bool:
        """True if the call was entered while this session lived."""
        return self.handler.key < call.key and self.outlives(call)


@dataclass(slots=True)
class Send:
    """One SendPacket and the completion the OS gave for it."""

    call: Call
    handle: int | None
    adapter: Adapter | None = None
    completion: Call | None = None

    @property
    def gone_with(self) -> Call | None:
        """The DeinitAdapter that took its adapter away, if one did."""
        return self.adapter.deinit if self.adapter else None


@dataclass(slots=True)
class Segments:
    """A run cut into its parts. Every list is in order of entry."""

    processes: tuple[Process, ...]
    damage: tuple[TraceDamage, ...]
    calls: list[Call] = field(default_factory=list)
    adapters: list[Adapter] = field(default_factory=list)
    pre: list[PreOperation] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    sends: list[Send] = field(default_factory=list)
    stray_pre: list[Call] = field(default_factory=list)
    """PreAssociateCompletion calls whose hConnectSession was never handed out."""
    stray_post: list[Call] = field(default_factory=list)
    """PostAssociateCompletion calls whose hSecuritySessionID was never handed out."""
    stray_stops: list[Call] = field(default_factory=list)
    stray_send_completions: list[Call] = field(default_factory=list)


class AssociationIndex:
    """Says to which association a moment belongs: from its connect to the next one's.

    An association whose connect was never made (time 0) owns no moment.
    """

    def __init__(self, evidence: RunEvidence) -> None:
        made = [item for item in evidence.associations if item.connect_ns > 0]
        ordered = sorted(made, key=lambda item: item.connect_ns)
        self._starts = [item.connect_ns for item in ordered]
        self._numbers = [item.index for item in ordered]

    def at(self, t_ns: int) -> int | None:
        """Index of the association, None before the first connect."""
        position = bisect_right(self._starts, t_ns)
        return self._numbers[position - 1] if position else None


def segment(evidence: RunEvidence) -> Segments:
    """Cut the evidence; linear in its records apart from sorting."""
    processes, damage = pair(evidence.trace)
    of_associations = (item for one in evidence.associations for item in association_losses(one))
    whole = (*explained(evidence.damage, damage), *of_associations)
    result = Segments(processes, whole)
    index = AssociationIndex(evidence)
    for process in processes:
        _Cutter(result, index).run(process)
    result.damage += tuple(_without_handle(result.adapters))
    for part in (result.calls, result.stray_pre, result.stray_post):
        part.sort(key=lambda call: call.key)
    result.sessions.sort(key=lambda session: session.handler.key)
    return result


def _without_handle(adapters: Iterable[Adapter]) -> Iterator[TraceDamage]:
    """Which calls are an adapter's is lost, if what InitAdapter stored could not be read."""
    for adapter in adapters:
        returned = adapter.init.returned
        if returned is not None and adapter.init.succeeded and adapter.ihv_handle is None:
            message = (
                f"process {returned.process}: the handle that InitAdapter gave (record "
                f"{returned.seq}) could not be read: which calls are that adapter's is not known"
            )
            yield TraceDamage(
                DamageKind.NO_HANDLE, message, 0, returned.process, returned.t_ns, FOREVER_NS
            )


class _Named(Generic[_T]):
    """What the OS gave a handle to. It may give adapters the same values, and the same again."""

    def __init__(self) -> None:
        self._own: dict[tuple[int, int | None], _T] = {}
        self._latest: dict[int | None, _T] = {}

    def give(self, handle: int | None, adapter: Adapter | None, to: _T) -> None:
        if handle is not None:
            self._own[id(adapter), handle] = self._latest[handle] = to

    def named(self, handle: int | None, adapter: Adapter | None) -> _T | None:
        """The adapter's own, else that of any other, which is then mixed up with it."""
        return self._own.get((id(adapter), handle)) or self._latest.get(handle)


class _Cutter:
    """Walks the calls of one process in order and hangs each on what it belongs to."""

    def __init__(self, result: Segments, index: AssociationIndex) -> None:
        self._result = result
        self._index = index
        self._by_svc: dict[int, Adapter] = {}
        self._by_ihv: dict[int, Adapter] = {}
        self._arriving: list[tuple[int, int, int, Adapter]] = []
        self._pre = _Named[PreOperation]()
        self._open_pre: list[PreOperation] = []
        self._last_pre: dict[int, PreOperation] = {}
        self._sessions = _Named[Session]()
        self._open_sessions: list[Session] = []
        self._last_session: dict[int, Session] = {}
        self._sends: dict[int, list[Send]] = {}
        self._steps = {
            names.INIT_ADAPTER: self._init_adapter,
            names.DEINIT_ADAPTER: self._deinit_adapter,
            names.PRE_ASSOCIATE: self._pre_associate,
            names.PRE_COMPLETION: self._pre_completion,
            names.POST_ASSOCIATE: self._post_associate,
            names.POST_COMPLETION: self._post_completion,
            names.STOP_POST: self._stop,
            names.ADAPTER_RESET: self._reset,
            names.SEND_PACKET: self._send,
            names.SEND_COMPLETION: self._send_completion,
            names.SET_CURRENT_PROFILE: self._use_connect_session,
            names.SET_USER_DATA: self._use_connect_session,
            names.GET_USER_DATA: self._use_connect_session,
            names.SET_VS_AP_PROPERTIES: self._use_connect_session,
        }

    def run(self, process: Process) -> None:
        for call in process.calls:
            self._result.calls.append(call)
            self._settle(call)
            step = self._steps.get(call.function)
            if step:
                step(call)
            adapter = self._adapter(call)
            if adapter:
                adapter.calls.append(call)

    def _adapter(self, call: Call) -> Adapter | None:
        ihv = fields.handle(call.args, "hIhvExtAdapter")
        if ihv is not None and ihv in self._by_ihv:
            return self._by_ihv[ihv]
        svc = fields.handle(call.args, "hDot11SvcHandle")
        return self._by_svc.get(svc) if svc is not None else None

    def _init_adapter(self, call: Call) -> None:
        svc = fields.handle(call.args, "hDot11SvcHandle")
        ihv = fields.stored(call.out, "phIhvExtAdapter") if call.succeeded else None
        adapter = Adapter(call, svc, ihv)
        self._result.adapters.append(adapter)
        if svc is not None:
            self._by_svc[svc] = adapter
        if ihv is not None and call.returned is not None:
            at, order = call.returned, len(self._result.adapters)
            heappush(self._arriving, (at.t_ns, at.seq, order, adapter))

    def _settle(self, call: Call) -> None:
        """An adapter has its handle from the return of InitAdapter on: another one may have had it
        until then."""
        while self._arriving and self._arriving[0][:2] < call.key:
            adapter = heappop(self._arriving)[-1]
            assert adapter.ihv_handle is not None
            self._by_ihv[adapter.ihv_handle] = adapter

    def _deinit_adapter(self, call: Call) -> None:
        adapter = self._adapter(call)
        if adapter is None:
            return
        adapter.deinit = adapter.deinit or call
        self._end_pre(adapter, call)
        self._succeed_session(adapter, call)
        self._open_sessions = [item for item in self._open_sessions if item.adapter is not adapter]

    def _pre_associate(self, call: Call) -> None:
        adapter = self._adapter(call)
        self._end_pre(adapter, call)
        self._succeed_session(adapter, call)
        session = fields.handle(call.args, "hConnectSession")
        operation = PreOperation(call, adapter, session, self._index.at(call.start_ns))
        self._result.pre.append(operation)
        self._open_pre.append(operation)
        self._last_pre[id(adapter)] = operation
        self._pre.give(session, adapter, operation)

    def _pre_completion(self, call: Call) -> None:
        operation = self._of_connect_session(call)
        if operation is None:
            self._result.stray_pre.append(call)
        else:
            operation.completions.append(call)

    def _use_connect_session(self, call: Call) -> None:
        operation = self._of_connect_session(call)
        if operation is not None:
            operation.uses.append(call)

    def _of_connect_session(self, call: Call) -> PreOperation | None:
        return self._pre.named(fields.handle(call.args, "hConnectSession"), self._adapter(call))

    def _post_associate(self, call: Call) -> None:
        adapter = self._adapter(call)
        self._succeed_session(adapter, call)
        handle = fields.handle(call.args, "hSecuritySessionID")
        state = fields.mapping(call.args, "pPortState") or {}
        peer = fields.mac(state, "PeerMacAddress")
        session = Session(call, adapter, handle, peer, self._index.at(call.start_ns))
        session.pre = self._last_pre.get(id(adapter))
        self._result.sessions.append(session)
        self._last_session[id(adapter)] = session
        self._open_sessions = [*self._open_sessions[-MAX_OPEN:], session]
        self._sessions.give(handle, adapter, session)

    def _post_completion(self, call: Call) -> None:
        handle = fields.handle(call.args, "hSecuritySessionID")
        session = self._sessions.named(handle, self._adapter(call))
        if session is None:
            self._result.stray_post.append(call)
        else:
            session.completions.append(call)

    def _stop(self, call: Call) -> None:
        adapter = self._adapter(call)
        peer = fields.mac(call.args, "pPeer")
        candidates = [item for item in self._open_sessions if item.adapter is adapter]
        named = [item for item in candidates if item.peer == peer]
        chosen = (named or [item for item in candidates if None in (peer, item.peer)])[-1:]
        if not chosen:
            self._result.stray_stops.append(call)
            return
        chosen[0].stop = call
        self._open_sessions.remove(chosen[0])

    def _reset(self, call: Call) -> None:
        adapter = self._adapter(call)
        self._end_pre(adapter, call)
        for session in self._open_sessions:
            if session.adapter is adapter:
                session.reset = session.reset or call

    def _send(self, call: Call) -> None:
        send = Send(call, fields.handle(call.args, "hSendCompletion"), self._adapter(call))
        self._result.sends.append(send)
        if send.handle is not None:
            waiting = self._sends.setdefault(send.handle, [])
            waiting.append(send)
            del waiting[:-MAX_OPEN]

    def _send_completion(self, call: Call) -> None:
        handle = fields.handle(call.args, "hSendCompletion")
        waiting = self._sends.get(handle, []) if handle is not None else []
        if not waiting:
            self._result.stray_send_completions.append(call)
            return
        accepted = [send for send in waiting if send.call.result in (0, None)]
        live = [send for send in accepted if send.gone_with is None]
        send = (live or accepted or waiting)[0]
        send.completion = call
        waiting.remove(send)

    def _end_pre(self, adapter: Adapter | None, call: Call) -> None:
        for operation in self._open_pre:
            if operation.adapter is adapter:
                operation.ended_by = call
        self._open_pre = [item for item in self._open_pre if item.adapter is not adapter]

    def _succeed_session(self, adapter: Adapter | None, call: Call) -> None:
        session = self._last_session.pop(id(adapter), None)
        if session is not None:
            session.successor = call
