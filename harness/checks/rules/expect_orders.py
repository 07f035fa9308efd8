# SPDX-License-Identifier: GPL-2.0-or-later
"""EXPECT-07: what the scenario orders the guest's WLAN service to do was done.

Without it a scenario whose event never came would pass though it tried nothing.
"""

from __future__ import annotations

from harness.checks.case import Case
from harness.checks.outcomes import Breach, Held, Outcomes, Unknown
from harness.checks.registry import rule


@rule(
    "EXPECT-07", cls="ours", source="this harness: the scenario's [[os]]", last=True,
    text="Every order of the scenario to the guest's WLAN service is carried out in each "
    "association.",
)  # fmt: skip
def orders_are_carried_out(case: Case) -> Outcomes:
    """The orders of the scenario against those the guest reports as done."""
    if not case.expect.orders:
        return
    for association in case.index.associations:
        number = association.index
        left = [
            f"order {place} ({phrase})"
            for place, phrase in enumerate(case.expect.orders, 1)
            if place not in association.orders
        ]
        if association.lab_fault:
            yield Unknown(f"the lab broke in this association: {association.lab_fault}", number)
        elif not left:
            yield Held(number)
        elif number in case.already_explained:
            yield Unknown("a finding of another rule explains this association", number)
        else:
            message = (
                f"{', '.join(left)} was not carried out: its event did not come, or it found "
                "nothing to act on (events.jsonl says what), so the association says nothing of "
                "what the scenario is for"
            )
            yield Breach(message, association.end_ns, number, severity="MISS")
