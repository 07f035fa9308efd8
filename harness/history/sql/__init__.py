# SPDX-License-Identifier: GPL-2.0-or-later
"""The history in a database: SQLite in a file, PostgreSQL by its URL."""

from harness.history.sql.history import SqlHistory, open_history, read_history
from harness.history.sql.reader import SqlReader

__all__ = ["SqlHistory", "SqlReader", "open_history", "read_history"]
