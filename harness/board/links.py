# SPDX-License-Identifier: GPL-2.0-or-later
"""Links from the board to the folders of runs, and which of their files are still there."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, final
from urllib.parse import quote

FILES: Final = {
    "report.html": "report",
    "contract.html": "rules",
    "air.pcapng": "capture",
    "ihv-trace.jsonl": "trace",
    "events.jsonl": "events",
    "serial.log": "console of the guest",
    "result.json": "result",
}
"""The files of a run that the board links to, in that order, and what it calls them."""


@final
@dataclass(frozen=True)
class RunFolders:
    """The folders of runs as they are seen from the page.

    `page_folder` is where the page lies. A server that shows one folder only gives it as `within`:
    what is outside is told as not there.
    """

    page_folder: Path
    within: Path | None = None
    _listed: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)
    _hrefs: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def exists(self, path: str) -> bool:
        """Whether a run's folder is still there; each folder of runs is listed once."""
        parent, name = os.path.split(path)
        if parent not in self._listed:
            self._listed[parent] = _listing(parent) if self._reachable(parent) else frozenset()
        return name in self._listed[parent]

    def files(self, path: str) -> int:
        """Which of `FILES` a run's folder holds: a bit each, the first one the lowest."""
        if not self.exists(path):
            return 0
        there = _listing(path)
        return sum(1 << bit for bit, name in enumerate(FILES) if name in there)

    def href(self, path: str) -> tuple[str, str]:
        """The relative URL of a run's folder, never one of another kind: that of the folder above,
        and the name; each ends in no slash."""
        parent, name = os.path.split(path)
        if parent not in self._hrefs:
            way = os.path.relpath(Path(parent).absolute(), self.page_folder.absolute())
            self._hrefs[parent] = "./" + quote(Path(way).as_posix())
        return self._hrefs[parent], quote(name)

    def _reachable(self, parent: str) -> bool:
        within = self.within
        return within is None or Path(parent).absolute().is_relative_to(within.absolute())


def _listing(folder: str) -> frozenset[str]:
    try:
        return frozenset(one.name for one in os.scandir(folder))
    except OSError:  # gone, or not ours to see: there is nothing to link to
        return frozenset()
