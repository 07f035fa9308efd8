# SPDX-License-Identifier: GPL-2.0-or-later
"""KEY rules: the default key that SetDefaultKeyId names."""

from __future__ import annotations

from harness.checks.case import Case
from harness.checks.outcomes import Outcome, Outcomes
from harness.checks.registry import rule
from harness.checks.shared.default_keys import STANDARD, NamedKey, named_keys


@rule(
    "KEY-09", cls="D", source="S: (order of its calls)",
    text="SetDefaultKeyId names an index that has been set by the time the session is completed.",
)  # fmt: skip
def key_id_was_set(case: Case) -> Outcomes:
    """Some SetDefaultKey of the adapter named this index by then (before a reset: RST-07)."""
    for adapter in case.segments.adapters:
        for item in named_keys(case, adapter):
            if item.state in ("set", "set before the reset"):
                yield case.held(item.call)
            elif item.state == "never set" and item.index not in STANDARD:
                continue
            else:
                yield _never(case, item)


def _never(case: Case, item: NamedKey) -> Outcome:
    lost = case.losses.lost_before(item.needed_by)
    if item.state == "not needed":
        return case.unknown("no session was completed with the key", item.call)
    if item.state == "not shown" or lost:
        return case.unknown(lost or "the trace does not show all keys", item.call)
    message = f"SetDefaultKeyId names key {item.index}, which was never set"
    return case.breach(message, item.call)
