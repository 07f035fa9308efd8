# SPDX-License-Identifier: GPL-2.0-or-later
"""Run by Alembic, in the transaction of the connection that it is given."""

from alembic import context

from harness.history.sql.tables import metadata
from harness.history.sql.upgrade import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,  # SQLite changes a table by making it anew
)
context.run_migrations()
