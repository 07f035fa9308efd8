# SPDX-License-Identifier: GPL-2.0-or-later
"""Path loss and frame errors: textbook values, the standard's receivers, and what always holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.links.propagation import frame_error_rate, loss_probability, received_dbm

RATES = (1000, 2000, 5500, 11000, 6000, 9000, 12000, 18000, 24000, 36000, 48000, 54000)
SENSITIVITY_DBM = {
    6000: -82, 9000: -81, 12000: -79, 18000: -77, 24000: -74, 36000: -70, 48000: -66, 54000: -65,
}  # fmt: skip
"""IEEE 802.11-2020, table 17-18: where a receiver with a noise figure of 10 dB must lose less than
10 % of frames of 1000 bytes."""
NOISE_DBM = -91


@pytest.mark.parametrize(
    ("distance_m", "exponent", "loss_db"),
    [(0.2, 2.0, 40.2), (1, 2.0, 40.2), (100, 2.0, 80.2), (100, 3.0, 100.2)],
)
def test_path_loss(distance_m: float, exponent: float, loss_db: float) -> None:
    """Free space at 2437 MHz, 40.2 dB at 1 m, and 10 times the exponent a decade."""
    received = received_dbm(distance_m, 2437, tx_power_dbm=20, exponent=exponent)
    assert received == pytest.approx(20 - loss_db, abs=0.05)


@pytest.mark.parametrize("rate", SENSITIVITY_DBM)
def test_receivers_as_the_standard_wants_them(rate: int) -> None:
    """At the minimum sensitivity few frames are lost, 10 dB further down hardly any comes through:
    between are the 5 dB of implementation margin, and what hard decisions leave of them."""
    snr_db = SENSITIVITY_DBM[rate] - NOISE_DBM
    assert frame_error_rate(snr_db, rate, 1000) < 0.1
    assert frame_error_rate(snr_db - 10, rate, 1000) > 0.99


def test_bpsk_without_spreading_gain_is_the_textbooks() -> None:
    """DBPSK at an Eb/N0 of 11 (10.4 dB): half of e to the power of -11, a bit."""
    assert frame_error_rate(0, 1000, 1) == pytest.approx(8 * 0.5 * 1.67e-5, rel=0.01)


@given(st.floats(-30, 60), st.sampled_from(RATES), st.integers(10, 2304))
def test_more_signal_loses_less(snr_db: float, rate: int, size: int) -> None:
    """It is a probability; more signal, fewer bytes and more attempts never make it greater."""
    lost = frame_error_rate(snr_db, rate, size)
    assert 0 <= frame_error_rate(snr_db + 1, rate, size) <= lost <= 1
    assert frame_error_rate(snr_db, rate, size - 1) <= lost
    assert loss_probability(snr_db, rate, size, group=False) <= lost
    assert loss_probability(snr_db, rate, size, group=True) == lost


def test_an_unknown_rate_counts_as_a_known_one() -> None:
    """HT rates, say: the highest legacy one that is not above."""
    assert frame_error_rate(20, 65000, 500) == frame_error_rate(20, 54000, 500)
