# SPDX-License-Identifier: GPL-2.0-or-later
"""The report as a whole: complete, self-contained, safe, small."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from harness.evidence.owners import Owner
from harness.evidence.timeline import TimelineEvent
from harness.report import render
from harness.results import (
    DamageResult,
    EvidenceFile,
    FindingResult,
    HandshakeResult,
    LabFaultResult,
)
from tests.unit.report import factory
from tests.unit.results.samples import association, run

VOID = {"meta", "link", "br", "img", "input", "hr"}
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}\x1b\u202e"


class Page(HTMLParser):
    """Collects tags, attributes and text, and checks that elements are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See HTMLParser."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See HTMLParser."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """See HTMLParser."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """See HTMLParser."""
        if self.open and self.open[-1] not in ("style", "script"):
            self.words.append(data)

    @property
    def text(self) -> str:
        """All text, white space collapsed."""
        return " ".join(" ".join(self.words).split())

    def ids(self) -> list[str]:
        """All element ids, in order."""
        return [value for _, attrs in self.tags if (value := attrs.get("id"))]


def page(made: tuple[object, object]) -> Page:
    """The parsed report of what the factory made."""
    result, timelines = made
    return Page(render(result, timelines, factory.RULES))  # type: ignore[arg-type]


@pytest.mark.parametrize("make", [factory.good, factory.failing, factory.broken_lab])
def test_well_formed_with_unique_ids_and_working_links(make: object) -> None:
    """Elements are closed in order, ids are unique, links within the page lead somewhere."""
    shown = page(make())  # type: ignore[operator]
    assert shown.open == []
    ids = shown.ids()
    assert len(ids) == len(set(ids))
    targets = [a["href"] for tag, a in shown.tags if tag == "a" and a["href"]]
    assert {t[1:] for t in targets if t.startswith("#")} <= set(ids)
    assert all(t.startswith(("#", "./")) for t in targets)


@pytest.mark.parametrize("make", [factory.good, factory.failing, factory.broken_lab])
def test_nothing_is_fetched(make: object) -> None:
    """No element that loads anything, no URL in style or script."""
    result, timelines = make()  # type: ignore[operator]
    text = render(result, timelines, factory.RULES)
    tags = {tag for tag, _ in Page(text).tags}
    assert not tags & {"link", "img", "iframe", "object", "embed", "audio", "video", "base"}
    assert not re.search(r"https?://|url\(|@import", text)


def test_only_the_pages_own_script_may_run() -> None:
    """The policy's hash is that of the script in the page, and there is only one script."""
    result, timelines = factory.failing()
    text = render(result, timelines, factory.RULES)
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in text
    assert "default-src 'none'" in text


def test_verdict_and_reason_come_first() -> None:
    """The first heading is the reason, beside the verdict."""
    shown = page(factory.failing()).text
    assert "FAIL The driver broke 3 rules ( POST-05 , POST-07 , HOST-02 )" in shown
    assert shown.index("The driver broke") < shown.index("Findings")


def test_a_good_run_shows_everything_asked_for() -> None:
    """Environment, all associations, ladders, plots, rules, evidence, the note on keys."""
    shown = page(factory.good())
    assert [f"ladder-{n}" in shown.ids() for n in range(1, 21)] == [True] * 20
    assert sum(1 for tag, attrs in shown.tags if attrs.get("class") == "draw plot") == 10
    for words in (
        "9f86d081884c7d65", "7.2.17", "TCG (/dev/kvm is missing)", "Access point", "IHV DLL",
        "PerformPostAssociate → ERROR_SUCCESS", "30 rules put to the test", "30 held",
        "the uncertainty is 58 µs", "./hil run --scenario plain --associations 20",
        "air.keys holds decryption keys", "restore the saved guest", "hil-lab",
    ):  # fmt: skip
        assert words in shown.text, words


def test_several_handshakes_are_named_and_have_their_lanes() -> None:
    """A table with each station's figures, a strip and a pair of lanes for each, a line in the
    list of associations; with one handshake there is none of it."""
    result, timelines = factory.run([""])
    (item,), stations = result.associations, ("02:00:00:00:00:00", "02:00:00:00:01:00")
    figures = item.handshakes[0].timing_us
    made = tuple(
        HandshakeResult(
            station=station, access_point="02:48:49:4c:00:01", session=f"0x{place}",
            timing_us={**figures, "handshake": place * 1000.0},
        )
        for place, station in enumerate(stations, 1)
    )  # fmt: skip
    owners = [Owner(station, place) for place, station in enumerate(stations, 1)]
    events = tuple(
        replace(event, owner=owners[place % 2]) for place, event in enumerate(timelines[1])
    )
    several = result.model_copy(
        update={"associations": (item.model_copy(update={"handshakes": made}),)}
    )
    shown = page((several, {1: events}))
    for words in (
        "handshake 1.00 / 2.00 ms", f"{stations[0]} 0x1", f"{stations[1]} 0x2",
        f"Station {stations[1]}, adapter 2", "IHV DLL, adapter 1", "n counts handshakes",
    ):  # fmt: skip
        assert words in shown.text, words
    classes = [attrs.get("class") for _, attrs in shown.tags]
    assert (classes.count("draw strip"), classes.count("handshakes")) == (2, 1)
    assert "02:48:49:4c:00:01" not in shown.text  # both have the same
    alone = page((result, timelines))
    assert "handshakes" not in [attrs.get("class") for _, attrs in alone.tags]
    assert "n counts handshakes" not in alone.text


