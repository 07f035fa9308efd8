# SPDX-License-Identifier: GPL-2.0-or-later
"""The first tables: runs with what they found, and nights with their cells and attempts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them."""
    _shared()
    _runs()
    _of_runs()
    _timings()
    _nights()
    _attempts()


def _text(name: str, *more: sa.ForeignKey, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), *more, nullable=null)


def _time(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _number(name: str, kind: type = sa.Integer, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, kind(), autoincrement=False, nullable=null)


def _shared() -> None:
    op.create_table(
        "tests",
        _text("id"),
        _text("guest"),
        _text("radio"),
        _text("dll"),
        _text("scenario"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "environments",
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint"),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        _text("id"),
        _text("test_id", sa.ForeignKey("tests.id")),
        sa.Column(
            "environment",
            sa.String(64),
            sa.ForeignKey("environments.fingerprint"),
            nullable=False,
        ),
        _text("fault", null=True),
        _time("started_at"),
        _number("duration_s", sa.Double),
        sa.Column("verdict", sa.String(8), nullable=False),
        _text("reason"),
        _number("associations"),
        sa.Column("dll_sha256", sa.String(64)),
        _text("path"),
        _text("command"),
        _time("pruned_at", null=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_runs_test_id", "runs", ["test_id"])


def _run_id() -> sa.Column[str]:
    return _text("run_id", sa.ForeignKey("runs.id", ondelete="CASCADE"))


def _of_runs() -> None:
    op.create_table(
        "associations",
        _run_id(),
        _number("number"),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("connected", sa.Boolean()),
        _number("duration_s", sa.Double, null=True),
        _text("lab_fault", null=True),
        sa.PrimaryKeyConstraint("run_id", "number"),
    )
    op.create_table(
        "findings",
        _run_id(),
        _number("position"),
        _text("rule"),
        sa.Column("severity", sa.String(8), nullable=False),
        _text("message"),
        _number("association", null=True),
        sa.PrimaryKeyConstraint("run_id", "position"),
    )
    op.create_index("ix_findings_rule", "findings", ["rule"])
    op.create_table(
        "artefacts",
        _run_id(),
        _text("name"),
        _number("size_bytes", sa.BigInteger, null=True),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "name"),
    )


def _timings() -> None:
    op.create_table(
        "timings",
        _run_id(),
        _text("figure"),
        _number("n"),
        *(_number(name, sa.Double) for name in ("min", "p50", "p95", "p99", "max")),
        sa.PrimaryKeyConstraint("run_id", "figure"),
    )
    op.create_table(
        "samples",
        _run_id(),
        _text("figures"),
        sa.Column("us", sa.LargeBinary(), nullable=False),
        sa.Column("places", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run_id"),
    )


def _nights() -> None:
    op.create_table(
        "nights",
        _text("id"),
        _text("plan"),
        sa.Column("plan_digest", sa.String(64), nullable=False),
        _time("started_at"),
        _time("ended_at", null=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_nights_plan_id", "nights", ["plan", "id"])
    op.create_table(
        "cells",
        _text("night_id", sa.ForeignKey("nights.id", ondelete="CASCADE")),
        _number("position"),
        _text("test_id", sa.ForeignKey("tests.id")),
        _number("repetition"),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("mark", sa.String(16)),
        _text("mark_reason"),
        sa.PrimaryKeyConstraint("night_id", "position"),
    )
    op.create_index("ix_cells_test_id", "cells", ["test_id"])


def _attempts() -> None:
    op.create_table(
        "attempts",
        _text("id"),
        _text("night_id"),
        _number("position"),
        _number("number"),
        _text("shard"),
        _time("started_at"),
        _time("ended_at", null=True),
        _text("run_id", null=True),
        sa.Column("verdict", sa.String(8)),
        _text("reason"),
        _number("crash_code", sa.BigInteger, null=True),
        sa.Column("crash_frames", sa.JSON()),
        sa.ForeignKeyConstraint(
            ["night_id", "position"], ["cells.night_id", "cells.position"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("night_id", "position", "number"),
    )
    op.create_index("ix_attempts_run_id", "attempts", ["run_id"])
