# SPDX-License-Identifier: GPL-2.0-or-later
"""Frame records to JSON and back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hwsim import FrameRecord
from hwsim.errors import RecordError

RECORD = FrameRecord(
    number=7, association=2, direction="up", kind="M2", air_ns=123, guest_ns=None,
    transmitter="02:00:00:00:00:00", receiver="02:48:49:4c:00:01", length=155, acked=True,
    delivered=True, rule=None, retry=False, protected=False, replay_counter=1, mic_ok=True,
    pn=None, detail={"ignored": "MIC", "copy": 1},
)  # fmt: skip


def test_there_and_back() -> None:
    """A record survives JSON, also as an event with further keys."""
    text = json.dumps({"event": "frame", **RECORD.to_json()})
    assert FrameRecord.from_json(json.loads(text)) == RECORD


def test_a_record_of_before_the_rules_had_places() -> None:
    """It is read, and says of no rule which one it was."""
    value = RECORD.to_json()
    del value["rule_place"]
    assert FrameRecord.from_json(value).rule_place is None


def test_a_record_of_before_there_were_several_media() -> None:
    """It is one of the only medium there was."""
    value = RECORD.to_json()
    del value["medium"]
    assert FrameRecord.from_json(value).medium == 1


LATER = {"rule_place", "medium"}


@pytest.mark.parametrize("name", [name for name in RECORD.to_json() if name not in LATER])
def test_missing_field(name: str) -> None:
    """Every field is needed; the error names it."""
    value = RECORD.to_json()
    del value[name]
    with pytest.raises(RecordError, match=name):
        FrameRecord.from_json(value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number", "7"), ("number", True), ("number", -1), ("direction", "left"), ("kind", "M5"),
        ("air_ns", 1.5), ("guest_ns", "1"), ("transmitter", "02-00-00-00-00-00"), ("length", None),
        ("acked", 1), ("delivered", None), ("rule", 3), ("retry", "no"), ("replay_counter", -1),
        ("mic_ok", 0), ("pn", "1"), ("detail", []), ("detail", {"a": None}),
        ("detail", {"a": True}), ("rule_place", "1"),
    ],
)  # fmt: skip
def test_wrong_type(name: str, value: Any) -> None:
    """A field of a wrong type is refused; the error names it."""
    with pytest.raises(RecordError, match=name):
        FrameRecord.from_json({**RECORD.to_json(), name: value})
