# SPDX-License-Identifier: GPL-2.0-or-later
"""The air's clock in the hand of a test."""

from __future__ import annotations

from types import ModuleType

import pytest

from hwsim import loop


class ManualClock:
    """Shows what the test sets; put in the place of ``now_ns`` of the loop and other modules."""

    def __init__(self, patch: pytest.MonkeyPatch, *modules: ModuleType) -> None:
        self.now = loop.now_ns()
        for module in (loop, *modules):
            patch.setattr(module, "now_ns", self)
        patch.setattr(loop.Loop, "now_ns", staticmethod(self))

    def __call__(self) -> int:
        """The time in nanoseconds."""
        return self.now
