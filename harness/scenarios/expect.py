# SPDX-License-Identifier: GPL-2.0-or-later
"""`[expect]`: what must come of each association, and of single ones that differ. Pure."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from pydantic import model_validator

from harness.config.validation import Strict
from harness.scenarios.associations import Numbers, listed


class Outcome(Strict):
    """What must come of an association."""

    connected: bool | Literal["either"] = True
    """ "either": the DLL may make what it will of it, as long as it breaks no rule."""
    stopped: bool = True
    """Without a connection: StopPostAssociate must have been called all the same."""


class ExceptionalOutcome(Outcome):
    """What must come of single associations, in the place of what [expect] says: of those that an
    [[air]] rule with `association` is for, or is not for."""

    association: Numbers
    """Of which; the first is 1."""


class Expect(Outcome):
    """What must come of each association."""

    exceptions: tuple[ExceptionalOutcome, ...] = ()
    """What must come of single ones otherwise."""

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """All that is expected of one association or another."""
        return (self, *self.exceptions)

    @property
    def named(self) -> tuple[int, ...]:
        """The associations that are exceptions."""
        return tuple(number for one in self.exceptions for number in listed(one.association))

    def first_usual(self, associations: int) -> int:
        """The first of so many associations that is no exception; 0 if all are."""
        named = set(self.named)
        return next((one for one in range(1, associations + 1) if one not in named), 0)

    def of(self, number: int) -> Outcome:
        """What must come of that association."""
        exceptions = (one for one in self.exceptions if number in listed(one.association))
        return next(exceptions, self)

    @model_validator(mode="after")
    def _one_each(self) -> Expect:
        twice = [number for number, count in Counter(self.named).items() if count > 1]
        if twice:
            raise ValueError(f"exceptions: association {twice[0]} has two; leave one of them out")
        return self
