# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures, inspected whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.evidence.packets import Packet
from harness.field import inspect
from harness.field.secrets import Secrets
from tests.unit.captures.writing import enhanced, handshake, interface, pcap, section
from tests.unit.field.talk import Talk


def write(path: Path, talk: Talk) -> Path:
    """The talk as a capture."""
    path.write_bytes(
        pcap(Packet(one.number, one.wall_ns, one.length, one.frame) for one in talk.frames)
    )
    return path


def test_all_of_it_as_json(tmp_path: Path) -> None:
    """Addresses as text, times, the handshake's steps, what is odd."""
    talk = Talk().connect().management(12, b"\x0f\0", down=True)
    told = inspect(write(tmp_path / "x.pcap", talk), Secrets()).to_json()
    assert json.loads(json.dumps(told)) == told
    (point,), (one,) = told["access_points"], told["conversations"]
    assert (point["ssid"], point["security"]) == ("lab", "PSK, pairwise CCMP, group CCMP")
    assert (one["reached"], one["turn"], one["chosen"]) == ("end", "", point["security"])
    assert [message["kind"] for message in one["messages"]][-2:] == ["M4", "deauth"]
    (run,) = one["handshakes"]
    assert run["steps_us"]["handshake"] == 3000
    assert one["remarks"][0]["weight"] == 3
    assert told["packets"] == len(talk.frames)
    assert told["unread"] == []


def test_what_was_not_read_is_said(tmp_path: Path) -> None:
    """Never dropped silently: damage, unknown link layers."""
    path = write(tmp_path / "cut.pcap", Talk().connect())
    path.write_bytes(path.read_bytes()[:-3])
    (unread,) = inspect(path, Secrets()).unread
    assert unread.startswith("what follows damage: the last packet has")
    ethernet = bytes(12) + b"\x88\x8e" + handshake()[0]
    path.write_bytes(
        section() + interface(999) + interface(1) + enhanced(0, 1, b"?" * 9)
        + enhanced(1, 1, ethernet)
    )  # fmt: skip
    found = inspect(path, Secrets())
    assert found.unread == ("1 packets of link type 999, which is not known",)
    assert len(found.conversations) == 1


def test_a_capture_of_nothing_known_is_the_users_mistake(tmp_path: Path) -> None:
    """With what to give."""
    path = tmp_path / "x.pcapng"
    path.write_bytes(section() + interface(999) + enhanced(0, 1, b"?" * 9))
    with pytest.raises(UsageError, match="link type 999 cannot be read"):
        inspect(path, Secrets())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(24, 1500), st.binary(min_size=1, max_size=4)), max_size=6),
)
def test_no_content_raises(tmp_path: Path, changes: list[tuple[int, bytes]]) -> None:
    """Whatever the frames hold; and all of it can be written as JSON."""
    path = write(tmp_path / "x.pcap", Talk().connect())
    content = bytearray(path.read_bytes())
    for at, new in changes:
        content[at : at + len(new)] = new
    path.write_bytes(content)
    try:
        found = inspect(path, Secrets(passphrases=((b"correct horse", None),)))
    except UsageError:
        return
    json.dumps(found.to_json())
