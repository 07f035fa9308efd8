# SPDX-License-Identifier: GPL-2.0-or-later
"""VS rules: the key of a virtual station."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.evidence import fields, names

PASSPHRASE_BYTES: Final = range(2, 65)
"""strlen + 1 of what fits into DOT11EXT_PSK_MAX_LENGTH bytes."""


@rule(
    "VS-01", cls="M", source="I:ns-wlanihv-_dot11ext_virtual_station_ap_property",
    text="A virtual station's key has 32 or 64 bytes, or is a passphrase of its length with the "
    "final NUL. (The NUL itself is not seen: the trace has a hash of the key.)",
)  # fmt: skip
def station_key_has_its_length(case: Case) -> Outcomes:
    """dwKeyLength of every property."""
    for call in case.index.calls(names.SET_VS_AP_PROPERTIES):
        for item in fields.sequence(call.args, "pProperties") or []:
            if not isinstance(item, Mapping):
                continue
            length = fields.integer(item, "dwKeyLength")
            phrase = fields.integer(item, "bIsPassPhrase")
            if length is None or phrase is None:
                yield case.unknown("the trace does not show the key's length", call)
            elif length in (PASSPHRASE_BYTES if phrase else (32, 64)):
                yield case.held(call)
            else:
                what = "passphrase" if phrase else "key"
                yield case.breach(f"the virtual station's {what} has {length} bytes", call)
