# SPDX-License-Identifier: GPL-2.0-or-later
"""Imports of many modules without Python's search for garbage, of which they make none.

Each module leaves thousands of objects that stay, and the search goes through all of them again and
again: a fifth of the time that a command takes to begin.
"""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """Import here: nothing is searched meanwhile, nor ever again what was there at the end."""
    enabled, before = gc.isenabled(), len(sys.modules)
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > before:
            gc.freeze()
        if enabled:
            gc.enable()
