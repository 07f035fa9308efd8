# SPDX-License-Identifier: GPL-2.0-or-later
"""Stories with a step put in: per rule one that keeps it and one that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.evidence import names
from tests.unit.checks.builder import (
    ASSOCIATION,
    tell,
)
from tests.unit.checks.story import (
    IHV,
    OS,
    SVC,
    WORKER,
    Step,
    Story,
)

Findings = dict[str, str]


@dataclass(frozen=True)
class Pair:
    """``breaks`` must have exactly the findings ``found`` (EXPECT rules aside)."""

    keeps: Callable[[], Story]
    breaks: Callable[[], Story]
    found: Findings


def api(function: str, tid: int = WORKER, result: int = 0, **args: Any) -> Step:
    """A framework call."""
    return lambda s: s.api(function, tid, result, **args)


def handler(
    function: str, result: int | None = 0, out: dict[str, Any] | None = None, **args: Any
) -> Step:
    """A handler call of the adapter."""
    return lambda s: s.call(function, OS, result, out, **({"hIhvExtAdapter": s.ihv} | args))


def steps(*some: Step) -> Step:
    """Several steps in order."""

    def run(s: Story) -> None:
        for step in some:
            step(s)

    return run


def inside(
    function: str, *some: Step, result: int | None = 0, out: Any = None, **args: Any
) -> Step:
    """Steps on the stack of a handler."""

    def run(s: Story) -> None:
        given = {"hIhvExtAdapter": s.ihv} | args
        number = s.enter(function, **given)
        steps(*some)(s)
        s.leave(number, function, OS, result, **(out or {}))

    return run


def dies_in(function: str, **args: Any) -> Step:
    """A handler in which the process crashes."""

    def run(s: Story) -> None:
        number = s.enter(function, **({"hIhvExtAdapter": s.ihv} | args))
        s.record(
            "exception", OS, code="0xc0000005", address="0x1", module="sample.dll", offset="0x1",
            function=function, call=number,
        )  # fmt: skip

    return run


def after(name: str, *some: Step, **more: Any) -> Story:
    """The good story with steps after one of its steps."""
    return tell(after={name: steps(*some)}, **more)


def until(name: str, *some: Step, **instead: Step) -> Story:
    """The good story up to a step, then other steps."""
    known = [step.__name__ for step in ASSOCIATION]
    rest = tuple(known[known.index(name) + 1 :])
    story = tell(without=rest, **instead)
    steps(*some)(story)
    return story


def in_post(*some: Step) -> Callable[[], Story]:
    """A story with steps after M1."""
    return lambda: after("m1", *some)


def at_end(*some: Step) -> Callable[[], Story]:
    """A story with steps after the reset."""
    return lambda: after("reset", *some)


def in_pre(*some: Step) -> Callable[[], Story]:
    """A story with steps after the ciphers are set."""
    return lambda: after("ciphers", *some)


def in_init(*some: Step) -> Callable[[], Story]:
    """A story with steps inside InitAdapter."""
    out = {"phIhvExtAdapter": IHV}
    held = inside(names.INIT_ADAPTER, *some, out=out, hDot11SvcHandle=SVC)
    return lambda: tell(init_adapter=held)


def crash(function: str, **args: Any) -> Callable[[], Story]:
    """A story in which the process dies in a handler."""
    return lambda: until("m1", dies_in(function, **args))
