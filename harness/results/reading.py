# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading a ``result.json`` back, with errors a person can act on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from harness.errors import ResultFileError
from harness.local.folders import near
from harness.results.model import SCHEMA, RunResult


def load_result(path: Path) -> RunResult:
    """Read a result file, or the one in a run directory.

    Raises ResultFileError, whose message names the file and, where there is one, the field.
    """
    file = path / "result.json" if path.is_dir() else path
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise ResultFileError(
            f"{file}: {error.strerror}",
            hint=near(path) or "name a run directory, such as runs/latest",
        ) from error
    except UnicodeDecodeError as error:
        raise _foreign(file, "not UTF-8 text") from error
    return _parse(file, text)


def _parse(file: Path, text: str) -> RunResult:
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ResultFileError(
            f"{file}: no valid JSON ({error})",
            hint="the file is damaged or was cut short: run again",
        ) from error
    schema = document.get("schema") if isinstance(document, dict) else None
    if not isinstance(schema, int) or isinstance(schema, bool):
        raise _foreign(file, 'no number named "schema"')
    if schema > SCHEMA:
        raise ResultFileError(
            f"{file}: schema {schema}, but this version reads up to schema {SCHEMA}",
            hint="the file was written by a newer version: update this one",
        )
    if schema < 1:
        raise _foreign(file, f"schema {schema} does not exist")
    return _validate(file, text)


def _validate(file: Path, text: str) -> RunResult:
    try:
        return RunResult.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "the document"
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise ResultFileError(
            f"{file}: {field}: {first['msg']}{more}",
            hint=f"the file does not keep to result schema {SCHEMA}: was it edited by hand?",
        ) from error


def _foreign(file: Path, why: str) -> ResultFileError:
    return ResultFileError(
        f"{file}: not a result of this harness: {why}", hint="name a result.json"
    )
