# SPDX-License-Identifier: GPL-2.0-or-later
"""The channels a scenario may have its access points on."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from hil_common.network import CHANNELS


def _known(channel: int) -> int:
    if channel not in CHANNELS:
        raise ValueError(f"is none of {', '.join(map(str, sorted(CHANNELS)))}")
    return channel


Channel = Annotated[int, Field(ge=1, le=165), AfterValidator(_known)]
"""1 to 13; 36 to 64, 100 to 144 and 149 to 161 in steps of four; 165."""
