# SPDX-License-Identifier: GPL-2.0-or-later
"""plan.toml: what a night runs, what of its failures is known, and when it is good enough.

Paths are seen from the plan's folder. What the plan names (scenarios, DLLs, a lab.toml) is looked
for when the matrix is made (`harness.nightly.matrix`); here is only what the file itself can say.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeVar

from pydantic import BeforeValidator, Field, field_validator, model_validator

from harness.checks import RULES
from harness.config.lab import Radio
from harness.config.overrides import Text
from harness.config.validation import Strict, load_toml
from harness.errors import UsageError
from harness.faults import FAULTS
from harness.naming import did_you_mean, near_rule

GRADUATES_AFTER: Final = 15
"""Clean passes in a row after which a test leaves quarantine, as at the kernel's NIPA."""

_UNITS: Final = {"h": 3600, "m": 60, "s": 1}
_DURATION: Final = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")

LONGEST_NAME: Final = 60
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9._@-]+$", max_length=LONGEST_NAME)]
Percent = Annotated[float, Field(ge=0, le=100)]
Count = Annotated[int, Field(ge=0)]
ModelT = TypeVar("ModelT", bound=Strict)


def duration_s(text: object) -> float:
    """The seconds of `8h`, `1h30m`, `90m` or `45s`; raises ValueError for what is none."""
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if not found or not text:
        raise ValueError('wanted a duration such as "8h", "1h30m", "90m" or "45s"')
    seconds = sum(
        int(n or 0) * unit for n, unit in zip(found.groups(), _UNITS.values(), strict=True)
    )
    if not seconds:
        raise ValueError("wanted more than no time at all")
    return float(seconds)


Duration = Annotated[float, BeforeValidator(duration_s)]


class GuestEntry(Strict):
    """One [[guest]]: a kind of guest, as its lab.toml sets it up."""

    name: Name
    """What it is called in the ids of tests."""
    lab: Path | None = None
    """Its lab.toml; left out: the plan's `lab`."""
    radios: Annotated[tuple[Radio, ...], Field(min_length=1, max_length=1)] | None = None
    """The radio that it has, which is that of its lab.toml ([guest] radio); left out: that one."""


