# SPDX-License-Identifier: GPL-2.0-or-later
"""The history in a database: SQLite in a file, PostgreSQL by its URL."""

from harness.history.sql.history import SqlHistory, open_history

__all__ = ["SqlHistory", "open_history"]
