# SPDX-License-Identifier: GPL-2.0-or-later
"""Types of columns that mean the same in SQLite and PostgreSQL.

SQLite keeps in any column whatever it is given. Reading a value that is none of its column's raises
(`harness.history.sql.damage.UNREADABLE`); `wanted` says what the column's are.
"""

from __future__ import annotations

import json
import math
import sys
from array import array
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate
from typing import Any, Literal, final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    DateTime,
    Double,
    Integer,
    LargeBinary,
    String,
    Text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


@final
class UtcTime(TypeDecorator[datetime]):
    """A moment; UTC in the database, and when it is read."""

    impl = DateTime(timezone=True)
    cache_ok = True
    wanted = "a time"

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


class PlainText(TypeDecorator[str]):
    """Text of any origin: what no database takes stands as an escape (a NUL, half a character)."""

    impl: type[String] = Text
    cache_ok = True
    wanted = "text"

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """PostgreSQL takes no NUL, and neither takes what is no UTF-8."""
        if value is None:
            return None
        return value.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """No file's name and no terminal takes a NUL."""
        if value is None or (value.__class__ is str and "\0" not in value):
            return value
        raise ValueError(self.wanted)


@final
class ShortText(PlainText):
    """Of bounded length."""

    impl = String
    cache_ok = True


@final
class Word(TypeDecorator[StrEnum]):
    """A member of an enumeration, kept as its word; read, another word raises `ValueError`."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[StrEnum], length: int) -> None:
        super().__init__(length)
        self.kind = kind
        self.wanted = f"one of {', '.join(kind)}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        """As a member; calling the class takes four times as long."""
        if value is None:
            return None
        found = self.kind._value2member_map_.get(value)
        if not isinstance(found, self.kind):
            raise ValueError(self.wanted)
        return found


class Whole(TypeDecorator[int]):
    """A whole number of 32 bits; anything else that SQLite may hold raises `ValueError`."""

    impl = Integer
    cache_ok = True
    wanted = "a whole number"

    def process_result_value(self, value: int | None, dialect: Dialect) -> int | None:
        """See the class."""
        if value is None or value.__class__ is int:
            return value
        raise ValueError(self.wanted)


@final
class LargeWhole(Whole):
    """A whole number of 64 bits, such as nanoseconds or a size in bytes."""

    impl = BigInteger
    cache_ok = True


@final
class Number(TypeDecorator[float]):
    """A finite number, kept in double precision; NaN and infinities raise `ValueError`."""

    impl = Double
    cache_ok = True
    wanted = "a number"

    def process_result_value(self, value: float | None, dialect: Dialect) -> float | None:
        """See the class."""
        if value is None or (value.__class__ in (float, int) and math.isfinite(value)):
            return value
        raise ValueError(self.wanted)


@final
class Flag(TypeDecorator[bool]):
    """Yes or no; SQLite has it as 1 or 0, and any other number raises `ValueError`."""

    impl = Boolean
    cache_ok = True
    wanted = "0 or 1"

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[object], bool | None]:
        """Before SQLAlchemy makes True of whatever is there."""
        return _flag


def _flag(value: object) -> bool | None:
    if value is None:
        return None
    if value in (0, 1):
        return bool(value)
    raise ValueError(Flag.wanted)


@final
class JsonText(TypeDecorator[Any]):
    """Texts as JSON: a list of them, or an object whose values they are."""

    impl = JSON
    cache_ok = True

    def __init__(self, kind: Literal["list", "object"]) -> None:
        super().__init__(none_as_null=True)
        self.kind = kind
        self.wanted = f"a JSON {kind} of texts"

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """See the class."""
        whole = isinstance(value, list if self.kind == "list" else dict)
        texts = value.values() if isinstance(value, dict) else value
        if value is None or (whole and all(isinstance(one, str) for one in texts)):
            return value
        raise ValueError(self.wanted)


@final
class Packed(TypeDecorator[Sequence[float]]):
    """Numbers of one kind, packed little endian: "d" 64-bit floating point, "I" 32-bit unsigned."""

    impl = LargeBinary
    cache_ok = True
    wanted = "packed numbers"

    def __init__(self, kind: Literal["d", "I"]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Sequence[float] | None, dialect: Dialect) -> bytes | None:
        """As bytes for the database; None stays NULL."""
        return None if value is None else _little_endian(array(self.kind, value)).tobytes()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> array[float] | None:
        """As an array of this machine's byte order; NULL is None."""
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
    wanted = "how many samples each figure has, as a JSON object"

    def process_bind_param(self, value: Mapping[str, int] | None, dialect: Dialect) -> str | None:
        """As JSON in its shortest form."""
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Layout | None:
        """Read the same text once."""
        return None if value is None else _layout(value)


@lru_cache(maxsize=1024)
def _layout(text: str) -> Layout:
    counts = json.loads(text)
    if not isinstance(counts, dict) or not all(
        isinstance(one, int) and one >= 0 for one in counts.values()
    ):
        raise ValueError(LayoutText.wanted)
    ends = [*accumulate(counts.values(), initial=0)]
    return {
        figure: slice(start, end)
        for figure, start, end in zip(counts, ends, ends[1:], strict=False)
    }


def _little_endian(numbers: array[float]) -> array[float]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
