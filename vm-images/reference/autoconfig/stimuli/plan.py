# SPDX-License-Identifier: GPL-2.0-or-later
"""Stimuli: what this service is to do out of the ordinary, and when. Pure.

A harness gives a plan before an association; without one the service behaves as it always does.
A stimulus names an event and an action::

    {"on": "Dot11ExtIhvPerformPreAssociate", "nth": 1, "do": "reset"}

The event is a handler of the DLL (the stimulus is due when it has returned), a framework function
(due when the DLL calls it, before it is carried out and answered; with "when": "return" once it is
answered) or a moment of this service. The n-th time is counted from WlanConnect; "after_ms" puts
the stimulus off. `hil_common.stimuli` lists what events, actions and parameters there are;
`actions` knows how each action is carried out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from hil_common.stimuli import (
    CHOICES,
    EVENTS,
    FLAG,
    FRAMEWORK_FUNCTIONS,
    HEX,
    MAX_AFTER_MS,
    MAX_DATA_BYTES,
    MAX_DELAY_MS,
    MAX_OUT_SIZE,
    MAX_STIMULI,
    NEEDED,
    NUMBER,
    PARAMETERS,
    SEND_UI_REQUEST,
    TEXT,
)

CALL, RETURN = "call", "return"
LIMITS = {"delay_ms": MAX_DELAY_MS, "out_size": MAX_OUT_SIZE}


class StimulusError(ValueError):
    """A plan that cannot be carried out; the text says what is wrong with it."""


@dataclass(frozen=True)
class Stimulus:
    """One stimulus.

    Attributes:
        on: the event.
        nth: which one of the association; None for every one.
        do: the action.
        parameters: the action's own.
        when: of a framework function, before it is carried out (CALL) or once it is answered.
        after_s: how much later.
    """

    on: str
    nth: int | None
    do: str
    parameters: dict[str, Any] = field(default_factory=dict)
    when: str = CALL
    after_s: float = 0.0


class StimulusPlan:
    """The stimuli of one association, and how often each event has come."""

    def __init__(self, stimuli: tuple[Stimulus, ...] = ()) -> None:
        self._stimuli = stimuli
        self._seen: Counter[str] = Counter()

    def due(self, event: str) -> tuple[tuple[int, Stimulus], ...]:
        """The event has come: the stimuli it makes due, each with its place in the plan."""
        if event == "connect":
            self._seen.clear()
        self._seen[event] += 1
        return self._stimuli_of(event, CALL)

    def due_on_return(self, function: str) -> tuple[tuple[int, Stimulus], ...]:
        """The framework function that came last under this name was answered."""
        return self._stimuli_of(function, RETURN)

    def _stimuli_of(self, event: str, when: str) -> tuple[tuple[int, Stimulus], ...]:
        return tuple(
            (place, stimulus)
            for place, stimulus in enumerate(self._stimuli)
            if (stimulus.on, stimulus.when) == (event, when)
            and stimulus.nth in (None, self._seen[event])
        )


def parse(plan: object) -> tuple[Stimulus, ...]:
    """The stimuli of a plan as the harness sends it; raises StimulusError."""
    if not isinstance(plan, list) or len(plan) > MAX_STIMULI:
        raise StimulusError(f"a plan is a list of at most {MAX_STIMULI} orders")
    return tuple(_stimulus(number, entry) for number, entry in enumerate(plan, 1))


def _stimulus(number: int, entry: object) -> Stimulus:
    where = f"order {number}"
    if not isinstance(entry, dict):
        raise StimulusError(f"{where} is no object")
    parameters = dict(entry)
    on, do, nth = parameters.pop("on", None), parameters.pop("do", None), parameters.pop("nth", 1)
    if on not in EVENTS:
        raise StimulusError(f"{where}: no event {on!r}")
    if do not in PARAMETERS:
        raise StimulusError(f"{where}: no action {do!r}")
    when, after_ms = parameters.pop("when", None), parameters.pop("after_ms", 0)
    if when not in (None, CALL, RETURN) or (when and on not in FRAMEWORK_FUNCTIONS):
        raise StimulusError(f"{where}: when is 'call' or 'return' of a framework function")
    if not _is_number(after_ms) or after_ms > MAX_AFTER_MS:
        raise StimulusError(f"{where}: after_ms is a number up to {MAX_AFTER_MS}")
    if do == "refuse" and (when == RETURN or after_ms):
        raise StimulusError(
            f"{where}: a function can be refused only when it is called, and at once"
        )
    if nth != "every" and not (isinstance(nth, int) and nth >= 1):
        raise StimulusError(f"{where}: nth is a number from 1, or 'every'")
    if do == "refuse" and on not in FRAMEWORK_FUNCTIONS:
        raise StimulusError(f"{where}: only a framework function can be refused")
    for name in NEEDED.get(do, frozenset()) - set(parameters):
        raise StimulusError(f"{where} ({do}) needs {name}")
    for name, value in parameters.items():
        _check(f"{where} ({do})", name, value, PARAMETERS[do])
    if when is None and on == SEND_UI_REQUEST and do != "refuse":
        when = RETURN  # before it is answered there is no request to act on
    return Stimulus(
        on, None if nth == "every" else nth, do, parameters, when or CALL, after_ms / 1000
    )


def _check(where: str, name: str, value: object, known: dict[str, str]) -> None:
    if name not in known:
        raise StimulusError(f"{where} has no parameter {name!r}")
    kind = known[name]
    fits = {NUMBER: _is_number, HEX: _is_hex, TEXT: _is_text, FLAG: _is_flag}[kind](value)
    if not fits:
        raise StimulusError(f"{where}: {name} is {kind}")
    if name in CHOICES and value not in CHOICES[name]:
        raise StimulusError(f"{where}: {name} is one of {', '.join(CHOICES[name])}")
    if name in LIMITS and isinstance(value, int) and value > LIMITS[name]:
        raise StimulusError(f"{where}: {name} is at most {LIMITS[name]}")


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 32


def _is_hex(value: object) -> bool:
    try:
        return isinstance(value, str) and len(bytes.fromhex(value)) <= MAX_DATA_BYTES
    except ValueError:
        return False


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 64


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)
