# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules of the medium that a client gives, changes, takes back and triggers while an association
lasts: the control calls, each of which is told by an event ``rule``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hwsim.air_run import AirRun
from hwsim.control import rule_requests
from hwsim.control.arguments import Arguments
from hwsim.control.server import Handler, Reply
from hwsim.errors import RequestError
from hwsim.rules.frame_rules import FrameRule, FrameRules

MAX_PLACE = 1 << 31


class LiveRules:
    """Serves the calls on the run that there is, on the medium called ``number``."""

    def __init__(self, run: Callable[[], AirRun], number: int) -> None:
        self._run = run
        self._number = number

    @property
    def handlers(self) -> dict[str, Handler]:
        """The calls by name."""
        return {
            "rules": self._replace,
            "add_rules": self._add,
            "change_rule": self._change,
            "remove_rule": self._remove,
            "trigger_rule": self._trigger,
            "list_rules": self._list,
        }

    def _replace(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Others in the stead of all, for which messages are counted anew."""
        fields = Arguments(args, "rules")
        medium = self._run().medium
        before = medium.rules
        given = rules_of(fields, medium.association, self._number, before)
        fields.done()
        medium.begin(medium.association, given)
        for rule, _, _ in before.counts:
            self._run().tell_rule("removed", rule)
        for rule, _, _ in medium.rules.counts:
            self._run().tell_rule("added", rule)
        return {"frames": medium.frames}

    def _add(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """More rules, behind those there are; their places."""
        fields = Arguments(args, "add_rules")
        given = rule_requests.rules(fields.take("rules"))
        fields.done()
        in_force = self._run().medium.rules
        if len(in_force.counts) + len(given) > rule_requests.MAX_RULES:
            raise RequestError("too-many", f"add_rules: {rule_requests.MAX_RULES} rules at most")
        added = in_force.add(given, live=True)
        for rule in added:
            self._run().tell_rule("added", rule)
        return {"places": [rule.place for rule in added]}

    def _change(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Another rule in the stead of one, with a place of its own."""
        fields = Arguments(args, "change_rule")
        was = self._in_force(fields, "change_rule").place
        given = rule_requests.rule(fields.take("rule"), "change_rule.rule")
        fields.done()
        changed = self._run().medium.change_rule(was, given)
        assert changed is not None
        self._run().tell_rule("changed", changed, was)
        return {"place": changed.place}

    def _remove(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """A rule acts no more; what it put off does not come."""
        fields = Arguments(args, "remove_rule")
        rule = self._in_force(fields, "remove_rule")
        fields.done()
        self._run().medium.remove_rule(rule.place)
        self._run().tell_rule("removed", rule)
        return {}

    def _trigger(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """A rule sends what it sends now, to so many stations; or acts on the next that fits."""
        fields = Arguments(args, "trigger_rule")
        rule = self._in_force(fields, "trigger_rule")
        fields.done()
        stations = self._run().medium.trigger(rule)
        self._run().tell_rule("triggered", rule)
        return {"stations": stations}

    def _list(self, args: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """The rules in force, in their order."""
        Arguments(args, "list_rules").done()
        listed = [
            {
                "place": rule.place, "words": rule.words(), "live": rule.live,
                "fitted": fitted, "acted": acted,
            }
            for rule, fitted, acted in self._run().medium.rules.counts
        ]  # fmt: skip
        return {"rules": listed}

    def _in_force(self, fields: Arguments, call: str) -> FrameRule:
        place = fields.integer("place", 1, MAX_PLACE)
        rule = self._run().medium.rules.get(place)
        if rule is None:
            there = [one.place for one, _, _ in self._run().medium.rules.counts]
            known = ", ".join(map(str, there)) or "none"
            raise RequestError(
                "no-such-rule", f"{call}: no rule {place} is in force; there: {known}"
            )
        return rule


def rules_of(
    fields: Arguments, association: int, medium: int, before: FrameRules | None = None
) -> FrameRules:
    """The rules that a call gives a medium, in the stead of others if there are any; ``seed``
    decides what they leave to chance, on each medium by itself."""
    seed = fields.integer("seed", 0, rule_requests.MAX_SEED, 0)
    stream = f"{seed}/{association}" + (f"/medium {medium}" if medium > 1 else "")
    given = rule_requests.rules(fields.take("rules", []))
    return FrameRules(given, stream) if before is None else before.replaced(given, stream)
