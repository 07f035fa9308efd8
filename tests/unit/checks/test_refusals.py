# SPDX-License-Identifier: GPL-2.0-or-later
"""A refusal that a framework function explains, as it had failed in the handler, proves nothing."""

from __future__ import annotations

import pytest

from harness.evidence import names
from tests.unit.checks.builder import (
    ASSOCIATION,
    begin_post,
    init_adapter,
    security_profile,
    stop,
    tell,
)
from tests.unit.checks.judging import judge, reasons
from tests.unit.checks.story import OS, Step, Story
from tests.unit.checks.story_steps import GUID

AFTER_PRE = tuple(
    step.__name__ for step in ASSOCIATION if step.__name__ not in ("connect", "pre_associate")
)


def asks_the_driver(code: int) -> Step:
    """A request to the driver on the stack of the handler."""
    return lambda s: s.api(names.NIC_EXTENSION, OS, code, pdwOutBufferSize=0)


def first_adapter(code: int) -> Story:
    """InitAdapter is refused once."""

    def refused(s: Story) -> None:
        given = {"hDot11SvcHandle": s.svc, "pDot11Adapter": {"gAdapterId": GUID}}
        number = s.enter(names.INIT_ADAPTER, **given)
        asks_the_driver(code)(s)
        s.leave(number, names.INIT_ADAPTER, OS, 21)
        s.interface = GUID
        init_adapter(s)

    return tell(init_adapter=refused)


def second_connection(code: int) -> Story:
    """PerformPreAssociate is refused after a reset, with a profile accepted before."""

    def refused(s: Story) -> None:
        number = s.enter(
            names.PRE_ASSOCIATE, hIhvExtAdapter=s.ihv, hConnectSession=s.connect_session,
            pIhvSecProfile=security_profile(s),
        )  # fmt: skip
        asks_the_driver(code)(s)
        s.leave(number, names.PRE_ASSOCIATE, OS, 5, pdwReasonCode=0x90001)

    return tell(associations=2, pre_associate=refused, without=AFTER_PRE)


def second_session(code: int) -> Story:
    """PerformPostAssociate is refused after a roam."""

    def roams(s: Story) -> None:
        stop(s)
        begin_post(s, 5, inside=asks_the_driver(code))

    return tell(after={"echo": roams})


def failing_reset(code: int) -> Story:
    """AdapterReset returns an error."""

    def fails(s: Story) -> None:
        number = s.enter(names.ADAPTER_RESET, hIhvExtAdapter=s.ihv)
        asks_the_driver(code)(s)
        s.leave(number, names.ADAPTER_RESET, OS, 31)

    return tell(reset=fails)


@pytest.mark.parametrize(
    ("rule", "refusal"),
    [("LIFE-07", first_adapter), ("RST-02", second_connection), ("POST-14", second_session),
     ("RST-02", failing_reset)],
)  # fmt: skip
def test_a_refusal_that_is_explained(rule: str, refusal: object) -> None:
    """With the driver's refusal it is open, without it is the DLL's."""
    assert callable(refusal)
    assert "NicSpecificExtension had failed in it" in reasons(refusal(50), rule)
    assert rule in {item.rule for item in judge(refusal(0)).findings}
