# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables, as the newest migration leaves them.

Keys are made by who writes, never by the database: what is written twice, because an answer was
lost, is the same row. Text is kept as text, so that any tool that speaks SQL can read the history;
the samples of timing figures alone are packed, and their percentiles are not.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
)

from harness.history.model import CellState, Mark, NightState
from harness.history.sql.columns import (
    Flag,
    JsonText,
    LargeWhole,
    LayoutText,
    Number,
    Packed,
    PlainText,
    ShortText,
    UtcTime,
    Whole,
    Word,
)
from harness.results import Verdict

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _of_run() -> Column[str]:
    """The run that a row belongs to, and is gone with."""
    return Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)


tests: Final = Table(
    "tests",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("guest", PlainText, nullable=False),
    Column("radio", PlainText, nullable=False),
    Column("dll", PlainText, nullable=False),
    Column("scenario", PlainText, nullable=False),
)

environments: Final = Table(
    "environments",
    metadata,
    Column("fingerprint", ShortText(64), primary_key=True),
    Column("parts", JsonText("object"), nullable=False),
)

runs: Final = Table(
    "runs",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("test_id", ForeignKey(tests.c.id), nullable=False, index=True),
    Column("environment", ForeignKey(environments.c.fingerprint), nullable=False),
    Column("fault", PlainText),
    Column("started_at", UtcTime, nullable=False),
    Column("duration_s", Number, nullable=False),
    Column("verdict", Word(Verdict, 8), nullable=False),
    Column("reason", PlainText, nullable=False),
    Column("associations", Whole, nullable=False),
    Column("dll_sha256", ShortText(64)),
    Column("path", PlainText, nullable=False),
    Column("command", PlainText, nullable=False),
    Column("pruned_at", UtcTime),
)

associations: Final = Table(
    "associations",
    metadata,
    _of_run(),
    Column("number", Whole, primary_key=True, autoincrement=False),
    Column("verdict", Word(Verdict, 8), nullable=False),
    Column("connected", Flag),
    Column("duration_s", Number),
    Column("lab_fault", PlainText),
)

findings: Final = Table(
    "findings",
    metadata,
    _of_run(),
    Column("position", Whole, primary_key=True, autoincrement=False),
    Column("rule", PlainText, nullable=False, index=True),
    Column("severity", ShortText(8), nullable=False),
    Column("message", PlainText, nullable=False),
    Column("association", Whole),
)

timings: Final = Table(
    "timings",
    metadata,
    _of_run(),
    Column("figure", PlainText, primary_key=True),
    Column("n", Whole, nullable=False),
    # microseconds, as all that follow
    Column("min", Number, nullable=False),
    Column("p50", Number, nullable=False),
    Column("p95", Number, nullable=False),
    Column("p99", Number, nullable=False),
    Column("max", Number, nullable=False),
)

samples: Final = Table(
    "samples",
    metadata,
    _of_run(),
    Column("figures", LayoutText, nullable=False),  # how many samples of each figure, in this order
    Column("us", Packed("d"), nullable=False),  # the samples, figure by figure, in microseconds
    Column("places", Packed("I"), nullable=False),  # of each: number of association and handshake
)
"""All samples of a run in one row: a figure a row makes a board over years ten times slower."""

artefacts: Final = Table(
    "artefacts",
    metadata,
    _of_run(),
    Column("name", PlainText, primary_key=True),
    Column("size_bytes", LargeWhole),
    Column("secret", Flag, nullable=False),
)

nights: Final = Table(
    "nights",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("plan", PlainText, nullable=False),
    Column("plan_digest", ShortText(64), nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("state", Word(NightState, 16), nullable=False),
    Index(None, "plan", "id"),
)

cells: Final = Table(
    "cells",
    metadata,
    Column("night_id", ForeignKey(nights.c.id, ondelete="CASCADE"), primary_key=True),
    Column("position", Whole, primary_key=True, autoincrement=False),
    Column("test_id", ForeignKey(tests.c.id), nullable=False, index=True),
    Column("repetition", Whole, nullable=False),
    Column("state", Word(CellState, 16), nullable=False),
    Column("mark", Word(Mark, 16)),
    Column("mark_reason", PlainText, nullable=False),
)

attempts: Final = Table(
    "attempts",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("night_id", PlainText, nullable=False),
    Column("position", Whole, nullable=False),
    Column("number", Whole, nullable=False),
    Column("shard", PlainText, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("run_id", PlainText, index=True),  # no key: a run need not be kept here itself
    Column("verdict", Word(Verdict, 8)),
    Column("reason", PlainText, nullable=False),
    Column("crash_code", LargeWhole),
    Column("crash_frames", JsonText("list")),
    ForeignKeyConstraint(
        ["night_id", "position"], [cells.c.night_id, cells.c.position], ondelete="CASCADE"
    ),
    UniqueConstraint("night_id", "position", "number"),
)
