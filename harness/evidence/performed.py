# SPDX-License-Identifier: GPL-2.0-or-later
"""What the guest's WLAN service says it did of a scenario's orders, as evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harness.evidence.model import PerformedOrder


def performed_orders(done: Iterable[object]) -> tuple[PerformedOrder, ...]:
    """The orders that were carried out, in that order; one the guest had to leave out is none.

    ``done`` comes from the guest: an entry that says nothing is passed over.
    """
    found = (_performed(entry) for entry in done if isinstance(entry, Mapping))
    return tuple(one for one in found if one is not None)


def _performed(entry: Mapping[str, object]) -> PerformedOrder | None:
    place, at_ns = entry.get("order"), entry.get("t_ns")
    if not isinstance(place, int) or "skipped" in entry:
        return None
    on, do = str(entry.get("on", "")), str(entry.get("do", ""))
    return PerformedOrder(place, on, do, at_ns if isinstance(at_ns, int) else None)
