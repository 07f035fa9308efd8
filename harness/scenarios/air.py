# SPDX-License-Identifier: GPL-2.0-or-later
"""`[[air]]`: what the medium does to the messages of an association.

Of several rules whose turn it is the first acts, as `hwsim.frame_rules` has it. A rule that can
never act is refused: the scenario would not try what it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from harness.config.validation import Strict
from hwsim.frame_rules import Action, Message

GROUP_KEY: Final = ("G1", "G2")


class AirRule(Strict):
    """What the medium does to one message of each association.

    A rule acts on a message as a whole: the simulated radio has no retries below EAPOL's own.
    """

    message: Message
    """Which message of the association."""
    nth: Annotated[int, Field(ge=1)] | Literal["every"] = 1
    """Which one of them, retries counted."""
    action: Action
    """drop: lost; drop-ack: it arrives, its sender does not hear so; delay; repeat: it comes more
    than once; deauthenticate: the access point parts with the station in its place."""
    delay_ms: Annotated[int, Field(ge=1, le=60_000)] | None = None
    """delay: by how much."""
    copies: Annotated[int, Field(ge=1, le=100)] | None = None
    """repeat: how many more."""

    @model_validator(mode="after")
    def _fits(self) -> AirRule:
        if (self.delay_ms is not None) != (self.action == "delay"):
            raise ValueError("delay_ms goes with action = 'delay', and only with it")
        if self.copies is not None and self.action != "repeat":
            raise ValueError("copies goes with action = 'repeat' only")
        return self

    def phrase(self) -> str:
        """The rule in words: "drop M3 (number 1)"."""
        extra = {"delay": f" by {self.delay_ms} ms", "repeat": f" {self.copies or 1} times"}
        which = "every one" if self.nth == "every" else f"number {self.nth}"
        return f"{self.action} {self.message}{extra.get(self.action, '')} ({which})"


def never_acts(rules: Sequence[AirRule], *, group_rekeys: int) -> str | None:
    """Which of the rules can never act, why, and what to do about it; None if each can."""
    for place, rule in enumerate(rules):
        if rule.message in GROUP_KEY and not group_rekeys:
            return (
                f"[[air]] message = '{rule.message}' never comes: without group_rekeys the access "
                "point starts no group key handshake; give group_rekeys = 1 or more"
            )
        for before, other in enumerate(rules[:place], 1):
            if other.message == rule.message and other.nth in ("every", rule.nth):
                return (
                    f"[[air]] rule {place + 1} ({rule.phrase()}) never acts: rule {before} "
                    f"({other.phrase()}) takes the same message first; leave one of them out, or "
                    "put the rule for a single message before the one for every one"
                )
    return None
