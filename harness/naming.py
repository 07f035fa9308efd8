# SPDX-License-Identifier: GPL-2.0-or-later
"""Names: what this program is called here, and which known one a misspelt one is near to."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

VARIABLE = "HIL_COMMAND"
"""Set by the script `hil` to what its user has to type."""


def own_name() -> str:
    """The command as its user has to type it here."""
    given = os.environ.get(VARIABLE)
    if given:
        return given
    script = Path(sys.argv[0] or "wlan-hil").name
    return "python -m harness" if script == "__main__.py" else script


def as_typed(text: str) -> str:
    """`text` with the commands it names in backquotes written as they must be typed here."""
    return text.replace("`hil ", f"`{own_name()} ")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that is nearest to `word`; None if none is near."""
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), by_lower, 1)
    if not near:  # a part of one name alone is as good as a misspelling
        near = [name for name in by_lower if len(word) > 2 and word.lower() in name][:2]
    return by_lower[near[0]] if len(near) == 1 else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ "did you mean NAME?" for the known name nearest to `word`; empty if none is near."""
    found = nearest(word, known)
    return f"did you mean {found}?" if found else ""


def which(word: str, known: Iterable[str], most: int = 4) -> str:
    """`did_you_mean`, or else which names there are, the first `most`; empty if there are none."""
    names = list(dict.fromkeys(known))
    near = did_you_mean(word, names)
    if near or not names:
        return near
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"there {'is' if len(names) == 1 else 'are'} {', '.join(names[:most])}{more}"


def near_rule(word: str, known: Iterable[str]) -> str:
    """`did_you_mean` for the id of a rule: POST5, post-5 and post_05 are near to POST-05."""
    ids = list(known)
    split = re.fullmatch(r"([A-Za-z]+(?:[0-9][A-Za-z]+)?)[-_ ]?0*(\d+)", word)
    padded = f"{split[1].upper()}-{int(split[2]):02d}" if split else ""
    return f"did you mean {padded}?" if padded in ids else did_you_mean(word, ids)
