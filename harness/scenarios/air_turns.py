# SPDX-License-Identifier: GPL-2.0-or-later
"""Which `[[air]]` rules of a scenario can never act. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from harness.scenarios.air import AirRule
from harness.scenarios.air_fits import ONE_WAY

GROUP_KEY: Final = ("G1", "G2")


def never_acts(
    rules: Sequence[AirRule], *, group_rekeys: int, access_points: int = 1, adapters: int = 1
) -> str | None:
    """Which of the rules can never act, why, and what to do about it; None if each can."""
    for place, rule in enumerate(rules):
        if rule.message in GROUP_KEY and not group_rekeys:
            return (
                f"[[air]] message = '{rule.message}' never comes: without group_rekeys the access "
                "point starts no group key handshake; give group_rekeys = 1 or more"
            )
        for name, value, most, fix in (
            ("access_point", rule.access_point, access_points, "[network] access_points"),
            ("station", rule.station, adapters, "adapters"),
        ):
            if value is not None and value > most:
                return f"[[air]] {name} = {value} is not there; {fix} = {value} makes it"
        for before, other in enumerate(rules[:place], 1):
            if _takes_all(other, rule):
                return (
                    f"[[air]] rule {place + 1} ({rule.phrase()}) never acts: rule {before} "
                    f"({other.phrase()}) takes the same message first; leave one of them out, or "
                    "put the rule for a single message before the one for every one"
                )
    return None


def _takes_all(other: AirRule, rule: AirRule) -> bool:
    """Whether an earlier rule takes every message on which the later one would act."""
    if other.message != rule.message or _conditional(other):
        return False
    first = _first(other)
    if other.nth == "every" or (first == 1 and str(other.nth).startswith("from-")):
        return True
    if _conditional(rule):  # it counts other messages
        return False
    if str(other.nth).startswith("from-"):
        return _first(rule) >= first and rule.nth != "every"
    return other.nth == rule.nth


def _first(rule: AirRule) -> int:
    return 1 if rule.nth == "every" else int(str(rule.nth).removeprefix("from-"))


def _conditional(rule: AirRule) -> bool:
    """Whether it fits but some of the messages of its kind; their direction may be all there is."""
    names = ("access_point", "station", "replay_counter", "bytes_at", "after", "before")
    one_way = rule.direction is None or rule.direction == ONE_WAY.get(rule.message)
    return (
        not one_way
        or any(getattr(rule, name) is not None for name in names)
        or rule.probability not in (None, 1)
        or (rule.action in ("edit", "refuse") and rule.message not in ONE_WAY)
    )
