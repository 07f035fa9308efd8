# SPDX-License-Identifier: GPL-2.0-or-later
"""Which value of a database could not be read: looked for when reading failed, and only then.

Somebody's own SQL may have put it there; SQLite refuses nothing for its type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Select, Table, column, select

from harness.history.sql.tables import metadata, samples
from harness.history.sql.values import check_packed

UNREADABLE: Final = (ValueError, TypeError, LookupError, AttributeError, OverflowError)
"""What reading a value that is none of its column's may end with."""

SHOWN: Final = 60
"""Characters of a value that are shown."""


def damage_in(connection: Connection) -> str | None:
    """The first damage, in words: table, row, column, value, and what was wanted; None for none."""
    for table in metadata.sorted_tables:
        readers = _readers(connection, table)
        for raw in connection.execute(_raw(table)).mappings():
            why = _of_row(table, raw, readers)
            if why is not None:
                return f"{_named(table, raw)}: {why}"
    return next(_dangling(connection), None)


def _raw(table: Table) -> Select[*tuple[Any, ...]]:
    """All rows, with their values as the database gives them."""
    return select(*[column(one.name) for one in table.columns]).select_from(table)


def _readers(connection: Connection, table: Table) -> Mapping[str, Any]:
    """What makes values of ours of those of the database, by the column."""
    made = {
        one.name: one.type.dialect_impl(connection.dialect).result_processor(
            connection.dialect, None
        )
        for one in table.columns
    }
    return {name: reader for name, reader in made.items() if reader is not None}


def _of_row(table: Table, raw: RowMapping, readers: Mapping[str, Any]) -> str | None:
    values: dict[str, Any] = {}
    for one in table.columns:
        value = raw[one.name]
        if value is None and not one.nullable:
            return f"{one.name} is empty"
        try:
            values[one.name] = readers[one.name](value) if one.name in readers else value
        except UNREADABLE:
            return f"{one.name} is {_shown(value)}, wanted {getattr(one.type, 'wanted', 'text')}"
    if table is samples:
        try:
            check_packed(values["figures"], values["us"], values["places"])
        except ValueError as error:
            return f"its figures, us and places contradict each other: {error}"
    return None


def _named(table: Table, raw: RowMapping) -> str:
    keys = (f"{one.name} {_shown(raw[one.name])}" for one in table.primary_key)
    return f"table {table.name}, row with {', '.join(keys)}"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _dangling(connection: Connection) -> Iterator[str]:
    """Rows that name a row which is not there; PostgreSQL has none."""
    if connection.dialect.name != "sqlite":
        return
    for name, row_id, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        table = metadata.tables.get(name)
        if table is not None:
            row = connection.execute(_raw(table).where(column("rowid") == row_id)).mappings()
            yield f"{_named(table, row.one())}: names a row that {parent} does not have"
