# SPDX-License-Identifier: GPL-2.0-or-later
"""The headers of PE files: what they say of real ones, and no bytes that break the reader."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.guests.common import pe
from tests.unit.guests.common.test_dll import EXPORTS, compiled

ENTRY = ("-shared", "-Wl,-e,Dot11ExtIhvInitService")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small DLL that imports from kernel32."""
    source = (
        EXPORTS + "__declspec(dllimport) int Beep(int, int); int f(void) { return Beep(1, 2); }"
    )
    folder = tmp_path_factory.mktemp("pe")
    return compiled(folder, source, *ENTRY, "-lkernel32").read_bytes()


def test_exports_and_imports(built: bytes) -> None:
    """By name, the DLLs in lower case."""
    image = pe.read(built)
    assert {"Dot11ExtIhvGetVersionInfo", "Dot11ExtIhvInitService"} <= image.exports
    assert image.imports == {"kernel32.dll": ("Beep",)}
    assert (image.machine_name, image.is_dll, image.managed, image.driver) == (
        "x86-64", True, False, False,
    )  # fmt: skip
    assert not image.signed
    assert image.packer == ""


def test_a_forwarded_export(tmp_path: Path) -> None:
    """An export that lives in another DLL is told with that DLL's name."""
    (tmp_path / "x.def").write_text("EXPORTS\nDot11ExtIhvInitService=other.Init\n")
    path = compiled(tmp_path, "int g(void) { return 0; }", "-shared", "-Wl,-e,g",
                    str(tmp_path / "x.def"))  # fmt: skip
    assert pe.read(path.read_bytes()).forwarded == {"Dot11ExtIhvInitService": "other.Init"}


def test_a_driver(tmp_path: Path) -> None:
    """The native subsystem is the kernel's."""
    path = compiled(tmp_path, EXPORTS, *ENTRY, "-Wl,--subsystem,native")
    assert pe.read(path.read_bytes()).driver


@pytest.fixture
def collections() -> Iterator[list[str]]:
    """An entry for each time the interpreter looks for garbage; it does not by itself."""
    seen: list[str] = []

    def note(phase: str, _: object) -> None:
        seen.append(phase)

    gc.disable()
    gc.callbacks.append(note)
    yield seen
    gc.callbacks.remove(note)
    gc.enable()


def test_a_refusal_does_not_search_the_process_for_garbage(collections: list[str]) -> None:
    """The price of a refused file is that of its bytes, not of all the objects there are."""
    with pytest.raises(pe.NotPe):
        pe.read(b"MZ, or so it says")
    assert collections == []


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_no_bytes_break_the_reader(built: bytes, data: st.DataObject) -> None:
    """A real file with bytes changed, or cut off, reads as something or as no PE file."""
    changed = bytearray(built[: data.draw(st.integers(0, len(built)))])
    for _ in range(data.draw(st.integers(0, 8))):
        if changed:
            place = data.draw(st.integers(0, min(len(changed) - 1, 1024)))
            changed[place] = data.draw(st.integers(0, 255))
    try:
        image = pe.read(bytes(changed))
    except pe.NotPe:
        return
    assert len(image.sha256) == 64
