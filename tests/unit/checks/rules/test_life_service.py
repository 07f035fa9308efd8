# SPDX-License-Identifier: GPL-2.0-or-later
"""LIFE rules."""

from __future__ import annotations

from collections.abc import Callable

from harness.evidence import names
from tests.unit.checks.builder import init_service, load, tell, version
from tests.unit.checks.judging import clean, judge, only_finding, reasons
from tests.unit.checks.story import ALL_HANDLERS, OS, Step, Story
from tests.unit.checks.story_steps import deinit


def test_life_01_order_of_first_calls() -> None:
    """InitService before GetVersionInfo is the OS's fault, hence MISS."""
    clean(tell(), "LIFE-01")
    story = tell(without=("version",))
    found = only_finding(story, "LIFE-01", "MISS", "GetVersionInfo is due")
    assert found.association is None


def test_life_02_missing_export() -> None:
    """A DLL without InitService is named; one that could not be loaded leaves it undecided."""
    clean(tell(), "LIFE-02")
    story = Story()
    story.load(exports={names.GET_VERSION: True, names.INIT_SERVICE: False})
    only_finding(story, "LIFE-02", "FAIL", names.INIT_SERVICE)
    story = Story()
    story.load(exports={}, error=126)
    assert "ERROR_MOD_NOT_FOUND (126, 0x7e)" in reasons(story, "LIFE-02")


def test_life_03_versions() -> None:
    """Only 0 to 0 is documented; an empty range is named as such."""
    clean(tell(), "LIFE-03")
    for low, high, said in ((0, 1, "0 to 1"), (2, 1, "empty")):
        values = {"pDot11IHVVersionInfo": {"dwVerMin": low, "dwVerMax": high}}
        story = Story()
        load(story)
        story.call(names.GET_VERSION, out=values)
        only_finding(story, "LIFE-03", "FAIL", said)


def test_life_04_version_used() -> None:
    """A version outside the DLL's range is the OS's fault."""
    clean(tell(), "LIFE-04")

    def init(s: Story) -> None:
        out = {"handlers": ALL_HANDLERS, "table_poisoned": True}
        s.call(names.INIT_SERVICE, dwVerNumUsed=3, apis_null=[], out=out)

    only_finding(tell(init_service=init), "LIFE-04", "MISS", "version 3 outside 0 to 0")


def test_life_05_handlers() -> None:
    """A handler left NULL is the DLL's fault, an API left NULL the OS's; an error excuses."""
    clean(tell(), "LIFE-05")

    def init(result: int = 0, nulls: tuple[str, ...] = (), **missing: bool) -> Story:
        def step(s: Story) -> None:
            out = {"handlers": ALL_HANDLERS | missing, "table_poisoned": True}
            s.call(names.INIT_SERVICE, OS, result, out, dwVerNumUsed=0, apis_null=list(nulls))

        return tell(init_service=step) if result == 0 else _only(step)

    only_finding(init(Dot11ExtIhvControl=False), "LIFE-05", "FAIL", "left NULL: Control")
    only_finding(init(nulls=("Dot11ExtSendPacket",)), "LIFE-05", "MISS", "Dot11ExtSendPacket")
    assert reasons(init(result=5, Dot11ExtIhvControl=False), "LIFE-05")


def _only(step: Step) -> Story:
    story = Story()
    load(story)
    version(story)
    step(story)
    return story


def test_life_06_table() -> None:
    """Framework calls with the table out of reach prove the copy; else it is undecided."""
    clean(tell(), "LIFE-06")

    def readable(s: Story) -> None:
        s.call(names.INIT_SERVICE, dwVerNumUsed=0, apis_null=[], out={"handlers": ALL_HANDLERS})

    assert "stayed readable" in reasons(tell(init_service=readable), "LIFE-06")


def test_life_06_kept_pointer() -> None:
    """A fault at an address within the table is the kept pointer; the crash is told as well."""
    story = _only(init_service)
    crash = {"code": "0xc0000005", "address": "0x1", "module": "sample.dll", "access": "0x40048"}
    story.record("exception", 20, function=None, call=None, offset="0x10", **crash)
    findings = judge(story).findings
    assert {item.rule for item in findings} == {"LIFE-06", "HOST-01"}


def test_only_giving_back_is_left_to_the_end() -> None:
    """A buffer taken inside DeinitService breaks LIFE-09, one given back there does not."""

    def end(*steps: Callable[[Story], None]) -> Story:
        story = tell()
        deinit(story)
        call = story.enter(names.DEINIT_SERVICE)
        for step in steps:
            step(story)
        story.leave(call, names.DEINIT_SERVICE, result=None)
        return story

    def take(s: Story) -> None:
        s.call(names.ALLOCATE_BUFFER, OS, out={"ppvBuffer": "0xa000"}, dwByteCount=16)

    def give(s: Story) -> None:
        s.call(names.FREE_BUFFER, OS, None, pvMemory="0xa000")

    only_finding(end(take, give), "LIFE-09", "FAIL", "inside DeinitService")
