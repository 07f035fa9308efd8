# SPDX-License-Identifier: GPL-2.0-or-later
"""ADPT rules: what the DLL may do inside InitAdapter."""

from __future__ import annotations

from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.checks.shared.permissions import WHY_ONLY_THE_OS, not_refused
from harness.evidence import names


@rule(
    "ADPT-07", cls="M", source="N:802-11-wlan-adapter-arrival",
    severity="MISS", why=WHY_ONLY_THE_OS,
    text="Inside InitAdapter the DLL may call SetEtherTypeHandling and NicSpecificExtension.",
)  # fmt: skip
def allowed_in_init(case: Case) -> Outcomes:
    """Neither is refused as out of place inside InitAdapter."""
    calls = [*case.index.calls(names.SET_ETHERTYPES), *case.index.calls(names.NIC_EXTENSION)]
    inside = [call for call in calls if call.inside(names.INIT_ADAPTER)]
    return not_refused(case, inside, "inside InitAdapter")
