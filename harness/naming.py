# SPDX-License-Identifier: GPL-2.0-or-later
"""What this program is called where it was started: `./hil`, `hil` or `wlan-hil`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

VARIABLE = "HIL_COMMAND"
"""Set by the script `hil` to what its user has to type."""


def own_name() -> str:
    """The command as its user has to type it here."""
    given = os.environ.get(VARIABLE)
    if given:
        return given
    script = Path(sys.argv[0] or "wlan-hil").name
    return "python -m harness" if script == "__main__.py" else script


def as_typed(text: str) -> str:
    """`text` with the commands it names in backquotes written as they must be typed here."""
    return text.replace("`hil ", f"`{own_name()} ")
