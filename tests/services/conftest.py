# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes that the project talks to, started, and killed, by the tests themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.history.sql import SqlHistory, open_history
from tests.services.postgresql import Server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server for all tests; one that kills it starts it again."""
    server = Server()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def place(postgresql: Server) -> str:
    """An empty database."""
    return postgresql.new_database()


@pytest.fixture
def book(tmp_path: Path) -> Iterator[SqlHistory]:
    """A history of its own for each test, in a file."""
    with open_history(str(tmp_path / "history.db")) as opened:
        yield opened
