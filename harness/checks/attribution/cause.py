# SPDX-License-Identifier: GPL-2.0-or-later
"""What a party did, and what that means for the driver; the words for rules and orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from harness.checks.case import Case
from harness.checks.finding import Severity
from harness.evidence.calls import Call
from harness.evidence.model import ApAct, FrameRecord, LiveRule, PerformedOrder, UsbAct

Party = Literal["driver", "scenario", "guest", "access point", "air"]
"""guest: the OS side, its limits included. air: a loss that no rule ordered."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What a party did: ``what`` is a clause that names it, ``at_ns`` is on the guest clock."""

    party: Party
    what: str
    at_ns: int
    calls: tuple[Call, ...] = ()

    @property
    def severity(self) -> Severity:
        """FAIL if it was the driver's doing; else nothing is known of the driver."""
        return "FAIL" if self.party == "driver" else "MISS"


def name_air_rule(case: Case, frame: FrameRecord) -> str:
    """The rule of the scenario's [[air]] that acted on a frame, in words: place and action."""
    place = frame.rule_place
    if place == 0:
        return f"a link of the scenario (on which {frame.kind} was lost)"
    given = _given_live(case, frame)
    if given is not None:
        return f"air rule {place}, given live ({given.words})"
    if place is None:
        return f"a rule of the scenario ({frame.rule} {frame.kind})"
    return f"the scenario's air rule {_named(place, case.expect.air, f'{frame.rule} {frame.kind}')}"


def _given_live(case: Case, frame: FrameRecord) -> LiveRule | None:
    """How the rule that acted on a frame was given, if that was while the association lasted."""
    association = case.index.association(frame.association)
    given = association.live_rules if association is not None else ()
    made = (one for one in given if one.change in ("added", "changed"))
    acted = (frame.rule_place, frame.medium)
    return next((one for one in made if (one.place, one.medium) == acted), None)


def name_os_order(case: Case, order: PerformedOrder) -> str:
    """An order of the scenario's [[os]] in words: its place among them and what it orders."""
    known = f"{order.do} on {order.on}"
    return f"the scenario's order {_named(order.place, case.expect.orders, known)}"


def name_ap_act(case: Case, act: ApAct) -> str:
    """An order of the scenario's [[ap]] in words: its place among them and what it orders; one of
    a call has none."""
    if act.place == 0:
        return f"the order {act.do} to an access point, given live,"
    return f"the scenario's order {_named(act.place, case.expect.ap, act.do)} to an access point"


def name_usb_act(case: Case, act: UsbAct) -> str:
    """An order of the scenario's [[usb]] in words: its place among them and what it orders."""
    return f"the scenario's order {_named(act.place, case.expect.usb, act.do)} to the adapter"


def _named(place: int, phrases: Sequence[str], known: str) -> str:
    phrase = phrases[place - 1] if 0 < place <= len(phrases) else known
    return f"{place} ({phrase})"


MIC_FAILURE: Final = 14
FOUR_WAY_TIMEOUT: Final = 15
GROUP_TIMEOUT: Final = 16
BSS_TRANSITION: Final = 12
"""Reason codes of IEEE 802.11-2020, table 9-49."""
