# SPDX-License-Identifier: GPL-2.0-or-later
"""PRE rules: what the DLL may do during a pre-association."""

from __future__ import annotations

from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.checks.shared.permissions import WHY_ONLY_THE_OS, not_refused
from harness.evidence import names


@rule(
    "PRE-09", cls="M", source="N:pre-association-operation-guidelines",
    severity="MISS", why=WHY_ONLY_THE_OS,
    text="NicSpecificExtension may be called inside PerformPreAssociate or from the worker.",
)  # fmt: skip
def allowed_in_pre_association(case: Case) -> Outcomes:
    """It is not refused as out of place while a pre-association is under way."""
    for operation in case.segments.pre:
        ends = [*operation.completions[:1], operation.ended_by]
        end = min((call for call in ends if call), key=lambda call: call.key, default=None)
        calls = case.index.calls_between(operation.adapter, operation.handler, end)
        own = [call for call in calls if call.function == names.NIC_EXTENSION]
        yield from not_refused(case, own, "during pre-association")
