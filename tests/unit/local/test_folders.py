# SPDX-License-Identifier: GPL-2.0-or-later
"""Why a folder cannot be used, in words."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from harness.config.lab import Lab
from harness.errors import UsageError
from harness.local.folders import home, near, trouble, user_name


def error(code: int, name: str | None = None) -> OSError:
    """An error of the operating system."""
    return OSError(code, os.strerror(code), name)


def test_a_file_in_a_folders_place_is_named(tmp_path: Path) -> None:
    """Also where it is further up in the path."""
    (tmp_path / "runs").touch()
    assert (
        trouble(tmp_path / "runs", error(errno.EEXIST))
        == f"{tmp_path}/runs is a file, not a folder"
    )
    deep = tmp_path / "runs" / "deep" / "er"
    assert trouble(deep, error(errno.ENOTDIR)) == f"{tmp_path}/runs is a file, not a folder"


def test_what_has_nearly_that_name_is_told(tmp_path: Path) -> None:
    """Of what is beside it; the way there has no say in how near a name is."""
    (tmp_path / "latest").touch()
    assert near(tmp_path / "lastest") == f"did you mean {tmp_path}/latest?"
    assert near(tmp_path / "other") == near(tmp_path / "none" / "latest") == ""


def test_a_link_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    """With where it leads: a disk that is not mounted, most often."""
    (tmp_path / "runs").symlink_to(tmp_path / "disk")
    for code in (errno.EEXIST, errno.ENOENT):
        assert (
            trouble(tmp_path / "runs", error(code))
            == f"{tmp_path}/runs is a link to {tmp_path}/disk, which is not there"
        )


def test_who_is_refused_is_named(tmp_path: Path) -> None:
    """The user and the part of the path that is closed."""
    said = trouble(tmp_path / "a" / "b", error(errno.EACCES))
    assert said == f"{tmp_path} is not open to user {user_name()}"


def test_other_reasons_have_words(tmp_path: Path) -> None:
    """A read-only file system, a full disk, and whatever else there is."""
    assert "read-only" in trouble(tmp_path, error(errno.EROFS))
    assert "full" in trouble(tmp_path, error(errno.ENOSPC))
    assert "Input/output error" in trouble(tmp_path, error(errno.EIO))


def test_a_user_without_a_name_has_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers run by number have no entry in the password file."""
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000_000)
    assert user_name() == "4000000000"


def test_no_home_is_told_only_where_a_cache_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lab.toml that names its cache needs no home."""

    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nowhere)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert home() is None
    with pytest.raises(UsageError, match="no place for the cache") as caught:
        Lab()
    assert "XDG_CACHE_HOME" in caught.value.hint
    assert Lab.model_validate({"store": {"cache": "/x"}}).store.cache == Path("/x")
