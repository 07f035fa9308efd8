# SPDX-License-Identifier: GPL-2.0-or-later
"""The marker `hil`: which scenario a test is about, and the rules it waives.

::

    @pytest.mark.hil("m4-lost", associations=5, waive={"POST-12": "ticket 7 until 2027-01-31"})
    def test_m4_lost(hil_result):
        assert hil_result.verdict == "PASS"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pytest

    from harness.config.lab import Lab
    from harness.scenarios import Scenario

NAME: Final = "hil"
FIXTURE: Final = "hil_result"
MEANING: Final = (
    'hil(scenario, associations=1, fault=None, waive={"RULE": "reason until 2027-01-31"}): '
    f"what {FIXTURE} runs on the lab"
)
WAIVER: Final = re.compile(r"(?s)\s*(?P<reason>.*\S)\s+until\s+(?P<expires>\S+)\s*")
HOW: Final = f"@pytest.mark.{MEANING}"


@dataclass(frozen=True)
class Wanted:
    """What a test asks for; the fields are the marker's, and those of `hil_associate`."""

    scenario: str | Scenario | None = None
    associations: int = 1
    fault: str | None = None
    waive: Mapping[str, str] = field(default_factory=dict)


def wanted(node: pytest.Item | pytest.Function) -> Wanted | None:
    """What the marker of a test, or of its class or module, asks for; None without one.

    Raises `UsageError` for one that does not say it.
    """
    mark = node.get_closest_marker(NAME)
    if mark is None:
        return None
    from harness.errors import UsageError

    try:
        return Wanted(*mark.args, **mark.kwargs)
    except TypeError as error:
        what = str(error).replace("Wanted.__init__()", f"marker {NAME}")
        raise UsageError(what, hint=HOW) from None


def mistakes(items: Iterable[object]) -> list[str]:
    """What is wrong with the markers of these tests, a line each; most suites have none."""
    import pytest

    marked = [
        one for one in items if isinstance(one, pytest.Function) and one.get_closest_marker(NAME)
    ]
    return [told for one in marked if (told := _mistake(one))]


def _mistake(item: pytest.Function) -> str:
    from harness.errors import UsageError
    from harness.pytest_plugin.wording import told

    try:
        from harness.config.lab import Lab
        from harness.run.planning import plan_run
        from harness.run.vendor import CommandLineDll

        asked = wanted(item)
        if FIXTURE not in item.fixturenames:
            hint = f"give the test the argument {FIXTURE}, and let it assert on that"
            raise UsageError("its marker would run nothing: the test does not use it", hint=hint)
        assert asked is not None
        lab = with_waivers(Lab(), asked.waive)
        plan_run(
            lab, asked.scenario, associations=asked.associations, fault=asked.fault,
            given=CommandLineDll(), command="pytest",
        )  # fmt: skip
    except UsageError as error:
        return f"{item.nodeid}: {told(error)}"
    return ""


def with_waivers(lab: Lab, waive: Mapping[str, str]) -> Lab:
    """`lab` with these rules waived: rule → "reason until DAY", the last day it applies.

    A waiver comes before what `lab` says of the rule. Raises `UsageError` for one that is none.
    """
    from harness.config.overrides import RuleOverride
    from harness.config.validation import validated

    rules: Sequence[RuleOverride] = [
        validated(
            {"id": rule, "severity": "off", **_parts(rule, text)}, RuleOverride, source="waive"
        )
        for rule, text in waive.items()
    ]
    others = [one for one in lab.rules if one.id not in waive]
    return lab.model_copy(update={"rules": (*others, *rules)}) if rules else lab


def _parts(rule: str, text: object) -> dict[str, str]:
    from harness.errors import UsageError

    found = WAIVER.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise UsageError(
            f"waive {rule}: {text!r} does not say why, and until when",
            hint='write "reason until 2027-01-31", with the last day on which it applies',
        )
    return found.groupdict()
