# SPDX-License-Identifier: GPL-2.0-or-later
"""From distance to signal, and from signal-to-noise ratio to the chance that a frame is lost. Pure.

Path loss: the log-distance model from free space at 1 m (Rappaport, Wireless Communications,
4.9). Bit errors: coherent demodulation in white noise (Proakis, Digital Communications, 4.3 and
5.2), and behind it the convolutional code of OFDM, whose union bound has the weights of Frenger,
Orten, Ottosson 1999 for hard decisions. Rates and modulations: IEEE 802.11-2020, tables 15-4, 16-2
and 17-4.
"""

from __future__ import annotations

from math import erfc, exp, log10, pi, sqrt
from typing import Final, NamedTuple

SPEED_OF_LIGHT: Final = 299_792_458.0
RETRY_LIMIT: Final = 7
"""So often is a frame to one station sent before it is given up (dot11ShortRetryLimit)."""
_DSSS_CHIP_MHZ: Final = 11.0


class _Ofdm(NamedTuple):
    """A rate of OFDM: bits a symbol of a carrier, and the code's numerator over its denominator."""

    bits: int
    code: tuple[int, int]


_OFDM: Final = {
    6000: _Ofdm(1, (1, 2)), 9000: _Ofdm(1, (3, 4)), 12000: _Ofdm(2, (1, 2)),
    18000: _Ofdm(2, (3, 4)), 24000: _Ofdm(4, (1, 2)), 36000: _Ofdm(4, (3, 4)),
    48000: _Ofdm(6, (2, 3)), 54000: _Ofdm(6, (3, 4)),
}  # fmt: skip
_WEIGHTS: Final[dict[tuple[int, int], tuple[tuple[int, int], ...]]] = {
    (1, 2): ((10, 36), (12, 211), (14, 1404), (16, 11633), (18, 77433)),
    (2, 3): ((6, 3), (7, 70), (8, 285), (9, 1276), (10, 6160)),
    (3, 4): ((5, 42), (6, 201), (7, 1492), (8, 10469), (9, 62935)),
}
"""By code: distances, and how many bits paths of that distance get wrong."""


def received_dbm(
    distance_m: float, freq_mhz: int, *, tx_power_dbm: float, exponent: float
) -> float:
    """How strongly a sender at that distance is received; nearer than 1 m counts as 1 m."""
    at_one_metre = 20 * log10(4 * pi * freq_mhz * 1e6 / SPEED_OF_LIGHT)
    return tx_power_dbm - at_one_metre - 10 * exponent * log10(max(distance_m, 1.0))


def frame_error_rate(snr_db: float, rate_kbps: int, size: int) -> float:
    """The chance that a frame of so many bytes is not understood at that rate (0 to 1).

    A rate that is none of the legacy ones counts as the highest of those below it.
    """
    bit = _bit_error_rate(10 ** (snr_db / 10), rate_kbps)
    return 1.0 if bit >= 0.5 else float(1 - (1 - bit) ** (8 * size))


def loss_probability(snr_db: float, rate_kbps: int, size: int, *, group: bool) -> float:
    """The chance that a frame is lost for good: one to a group is sent once, others till the retry
    limit, all at the same rate."""
    return frame_error_rate(snr_db, rate_kbps, size) ** (1 if group else RETRY_LIMIT)


def _bit_error_rate(snr: float, rate_kbps: int) -> float:
    if rate_kbps in _OFDM or rate_kbps > 11_000:
        known = max(rate for rate in _OFDM if rate <= rate_kbps)
        return _coded(_OFDM[known].code, _uncoded(snr, _OFDM[known].bits))
    if rate_kbps < 2000:  # DBPSK; the spreading is 11 chips a bit
        return 0.5 * exp(-snr * _DSSS_CHIP_MHZ)
    bits_per_chip = rate_kbps / 1000 / _DSSS_CHIP_MHZ
    return min(
        0.5, 0.5 * erfc(sqrt(snr / (2 * bits_per_chip)))
    )  # QPSK, 3 dB for its being differential


def _uncoded(snr: float, bits: int) -> float:
    """Gray-coded BPSK, QPSK, 16-QAM, 64-QAM; ``snr`` is a symbol's."""
    if bits == 1:
        return 0.5 * erfc(sqrt(snr))
    points = 2**bits
    side = sqrt(points)
    error = (1 - 1 / side) * erfc(sqrt(3 * snr / (2 * (points - 1))))
    return error * 2 / bits


def _coded(code: tuple[int, int], bit: float) -> float:
    """The union bound behind a Viterbi decoder, at most 1/2."""
    distance = 2 * sqrt(bit * (1 - bit))
    total = sum(weight * distance**power for power, weight in _WEIGHTS[code])
    return min(0.5, total / (2 * code[0]))
