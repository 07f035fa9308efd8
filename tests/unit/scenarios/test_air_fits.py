# SPDX-License-Identifier: GPL-2.0-or-later
"""What a rule for the air may say: what makes no sense is refused with the fix."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from harness.scenarios.air import AirRule
from hwsim.control.rule_requests import rules
from hwsim.rules.frame_rules import ACTIONS, MESSAGES

EDIT_GTK = {"elements": [{"do": "remove", "element": "gtk"}]}


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"message": "M1", "action": "delay"}, "wants 'delay_ms' or 'delay_us'"),
        ({"message": "M1", "action": "drop", "delay_ms": 5}, "delay_ms goes with action = 'delay'"),
        ({"message": "M1", "action": "delay", "delay_ms": 5, "delay_us": [1, 2]}, "one of them"),
        ({"message": "M1", "action": "delay", "delay_us": [2, 1]}, "[least, most]"),
        ({"message": "M1", "action": "drop", "copies": 2}, "copies goes with action = 'repeat'"),
        ({"message": "M1", "action": "edit"}, "action = 'edit' wants 'fields'"),
        ({"message": "M2", "action": "edit", "fields": {"mic": "wrong"}}, "action = 'corrupt'"),
        ({"message": "M1", "action": "drop", "direction": "up"}, "direction = 'down'"),
        ({"message": "M4", "action": "drop", "direction": "down"}, "direction = 'up'"),
        ({"message": "data", "action": "drop", "replay_counter": 1}, "data has none"),
        ({"message": "M1", "action": "corrupt", "fields": {"nonce": "zero"}}, "M1 has no MIC"),
        ({"message": "M1", "action": "edit", "fields": {"mic": "wrong"}}, "neither MIC nor"),
        ({"message": "M3", "action": "corrupt", "fields": EDIT_GTK}, "is before that"),
        ({"message": "M3", "action": "edit", "fields": {"status": 1}}, "status: M3 has none"),
        ({"message": "data", "action": "edit", "fields": {"mic": "zero"}}, "no fields that are"),
        ({"message": "auth", "action": "edit", "fields": {"mic": "zero"}}, "mic: auth has no such"),
        ({"message": "deauth", "action": "edit", "fields": {"status": 1}}, "it has elements"),
        ({"message": "M3", "action": "refuse", "status": 1}, "'auth' or 'assoc-req'"),
        ({"message": "auth", "action": "refuse"}, "wants 'status'"),
        ({"message": "auth", "action": "refuse", "status": 1, "direction": "down"}, "'up'"),
        ({"message": "auth", "action": "refuse", "status": 30, "comeback_tu": 1}, "assoc-req"),
        ({"message": "M1", "action": "insert"}, "wants 'insert'"),
        ({"message": "M1", "action": "insert", "insert": {"copy_of": "M2"}}, "the station's"),
        ({"message": "M1", "action": "insert", "insert": {"copy_of": "M5"}}, "pattern"),
        ({"message": "M1", "action": "insert", "insert": {"copy_of": "beacon"}}, "no beacon is"),
        ({"message": "M1", "action": "insert", "insert": {}}, "copy_of or frame"),
        (
            {"message": "M1", "action": "insert", "insert": {"frame": "88" + "00" * 23}},
            "its header needs 26",
        ),
        (
            {"message": "M1", "action": "insert", "insert": {"frame": "00" * 30, "plain": True}},
            "go with copy_of",
        ),
        (
            {"message": "M1", "action": "insert",
             "insert": {"copy_of": "data", "fields": {"mic": "zero"}}},
            "fields go with a copy of M1, M3, G1",
        ),
        ({"message": "deauth", "action": "deauthenticate", "nth": "every"}, "without end"),
        ({"message": "M4", "action": "drop", "reason": 3}, "'deauthenticate' or 'disassociate'"),
        ({"message": "M3", "action": "edit", "fields": {"nonce": "00"}}, "nonce"),
        ({"message": "M3", "action": "drop", "probability": 0}, "probability"),
        ({"message": "M3", "action": "drop", "nth": "from-0"}, "nth"),
        ({"message": "M3", "action": "drop", "after": "M9"}, "after"),
    ],
)  # fmt: skip
def test_what_makes_no_sense(rule: dict[str, Any], said: str) -> None:
    """In one sentence, with what would."""
    with pytest.raises(ValidationError) as caught:
        AirRule.model_validate(rule)
    assert said in str(caught.value)


GOOD: list[tuple[dict[str, Any], str]] = [
    ({"message": "M3", "action": "edit", "fields": {**EDIT_GTK, "nonce": "changed"}},
     "edit M3: nonce changed, remove gtk (number 1)"),
    ({"message": "M2", "action": "corrupt", "fields": {"mic": "wrong"}, "nth": "from-2"},
     "corrupt M2: mic wrong (number 2 and on)"),
    ({"message": "assoc-req", "action": "refuse", "status": 30, "comeback_tu": 9,
      "access_point": 2}, "refuse assoc-req with status 30 (number 1, access point 2)"),
    ({"message": "M4", "action": "deauthenticate", "reason": 6, "delay_ms": 300},
     "deauthenticate M4, reason 6, 300 ms later (number 1)"),
    ({"message": "data", "action": "drop", "nth": "every", "direction": "up",
      "probability": 0.5, "after": "M4", "before": "deauth"},
     "drop data (every one, up, after M4, before deauth, probability 0.5)"),
    ({"message": "M1", "action": "insert", "delay_us": [5, 9],
      "insert": {"copy_of": "M1", "source": "02:de:ad:be:ef:01", "fields": {"nonce": "zero"}}},
     "insert M1: a copy of M1 from 02:de:ad:be:ef:01, nonce zero, 5 to 9 µs later (number 1)"),
    ({"message": "M1", "action": "insert", "insert": {"frame": "00" * 30}},
     "insert M1: a frame of 30 bytes (number 1)"),
    ({"message": "auth", "action": "edit", "direction": "down", "fields": {"status": 1}},
     "edit auth: status 1 (number 1, down)"),
    ({"message": "M3", "action": "reorder", "bytes_at": {"offset": 0, "data": "02"}},
     "reorder M3 (number 1, with bytes at 0)"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "words"), GOOD)
def test_what_makes_sense(rule: dict[str, Any], words: str) -> None:
    """Told in words, and taken by the air as it is given."""
    read = AirRule.model_validate(rule)
    assert read.phrase() == words
    (taken,) = rules([read.model_dump(mode="json", exclude_none=True)])
    assert taken.action == rule["action"]


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "replay_counter": st.integers(0, 9), "replay_counter_add": st.integers(-3, 3),
        "nonce": st.sampled_from(["changed", "zero", "ab" * 32]),
        "key_info_clear": st.lists(st.sampled_from(["secure", "mic", "install"]), min_size=1),
        "descriptor": st.integers(0, 255), "eapol_version": st.integers(0, 3),
        "encrypt": st.booleans(), "mic": st.sampled_from(["wrong", "zero"]),
        "padding": st.just("dd00"), "trailing": st.just("00"), "status": st.integers(0, 99),
        "reason": st.integers(0, 99),
        "elements": st.just([{"do": "remove", "element": "gtk"}]),
        "bytes_at": st.just([{"offset": 3, "data": "ff"}]),
    },
)  # fmt: skip
RULES = st.fixed_dictionaries(
    {"message": st.sampled_from(MESSAGES), "action": st.sampled_from(ACTIONS)},
    optional={
        "nth": st.sampled_from([1, 3, "every", "from-2"]),
        "direction": st.sampled_from(["up", "down"]), "probability": st.sampled_from([0.5, 1]),
        "delay_ms": st.integers(1, 9), "delay_us": st.sampled_from([[1, 5], [5, 1]]),
        "copies": st.integers(1, 3), "status": st.integers(1, 99), "reason": st.integers(1, 9),
        "comeback_tu": st.integers(0, 9), "broadcast": st.booleans(), "forged": st.booleans(),
        "fields": FIELDS, "access_point": st.integers(1, 4), "after": st.sampled_from(["M3#2"]),
        "insert": st.sampled_from([{"copy_of": "M1"}, {"frame": "00" * 24}, {"copy_of": "M2"}]),
    },
)  # fmt: skip


@settings(max_examples=300)
@given(RULES)
def test_the_air_takes_whatever_a_scenario_may_say(rule: dict[str, Any]) -> None:
    """A rule that the scenario's check lets pass is none that the air refuses, once it runs."""
    try:
        read = AirRule.model_validate(rule)
    except ValidationError:
        return
    assert len(rules([read.model_dump(mode="json", exclude_none=True)])) == 1
    assert read.phrase().startswith(read.action)
