# SPDX-License-Identifier: GPL-2.0-or-later
"""What of environment and builds differs from one night to the next."""

from __future__ import annotations

from dataclasses import replace

from harness.board.environment import BUILD, Difference, differences, surroundings
from harness.history.model import RunSummary
from harness.results import Verdict
from tests.unit.board.factory import FIRST, a_test

PARTS = {
    "a": {"qemu": "7.2", "kernel": "6.1"},
    "b": {"qemu": "10.0", "kernel": "6.1", "libvirt": "11"},
}
RUN = RunSummary(
    "1", a_test(), None, FIRST, 9.0, Verdict.PASS, "", 5, "ab" * 32, "a", "runs/1", "./hil run"
)


def test_parts_and_builds_of_a_night() -> None:
    """By guest and part, and by DLL."""
    assert surroundings([RUN, RUN], PARTS) == {
        ("reference", "qemu"): {"7.2"},
        ("reference", "kernel"): {"6.1"},
        ("acme", BUILD): {"abababababab"},
    }


def test_the_parts_that_differ_are_named_with_both_values() -> None:
    """One that came or went has no value on a side."""
    before, after = (surroundings([replace(RUN, environment=one)], PARTS) for one in "ab")
    assert differences(before, after) == (
        Difference("reference", "libvirt", (), ("11",)),
        Difference("reference", "qemu", ("7.2",), ("10.0",)),
    )
    assert differences(before, before) == ()


def test_another_build_is_told() -> None:
    """By its hash."""
    new = replace(RUN, dll_sha256="cd" * 32)
    assert differences(surroundings([RUN], PARTS), surroundings([new], PARTS)) == (
        Difference("acme", BUILD, ("abababababab",), ("cdcdcdcdcdcd",)),
    )


def test_machines_of_one_night_that_differ_are_told_together() -> None:
    """A night on two machines has two values."""
    both = surroundings([RUN, replace(RUN, environment="b")], PARTS)
    (found,) = [one for one in differences(surroundings([RUN], PARTS), both) if one.part == "qemu"]
    assert found.after == ("10.0", "7.2")


def test_a_guest_that_did_not_run_differs_in_nothing() -> None:
    """Neither does one that is new."""
    other = replace(RUN, test=a_test(guest="windows-11"), environment="b")
    assert differences(surroundings([RUN], PARTS), surroundings([RUN, other], PARTS)) == ()
