# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading results back: one clear error for each way a file can be wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.errors import ResultFileError
from harness.results import load_result
from tests.unit.results.samples import association, run

GOOD: dict[str, Any] = json.loads(run(association(1)).to_json())


def test_directory_or_file(tmp_path: Path) -> None:
    """Both the run directory and the file itself may be named."""
    file = tmp_path / "result.json"
    file.write_text(run(association(1)).to_json())
    assert load_result(tmp_path) == load_result(file) == run(association(1))


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (b"{", "no valid JSON", "cut short"),
        (b"[" * 100_000, "no valid JSON", "damaged"),
        (b"\xff\xfe", "not UTF-8", "result.json"),
        (b"[]", 'no number named "schema"', "result.json"),
        (b'{"schema": true}', 'no number named "schema"', "result.json"),
        (b'{"schema": 0}', "schema 0 does not exist", "result.json"),
        (b'{"schema": 4}', "schema 4, but this version reads up to schema 3", "newer version"),
        (b'{"schema": 1}', r"verdict: Field required \(and \d+ more\)", "edited"),
        (
            json.dumps(GOOD | {"verdict": "GREEN"}).encode(),
            "verdict: Input should be 'FAIL'",
            "edited",
        ),
        (
            json.dumps(GOOD | {"associations": [{"index": 1, "verdict": "PASS", "x": 1}]}).encode(),
            "associations.0.x: Extra inputs",
            "edited",
        ),
    ],
)
def test_unusable(tmp_path: Path, content: bytes, message: str, hint: str) -> None:
    """The message names file and field, the hint what to do."""
    file = tmp_path / "result.json"
    file.write_bytes(content)
    with pytest.raises(ResultFileError, match=message) as caught:
        load_result(file)
    assert str(file) in str(caught.value)
    assert hint in caught.value.hint


def test_a_result_of_schema_1_has_one_handshake(tmp_path: Path) -> None:
    """What an older version wrote is read; the figures of an association were its handshake's."""
    old = json.loads(json.dumps(GOOD)) | {"schema": 1}
    del old["associations"][0]["handshakes"]
    file = tmp_path / "result.json"
    file.write_text(json.dumps(old))
    result = load_result(file)
    (only,) = result.associations[0].handshakes
    assert only.timing_us == GOOD["associations"][0]["timing_us"]
    assert (only.retries, only.station) == ({"m1": 0, "m3": 0}, None)
    assert json.loads(result.to_json())["schema"] == 3


def test_absent(tmp_path: Path) -> None:
    """A directory without a result names the file that is missing."""
    with pytest.raises(ResultFileError, match=r"result\.json: No such file"):
        load_result(tmp_path)
