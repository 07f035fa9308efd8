# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil` run in this process, for tests of its command line."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness import cli

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str


class Command:
    """`hil` in an empty folder, in this process."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, capture: Any) -> None:
        self.folder = folder
        self._patch, self._capture = patch, capture

    def __call__(self, *args: str) -> Said:
        """Run `hil ARGS` to its end."""
        self._patch.setattr(sys, "argv", ["wlan-hil", *args])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = self._capture.readouterr()
        return Said(int(ended.value.code or 0), out, err)
