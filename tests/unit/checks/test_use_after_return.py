# SPDX-License-Identifier: GPL-2.0-or-later
"""Buffers used too late: PRE-12, POST-15, RX-03 and the crash itself; and other memory."""

from __future__ import annotations

import pytest

from harness.evidence import names
from tests.unit.checks.builder import tell
from tests.unit.checks.judging import clean, judge, only_finding, reasons
from tests.unit.checks.stories import after, api, steps, until
from tests.unit.checks.story import Step, Story
from tests.unit.checks.story_steps import (
    GUID,
    THREAD,
    alloc,
    answered_with,
    ask,
    deinit,
    deinit_service,
    discovered,
    free,
    gone_when_completed,
    leaving,
    lent,
    lent_pre,
    logoff,
    touches,
)


def _found(story: Story) -> dict[str, str]:
    return {item.rule: item.message for item in judge(story).findings if item.rule[0] != "E"}


def _crashes(lender: Step) -> Story:
    return until("ciphers", lender, touches("0xb001"))


@pytest.mark.parametrize(
    ("function", "name", "rule"),
    [(names.VALIDATE_PROFILE, "pIhvConnProfile", "PRE-12"),
     (names.CAPABILITY_MATCH, "pConnectableBssid", "PRE-12"),
     (names.RECEIVE_PACKET, "pvInBuffer", "RX-03"), (names.CONTROL, "pInBuffer", None)],
)  # fmt: skip
def test_late_use_by_handler(function: str, name: str, rule: str | None) -> None:
    """Each names the rule that forbids it; the crash says what it touched in any case."""
    found = _found(_crashes(lent(function, name)))
    mine = {key for key in found if key in ("PRE-12", "RX-03", "POST-15", "HOST-01")}
    assert mine == {"HOST-01"} | ({rule} if rule else set())
    said = f"touching {name} of {names.short(function)}, which had returned by then"
    assert said in found["HOST-01"]


def test_late_use_of_association_parameters() -> None:
    """POST-15: the parameters are valid only during the call."""
    given = lent(names.POST_ASSOCIATE, "pDot11AssocParams", hSecuritySessionID="0x9020")
    story = until("ciphers", given, touches("0xb001"))
    assert "pDot11AssocParams of PerformPostAssociate" in _found(story)["POST-15"]


def test_pre_12_needs_the_buffers_to_be_gone() -> None:
    """Readable buffers leave it open; a trace without addresses does not exercise it."""
    readable = tell(pre_associate=lent_pre, pre_completion=gone_when_completed("readable"))
    assert "could still be read" in reasons(readable, "PRE-12")
    assert "PRE-12" not in judge(tell()).checked


def test_fault_elsewhere_is_no_late_use() -> None:
    """A crash on an address nobody handed out is a crash and no more."""
    story = until("ciphers", touches("0xcccc"), pre_associate=lent_pre)
    assert set(_found(story)) == {"HOST-01"}


def test_life_11_without_a_list() -> None:
    """A trace of an older recorder, or a list that could not be had, leaves it open."""
    assert "no list" in reasons(after("reset", deinit, deinit_service), "LIFE-11")


def test_life_11_names_the_thread() -> None:
    """Where it began is told."""
    only_finding(after("reset", deinit, leaving(THREAD)), "LIFE-11", "FAIL", "sample.dll+0x1200")


def test_ui_03_by_end() -> None:
    """Unreadable memory, and requests that end with the user's logging off or the adapter."""
    story = after("m1", ask(), answered_with("unreadable"))
    only_finding(story, "UI-03", "FAIL", "cannot be read any more when ProcessUIResponse ends it")
    ended = [{"guidUIRequest": GUID, "memory": "changed"}]
    off: Step = lambda s: s.call(  # noqa: E731
        names.SESSION_CHANGE, uEventType=6, pSessionNotification={"dwSessionId": 1}, requests=ended
    )
    only_finding(after("m1", ask(), off), "UI-03", "FAIL", "when ProcessSessionChange ends it")


def test_ui_03_undecided() -> None:
    """A request the recorder lost track of leaves it open; one never sent says nothing."""
    assert "not kept" in reasons(after("m1", ask(), answered_with("unknown")), "UI-03")
    assert "UI-03" not in judge(after("m1", answered_with("unknown"))).checked
    assert "UI-03" not in judge(after("m1", ask(), logoff)).checked


def test_discovery_profiles_are_buffers() -> None:
    """MEM-01: list and fragment come from AllocateBuffer, and LIFE-12 knows they are gone."""
    good = after("m1", alloc("0xa000"), alloc("0xb000"), discovered("0xa000", "0xb000"))
    clean(good, "MEM-01")
    ended = after(
        "reset", alloc("0xa000"), alloc("0xb000"), discovered("0xa000", "0xb000"), deinit, leaving()
    )
    clean(ended, "MEM-01", "LIFE-12", "LIFE-11")
    story = after("m1", alloc("0xa000"), discovered("0xa000", "0xb000"))
    only_finding(story, "MEM-01", "FAIL", "CreateDiscoveryProfiles returned 0xb000")
    story = after("m1", alloc("0xa000"), alloc("0xb000"), discovered("0xa000", "0xb000"),
                  free("0xb000"))  # fmt: skip
    only_finding(story, "MEM-01", "FAIL", "belongs to the OS by now")


def test_attributes_of_a_refused_start() -> None:
    """No document says whose pEapAttributes are when StartOneX is refused: the DLL may free them
    (MEM-01) or not (LIFE-12)."""
    refused = api(names.START_ONEX, result=87, pEapAttributes="0xa000")
    clean(after("m1", alloc("0xa000"), refused, free("0xa000")), "MEM-02")
    kept = {"m1": steps(alloc("0xa000"), refused), "reset": steps(deinit, leaving())}
    clean(tell(after=kept), "LIFE-12")
