# SPDX-License-Identifier: GPL-2.0-or-later
"""Our exception hierarchy of results.

::

    Exception
     ├─ OSError
     │   └─ StoreError        the run directory cannot be made or written
     └─ ValueError
         └─ ResultFileError   a result.json cannot be used: absent, damaged, foreign, newer

Each carries a ``hint``: what the person can do about it.
"""

from __future__ import annotations


class StoreError(OSError):
    """The run directory cannot be made or written to."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class ResultFileError(ValueError):
    """A result file cannot be used; the message names the file and what is wrong with it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint
