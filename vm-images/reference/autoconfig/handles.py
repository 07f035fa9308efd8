# SPDX-License-Identifier: GPL-2.0-or-later
"""Handles and session ids as the OS hands them to a DLL."""

from __future__ import annotations

import itertools

_handles = itertools.count(0x10001)


def new_handle() -> str:
    """A handle never handed out before, whatever its kind (so that a stale one is recognised)."""
    return hex(next(_handles) * 0x10)
