# SPDX-License-Identifier: GPL-2.0-or-later
"""PRE rules on the buffers of the handlers that are given a profile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness.checks.case import Case
from harness.checks.outcomes import Outcome, Outcomes
from harness.checks.registry import rule
from harness.checks.shared.use_after_return import uses_after_return
from harness.evidence import fields, names
from harness.evidence.regions import regions
from harness.evidence.segments import PreOperation

_PROFILE_HANDLERS: Final = frozenset({
    names.PRE_ASSOCIATE, names.VALIDATE_PROFILE, names.CAPABILITY_MATCH, names.DISCOVERY_PROFILES,
})  # fmt: skip


@rule(
    "PRE-12", cls="D", source="no page states ownership; S:ihvsample.cpp parses before its thread",
    text="The buffers of PerformPreAssociate, ValidateProfile, PerformCapabilityMatch and "
    "CreateDiscoveryProfiles are the OS's and used only during the call. Decided only where they "
    "are gone once the handler has returned: a later use crashes then (HOST-01 too).",
)  # fmt: skip
def profile_buffers_are_not_kept(case: Case) -> Outcomes:
    """No crash on a buffer of theirs; with them gone by the completion, none was in use."""
    broken = list(uses_after_return(case, _PROFILE_HANDLERS))
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
