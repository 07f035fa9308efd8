# SPDX-License-Identifier: GPL-2.0-or-later
"""What became of transmitted frames, of which the chip has counts alone. Linux' driver does not
look at them, and takes all frames for acknowledged; FreeBSD's does."""

from __future__ import annotations

from typing import Final

_LIMIT: Final = 0xFFFF


class TransmitCount:
    """Frames sent well without a repetition (there are none), and those given up."""

    def __init__(self) -> None:
        self._sent = 0
        self._failed = 0

    def done(self, *, acked: bool) -> None:
        """A frame is done."""
        self._sent += acked
        self._failed += not acked

    def pop_sent(self) -> int:
        """STA_CSR4: sent well since it was read last; after one repetition, in the upper half."""
        count, self._sent = min(self._sent, _LIMIT), 0
        return count

    def pop_failed(self) -> int:
        """STA_CSR5: sent well after several repetitions, and, in the upper half, given up."""
        count, self._failed = min(self._failed, _LIMIT), 0
        return count << 16
