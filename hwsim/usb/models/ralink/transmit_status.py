# SPDX-License-Identifier: GPL-2.0-or-later
"""What became of transmitted frames: the status FIFO, which drivers poll, and two counters."""

from __future__ import annotations

from collections import deque
from typing import Final

from hwsim.usb.models.ralink.transmit import TransmitRequest

DEPTH: Final = 16
"""So many statuses are kept; those of a driver that does not read are lost."""
_VALID: Final = 1 << 0
_SUCCESS: Final = 1 << 5
_ACK_WANTED: Final = 1 << 7
_COUNTER_LIMIT: Final = 0xFFFF


class TransmitStatus:
    """Statuses in the order in which frames were done; each is read once."""

    def __init__(self) -> None:
        self._fifo: deque[int] = deque()
        self._sent = 0
        self._failed = 0

    def done(self, request: TransmitRequest, *, acked: bool) -> None:
        """A frame is done. Without a packet id it is counted alone."""
        success = acked or not request.wants_ack
        self._sent += success
        self._failed += not success
        if request.packet_id and len(self._fifo) < DEPTH:
            self._fifo.append(
                _VALID
                | request.packet_id << 1
                | (_SUCCESS if success else 0)
                | (_ACK_WANTED if request.wants_ack else 0)
                | request.wcid << 8
                | request.rate << 16
            )

    def pop(self) -> int:
        """TX_STA_FIFO: the oldest status; 0, which is not valid, while there is none."""
        return self._fifo.popleft() if self._fifo else 0

    def pop_failed(self) -> int:
        """TX_STA_CNT0: frames not acknowledged since it was read last."""
        count, self._failed = min(self._failed, _COUNTER_LIMIT), 0
        return count

    def pop_sent(self) -> int:
        """TX_STA_CNT1: frames sent well since it was read last."""
        count, self._sent = min(self._sent, _COUNTER_LIMIT), 0
        return count
