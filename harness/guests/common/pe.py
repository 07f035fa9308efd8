# SPDX-License-Identifier: GPL-2.0-or-later
"""What the headers of a Windows PE file say: pure, on untrusted bytes that are never loaded here.

Source of names and numbers: Microsoft's "PE Format".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pefile

AMD64 = 0x8664
MACHINES = {0x014C: "32-bit x86", AMD64: "x86-64", 0x01C4: "32-bit ARM", 0xAA64: "ARM64"}
"""COFF machine types."""

SUBSYSTEM_NATIVE = 1
KERNEL = frozenset({"ntoskrnl.exe", "hal.dll", "ndis.sys", "wdfldr.sys"})
"""Modules that only kernel drivers import."""

PACKERS = {".upx": "UPX", "upx": "UPX", ".aspack": "ASPack", ".vmp": "VMProtect",
           ".themida": "Themida", ".mpress": "MPRESS"}  # fmt: skip
"""How the section names of packed files begin (lower case)."""

DIRECTORIES = ("EXPORT", "IMPORT", "DELAY_IMPORT")
COM_DESCRIPTOR, SECURITY = 14, 4
"""Indexes of the data directories of .NET metadata and of the signature."""


class NotPe(ValueError):
    """The bytes are no PE file; the text says what they are."""


class _Parser(pefile.PE):  # type: ignore[misc]  # pefile has no types
    """pefile's parser of bytes in memory: there is nothing to close.

    Its own `close`, also called on every file it refuses, has the interpreter look through all
    objects of the process for garbage, which takes as long as thousands of headers.
    """

    def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True, slots=True)
class Image:
    """A PE file, as far as its headers tell. Names of DLLs are in lower case."""

    sha256: str
    machine: int
    is_dll: bool
    managed: bool = False
    driver: bool = False
    signed: bool = False
    packer: str = ""
    exports: frozenset[str] = frozenset()
    ordinals: frozenset[int] = frozenset()
    forwarded: Mapping[str, str] = field(default_factory=dict)
    """Exports that another DLL provides: name to "DLL.function"."""
    imports: Mapping[str, tuple[str | int, ...]] = field(default_factory=dict)
    """What is needed of which DLL at load time: names, or ordinals."""
    delayed: tuple[str, ...] = ()
    """DLLs that are loaded at the first call only."""

    @property
    def machine_name(self) -> str:
        """The machine type in words."""
        return MACHINES.get(self.machine, f"machine type {self.machine:#06x}")


def read(data: bytes) -> Image:
    """The PE file in `data`; raises `NotPe`, and nothing else on any bytes."""
    if data[:4] == b"\x7fELF":
        raise NotPe("an ELF file, not a Windows PE file")
    try:
        pe = _Parser(data=data, fast_load=True)
        wanted = [pefile.DIRECTORY_ENTRY[f"IMAGE_DIRECTORY_ENTRY_{name}"] for name in DIRECTORIES]
        pe.parse_data_directories(wanted)
        return _image(pe, data)
    except Exception as error:  # the parser raises many kinds on files made to mislead it
        raise NotPe(f"not a Windows PE file ({error})") from None


def _image(pe: pefile.PE, data: bytes) -> Image:
    symbols = list(_symbols(pe))
    imports = {
        _text(entry.dll).lower(): tuple(
            _text(one.name) if one.name else int(one.ordinal or 0) for one in entry.imports
        )
        for entry in getattr(pe, "DIRECTORY_ENTRY_IMPORT", [])
    }
    delayed = [_text(entry.dll) for entry in getattr(pe, "DIRECTORY_ENTRY_DELAY_IMPORT", [])]
    return Image(
        sha256=hashlib.sha256(data).hexdigest(),
        machine=pe.FILE_HEADER.Machine,
        is_dll=pe.is_dll(),
        managed=_directory(pe, COM_DESCRIPTOR),
        driver=pe.OPTIONAL_HEADER.Subsystem == SUBSYSTEM_NATIVE or bool(KERNEL & imports.keys()),
        signed=_directory(pe, SECURITY),
        packer=_packer(pe),
        exports=frozenset(name for name, _, _ in symbols if name),
        ordinals=frozenset(ordinal for _, ordinal, _ in symbols),
        forwarded={name: to for name, _, to in symbols if name and to},
        imports=imports,
        delayed=tuple(sorted({name.lower() for name in delayed})),
    )


def _symbols(pe: pefile.PE) -> Iterator[tuple[str, int, str]]:
    table = getattr(pe, "DIRECTORY_ENTRY_EXPORT", None)
    for symbol in table.symbols if table is not None else []:
        yield _text(symbol.name), int(symbol.ordinal or 0), _text(symbol.forwarder)


def _directory(pe: pefile.PE, index: int) -> bool:
    directories = pe.OPTIONAL_HEADER.DATA_DIRECTORY
    return len(directories) > index and bool(directories[index].Size)


def _packer(pe: pefile.PE) -> str:
    for section in pe.sections:
        name = _text(section.Name).rstrip("\0").lower()
        for start, packer in PACKERS.items():
            if name.startswith(start):
                return packer
    return ""


def _text(name: bytes | None) -> str:
    return name.decode("ascii", "replace") if name else ""
