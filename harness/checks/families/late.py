# SPDX-License-Identifier: GPL-2.0-or-later
"""PRE-12 and what other rules ask about buffers that were used after their handler had returned.

Such a use is seen where the OS takes the buffers away at the return, as our host does: it crashes,
and the address it touched lies in what the handler had been given.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness.checks.case import Case
from harness.checks.codes import hexed
from harness.checks.outcomes import Breach, Outcome, Outcomes
from harness.checks.registry import rule
from harness.evidence import fields, names
from harness.evidence.calls import Process
from harness.evidence.model import IhvRecord
from harness.evidence.regions import Late, regions, touched_late
from harness.evidence.segments import PreOperation

_PROFILE_HANDLERS: Final = frozenset({
    names.PRE_ASSOCIATE, names.VALIDATE_PROFILE, names.CAPABILITY_MATCH, names.DISCOVERY_PROFILES,
})  # fmt: skip


def describe_late(late: Late) -> str:
    """The buffer in words."""
    return f"{late.region.name} of {names.short(late.call.function)}, which had returned by then"


def late_breaches(case: Case, functions: frozenset[str]) -> Iterator[Breach]:
    """Crashes that touched a buffer of one of these handlers after its return."""
    for process in case.segments.processes:
        for record in process.exceptions:
            late = touched_late(process, record)
            if late is not None and late.call.function in functions:
                yield _breach(case, process, record, late)


def _breach(case: Case, process: Process, record: IhvRecord, late: Late) -> Breach:
    touched = fields.handle(record.raw, "access") or 0
    return Breach(
        f"the DLL used {hexed(touched)}: {describe_late(late)}",
        record.t_ns,
        case.index.association_at(record.t_ns),
        (*late.call.seqs, record.seq),
        process.index,
    )


@rule(
    "PRE-12", cls="D", source="no page states ownership; S:ihvsample.cpp parses before its thread",
    text="The buffers of PerformPreAssociate, ValidateProfile, PerformCapabilityMatch and "
    "CreateDiscoveryProfiles are the OS's and used only during the call. Decided only where they "
    "are gone once the handler has returned: a later use crashes then (HOST-01 too).",
)  # fmt: skip
def profile_buffers_are_not_kept(case: Case) -> Outcomes:
    """No crash on a buffer of theirs; with them gone by the completion, none was in use."""
    broken = list(late_breaches(case, _PROFILE_HANDLERS))
    yield from broken
    for item in case.segments.pre:
        known = item.handler.returned is not None and any(regions(item.handler.args))
        if known and not broken:
            yield from _kept(case, item)


def _kept(case: Case, item: PreOperation) -> Iterator[Outcome]:
    for completion in item.completions[:1]:
        inputs = fields.text(completion.out, "inputs")
        if inputs == "gone":
            yield case.held(item)
        elif inputs is not None:
            reason = "the buffers could still be read when pre-association was completed"
            yield case.unknown(reason, completion)
