# SPDX-License-Identifier: GPL-2.0-or-later
r"""The DLLs that the reference guest's system folder brings, for imports of a vendor's DLL.

The guest's recipe says which of Wine's PE files stay (recipe/prune.conf); wlanapi.dll is ours.
"""

from __future__ import annotations

import re
from functools import cache

from harness.guests.reference.images import IN_GUEST, REFERENCE

RECIPE = REFERENCE / "recipe" / "prune.conf"
KEPT = re.compile(r"^path-include=/\S*/x86_64-windows/([^/*\s]+)$", re.MULTILINE)


@cache
def guest_dlls() -> frozenset[str]:
    """Names, in lower case, of what a DLL may import there."""
    kept = KEPT.findall(RECIPE.read_text(encoding="utf-8"))
    return frozenset(name.lower() for name in [*kept, *IN_GUEST] if not name.endswith(".exe"))
