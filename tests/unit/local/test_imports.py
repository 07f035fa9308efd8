# SPDX-License-Identifier: GPL-2.0-or-later
"""Imports without the search for garbage."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from harness.local.imports import importing


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """What was set aside is looked through again, for all other tests."""
    yield
    gc.unfreeze()
    gc.enable()


def test_nothing_is_searched_meanwhile_and_what_was_imported_never(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What comes afterwards is searched as before."""
    with importing():
        assert not gc.isenabled()
        monkeypatch.setitem(sys.modules, "made_up", ModuleType("made_up"))
    assert gc.isenabled()
    assert gc.get_freeze_count() > 10_000


def test_where_nothing_is_imported_nothing_is_set_aside() -> None:
    """A command that is called once more; and who does not want garbage searched is left so."""
    gc.disable()
    with importing():
        pass
    assert not gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_an_import_that_fails_changes_nothing() -> None:
    """It is searched for garbage again."""
    with pytest.raises(ImportError), importing():
        raise ImportError
    assert gc.isenabled()
