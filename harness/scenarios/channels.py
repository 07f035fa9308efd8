# SPDX-License-Identifier: GPL-2.0-or-later
"""The channels a scenario may have its access points on."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from hil_common.network import CHANNELS, CHANNELS_IN_WORDS


def _known(channel: int) -> int:
    if channel not in CHANNELS:
        raise ValueError(f"is none of {CHANNELS_IN_WORDS}")
    return channel


Channel = Annotated[int, Field(ge=1, le=max(CHANNELS)), AfterValidator(_known)]
"""The number of a channel of 2.4 or 5 GHz; of 6 GHz its centre in MHz."""
