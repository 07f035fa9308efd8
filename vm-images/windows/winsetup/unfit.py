# SPDX-License-Identifier: GPL-2.0-or-later
"""The one error of this package."""

from __future__ import annotations


class Unfit(ValueError):
    """A file that was given cannot be used: says which, and what was wanted and found."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
