# SPDX-License-Identifier: GPL-2.0-or-later
"""Readers of untrusted values: the right type or None."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.evidence import fields

anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)


def test_one_level_down() -> None:
    """A member is found at the top first, then inside a structure."""
    nested = {"pKey": {"uKeyIndex": 3}, "x": 1}
    assert fields.integer(nested, "uKeyIndex") == 3
    assert fields.integer({"uKeyIndex": 1} | nested, "uKeyIndex") == 1
    assert fields.integer(nested, "missing", "x") == 1


def test_handles() -> None:
    """Handles compare by value, NULL is 0, anything else is unreadable."""
    assert fields.handle({"h": "0x000000000000ABCD"}, "h") == 0xABCD
    assert fields.handle({"h": None}, "h") == 0
    for bad in (12, "12", "0x", "0x12345678901234567", ["0x1"]):
        assert fields.handle({"h": bad}, "h") is None
    assert fields.handle({}, "h") is None


def test_what_was_stored() -> None:
    """A pointer stored where a parameter points; the place is not taken for what lies in it."""
    assert fields.stored({"p": "0x0"}, "p") == 0
    assert fields.stored({"p": "0xab"}, "p") == 0xAB
    for unknown in (None, {"address": "0xab", "unreadable": True}, 12, "12"):
        assert fields.stored({"p": unknown}, "p") is None
    assert fields.stored({}, "p") is None


def test_addresses_and_octets() -> None:
    """MAC addresses are brought to one form; odd hex is refused."""
    assert fields.mac({"m": "02-AB-00-00-00-0f"}, "m") == "02:ab:00:00:00:0f"
    assert fields.mac({"m": "02:ab"}, "m") is None
    assert fields.octets("888e") == b"\x88\x8e"
    assert fields.octets("888") is None
    assert fields.octets(888) is None


@given(st.dictionaries(st.sampled_from(["a", "b"]), anything))
def test_no_value_raises(source: dict[str, object]) -> None:
    """Every reader takes every value."""
    for reader in (
        fields.integer, fields.text, fields.mapping, fields.sequence, fields.handle, fields.stored,
        fields.mac,
    ):  # fmt: skip
        reader(source, "a", "c")
    fields.octets(source.get("a"))
