# SPDX-License-Identifier: GPL-2.0-or-later
"""The seal: what of damaged files is as it was, and what is told of the rest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.evidence import DamageKind
from harness.evidence.sources import EVENTS, TRACE
from harness.evidence.sources.seal import SEAL, as_sealed, read_seal, seal, unlike_seal

LINES = [f'{{"seq": {number}}}\n'.encode() for number in range(1, 6)]
WHOLE = b"".join(LINES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run directory with sealed evidence."""
    (tmp_path / TRACE).write_bytes(WHOLE)
    (tmp_path / EVENTS).write_bytes(b"{}\n")
    (tmp_path / "air.pcapng").write_bytes(b"frames")
    seal(tmp_path)
    return tmp_path


def test_what_was_not_changed_is_as_it_was(folder: Path) -> None:
    """Nothing to tell."""
    sealed = read_seal(folder)
    assert sealed is not None
    assert as_sealed(TRACE, WHOLE, sealed[TRACE]) == (WHOLE, ())
    assert unlike_seal(folder, sealed) == []
    assert sealed[TRACE].size == len(WHOLE)
    assert len(sealed[TRACE].digests) == 5


@pytest.mark.parametrize(
    ("changed", "kept", "told"),
    [
        (LINES[:2] + LINES[3:], LINES[:2] + LINES[3:], ["line 3 of what was sealed is not there"]),
        (LINES[:1], LINES[:1], ["4 lines (2 to 5) of what was sealed are not there"]),
        ([], [], ["5 lines (1 to 5) of what was sealed are not there"]),
        (LINES[:2] + LINES[1:], LINES, ["line 3 is not what was sealed"]),
        ([LINES[1], LINES[0], *LINES[2:]], LINES, ["not in the order"]),
        (
            [LINES[0], b'{"seq": 9}\n', *LINES[2:]],
            [LINES[0], *LINES[2:]],
            ["line 2 of what was sealed is not there", "line 2 is not what was sealed"],
        ),
        ([*LINES[:4], LINES[4][:-4]], LINES[:4], ["line 5 of what was", "line 5 is not what"]),
    ],
)
def test_a_change_is_known_line_by_line(
    folder: Path, changed: list[bytes], kept: list[bytes], told: list[str]
) -> None:
    """What is as it was counts, in its order; what is gone and what is new is told."""
    sealed = read_seal(folder)
    assert sealed is not None
    found, damage = as_sealed(TRACE, b"".join(changed), sealed[TRACE])
    assert found == b"".join(kept)
    assert len(damage) == len(told)
    assert all(words in item.message for words, item in zip(told, damage, strict=True))
    lost = [item.kind for item in damage if item.missing]
    assert lost == [DamageKind.LINES_LOST] * (len(kept) < 5)


def test_a_file_beside_them_is_told(folder: Path) -> None:
    """The capture is not judged, but a changed one is not shown as the run's without a word."""
    sealed = read_seal(folder)
    assert sealed is not None
    (folder / "air.pcapng").write_bytes(b"Frames")
    (changed,) = unlike_seal(folder, sealed)
    (folder / "air.pcapng").unlink()
    (gone,) = unlike_seal(folder, sealed)
    assert "air.pcapng is not what it was" in changed.message
    assert "air.pcapng is not there any more" in gone.message
    assert not changed.missing


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"files": []}', '{"files": {"x": 1}}', '{"files": {"x": {"size": "1"}}}',
     '{"files": {"x": {"size": 1, "sha256": 2}}}', "[" * 100_000],
)  # fmt: skip
def test_a_seal_that_cannot_be_read_is_none(folder: Path, text: str) -> None:
    """Whatever is in its place."""
    (folder / SEAL).write_text(text)
    assert read_seal(folder) is None
    (folder / SEAL).unlink()
    assert read_seal(folder) is None


def test_a_seal_is_json_for_others(folder: Path) -> None:
    """The hash is what sha256sum prints."""
    told = json.loads((folder / SEAL).read_text())
    assert told["seal"] == 1
    assert set(told["files"]) == {TRACE, EVENTS, "air.pcapng"}
    assert len(told["files"]["air.pcapng"]["sha256"]) == 64
