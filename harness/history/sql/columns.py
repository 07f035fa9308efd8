# SPDX-License-Identifier: GPL-2.0-or-later
"""Types of columns that mean the same in SQLite and PostgreSQL."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import final

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
class Samples(TypeDecorator[Sequence[float]]):
    """The samples of a figure, as 64-bit floating point numbers, little endian."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sequence[float] | None, dialect: Dialect) -> bytes | None:
        """Pack them."""
        return None if value is None else _little_endian(array("d", value)).tobytes()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> array[float] | None:
        """Unpack them."""
        if value is None:
            return None
        samples = array("d")
        samples.frombytes(value)
        return _little_endian(samples)


def _little_endian(samples: array[float]) -> array[float]:
    if sys.byteorder == "big":
        samples.byteswap()
    return samples
