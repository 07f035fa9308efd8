# SPDX-License-Identifier: GPL-2.0-or-later
"""An exported event log is read event by event, and nothing in it can do harm."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.evidence.event_names import WLAN, WLAN_EVENTS
from harness.evidence.sources import event_xml as module
from harness.evidence.sources.event_xml import EventFile, read_event_xml
from tests.unit.evidence.windows_log import NOON_NS, event_xml


def read(text: str, coding: str = "utf-8") -> EventFile:
    """The log that a text is."""
    return read_event_xml(text.encode(coding), "event-log.xml")


def wrong(text: str) -> list[str]:
    """What is said to be wrong with it."""
    return [item.message for item in read(text).damage]


@pytest.mark.parametrize("event_id", WLAN_EVENTS)
def test_each_event_has_its_published_members(event_id: int) -> None:
    """By name where names are written, else by their published order."""
    order = WLAN_EVENTS[event_id][1]
    for named in (True, False):
        (event,) = read(event_xml(event_id, named=named)).events
        assert tuple(event.data) == order
        assert (event.provider, event.event_id, event.utc_ns) == (WLAN, event_id, NOON_NS)


def test_what_the_tools_write_around_events_is_no_damage() -> None:
    """wevtutil puts one behind the other; others have a declaration, a root or lines between."""
    one, two = event_xml(8000), event_xml(8001, record=2)
    for text in (
        one + two,
        f"{one}\r\n{two}\r\n",
        f"<?xml version='1.0' encoding='utf-8' standalone='yes'?>\n<Events>{one}{two}</Events>",
        f"<?xml version='1.0'?><Events>{one}</Events><?xml version='1.0'?><Events>{two}</Events>",
    ):
        found = read(text)
        assert [event.event_id for event in found.events] == [8000, 8001]
        assert found.damage == ()


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_coding_that_windows_exports_in(coding: str) -> None:
    """With its mark or without."""
    (event,) = read(event_xml(8000, SSID="Büro 会"), coding).events
    assert event.data["SSID"] == "Büro 会"


def test_the_language_of_windows_does_not_matter() -> None:
    """Texts are in it, codes and names are not."""
    (event,) = read(
        event_xml(8002, message="Fehler beim Herstellen …", FailureReason="Vom Treiber getrennt.",
                  ReasonCode="229387", BSSType="Infrastruktur")
    ).events  # fmt: skip
    assert event.number("ReasonCode") == 0x3800B


def test_unknown_events_and_providers_are_kept_as_they_are() -> None:
    """With the names they have, or numbers for names; UserData by its elements."""
    text = event_xml(61234, data={"New": "1", "": "2"}) + (
        "<Event><System><Provider Name='Someone'/><EventID Qualifiers='0'>7</EventID>"
        "<TimeCreated SystemTime='2026-11-28T12:00:00Z'/></System>"
        "<UserData><Any xmlns='urn:x'><A>1</A><B/></Any></UserData></Event>"
    )
    first, second = read(text).events
    assert (first.event_id, first.data) == (61234, {"New": "1", "#2": "2"})
    assert (second.provider, second.data) == ("Someone", {"A": "1", "B": ""})


def test_a_damaged_event_costs_no_other() -> None:
    """What is wrong is named with its place, and the others stand."""
    good = event_xml(8001)
    cases = {
        good[:200]: "it is cut",
        good.replace("<EventID>", "<EventId>"): "no event",
        good.replace("8001", "many"): "it has no provider, or no number",
        good.replace("2026-11-28", "28.11.2026"): "is none",
        good.replace("2026-11-28", "2026-13-28"): "no event",
        good.replace("<Data", "<Da&ta", 1): "no event",
        good.replace("lab<", "\x01<"): "no event",
        good.replace("lab<", "&lol;<"): "undefined entity",
        "rubbish": "there is 'rubbish'",
    }
    for broken, said in cases.items():
        found = read(event_xml(8000) + broken + event_xml(8003))
        assert [event.event_id for event in found.events] == [8000, 8003], said
        (damage,) = found.damage
        assert said in damage.message
        assert not damage.missing


def test_no_document_type_is_ever_parsed() -> None:
    """A billion laughs: the declaration is no event, and its entities are not defined."""
    bomb = "<!DOCTYPE a [<!ENTITY l 'ha'><!ENTITY m '&l;&l;&l;&l;'>]>"
    found = read(bomb + event_xml(8000, SSID="x").replace(">x<", ">&m;<") + event_xml(8001))
    assert [event.event_id for event in found.events] == [8001]
    assert "undefined entity" in " ".join(item.message for item in found.damage)


def test_every_bound_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the file, its events, and of one event its size, depth and members."""
    deep = event_xml(1, data={}).replace("<EventData>", "<EventData>" + "<a>" * 20)
    deep = deep.replace("</EventData>", "</a>" * 20 + "</EventData>")
    assert "more than 16 elements deep" in wrong(deep)[0]
    assert "more than 64 members" in wrong(event_xml(1, data={str(n): "" for n in range(65)}))[0]
    assert "characters, more than" in wrong(event_xml(1, data={"a": "x" * module.MAX_EVENT}))[0]
    (event,) = read(event_xml(1, data={"a": "x" * 5000})).events
    assert len(event.data["a"]) == module.MAX_TEXT
    monkeypatch.setattr(module, "MAX_EVENTS", 2)
    assert "more than 2 parts" in wrong(event_xml(1) * 3)[0]
    monkeypatch.setattr(module, "MAX_BYTES", len(event_xml(1)))
    assert "is left out" in wrong(event_xml(1) * 2)[0]


def test_a_file_of_beginnings_is_read_in_time_linear_in_its_size() -> None:
    """Neither without an end, nor with one that all of them would look for."""
    began = time.monotonic()
    assert read("<Event " * 100_000).events == ()
    assert len(read("<Event " * 100_000 + "</Event>").damage) == module.MAX_DAMAGE
    assert time.monotonic() - began < 10


@given(
    st.binary(max_size=300)
    | st.text(alphabet="<>/Event='&;!? \n\0xD", max_size=300).map(str.encode)
)
def test_any_bytes_are_read_without_a_crash(data: bytes) -> None:
    """Nothing is raised, and what was not read is told."""
    found = read_event_xml(data, "x")
    assert found.events == () or found.damage == () or len(found.damage) > 0


@given(st.data())
def test_a_log_cut_or_overwritten_anywhere_keeps_its_whole_events(data: st.DataObject) -> None:
    """Of three events at most the one with the damage is lost, or those on both its sides."""
    text = "".join(event_xml(8000 + place, record=place) for place in range(3))
    at = data.draw(st.integers(0, len(text)))
    junk = data.draw(st.text(alphabet="<>&'\"/Event ä\0", max_size=5))
    found = read(text[:at] + junk + text[at + len(junk) :])
    assert len(found.events) >= 1
    assert len(found.events) == 3 or found.damage
    assert read(text[:at]).damage or at == 0 or text[:at].endswith("</Event>")
