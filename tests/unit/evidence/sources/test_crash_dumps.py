# SPDX-License-Identifier: GPL-2.0-or-later
"""Crash dumps: what is read of them is right, and whatever is in them does no harm."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from minidump.minidumpfile import MinidumpFile

from harness.evidence.crashes import CrashDump
from harness.evidence.sources.crash_dumps import DUMPS, MAX_FILES, dump_files, read_dump
from tests.unit.evidence.dumps import SECONDS, program_dump, system_dump


def test_a_program_and_where_it_crashed() -> None:
    """The module that has the address, and how far into it; the first module is the program."""
    assert read_dump(program_dump(), "a.dmp") == CrashDump(
        "a.dmp", False, 0xC0000005, SECONDS * 1_000_000_000, "wlanext.exe", "acmeihv.dll", 0x1234
    )


def test_another_reader_says_the_same() -> None:
    """The library `minidump`, of what it takes."""
    data = program_dump()
    ours, other = read_dump(data, "a.dmp"), MinidumpFile.parse_bytes(data)
    (record,) = other.exception.exception_records
    assert record.ExceptionRecord.ExceptionCode_raw == ours.code
    module = other.modules.modules[1]
    assert module.name.lower().endswith(ours.module)
    assert record.ExceptionRecord.ExceptionAddress - module.baseaddress == ours.offset


def test_an_address_in_no_module_is_said() -> None:
    """A jump into nowhere, and a dump without modules."""
    assert read_dump(program_dump(address=7), "a").where == "no known module"
    assert read_dump(program_dump(modules=()), "a").program == ""


def test_windows_and_what_it_names() -> None:
    """Bug check, parameters and time; the driver only in a small dump, and only a file of code."""
    crash = read_dump(system_dump(driver=r"\SystemRoot\System32\drivers\ACMEwlan.sys"), "m.dmp")
    assert (crash.system, crash.code, crash.parameters) == (True, 0xC4, (0x94007, 1, 2, 3))
    assert (crash.module, crash.utc_ns) == ("acmewlan.sys", SECONDS * 1_000_000_000)
    for other in (system_dump(), system_dump(driver="a.sys", kind=1), system_dump(driver="text")):
        assert read_dump(other, "m.dmp").module == ""


def test_what_is_no_dump_is_said() -> None:
    """Each with its reason; a 32-bit Windows too."""
    no_exception = bytearray(program_dump())
    no_exception[32] = 9
    many = bytearray(program_dump())
    struct.pack_into("<I", many, 8, 1 << 31)
    modules = bytearray(program_dump())
    struct.pack_into("<I", modules, struct.unpack_from("<I", modules, 32 + 12 + 8)[0], 1 << 31)
    for data, said in (
        (b"", "no minidump"), (b"PAGEDUMP" * 99, "no minidump"), (b"MDMP", "is cut"),
        (bytes(no_exception), "no exception"), (bytes(many), "more than 256"),
        (bytes(modules), "more than 4096"), (system_dump()[:0x900], "is cut"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=said):
            read_dump(data, "x")


@given(st.sampled_from([program_dump(), system_dump(driver="a.sys")]), st.data())
def test_any_damage_is_read_or_refused(good: bytes, data: st.DataObject) -> None:
    """Words overwritten and ends cut off: a crash, or a ValueError, and nothing else."""
    changed = bytearray(good)
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(changed) - 8))
        struct.pack_into("<I", changed, at, data.draw(st.integers(0, (1 << 32) - 1)))
    try:
        found = read_dump(bytes(changed[: data.draw(st.integers(0, len(changed)))]), "x")
    except ValueError:
        return
    assert len(found.module) <= 1024


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Behind each of the signatures, too."""
    for start in (b"", b"MDMP", b"PAGEDU64"):
        try:
            read_dump(start + data, "x")
        except ValueError:
            continue


def test_only_dumps_of_the_folder_are_read(tmp_path: Path) -> None:
    """No link that leads out of it, and no more than a run can have."""
    folder = tmp_path / DUMPS
    folder.mkdir()
    for number in range(MAX_FILES + 3):
        (folder / f"{number:03}.dmp").write_bytes(b"")
    (folder / "000a.dmp").symlink_to("/etc/passwd")
    (folder / "note.txt").write_text("")
    assert [path.name for path in dump_files(tmp_path)] == [
        f"{number:03}.dmp" for number in range(MAX_FILES)
    ]
    assert dump_files(tmp_path / "other") == []
