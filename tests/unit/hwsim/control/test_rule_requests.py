# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules that a control call gives, right and wrong."""

from __future__ import annotations

from typing import Any

import pytest

from hwsim.control import rule_requests
from hwsim.errors import RequestError
from hwsim.rules.frame_fields import BytesAt, FrameFields
from hwsim.rules.frame_rules import Condition, FrameRule, Insertion, Occurrence


def test_rules() -> None:
    """Rules with their defaults."""
    assert rule_requests.rules(
        [
            {"message": "M1", "nth": "every", "action": "drop-ack"},
            {"message": "M4", "action": "delay", "delay_ms": 20, "direction": "up"},
            {"message": "data", "nth": 3, "action": "repeat", "copies": 2},
        ]
    ) == (
        FrameRule("M1", 0, "drop-ack"),
        FrameRule("M4", 1, "delay", delay_ms=20, direction="up"),
        FrameRule("data", 3, "repeat", copies=2),
    )


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"message": "M5", "action": "drop"}, "rules[0].message: 'M5' is none of beacon"),
        ({"message": "M1", "action": "lose"}, "rules[0].action: 'lose' is none of drop, drop-ack"),
        ({"message": "M1", "action": "drop", "nth": 0}, "rules[0].nth"),
        ({"message": "M1", "action": "drop", "nth": "all"}, "rules[0].nth"),
        ({"message": "M1", "action": "drop", "nth": True}, "rules[0].nth"),
        ({"message": "M1", "action": "delay"}, "rules[0].delay_ms is missing"),
        ({"message": "M1", "action": "delay", "delay_ms": 60001}, "from 1 to 60000"),
        ({"message": "M1", "action": "drop", "delay_ms": 5}, "rules[0].delay_ms is unknown"),
        ({"message": "M1", "action": "repeat", "copies": 0}, "rules[0].copies"),
        ({"message": "M1", "action": "drop", "direction": "in"}, "rules[0].direction"),
        ({"message": ["M1"], "action": "drop"}, "rules[0].message"),
        ("M1", "rules[0]: an object is needed"),
        ({"message": "M1", "action": "drop", "nth": "from-0"}, "rules[0].nth"),
        ({"message": "M1", "action": "edit"}, "rules[0].fields is missing"),
        ({"message": "M1", "action": "edit", "fields": {"mac": 1}}, "rules[0].'mac' is no field"),
        ({"message": "M1", "action": "edit", "direction": "up", "fields": {}}, "go down only"),
        ({"message": "auth", "action": "refuse"}, "rules[0].status is missing"),
        ({"message": "auth", "action": "refuse", "status": 0}, "from 1 to 65535"),
        ({"message": "auth", "action": "refuse", "status": 1, "direction": "down"}, "go up only"),
        ({"message": "M1", "action": "drop", "probability": 0}, "rules[0].probability"),
        ({"message": "M1", "action": "drop", "access_point": 0}, "access_point: a whole number"),
        ({"message": "M1", "action": "drop", "after": "M9"}, "'M9' is no message such as M3"),
        ({"message": "M1", "action": "delay", "delay_us": [9, 1]}, "least and most are needed"),
        ({"message": "M1", "action": "insert", "insert": {}}, "copy_of or frame is needed"),
        ({"message": "M1", "action": "insert", "insert": {"frame": "00"}}, "24 to 2304"),
        (
            {"message": "M1", "action": "insert", "insert": {"copy_of": "M1", "source": "x"}},
            "'x' is no MAC address",
        ),
        (
            {"message": "M1", "action": "insert", "insert": {"frame": "88" + "00" * 23}},
            "its header needs 26",
        ),
        ({"message": "M1", "action": "disassociate", "broadcast": 1}, "broadcast: true or false"),
        ({"message": "disassoc", "action": "deauthenticate"}, "without end"),
        ({"message": "M1", "action": "drop", "bytes_at": {"offset": 1}}, "offset and data"),
    ],
)
def test_bad_rule(rule: Any, message: str) -> None:
    """A wrong rule is named by its number and field."""
    with pytest.raises(RequestError) as caught:
        rule_requests.rules([rule])
    assert message in str(caught.value)


def test_conditions_and_effects() -> None:
    """All that a rule can say besides."""
    given = {
        "message": "M3", "nth": "from-2", "action": "edit", "probability": 0.5, "access_point": 2,
        "station": 1, "replay_counter": 4, "after": "M2", "before": "M4#2",
        "bytes_at": {"offset": 0, "data": "02"}, "fields": {"mic": "wrong"},
    }  # fmt: skip
    condition = Condition(2, 1, 4, BytesAt(0, b"\x02"), Occurrence("M2"), Occurrence("M4", 2))
    assert rule_requests.rules([given]) == (
        FrameRule(
            "M3", 2, "edit", direction="down", onwards=True, probability=0.5, condition=condition,
            fields=FrameFields(mic="wrong"),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (
            {"message": "assoc-req", "action": "refuse", "status": 30, "comeback_tu": 100},
            FrameRule("assoc-req", 1, "refuse", direction="up", status=30, comeback_tu=100),
        ),
        (
            {"message": "M4", "action": "disassociate", "reason": 8, "broadcast": True},
            FrameRule("M4", 1, "disassociate", reason=8, broadcast=True),
        ),
        (
            {"message": "M4", "action": "deauthenticate", "delay_us": [10, 20]},
            FrameRule("M4", 1, "deauthenticate", delay_us=(10, 20)),
        ),
        (
            {
                "message": "M2", "action": "insert", "delay_ms": 5, "insert": {
                    "copy_of": "M1", "source": "02:de:ad:be:ef:01",
                    "fields": {"nonce": "changed"},
                },
            },
            FrameRule("M2", 1, "insert", delay_ms=5, insertion=Insertion(
                Occurrence("M1"), b"", bytes.fromhex("02deadbeef01"), False,
                FrameFields(nonce="changed"))),
        ),
    ],
)  # fmt: skip
def test_what_belongs_to_an_action(given: dict[str, Any], rule: FrameRule) -> None:
    """Each with its own."""
    assert rule_requests.rules([given]) == (rule,)
