# SPDX-License-Identifier: GPL-2.0-or-later
"""Services of others that the project talks to, started by the tests themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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
