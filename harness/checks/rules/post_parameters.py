# SPDX-License-Identifier: GPL-2.0-or-later
"""POST-15: the association parameters PerformPostAssociate is given, however they are made."""

from __future__ import annotations

from typing import Final

from harness.checks.case import Case
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.checks.shared.use_after_return import uses_after_return
from harness.evidence import fields, names
from harness.evidence.calls import Call

WIN8_BYTES: Final = 96
"""Size of DOT11_ASSOCIATION_COMPLETION_PARAMETERS from Windows 8 on; 88 before (windot11.h)."""


@rule(
    "POST-15", cls="D",
    source="I:../windot11/ns-windot11-dot11_association_completion_parameters; H2 windot11.h",
    text="The association parameters are bounds-checked: 88 or 96 bytes of structure, every offset "
    "and size within uDot11AssocParamsBytes, and they are used only during the call. Observable: "
    "a handler given a short or hostile structure does not crash or hang, and no crash touches "
    "the buffers after its return.",
)  # fmt: skip
def parameters_are_bounds_checked(case: Case) -> Outcomes:
    """A handler that was given a short or hostile structure came back; nothing was used later."""
    yield from uses_after_return(case, frozenset({names.POST_ASSOCIATE}))
    for call in case.index.calls(names.POST_ASSOCIATE):
        odd = unusual_parameters(call)
        if odd is None:
            continue
        end = case.abnormal_ends.get(call.process)
        if call.returned is not None:
            yield case.held(call)
        elif end is not None and end.call is not None and end.call.enter == call.enter:
            yield case.breach(
                f"PerformPostAssociate was given association parameters with {odd} and did not "
                "survive them",
                call,
            )
        else:
            yield case.unknown("the handler has not returned within the evidence", call)


def unusual_parameters(call: Call) -> str | None:
    """What is unusual about the structure: an older size, or a part that lies outside of it."""
    total = fields.integer(call.args, "uDot11AssocParamsBytes")
    params = fields.mapping(call.args, "pDot11AssocParams")
    if total is None or params is None:
        return None
    for part in ("AssocReq", "AssocResp", "Beacon", "IHVData", "ActivePhyList", "EncapTable"):
        offset = fields.integer(params, f"u{part}Offset") or 0
        size = fields.integer(params, f"u{part}Size") or 0
        if offset + size > total:
            return f"u{part}Offset + u{part}Size = {offset + size} of {total} bytes"
    declared = fields.integer(fields.mapping(params, "Header") or {}, "Size")
    given = min(total, declared) if declared else total
    return f"{given} bytes of structure" if given < WIN8_BYTES else None
