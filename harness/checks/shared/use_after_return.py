# SPDX-License-Identifier: GPL-2.0-or-later
"""Buffers of a handler that the DLL used after the handler had returned.

Such a use is seen where the OS takes the buffers away at the return, as our host does: it crashes,
and the address it touched lies in what the handler had been given.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.checks.case import Case
from harness.checks.codes import hexed
from harness.checks.outcomes import Breach
from harness.evidence import fields, names
from harness.evidence.calls import Process
from harness.evidence.model import IhvRecord
from harness.evidence.regions import LateAccess, late_access


def describe_buffer(late: LateAccess) -> str:
    """A buffer that was used too late, in words: the member and the handler it was given to."""
    return f"{late.region.name} of {names.short(late.call.function)}, which had returned by then"


def uses_after_return(case: Case, functions: frozenset[str]) -> Iterator[Breach]:
    """Crashes that touched a buffer of one of these handlers after its return."""
    for process in case.segments.processes:
        for record in process.exceptions:
            late = late_access(process, record)
            if late is not None and late.call.function in functions:
                yield _breach(case, process, record, late)


def _breach(case: Case, process: Process, record: IhvRecord, late: LateAccess) -> Breach:
    touched = fields.handle(record.raw, "access") or 0
    return Breach(
        f"the DLL used {hexed(touched)}: {describe_buffer(late)}",
        record.t_ns,
        case.index.association_at(record.t_ns),
        (*late.call.seqs, record.seq),
        process.index,
    )
