# SPDX-License-Identifier: GPL-2.0-or-later
"""Types of columns that mean the same in SQLite and PostgreSQL."""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate
from typing import Any, Literal, final

from sqlalchemy import DateTime, LargeBinary, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


@final
class UtcTime(TypeDecorator[datetime]):
    """A moment; UTC in the database, and when it is read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone: nobody could say which moment it is."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value}")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite gives back no zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@final
class PlainText(TypeDecorator[str]):
    """Text of any origin: what no database takes stands as an escape (a NUL, half a character)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """PostgreSQL takes no NUL, and neither takes what is no UTF-8."""
        if value is None:
            return None
        return value.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()


@final
class Packed(TypeDecorator[Sequence[float]]):
    """Numbers of one kind, packed little endian: "d" 64-bit floating point, "I" 32-bit unsigned."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, kind: Literal["d", "I"]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Sequence[float] | None, dialect: Dialect) -> bytes | None:
        """Pack them."""
        return None if value is None else _little_endian(array(self.kind, value)).tobytes()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> array[float] | None:
        """Unpack them."""
        if value is None:
            return None
        numbers: array[float] = array(self.kind)
        numbers.frombytes(value)
        return _little_endian(numbers)


Layout = Mapping[str, slice]
"""Where in a row of numbers those of each figure are."""


@final
class LayoutText(TypeDecorator[Any]):
    """How many numbers each figure has, one figure after the other, as a JSON object.

    Bound as that, read as a `Layout`, which many runs share.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, int] | None, dialect: Dialect) -> str | None:
        """As JSON in its shortest form."""
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Layout | None:
        """Read the same text once."""
        return None if value is None else _layout(value)


@lru_cache(maxsize=1024)
def _layout(text: str) -> Layout:
    ends = [*accumulate(json.loads(text).values(), initial=0)]
    return {
        figure: slice(start, end)
        for figure, start, end in zip(json.loads(text), ends, ends[1:], strict=False)
    }


def _little_endian(numbers: array[float]) -> array[float]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
