# SPDX-License-Identifier: GPL-2.0-or-later
"""[limits]: one value each, from lab.toml to the guest, the checker and the lab's own waits."""

from __future__ import annotations

import dataclasses

import pytest
from autoconfig import settings

from harness.checks import CheckLimits, evaluate
from harness.config.lab import Lab
from harness.config.limits import GUEST, LimitsConfig
from harness.config.validation import validated
from harness.errors import TooSlow, UsageError
from harness.evidence import names
from harness.local.deadline import Deadline
from harness.run.judge import limits_of
from tests.unit.checks.builder import tell
from tests.unit.checks.rules.test_host_process import host
from tests.unit.checks.story import IHV, Story


def of(**values: float) -> LimitsConfig:
    """The [limits] of a lab.toml with these values."""
    return Lab.model_validate({"limits": values}).limits


def test_the_guest_has_the_same_names_and_defaults() -> None:
    """So a lab.toml without limits needs to tell it nothing."""
    assert LimitsConfig().of_guest() == dataclasses.asdict(settings.ServiceLimits())
    assert set(GUEST) <= set(LimitsConfig.model_fields)


def test_the_checker_has_the_same_names_and_defaults() -> None:
    """What a finding rests on is what the guest kept to."""
    assert LimitsConfig().of_checker() == CheckLimits()
    given = {"handler_s": 20, "deinit_s": 300, "threads": 400, "race_s": 2, "pre_associate_s": 77}
    checked = limits_of(Lab.model_validate({"limits": given}))
    assert {name: getattr(checked, name) for name in given} == given


@pytest.mark.parametrize(
    ("given", "name", "least"),
    [
        ({"handler_s": 400}, "command_s", 800),
        ({"handler_s": 400}, "association_s", 1200),
        ({"handler_s": 400}, "disconnect_s", 800),
        ({"deinit_s": 300}, "command_s", 300),
        ({"load_s": 200}, "command_s", 200),
        ({"post_associate_s": 300}, "association_s", 310),
        ({"handler_s": 3600, "deinit_s": 3600}, "command_s", 3600),
    ],
)  # fmt: skip
def test_the_lab_waits_as_long_as_the_dll_may_take(
    given: dict[str, float], name: str, least: float
) -> None:
    """Its own waits follow from the DLL's, unless they are given."""
    assert getattr(of(**given), name) >= least
    assert getattr(of(**given, **{name: 7}), name) == 7


def test_the_usual_waits() -> None:
    """A minute for a command, 40 s for an association, 20 s for its end."""
    usual = LimitsConfig()
    assert (usual.command_s, usual.association_s, usual.disconnect_s) == (60, 40, 20)


@pytest.mark.parametrize("value", [0, -1, 3601, "soon", float("nan")])
def test_what_is_no_limit_is_refused(value: object) -> None:
    """The key is named, and no other one that follows from it."""
    with pytest.raises(UsageError) as caught:
        validated({"limits": {"handler_s": value}}, Lab, source="lab.toml")
    assert "limits.handler_s" in caught.value.message
    assert "command_s" not in caught.value.message


def test_a_wait_in_vain_names_its_key() -> None:
    """The hint says what to set where."""
    with pytest.raises(TooSlow) as caught:
        Deadline("answer", of(command_s=0.001).command_s).poll(lambda: None)
    assert caught.value.hint == "[limits] command_s = 0.001 is the limit; lab.toml sets it"


def hanging(function: str, told: str, waited_ms: int) -> Story:
    """A handler that does not return; the guest's service ends the process."""

    def step(s: Story) -> None:
        s.enter(function, hIhvExtAdapter=IHV)
        s.wait_ms(waited_ms)
        host(s, "hung", function=told, waited_ms=waited_ms)

    return tell(after={"reset": step})


@pytest.mark.parametrize(
    ("function", "told", "limit"),
    [
        (names.CONTROL, names.CONTROL, "[limits] handler_s = 5"),
        (names.DEINIT_SERVICE, names.DEINIT_SERVICE, "[limits] deinit_s = 5"),
        (names.INIT_SERVICE, "load", "[limits] load_s = 30"),
        (names.CONTROL, "unload", "[limits] unload_s = 2"),
    ],
)
def test_a_hang_names_the_limit_it_ran_into(function: str, told: str, limit: str) -> None:
    """HOST-02: the load, the service's end and the process's end have limits of their own."""
    found = evaluate(hanging(function, told, 31_000).evidence()).findings
    (hung,) = [item for item in found if item.rule == "HOST-02" and item.severity == "FAIL"]
    assert limit in hung.message


def test_a_slow_handler_is_as_slow_as_lab_toml_lets_it() -> None:
    """Seven seconds are too long by default, and not with handler_s = 20; likewise deinit_s."""

    def slow(function: str) -> Story:
        def step(s: Story) -> None:
            number = s.enter(function, hIhvExtAdapter=IHV, dwOutBufferSize=0)
            s.wait_ms(7_000)
            s.leave(number, function, pdwBytesReturned=0)

        return tell(after={"reset": step})

    def found(function: str, **limits: float) -> list[str]:
        checked = of(**limits).of_checker()
        result = evaluate(slow(function).evidence(), checked)
        return [item.message for item in result.findings if item.rule == "HOST-02"]

    assert "[limits] handler_s = 5" in found(names.CONTROL)[0]
    assert found(names.CONTROL, handler_s=20) == []
    assert "[limits] deinit_s = 5" in found(names.DEINIT_SERVICE, handler_s=20)[0]
    assert found(names.DEINIT_SERVICE, deinit_s=20) == []
