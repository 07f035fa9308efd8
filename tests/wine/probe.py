# SPDX-License-Identifier: GPL-2.0-or-later
"""Scripts for probe_host.exe: memory with pointers in it, and calls that are given it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

WILD = 0xDEAD0000
"""An address at which nothing lies."""


@dataclass(eq=False)
class Memory:
    """A block of bytes by the name of the member that points to it, and what it points to."""

    name: str
    data: bytes
    pointers: dict[int, Memory] = field(default_factory=dict)

    def walk(self) -> Iterator[Memory]:
        """This block and all behind it."""
        yield self
        for inner in self.pointers.values():
            yield from inner.walk()


@dataclass(frozen=True)
class Narrow:
    """An argument of 32 bits."""

    value: int


@dataclass(frozen=True)
class Wide:
    """A handle, or a pointer as it is."""

    value: int


@dataclass(frozen=True)
class Guid:
    """A GUID by value."""

    data: bytes


@dataclass(frozen=True)
class At:
    """An address within a block placed before."""

    block: int
    offset: int = 0


Argument = Memory | Narrow | Wide | Guid | At


class Script:
    """Lines for the host; `calls` names the calls in order."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.calls: list[str] = []
        self._blocks = 0

    def text(self) -> str:
        """The whole script."""
        return "".join(f"{line}\n" for line in self.lines)

    def block(self, data: bytes, cut: int = 0) -> int:
        """Place bytes, the last `cut` of them out of reach; the block's number."""
        self._blocks += 1
        self.lines.append(f"b {self._blocks - 1} {data.hex() or '-'} {cut}")
        return self._blocks - 1

    def place(self, memory: Memory, cut: Memory | None, wild: Memory | None) -> int:
        """Place a block and what it points to, one of them a byte short or not there at all."""
        data = bytearray(memory.data)
        for offset, inner in memory.pointers.items():
            if inner is wild:
                data[offset : offset + 8] = WILD.to_bytes(8, "little")
        number = self.block(bytes(data), 1 if memory is cut else 0)
        for offset, inner in memory.pointers.items():
            if inner is not wild:
                self.lines.append(f"r {number} {offset} {self.place(inner, cut, wild)}")
        return number

    def call(
        self,
        function: str,
        answer: int,
        *arguments: Argument,
        cut: Memory | None = None,
        wild: Memory | None = None,
        before: tuple[str, ...] = (),
        keep: bool = False,
    ) -> None:
        """A call, and unless `keep` the end of all blocks."""
        shown = [self._argument(one, cut, wild) for one in arguments]
        self.lines += [*before, f"c {function} {answer:x} {' '.join(shown)}"]
        self.calls.append(function)
        if not keep:
            self.free()

    def free(self) -> None:
        """All blocks go."""
        self.lines.append("f")
        self._blocks = 0

    def _argument(self, one: Argument, cut: Memory | None, wild: Memory | None) -> str:
        match one:
            case Narrow(value):
                return f"d:{value:x}"
            case Wide(value):
                return f"i:{value:x}"
            case Guid(data):
                return f"u:{self.block(data)}"
            case At(block, offset):
                return f"b:{block}+{offset}"
            case Memory():
                return f"i:{WILD:x}" if one is wild else f"b:{self.place(one, cut, wild)}+0"
