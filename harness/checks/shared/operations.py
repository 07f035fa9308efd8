# SPDX-License-Identifier: GPL-2.0-or-later
"""Questions about pre-association and sessions that rules of several families ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from harness.evidence import names
from harness.evidence.calls import Call
from harness.evidence.segments import Session

SET_KEYS: Final = frozenset({names.SET_DEFAULT_KEY, names.SET_KEY_MAPPING_KEY})


def pending_at_reset(session: Session) -> Call | None:
    """The AdapterReset that found the session started, not completed and not stopped."""
    reset = session.reset
    if reset is None or not session.handler.succeeded:
        return None
    before = [*session.completions, *([session.stop] if session.stop else [])]
    return None if any(call.key < reset.key for call in before) else reset


def leaves_security_to_the_os(handler: Call) -> bool:
    """The profile of a PerformPreAssociate has no security fragment of the vendor."""
    profile = handler.args.get("pIhvSecProfile", handler)
    if isinstance(profile, Mapping):
        profile = profile.get("pszXmlFragmentIhvSecurity", handler)
    return profile is None
