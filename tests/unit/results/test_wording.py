# SPDX-License-Identifier: GPL-2.0-or-later
"""How values are written for people."""

from __future__ import annotations

import pytest

from harness.results import EchoResult, LabFaultResult
from harness.results.wording import (
    describe_fault,
    eapol_counts,
    echo_counts,
    ranges,
    reason_code,
    size_bytes,
    span_s,
    span_us,
    spans_us,
    win32,
)
from tests.unit.results.samples import association


@pytest.mark.parametrize(
    ("us", "text"),
    [
        (0, "0 µs"), (999.4, "999 µs"), (999.6, "1.00 ms"), (1_240, "1.24 ms"),
        (99_990, "99.99 ms"), (100_000, "100 ms"), (999_499, "999 ms"), (2_500_000, "2.50 s"),
        (-1_500, "-1.50 ms"),
    ],
)  # fmt: skip
def test_microseconds(us: float, text: str) -> None:
    """The unit fits the size and does not flip at its edge."""
    assert span_us(us) == text


@pytest.mark.parametrize(
    ("us", "text"),
    [
        ([36_610], "36.61 ms"), ([36_610, 35_200], "36.61 / 35.20 ms"),
        ([980, 1_200], "980 µs / 1.20 ms"), ([None, 1_200], "— / 1.20 ms"), ([None], "—"),
        ([5_000, 1_000, 3_000, 2_000, None], "1.00 to 5.00 ms (4)"), ([None] * 5, "— (0)"),
    ],
)  # fmt: skip
def test_several_durations(us: list[float | None], text: str) -> None:
    """Side by side, a shared unit once; many are told by their ends."""
    assert spans_us(us) == text


@pytest.mark.parametrize(("seconds", "text"), [(0.31, "0.3 s"), (99.96, "1 min 40 s")])
def test_seconds(seconds: float, text: str) -> None:
    """Long runs are told in minutes."""
    assert span_s(seconds) == text


def test_codes() -> None:
    """Codes read as in Microsoft's documents; an absent one is a dash."""
    assert [win32(code) for code in (0, 1223, 4711, -1, None)] == [
        "ERROR_SUCCESS", "ERROR_CANCELLED", "4711", "4294967295", "—",
    ]  # fmt: skip
    assert [reason_code(code) for code in (0, 0x38005, 0x77777777, None)] == [
        "0", "START_SECURITY_FAILURE (0x38005)", "0x77777777", "—",
    ]  # fmt: skip


def test_ranges() -> None:
    """Runs of numbers are told as spans."""
    assert ranges([1, 2, 3, 7, 9, 10]) == "1–3, 7, 9–10"
    assert ranges([]) == ""


def test_counts_of_messages_and_echoes() -> None:
    """Retransmissions show, an unprotected answer is said to be so."""
    item = association(1, messages={"M3": 2, "M1": 1, "G1": 1, "M2": 0})
    assert eapol_counts(item) == "M1 M3×2 G1"
    enterprise = association(1, messages={"M1": 1, "eap": 12, "eapol-start": 1})
    assert eapol_counts(enterprise) == "Start EAP×12 M1"
    assert eapol_counts(association(1, messages={})) == "no EAPOL"
    refused = association(1, messages={"eap": 12, "eapol-start": 1})
    assert eapol_counts(refused) == "Start EAP×12"
    plain = EchoResult(sent=3, answered=2, arp=True, protected=False)
    assert echo_counts(association(1, echo=plain)) == "2/3 (plain)"
    assert echo_counts(association(1, echo=None)) == "—"
    assert [size_bytes(size) for size in (5, 2048, 3 << 20)] == ["5 B", "2.0 KiB", "3.0 MiB"]


def test_a_fault_is_told_once() -> None:
    """What the message holds already is not repeated behind it; what it lacks is added."""
    whole = LabFaultResult(message="SSH: gone; last seen: reset", awaited="SSH", last_state="reset")
    assert describe_fault(whole) == "SSH: gone; last seen: reset"
    short = LabFaultResult(message="it broke", awaited="SSH", waited_s=2, last_state="reset")
    assert describe_fault(short) == "it broke; waited for 2.0 s for SSH; last state: reset"