class DllEntry(Strict):
    """One [[dll]]: a build under test, or our sample DLL with one of its faults."""

    name: Name
    """What it is called in the ids of tests: the same name for each night's build."""
    path: Path | None = None
    """The IHV Extensions DLL; left out: our sample DLL."""
    companions: Annotated[tuple[Path, ...], Field(alias="with")] = ()
    """Files, or folders with all they hold, put beside it."""
    profile: Path | None = None
    """A WLAN profile (XML) for it."""
    fault: str | None = None
    """The fault our sample DLL is to have; it is expected to be found by its rules."""
    scenarios: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """In place of the plan's; of a fault, the scenario that shows it unless said otherwise."""
    expect: Literal["PASS", "FAIL"] | None = None
    """FAIL: every run with it must fail, else the night has an error. Left out: PASS, of a fault
    FAIL in the scenario that shows it."""
    rules: tuple[str, ...] = ()
    """expect = "FAIL": these rules must be broken, and no other. Left out: any."""

    @field_validator("fault")
    @classmethod
    def _known_fault(cls, value: str | None) -> str | None:
        if value is not None and value not in FAULTS:
            near = did_you_mean(value, FAULTS) or "`hil faults` lists them all"
            raise ValueError(f"no such fault; {near}")
        return value

    @field_validator("rules")
    @classmethod
    def _known_rules(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for rule in value:
            if rule not in RULES:
                near = near_rule(rule, RULES) or "`hil rules` lists them all"
                raise ValueError(f"no rule {rule!r}; {near}")
        return value

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.fault and (self.path or self.companions or self.profile):
            raise ValueError(
                f"{self.name}: fault goes with our sample DLL only; leave out path, with and "
                "profile, or fault"
            )
        if self.companions and not self.path:
            raise ValueError(f"{self.name}: with wants the path of the DLL that it comes with")
        if self.rules and self.expect != "FAIL":
            raise ValueError(f'{self.name}: rules go with expect = "FAIL" only')
        return self


class RetryConfig(Strict):
    """[retry]: a second try for a cell that did not pass; shown as what it is, never as a pass."""

    count: Annotated[int, Field(ge=0, le=1)] = 1
    of: tuple[Literal["FAIL", "ERROR", "MISS"], ...] = ("FAIL", "ERROR", "MISS")
    """The verdicts that are tried again. A crash, and a failure that is expected, never are."""


class KnownIssue(Strict):
    """One [[known_issue]]: failures that are known and do not fail the night, until a day."""

    test: str
    """Pattern of ids of tests, such as `*/acme/m4-*`."""
    rules: Annotated[tuple[str, ...], Field(min_length=1)]
    """Patterns of rules: it covers a failure if every rule that was broken fits one."""
    reason: Text
    ticket: str = ""
    expires: Annotated[date, Field(strict=False)]
    """Last day on which it counts."""

    @field_validator("rules")
    @classmethod
    def _of_rules(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in value:
            if not any(fnmatchcase(rule, pattern) for rule in RULES):
                near = near_rule(pattern, RULES) or "`hil rules` lists them all"
                raise ValueError(f"{pattern!r} fits no rule; {near}")
        return value


class QuarantineEntry(Strict):
    """One [[quarantine]]: an unreliable test, whose failures are shown and do not fail the night.

    It leaves by itself after 15 clean passes in a row. Crashes are never muted.
    """

    test: str
    """Pattern of ids of tests."""
    reason: Text
    since: Annotated[date, Field(strict=False)] | None = None
    """Nights before this day do not count: for a test that comes here again."""


class GateConfig(Strict):
    """[gate]: when a night is good enough. A cell that a mark covers counts neither way."""

    max_failures: Count = 0
    """Cells that did not pass, for whatever reason."""
    max_flaky: Count | None = None
    """Flaky cells: a retry passed what was found broken; left out: any number."""
    min_tests: Annotated[int, Field(ge=1)] = 1
    """Cells that came to a verdict. Where nothing ran the gate never holds."""
    success_rate: Percent | None = None
    """Percent of the cells that came to a verdict."""
    max_duration: Duration | None = None


class Plan(Strict):
    """A whole plan.toml."""

    name: Name
    """What its nights are called; nights of one name are compared."""
    lab: Path | None = None
    """The lab.toml; left out: the one in the current folder, if there is one."""
    scenarios: Annotated[tuple[str, ...], Field(min_length=1)]
    """Names with wildcards, `tag:handshake`, or files (`mine/*.toml`); `!` before one leaves it
    out again."""
    associations: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """Of each cell; left out: the scenario's own."""
    repetitions: Annotated[int, Field(ge=1, le=1000)] = 1
    """How often each test is run."""
    budget: Duration | None = None
    """When it is used up no cell begins any more; those left out are named."""
    slots: Annotated[int, Field(ge=1, le=64)] = 1
    """Guests that run at the same time."""
    guest: tuple[GuestEntry, ...] = ()
    """Left out: the lab's own guest."""
    dll: tuple[DllEntry, ...] = ()
    """Left out: the lab's own DLL, or our sample DLL."""
    retry: RetryConfig = RetryConfig()
    known_issue: tuple[KnownIssue, ...] = ()
    quarantine: tuple[QuarantineEntry, ...] = ()
    gate: GateConfig = GateConfig()

    @model_validator(mode="after")
    def _one_name_each(self) -> Self:
        for table, names in (("guest", self.guest), ("dll", self.dll)):
            twice = [name for name, n in Counter(one.name for one in names).items() if n > 1]
            if twice:
                raise ValueError(f"two [[{table}]] are named {twice[0]!r}: give each its own name")
        return self


def load_plan(path: Path) -> Plan:
    """The plan in a file, its paths seen from here; raises `UsageError` naming field and fix."""
    plan = load_toml(path, Plan)
    here = path.parent
    update: dict[str, object] = {
        "guest": tuple(_seen_from(here, one, "lab") for one in plan.guest),
        "dll": tuple(_seen_from(here, one, "path", "profile", "companions") for one in plan.dll),
    }
    return _seen_from(here, plan, "lab").model_copy(update=update)


def budget_of(text: str) -> float:
    """The seconds of a time budget on the command line; raises `UsageError`."""
    try:
        return duration_s(text)
    except ValueError as error:
        raise UsageError(f"--timeout {text}: {error}", hint="--timeout 8h") from None


def _seen_from(folder: Path, model: ModelT, *fields: str) -> ModelT:
    """The model with relative paths in these fields taken to begin at a folder."""
    update = {}
    for name in fields:
        value = getattr(model, name)
        update[name] = (
            tuple(folder / one for one in value) if isinstance(value, tuple)
            else value and folder / value
        )  # fmt: skip
    return model.model_copy(update=update)
