# SPDX-License-Identifier: GPL-2.0-or-later
"""By what a user named the vendor's files, so that an error names it too."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, final

from harness.errors import UsageError


@final
@dataclass(frozen=True, slots=True)
class GivenBy:
    """Options, or keys of a file, in the words of who wrote them."""

    dll: str
    companions: str
    profile: str


OPTIONS: Final = GivenBy("--dll", "--with", "--profile")
LAB: Final = GivenBy("lab.toml [dll] path", "lab.toml [dll] companions", "lab.toml [dll] profile")


@contextlib.contextmanager
def named(by: str) -> Iterator[None]:
    """Within this, a mistake is told with what the user wrote in front of it."""
    try:
        yield
    except UsageError as error:
        raise UsageError(f"{by} {error.message}", hint=error.hint) from None
