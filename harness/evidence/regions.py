# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory that was handed over in a call, and which of it an access long after touched.

The recorder writes every structure and buffer with its "address" and "size", so what a crash
touched can be told from the trace alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from harness.evidence import fields
from harness.evidence.calls import Call, Process, handlers
from harness.evidence.model import IhvRecord

MAX_DEPTH: Final = 8
"""Nesting that is followed; structures of the interface nest four deep."""


@dataclass(frozen=True, slots=True)
class Region:
    """A piece of memory by the path of its member names."""

    name: str
    address: int
    size: int

    def holds(self, address: int) -> bool:
        """Whether a byte lies in it."""
        return self.address <= address < self.address + self.size


def regions(value: object, name: str = "", depth: int = 0) -> Iterator[Region]:
    """Every region in decoded arguments; none for a trace written before they had addresses."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, Mapping):
        address, size = fields.handle(value, "address"), value.get("size")
        if address and type(size) is int and size > 0:
            yield Region(name, address, size)
        for key, inner in value.items():
            yield from regions(inner, f"{name}.{key}" if name else str(key), depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from regions(inner, f"{name}[{index}]", depth + 1)


@dataclass(frozen=True, slots=True)
class LateAccess:
    """A buffer of a handler that had returned, touched by an access."""

    call: Call
    region: Region


def late_access(process: Process, record: IhvRecord) -> LateAccess | None:
    """The buffer an exception's access hit, if its handler had returned by then.

    None too where a call that still runs was given the same memory: it is that call's.
    """
    touched = fields.handle(record.raw, "access")
    if not touched:
        return None
    found: LateAccess | None = None
    for call in handlers(process.calls):
        if call.key > (record.t_ns, record.seq):
            break
        hits = [region for region in regions(call.args) if region.holds(touched)]
        if not hits:
            continue
        over = call.returned is not None and call.returned.seq < record.seq
        found = LateAccess(call, min(hits, key=lambda region: region.size)) if over else None
    return found
