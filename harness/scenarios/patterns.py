# SPDX-License-Identifier: GPL-2.0-or-later
"""Scenarios by pattern: the wildcards of a shell, a tag, files."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Final

from harness.errors import UsageError
from harness.naming import did_you_mean
from harness.scenarios.catalogue import find_scenario, scenario_names

TAG: Final = "tag:"


def fitting(pattern: str, folder: Path = Path()) -> list[str]:
    """What fits a pattern, each as `find_scenario` takes it, sorted.

    `tag:NAME` is every shipped scenario with that tag. A pattern with a slash, or that ends in
    `.toml`, is of files, and a relative one is seen from `folder`; any other is of shipped names.
    Raises `UsageError` for one that fits nothing: what is misspelt must not look like all there is.
    """
    if pattern.startswith(TAG):
        found, hint = _tagged(pattern.removeprefix(TAG))
    elif "/" in pattern or pattern.endswith(".toml"):
        found, hint = _files(pattern, folder), f"paths begin at {folder.resolve()}"
    else:
        names = scenario_names()
        found = [name for name in names if fnmatchcase(name, pattern)]
        hint = did_you_mean(pattern.strip("*?"), names) or "`hil scenarios` lists the shipped ones"
    if not found:
        raise UsageError(f"no scenario fits {pattern!r}", hint=hint)
    return found


def _tagged(tag: str) -> tuple[list[str], str]:
    tags = _tags()
    known = sorted(set().union(*tags.values()))
    hint = did_you_mean(tag, known) or f"there are the tags {', '.join(known)}"
    return [name for name, those in tags.items() if tag in those], hint


@cache
def _tags() -> Mapping[str, tuple[str, ...]]:
    """The tags of each shipped scenario, by its name."""
    return {name: find_scenario(name).tags for name in scenario_names()}


def _files(pattern: str, folder: Path) -> list[str]:
    root = Path(pattern).anchor
    try:
        return sorted(map(str, (Path(root) if root else folder).glob(pattern.removeprefix(root))))
    except (ValueError, OSError) as error:
        raise UsageError(
            f"{pattern[:100]!r} is no pattern of files: {error}"[:300],
            hint="** stands alone between slashes, as in mine/**/*.toml",
        ) from None
