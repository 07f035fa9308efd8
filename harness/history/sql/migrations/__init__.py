# SPDX-License-Identifier: GPL-2.0-or-later
"""The migrations of the history's tables, run by Alembic when a database is opened."""
