# SPDX-License-Identifier: GPL-2.0-or-later
"""A history of its own for each test of a night."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.history.sql import SqlHistory, open_history


@pytest.fixture
def book(tmp_path: Path) -> Iterator[SqlHistory]:
    """A real one, in a file."""
    with open_history(str(tmp_path / "history.db")) as opened:
        yield opened
