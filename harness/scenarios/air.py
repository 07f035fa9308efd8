# SPDX-License-Identifier: GPL-2.0-or-later
"""`[[air]]`: what the medium does to the messages of an association.

Of several rules whose turn it is the first acts, as `hwsim.rules.frame_rules` has it. A rule that
can never act is refused (`harness.scenarios.air_fits`): the scenario would not try what it says.
"""

from __future__ import annotations

from pydantic import model_validator

from harness.scenarios.air_fits import LATER, why_misfit
from harness.scenarios.air_keys import AirRuleKeys
from harness.scenarios.associations import in_words, listed


class AirRule(AirRuleKeys):
    """What the medium does to one message of each association, or to several.

    A rule acts on a message as a whole: the simulated radio has no retries below EAPOL's own.
    """

    @model_validator(mode="after")
    def _fits(self) -> AirRule:
        wrong = why_misfit(self)
        if wrong:
            raise ValueError(wrong)
        return self

    def phrase(self) -> str:
        """The rule in words: "drop M3 (number 1)"."""
        return f"{self.action} {self.message}{self._particulars()} ({', '.join(self._which())})"

    def _particulars(self) -> str:
        later = self._delay()
        if self.action in ("edit", "corrupt") and self.fields is not None:
            return f": {self.fields.read().phrase()}"
        if self.action == "insert" and self.insert is not None:
            return f": {self.insert.phrase()}{later and f',{later} later'}"
        if self.action in ("deauthenticate", "disassociate"):
            reason = "" if self.reason is None else f", reason {self.reason}"
            forged = ", forged" if self.forged else ""
            return f"{reason}{forged}{later and f',{later} later'}"
        return {
            "delay": f" by{later}",
            "repeat": f" {self.copies or 1} times",
            "refuse": f" with status {self.status}",
        }.get(self.action, "")

    def _delay(self) -> str:
        if self.delay_us is not None:
            return f" {self.delay_us[0]} to {self.delay_us[1]} µs"
        return "" if self.delay_ms is None else f" {self.delay_ms} ms"

    def _which(self) -> list[str]:
        named = {"every": "every one"}.get(str(self.nth), f"number {self.nth}")
        onwards = str(self.nth).startswith("from-")
        which = [f"number {str(self.nth)[5:]} and on" if onwards else named]
        which += [self.direction] if self.direction else []
        for name in ("access_point", "station", "replay_counter", "after", "before"):
            value = getattr(self, name)
            which += [] if value is None else [f"{name.replace('_', ' ')} {value}"]
        which += [] if self.bytes_at is None else [f"with bytes at {self.bytes_at.offset}"]
        which += [in_words(self.only_in)] if self.only_in else []
        which += [] if self.probability is None else [f"probability {self.probability:g}"]
        return which

    @property
    def only_in(self) -> tuple[int, ...]:
        """The associations it is for; empty: every one."""
        return listed(self.association)

    def acts_in(self, number: int) -> bool:
        """Whether it is for that association."""
        return not self.only_in or number in self.only_in

    def media(self, count: int) -> tuple[int, ...]:
        """The media, of so many, on which it acts: the adapters are dealt out to them in turns."""
        if self.station is not None:
            return ((self.station - 1) % count + 1,)
        return tuple(range(1, count + 1))

    @property
    def later_s(self) -> float:
        """How long after its message a frame comes that the rule adds, at most, in seconds."""
        if self.action not in LATER:
            return 0.0
        return self.delay_us[1] / 1e6 if self.delay_us else (self.delay_ms or 0) / 1e3

    @property
    def parts(self) -> bool:
        """Whether it sends the station away for good, some time after its message: of a forged
        frame the station may know better."""
        later = self.action in ("deauthenticate", "disassociate") and self.later_s > 0
        return later and not self.forged and not self.by_chance

    @property
    def by_chance(self) -> bool:
        """Whether it may be that it does not act when it is its turn."""
        return self.probability is not None and self.probability < 1
