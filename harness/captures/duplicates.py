# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames that stand in a capture twice: sent again by the MAC, or captured by two interfaces.

Neither is a message of its own: a supplicant or an access point that says something again sends a
new frame, with a sequence number and mostly a replay counter of its own.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Final, TypeVar

from harness.captures.reader import CapturedFrame

NEAR_NS: Final = 20_000_000
"""So far apart may two interfaces stamp the same frame: each is read by its own thread."""
_RETRY: Final = 0x08
_KEPT: Final = 4096
_LEAST: Final = 24
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Duplicates:
    """Tells frames that were there before, given all of a capture in their order."""

    def __init__(self) -> None:
        self._latest: OrderedDict[tuple[bytes, bytes, int], bytes] = OrderedDict()
        self._captured: OrderedDict[bytes, tuple[int, int]] = OrderedDict()

    def again(self, one: CapturedFrame) -> bool:
        """Whether the frame is a copy of an earlier one."""
        digest = _digest(one)
        return self._by_another(one, digest) or self._by_mac(one, digest)

    def of_another_interface(self, one: CapturedFrame) -> bool:
        """Whether another interface captured the same transmission before."""
        return self._by_another(one, _digest(one))

    def of_the_mac(self, one: CapturedFrame) -> bool:
        """Whether the MAC sent the frame before."""
        return self._by_mac(one, _digest(one))

    def _by_another(self, one: CapturedFrame, bare: bytes) -> bool:
        seen = self._captured.get(bare)
        if seen is not None:
            interface, when_ns = seen
            if interface != one.interface and abs(one.wall_ns - when_ns) <= NEAR_NS:
                return True
        _keep(self._captured, bare, (one.interface, one.wall_ns))
        return False

    def _by_mac(self, one: CapturedFrame, bare: bytes) -> bool:
        """Whether Retry is set, and the last frame of that sender, receiver and kind had the same
        sequence control and the same contents."""
        frame = one.frame
        if one.ends is not None or len(frame) < _LEAST:
            return False
        key = (frame[10:16], frame[4:10], frame[0])
        same = self._latest.get(key) == bare
        _keep(self._latest, key, bare)
        return same and bool(frame[1] & _RETRY)


def _digest(one: CapturedFrame) -> bytes:
    """What two copies of a frame have in common: all but Retry."""
    bare = one.frame[:1] + bytes((one.frame[1] & ~_RETRY,)) + one.frame[2:]
    return hashlib.blake2b(bare + b"".join(one.ends or ()), digest_size=16).digest()


def _keep(kept: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _KEPT:
        kept.popitem(last=False)
