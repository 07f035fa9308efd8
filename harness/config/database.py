# SPDX-License-Identifier: GPL-2.0-or-later
"""The place of a history as lab.toml names it: a file, or the URL of a PostgreSQL database.

A URL may hold a password, so it is shown by `shown` and by nothing else.
"""

from __future__ import annotations

import re
from typing import Final

SCHEMES: Final = ("postgresql", "postgres")
_URL: Final = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*)://")
_USER_PASSWORD: Final = re.compile(r"(://[^:@/?#]*):.*@", re.DOTALL)
_QUERY_PASSWORD: Final = re.compile(r"([?&](?:ssl)?password=)[^&]*", re.IGNORECASE)


def is_url(place: str) -> bool:
    """Whether a place is a URL, not a file."""
    return bool(_URL.match(place))


def checked(place: str) -> str:
    """`place`; raises ValueError, which does not show it, for one that is none."""
    found = _URL.match(place)
    if not place.strip():
        raise ValueError("wanted a file, or postgresql://user@host/database")
    if found and found[1].lower() not in SCHEMES:
        raise ValueError(
            f"{found[1]}:// is not supported: wanted the path of a SQLite file, or "
            "postgresql://user@host/database"
        )
    return place


def shown(place: str) -> str:
    """`place` as it may be shown: without a password."""
    if not is_url(place):
        return place
    return _QUERY_PASSWORD.sub(r"\1***", _USER_PASSWORD.sub(r"\1:***@", place))
