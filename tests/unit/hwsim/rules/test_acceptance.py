# SPDX-License-Identifier: GPL-2.0-or-later
"""What the standard asks of a station that is given an edited message."""

from __future__ import annotations

from typing import Any

import pytest

from hwsim.rules.acceptance import (
    acceptable,
    acceptable_copy,
    acceptable_corrupted,
    acceptable_offer,
)
from hwsim.rules.frame_fields import read_fields

REMOVE_GTK = {"elements": [{"do": "remove", "element": "gtk"}]}


@pytest.mark.parametrize(
    ("kind", "fields", "answer"),
    [
        ("M3", {"eapol_version": 1}, "yes"),
        ("M3", {"trailing": "00", "padding": "dd00"}, "yes"),
        ("M3", {"elements": [{"do": "add", "element": "0050f2:9", "data": "00"}]}, "yes"),
        ("M3", {"elements": [{"do": "add", "element": "0050f2:1", "data": "00"}]}, "open"),
        ("M3", {"elements": [{"do": "remove", "element": "0050f2:1"}]}, "refuse"),
        ("M3", {"mic": "wrong"}, "discard"),
        ("M3", {"nonce": "changed"}, "refuse"),
        ("M3", {"replay_counter": 6}, "open"),
        ("M3", {"replay_counter": 8}, "yes"),
        ("M3", {"elements": [{"do": "replace", "element": "rsne", "data": "00"}]}, "refuse"),
        ("M3", REMOVE_GTK, "refuse"),
        ("M3", {"encrypt": False}, "refuse"),
        ("M3", {"key_info_clear": ["secure"]}, "open"),
        ("M3", {"rsc": "ff" * 8}, "open"),
        ("M3", {"mic": "wrong", **REMOVE_GTK}, "refuse"),
        ("M3", {"mic": "wrong", "eapol_version": 1}, "discard"),
        ("G1", REMOVE_GTK, "refuse"),
        ("G1", {"elements": [{"do": "replace", "element": "gtk", "data": "00" * 35}]}, "refuse"),
        ("G1", {"elements": [{"do": "replace", "element": "gtk", "data": "00" * 18}]}, "open"),
        ("G1", {"nonce": "zero"}, "open"),
        ("M1", {"nonce": "changed"}, "open"),
        ("M1", {"padding": "5555"}, "open"),
        ("M1", {"elements": [{"do": "add", "element": "pmkid", "data": "00"}]}, "open"),
    ],
)
def test_edited(kind: Any, fields: dict[str, Any], answer: str) -> None:
    """The strictest of its fields counts; before, the station was given the counter 6."""
    read = read_fields(fields)
    counter = 7 if read.replay_counter is None else read.replay_counter
    assert acceptable(kind, read, 6, counter) == answer


@pytest.mark.parametrize(
    ("kind", "fields", "answer"),
    [
        ("M3", {"nonce": "changed"}, "discard"),
        ("G1", {"bytes_at": [{"offset": 9, "data": "00"}]}, "discard"),
        ("M3", {"trailing": "00"}, "yes"),
        ("M1", {"nonce": "changed"}, "open"),
    ],
)
def test_corrupted(kind: Any, fields: dict[str, Any], answer: str) -> None:
    """What is under a MIC that does not fit any more is passed over."""
    assert acceptable_corrupted(kind, read_fields(fields)) == answer


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"elements": [{"do": "replace", "element": "rsne", "data": "00"}]}, "open"),
        ({"elements": [{"do": "remove", "element": "48"}]}, "open"),
        ({"bytes_at": [{"offset": 12, "data": "00"}]}, "open"),
        ({"elements": [{"do": "replace", "element": "0050f2:1", "data": "0100"}]}, "open"),
        ({"elements": [{"do": "remove", "element": "221"}]}, "open"),
        ({"elements": [{"do": "add", "element": "0050f2:9", "data": "00"}]}, "yes"),
        ({"trailing": "00"}, "yes"),
    ],
)
def test_an_offer_that_m3_does_not_repeat(fields: dict[str, Any], answer: str) -> None:
    """A station may end the handshake over elements that M3 has otherwise, and over no others."""
    assert acceptable_offer(read_fields(fields)) == answer


@pytest.mark.parametrize(
    ("kind", "as_it_is", "elsewhere", "answer"),
    [
        ("M1", "open", True, "discard"),
        ("M1", "open", False, "open"),
        ("M3", "yes", False, "open"),
        ("M3", "yes", True, "open"),
        ("M3", "discard", False, "discard"),
        ("G1", "yes", False, "open"),
    ],
)
def test_a_copy(kind: Any, as_it_is: Any, elsewhere: bool, answer: str) -> None:
    """M1 has no MIC: from another source it is nobody's. Else it may be what was lost before."""
    assert acceptable_copy(kind, as_it_is, elsewhere=elsewhere) == answer
