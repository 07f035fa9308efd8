# SPDX-License-Identifier: GPL-2.0-or-later
"""Rates as the chip's descriptors have them: the SIGNAL field of the PLCP header, and a bit that
says whether it is that of OFDM. Of a received CCK frame it is the rate itself."""

from __future__ import annotations

from typing import Final

_OFDM: Final = {
    0xB: 6000, 0xF: 9000, 0xA: 12000, 0xE: 18000, 0x9: 24000, 0xD: 36000, 0x8: 48000, 0xC: 54000,
}  # fmt: skip
"""IEEE 802.11-2020, table 17-6, the first transmitted bit as the highest."""
_CCK: Final = (1000, 2000, 5500, 11000)
_SHORT_PREAMBLE: Final = 0x8
_SIGNALS: Final = {kbps: signal for signal, kbps in _OFDM.items()}


def sent_kbps(signal: int, *, ofdm: bool) -> int | None:
    """The rate (kbit/s) that a driver asks for; ``None`` for a signal that no rate has."""
    if ofdm:
        return _OFDM.get(signal)
    number = signal & ~_SHORT_PREAMBLE
    return _CCK[number] if number < len(_CCK) else None


def received_signal(kbps: int) -> tuple[int, bool]:
    """What the chip tells of a received frame's rate: signal, and whether it is OFDM's.

    6 Mbit/s stands for a rate that the chip does not have.
    """
    if kbps in _CCK:
        return kbps // 100, False
    return _SIGNALS.get(kbps, _SIGNALS[6000]), True
