# SPDX-License-Identifier: GPL-2.0-or-later
"""EXPECT-07: what the scenario has the guest's WLAN service, the medium, access points and the
USB adapter do was done.

Without it a scenario whose moment never came would pass though it tried nothing.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from harness.checks.attribution.connections import how_lost, is_connected
from harness.checks.case import Case
from harness.checks.outcomes import Breach, Held, Outcomes, Unknown
from harness.checks.registry import rule
from harness.evidence.model import AssociationEvidence

_ANY: Final = 0
_RuleOnMedium = tuple[int | None, int]
"""A rule for the air by its place, and the medium it is about, or any."""


@rule(
    "EXPECT-07", cls="ours", last=True,
    source="this harness: the scenario's [[os]], [[ap]], [[usb]] and [[air]]",
    text="Every order of the scenario to the guest's WLAN service, to access points and to the "
    "emulated USB adapter is carried out in each association, and every rule for the air acts in "
    "those it is for.",
)  # fmt: skip
def scenario_takes_place(case: Case) -> Outcomes:
    """The orders and air rules of the scenario against what guest and air say was done."""
    if not (case.expect.orders or case.expect.air or case.expect.ap or case.expect.usb):
        return
    for association in case.index.associations:
        number = association.index
        left = [
            *_orders_left(case, association),
            *_ap_orders_left(case, association),
            *_usb_orders_left(case, association),
            *_air_rules_left(case.within(number), association),
        ]
        if association.lab_fault:
            yield Unknown(f"the lab broke in this association: {association.lab_fault}", number)
        elif not left:
            yield Held(number)
        elif number in case.already_explained:
            yield Unknown("a finding of another rule explains this association", number)
        else:
            message = (
                f"{'; '.join(left)}, so the association says nothing of what the scenario is for"
            )
            yield Breach(message, association.end_ns, number, severity="MISS")


def _orders_left(case: Case, association: AssociationEvidence) -> list[str]:
    left = [
        f"order {place} ({phrase})"
        for place, phrase in enumerate(case.expect.orders, 1)
        if place not in association.orders
    ]
    said = (
        "was not carried out: its event did not come, or it found nothing to act on "
        "(events.jsonl says what)"
    )
    return [f"{', '.join(left)} {said}"] if left else []


def _ap_orders_left(case: Case, association: AssociationEvidence) -> list[str]:
    done = {act.place for act in association.ap_acts}
    left = [
        f"access point order {place} ({phrase})"
        for place, phrase in enumerate(case.expect.ap, 1)
        if place not in done
    ]
    said = "was not carried out: its moment did not come, or it found no station to act on"
    return [f"{', '.join(left)} {said}"] if left else []


def _usb_orders_left(case: Case, association: AssociationEvidence) -> list[str]:
    done = {act.place for act in association.usb_acts}
    left = [
        f"adapter order {place} ({phrase})"
        for place, phrase in enumerate(case.expect.usb, 1)
        if place not in done
    ]
    said = "was not carried out: its moment did not come, or the adapter was unplugged already"
    return [f"{', '.join(left)} {said}"] if left else []


def _air_rules_left(case: Case, association: AssociationEvidence) -> list[str]:
    if not _went_as_expected(case, association):
        return []  # EXPECT-01, EXPECT-03 or EXPECT-08 says why, and whose doing it was
    acted = [frame for frame in association.frames if frame.rule is not None]
    if any(frame.rule_place is None for frame in acted):
        return []  # evidence of an older air, which does not say which rule it was
    left = _rules_left(case, association, {(one.rule_place, one.medium) for one in acted})
    ended = {
        (one.was if one.change == "changed" else one.place, one.medium)
        for one in association.live_rules
        if one.change in ("changed", "removed")
    }
    taken = [words for rule, words in left.items() if _is_among(rule, ended)]
    others = [words for rule, words in left.items() if not _is_among(rule, ended)]
    said = "did not act: its message did not come that often, or another rule came first"
    by_hand = "was taken back live before it acted"
    return [
        f"{', '.join(which)} {why}" for which, why in ((others, said), (taken, by_hand)) if which
    ]


def _rules_left(
    case: Case, association: AssociationEvidence, acted: Set[_RuleOnMedium]
) -> dict[_RuleOnMedium, str]:
    """The rules that were to act and did not, in words; with isolated media, on each by itself."""
    left: dict[_RuleOnMedium, str] = {}
    for place, phrase in enumerate(case.expect.air, 1):
        if place in case.expect.air_by_chance or not case.expect.rule_acts_in(
            place, association.index
        ):
            continue
        media = case.expect.media_of_rule(place) or (_ANY,)
        for medium in media:
            if not _is_among((place, medium), acted):
                where = f" on medium {medium}" if len(media) > 1 else ""
                left[place, medium] = f"air rule {place} ({phrase}){where}"
    return left


def _is_among(rule: _RuleOnMedium, told: Set[_RuleOnMedium]) -> bool:
    """Whether it is told of a rule on that medium, or on any where it does not matter which."""
    return any(rule[0] == place and rule[1] in (_ANY, medium) for place, medium in told)


def _went_as_expected(case: Case, association: AssociationEvidence) -> bool:
    """The connection and its messages are as the scenario expects them."""
    stands = is_connected(case, association) and how_lost(case, association) is None
    if case.expect.connected and not stands:
        return False
    return set(case.expect.messages) <= {frame.kind for frame in association.frames}
