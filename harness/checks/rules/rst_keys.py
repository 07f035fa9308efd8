# SPDX-License-Identifier: GPL-2.0-or-later
"""RST rules: keys do not outlive a reset."""

from __future__ import annotations

from harness.checks.case import Case
from harness.checks.outcomes import Outcome, Outcomes
from harness.checks.registry import rule
from harness.checks.shared.default_keys import NamedKey, named_keys
from harness.evidence.calls import Call


@rule(
    "RST-07", cls="D", source="A:oid-dot11-reset-request",
    text="A reset deletes the driver's keys: a default key id set after it names a key set after "
    "it.",
)  # fmt: skip
def keys_do_not_survive(case: Case) -> Outcomes:
    """No SetDefaultKeyId names an index that was set before the last reset only."""
    for adapter in case.segments.adapters:
        for item in named_keys(case, adapter):
            if item.reset is None:
                continue
            if item.state == "set":
                yield case.held(item.call)
            elif item.state == "set before the reset":
                yield _gone(case, item, item.reset)


def _gone(case: Case, item: NamedKey, reset: Call) -> Outcome:
    call, until_ns = item.call, item.needed_by.start_ns
    why = case.losses.why_absence_proves_nothing(
        call.process, case.index.association_of(call), reset.start_ns, until_ns
    )
    if why:
        return case.unknown(why, call)
    message = f"SetDefaultKeyId names key {item.index}, which AdapterReset has deleted"
    return case.breach(message, call, reset)
