# SPDX-License-Identifier: GPL-2.0-or-later
"""An error of ours in the words of a test report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from harness.errors import HarnessError

UNKNOWN: Final = "nothing is known of the driver"


def told(error: HarnessError) -> str:
    """An error of ours as the command line tells it: what is wrong, and what to do."""
    from harness.errors import LabFault
    from harness.naming import as_typed

    lab = f"lab fault, {UNKNOWN}: " if isinstance(error, LabFault) else ""
    hint = f"\nhint: {as_typed(error.hint)}" if error.hint else ""
    return f"{lab}{as_typed(error.message)}{hint}"
