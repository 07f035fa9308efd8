# SPDX-License-Identifier: GPL-2.0-or-later
"""What of the environment and of the builds differs from one night to the next. Pure.

Timings compare within one environment only, so a night that ran in another one says so, part by
part. A new build of a DLL is what a night is for; it is told beside, as of another kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, final

from harness.history.model import RunSummary

BUILD: Final = "build"
"""The part that says which build of a DLL ran."""
SHIPPED: Final = "the sample that comes along"

Parts = Mapping[str, Mapping[str, str]]
"""Of each fingerprint its parts and their values."""
Surroundings = Mapping[tuple[str, str], frozenset[str]]
"""Of each (guest or DLL, part) the values that a night saw; several where its machines differ."""


@final
@dataclass(frozen=True)
class Difference:
    """A part that is not what it was the night before; no values where it was not there."""

    of: str
    """The guest, or the DLL of a build."""
    part: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def surroundings(runs: Iterable[RunSummary], parts: Parts) -> Surroundings:
    """All that a night ran in, and the builds of its DLLs."""
    found: dict[tuple[str, str], set[str]] = {}
    seen = {(run.test.guest, run.environment) for run in runs}
    for guest, fingerprint in seen:
        for part, value in parts.get(fingerprint, {}).items():
            found.setdefault((guest, part), set()).add(value)
    for run in runs:
        build = run.dll_sha256[:12] if run.dll_sha256 else SHIPPED
        found.setdefault((run.test.dll, BUILD), set()).add(build)
    return {key: frozenset(values) for key, values in found.items()}


def differences(before: Surroundings, after: Surroundings) -> tuple[Difference, ...]:
    """What differs, by guest or DLL and part; what ran on one side only is no difference."""
    known = {of for of, _ in before} & {of for of, _ in after}
    return tuple(
        Difference(of, part, *(tuple(sorted(side.get((of, part), ()))) for side in (before, after)))
        for of, part in sorted(before.keys() | after.keys())
        if of in known and before.get((of, part)) != after.get((of, part))
    )