def test_findings_show_rule_text_class_source_and_evidence() -> None:
    """A person can judge the finding without leaving the page."""
    shown = page(factory.failing()).text
    for words in (
        factory.RULES["POST-05"].text,
        "documented plainly · seed; I:dot11extihv_perform_post_associate",
        "a rule of this harness, of no document", "trace records 111–112", "never returned",
        "hSecuritySessionID 0x0badf00d",
    ):  # fmt: skip
        assert words in shown, words


def test_lab_fault_is_told_apart_from_the_driver() -> None:
    """What was awaited, for how long, the last state, the hint; and no word of FAIL."""
    shown = page(factory.broken_lab()).text
    for words in (
        "MISS", "QEMU ended with signal 9", "answer of agent.exe to connect", "3.2 s",
        "association 5 begun, SSH connected", "16 not run",
    ):  # fmt: skip
        assert words in shown, words
    assert "FAIL" not in shown


def test_what_is_wrong_with_the_evidence_has_its_place() -> None:
    """In the section on the evidence, and by the association that lacks it."""
    gap = DamageResult(kind="records are missing", message="records 5 to 6", missing=True, line=9)
    lacking = association(1, missing=("records 5 to 6",))
    shown = page((run(lacking, damage=(gap,)), {})).text
    assert "What is wrong with it" in shown
    assert "records are missing · evidence is missing · line 9" in shown
    assert shown.count("records 5 to 6") >= 2
    assert "What is wrong with it" not in page((run(association(1)), {})).text


def test_hostile_strings_stay_text() -> None:
    """Whatever guest, DLL or scenario say is shown as text: no tag, no attribute, no script."""
    found = FindingResult(rule=EVIL, severity="FAIL", message=EVIL, at_ns=5, evidence=(1,))
    fault = LabFaultResult(message=EVIL, awaited=EVIL, last_state=EVIL, hint=EVIL)
    result, _ = factory.run([""])
    item = result.associations[0].model_copy(
        update={"findings": (found,), "lab_fault": fault, "error": EVIL, "messages": {EVIL: 1}}
    )
    environment = result.environment.model_copy(
        update={"dll_path": EVIL, "guest_build": EVIL, "other": {EVIL: EVIL}}
    )
    result = result.model_copy(
        update={
            "associations": (item,), "scenario": EVIL, "reason": EVIL, "command": EVIL,
            "environment": environment, "errors": (EVIL,), "lab_faults": (fault,),
            "evidence": (EvidenceFile(path=f"javascript:{EVIL}", description=EVIL, secret=True),),
            "timing_summary_us": {EVIL: result.timing_summary_us["handshake"]},
        }
    )  # fmt: skip
    lanes = [("air", "up"), ("handler", "enter"), ("framework", "enter"), ("wlan", "")]
    events = tuple(
        TimelineEvent(n, 1, lane, EVIL, way, {EVIL: EVIL, "seq": 1})  # type: ignore[arg-type]
        for n, (lane, way) in enumerate(lanes)
    )
    text = render(result, {1: events}, {EVIL: factory.Rule(EVIL, EVIL, EVIL)})
    shown = Page(text)
    assert sum(1 for tag, _ in shown.tags if tag == "script") == 1
    assert not any(tag == "img" for tag, _ in shown.tags)
    assert not any(name.startswith("on") for _, attrs in shown.tags for name in attrs)
    assert "{{7*7}}" in shown.text
    assert "\x1b" not in text
    assert "\u202e" not in text
    hrefs = [attrs["href"] or "" for tag, attrs in shown.tags if tag == "a"]
    assert all(href.startswith(("#", "./")) for href in hrefs)


def test_nothing_known_is_still_a_report() -> None:
    """A run that broke before its first association has verdict, reason and evidence."""
    result, _ = factory.run([], evidence=(), air=None, stages=(), requested_associations=20)
    shown = Page(render(result))
    assert "ERROR No association ran" in shown.text
    assert "associations" not in shown.ids()


@pytest.mark.unmeasured
def test_a_thousand_associations_stay_small() -> None:
    """Below 2 MB, all listed, a selection drawn, and that is said."""
    result, timelines = factory.large()
    text = render(result, timelines, factory.RULES)
    assert len(text.encode()) < 2_000_000
    assert text.count("<tr data-verdict=") == 1000
    assert text.count('<details class="ladder"') == 40
    assert "Of 1000 associations the report draws the first 30 of the 100" in text
