# SPDX-License-Identifier: GPL-2.0-or-later
"""The profile a handler was given, as far as the trace tells profiles apart: by their hashes."""

from __future__ import annotations

from typing import Final

from harness.evidence import fields
from harness.evidence.calls import Call

_PARTS: Final = ("pIhvProfileParams", "pIhvConnProfile", "pIhvSecProfile")


def profile_contents(call: Call) -> str:
    """What the profile of a handler holds, wherever it lay in memory: equal for equal profiles."""
    return repr([fields.content(call.args.get(part)) for part in _PARTS])
