# SPDX-License-Identifier: GPL-2.0-or-later
"""PRE rules on the work of the pre-association, on its end by a reset, and on a second one."""

from __future__ import annotations

from typing import Final

from harness.checks.case import Case
from harness.checks.codes import hexed
from harness.checks.outcomes import Outcome, Outcomes
from harness.checks.registry import rule
from harness.checks.shared.operations import leaves_security_to_the_os
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.segments import PreOperation

ALGORITHMS: Final = (names.SET_AUTH, names.SET_UNICAST_CIPHER, names.SET_MULTICAST_CIPHER)


@rule(
    "PRE-01", cls="M(OS)", source="N:pre-association-operation-overview",
    text="The driver is told to connect only after the pre-association was completed with success.",
)  # fmt: skip
def connects_after_completion(case: Case) -> Outcomes:
    """No association request leaves the station between PerformPreAssociate and its completion."""
    for operation in case.segments.pre:
        association = case.index.association(operation.association)
        done = [call for call in operation.completions if _error(call) == 0]
        if association is None or association.lab_fault or not done:
            continue
        requests = [
            frame.guest_ns
            for frame in case.index.frames_of(association, operation.adapter)
            if frame.kind == "assoc-req" and frame.direction == "up" and frame.guest_ns is not None
        ]
        since_ns, until_ns = operation.handler.start_ns, done[0].start_ns
        early = any(since_ns < at_ns < until_ns for at_ns in requests)
        if early and (lost := case.losses.lost_of(operation, done[0])):
            yield case.unknown(lost, done[0])
        elif early:
            message = "an association request left the station before the completion"
            yield case.breach(message, done[0], operation.handler)
        elif any(at_ns >= until_ns for at_ns in requests):
            yield case.held(operation)


def _error(call: Call) -> int | None:
    return fields.integer(call.args, "dwWin32Error")


@rule(
    "PRE-08", cls="M",
    source="N:pre-association-operation-guidelines; I:dot11ext_set_current_profile",
    text="Custom user data and the current profile are handled only once PerformPreAssociate has "
    "returned success, never inside it. (After the completion: PRE-07, POST-16. "
    "SetProfileCustomUserData, which the table of phases allows from InitAdapter on, and a call "
    "of another thread just before the return: warnings.)",
)  # fmt: skip
def profile_only_after_the_return(case: Case) -> Outcomes:
    """Uses of hConnectSession are entered after the successful return of the handler."""
    for operation in case.segments.pre:
        handler = operation.handler
        for call in operation.uses:
            if call.function == names.SET_VS_AP_PROPERTIES:
                continue
            name = names.short(call.function)
            lenient = call.function == names.SET_USER_DATA
            if lost := case.losses.lost_between(handler, call):
                yield case.unknown(lost, call)
            elif call.inside(names.PRE_ASSOCIATE) is not None:
                message = f"{name} was called inside PerformPreAssociate"
                yield case.breach(message, call, handler, severity="WARN" if lenient else None)
            elif not call.entered_after_return_of(handler):
                message = f"{name} was called before PerformPreAssociate had returned"
                yield case.breach(message, call, handler, severity="WARN")
            elif handler.result:
                message = f"{name} was called though PerformPreAssociate had returned an error"
                yield case.breach(message, call, handler, severity="WARN" if lenient else None)
            else:
                yield case.held(call)


@rule(
    "PRE-10", cls="M", source="N:pre-association-operation-overview",
    text="Authentication and both cipher algorithms are set during pre-association.",
    severity="WARN",
    why="the table of phases allows these functions from InitAdapter on",
    prevents_connection=True,  # the OS has no algorithms to associate with
)  # fmt: skip
def algorithms_are_set(case: Case) -> Outcomes:
    """All three were set since InitAdapter, or the last reset before it began, when the
    pre-association succeeds. (Of a success that crosses the reset that ends it RST-03 speaks.)

    A profile without a security fragment of the vendor leaves security to the OS.
    """
    for operation in case.segments.pre:
        done = [call for call in operation.completions if _error(call) == 0][:1]
        if operation.adapter is None or not operation.handler.succeeded or not done:
            continue
        if done[0].inside(names.PRE_ASSOCIATE) is not None:
            continue  # a breach of PRE-03
        if leaves_security_to_the_os(operation.handler):
            continue
        yield _algorithms(case, operation, done[0])


def _algorithms(case: Case, operation: PreOperation, done: Call) -> Outcome:
    assert operation.adapter is not None
    adapter = operation.adapter
    since = case.index.reset_before(adapter, operation.handler) or adapter.init
    used = {call.function for call in case.index.calls_between(adapter, since, done)}
    missing = [names.short(name) for name in ALGORITHMS if name not in used]
    if not missing:
        return case.held(operation)
    lost = case.losses.lost_before(done)
    if lost:
        return case.unknown(lost, done)
    message = f"the pre-association succeeded without {', '.join(missing)}"
    return case.breach(message, done, operation.handler)


@rule(
    "PRE-11", cls="C",
    source="N:802-11-wlan-adapter-reset; N:pre-association-operation-guidelines; against "
    "N:native-802-11-ihv-extensibility-functions",
    text="AdapterReset with a pre-association pending: it is completed, before AdapterReset "
    "returns. (The table of phases bans the function after a reset. Of the code RST-03 speaks.)",
)  # fmt: skip
def reset_completes_it(case: Case) -> Outcomes:
    """A pre-association that is pending when AdapterReset is entered gets its completion."""
    for operation in case.segments.pre:
        reset = operation.ended_by
        if reset is None or reset.function != names.ADAPTER_RESET:
            continue
        if not operation.handler.succeeded or reset.returned is None:
            continue
        if any(call.key < reset.key for call in operation.completions):
            continue
        what = f"pre-association {hexed(operation.connect_session)}"
        yield case.completed_by(reset, operation, what)


@rule(
    "PRE-13", cls="D", source="S:ihvsample.cpp (returns ERROR_INVALID_STATE)",
    text="A second PerformPreAssociate while the first is pending fails.",
)  # fmt: skip
def second_one_is_refused(case: Case) -> Outcomes:
    """No PerformPreAssociate succeeds between another one's success and its completion."""
    for operation in case.segments.pre:
        second = operation.ended_by
        if second is None or second.function != names.PRE_ASSOCIATE:
            continue
        if not operation.handler.succeeded or second.returned is None:
            continue
        if any(call.key < second.key for call in operation.completions):
            continue
        if case.index.stray_between(
            case.segments.stray_pre, operation.handler.start_ns, second.start_ns
        ):
            continue
        why = case.losses.why_absence_proves_nothing(
            second.process, operation.association, 0, second.start_ns
        )
        if second.result:
            yield case.held(operation)
        elif why:
            yield case.unknown(why, second)
        else:
            message = "PerformPreAssociate succeeded while the one before was still pending"
            yield case.breach(message, second, operation.handler)
