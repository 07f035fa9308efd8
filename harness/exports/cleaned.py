# SPDX-License-Identifier: GPL-2.0-or-later
"""All text of a document made safe at once: what a guest, a plan, a database or a file filled in.

No reader of a report is given a control character, a terminal's escape, half a surrogate pair or a
text without end, wherever it came from; ids and links made of such text stay those of one test.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar, cast

from harness.text import clean

T = TypeVar("T")


def cleaned(value: T) -> T:
    """`value` with every text in it clean: of dataclasses, tuples and mappings, however deep."""
    return cast("T", _cleaned(value))


def _cleaned(value: Any) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, tuple):
        return tuple(map(_cleaned, value))
    if isinstance(value, Mapping):
        return {_cleaned(name): _cleaned(one) for name, one in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = (one.name for one in dataclasses.fields(value))
        changed = {name: _cleaned(getattr(value, name)) for name in fields}
        return dataclasses.replace(value, **changed)
    return value
