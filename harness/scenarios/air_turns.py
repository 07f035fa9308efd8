# SPDX-License-Identifier: GPL-2.0-or-later
"""Which `[[air]]` rules of a scenario can never act. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.scenarios.air import AirRule
from harness.scenarios.air_fits import KEY_MESSAGES_DOWN, ONE_WAY
from harness.scenarios.associations import in_words
from harness.scenarios.on_air import SA_QUERY, OnAir, answers_at_once, precedes
from hwsim.rules.frame_rules import MAX_COPIED


def never_acts(rules: Sequence[AirRule], on_air: OnAir) -> str | None:
    """Which of the rules can never act, why, and what to do about it; None if each can."""
    for place, rule in enumerate(rules, 1):
        wrong = next(_hindrances(rule, place, on_air), None)
        if wrong:
            return f"[[air]] {wrong}"
        for before, other in enumerate(rules[: place - 1], 1):
            both = _both_in(other, rule)
            if both is not None and _takes_all(other, rule):
                return (
                    f"[[air]] rule {place} ({rule.phrase()}) never acts{both}: rule {before} "
                    f"({other.phrase()}) takes the same message first; leave one of them out, or "
                    "put the rule for a single message before the one for every one"
                )
    return None


def _hindrances(rule: AirRule, place: int, on_air: OnAir) -> Iterator[str]:
    """Whatever keeps a rule from ever acting, by itself."""
    absent = on_air.why_absent(rule.message, rule.direction or ONE_WAY.get(rule.message))
    if absent:
        yield f"message = '{rule.message}' never comes: {absent}"
    for name, value, most, fix in (
        ("access_point", rule.access_point, on_air.access_points, "[network] access_points"),
        ("station", rule.station, on_air.adapters, "adapters"),
    ):
        if value is not None and value > most:
            yield f"{name} = {value} is not there; {fix} = {value} makes it"
    for why in (_when(rule, on_air), _which(rule, on_air), _copy(rule, on_air)):
        if why:
            yield f"rule {place} ({rule.phrase()}) never acts: {why}"


def _when(rule: AirRule, on_air: OnAir) -> str | None:
    """Whether there is a moment between what must have passed and what must not."""
    if rule.after is not None:
        after, number = _occurrence(rule.after)
        absent = on_air.why_absent(after)
        if absent:
            return f"after = '{rule.after}' never comes: {absent}"
        if rule.before is not None:
            before, limit = _occurrence(rule.before)
            if number >= limit if before == after else limit == 1 and precedes(before, after):
                return f"{rule.before} has passed whenever {rule.after} has; change one of them"
    if rule.before is not None:
        before, limit = _occurrence(rule.before)
        if limit == 1 and precedes(before, rule.message):
            return f"every {rule.message} comes after the first {before}"
        if before == rule.message and _first(rule) > limit:
            return f"only {limit} of {before} can come before {rule.before} has passed"
    return None


def _which(rule: AirRule, on_air: OnAir) -> str | None:
    """Whether there is such a message among those of its kind."""
    if rule.replay_counter == 0 and rule.message in KEY_MESSAGES_DOWN:
        return "replay counters of an access point begin at 1"
    most = on_air.most(rule.message)
    if most is not None and _first(rule) > most:
        return f"there are {most} of {rule.message} at most"
    at = rule.bytes_at
    query = rule.message == "action" and at is not None and at.offset == 0
    if query and at is not None and bytes.fromhex(at.data)[0] == SA_QUERY and not on_air.protected:
        return "without [network] pmf there is no SA Query"
    return None


def _copy(rule: AirRule, on_air: OnAir) -> str | None:
    """Whether the frame of which it inserts a copy is there by then."""
    if rule.insert is None or rule.insert.copy_of is None:
        return None
    message, number = _occurrence(rule.insert.copy_of)
    absent = on_air.why_absent(message, "down")
    if absent:
        return f"there is no {message} to be copied: {absent}"
    if number > MAX_COPIED:
        return f"of a kind {MAX_COPIED} frames are kept to be copied; name an earlier one"
    most = on_air.most(message)
    if most is not None and number > most:
        return f"there are {most} of {message} at most to be copied"
    late = rule.delay_ms is not None or rule.delay_us is not None
    if late or rule.nth == "every" or str(rule.nth).startswith("from-") or _conditional(rule):
        return None
    if message == rule.message:
        later = number > _first(rule)
    elif ONE_WAY.get(rule.message) == "down":
        later = precedes(rule.message, message)
    else:
        later = not answers_at_once(rule.message, message)
    if later and (message == rule.message or _first(rule) == 1):
        return f"{rule.insert.copy_of} comes later; delay_ms, or a later message, waits for it"
    return None


def _occurrence(named: str) -> tuple[str, int]:
    message, _, number = named.partition("#")
    return message, int(number or 1)


def _both_in(other: AirRule, rule: AirRule) -> str | None:
    """In which associations both rules are given to the air, for a sentence; empty if those are all
    that the second is for, None without any."""
    first, second = set(other.only_in), set(rule.only_in)
    if first and second and not first & second:
        return None
    both = first & second if first and second else first or second
    return "" if both == second else f" in {in_words(both)}"


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
