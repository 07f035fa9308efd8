# SPDX-License-Identifier: GPL-2.0-or-later
"""TOML files checked against a model, with errors a person can act on."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from harness.errors import UsageError


class Strict(BaseModel):
    """A model that is immutable and refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


ModelT = TypeVar("ModelT", bound=BaseModel)


def load_toml(path: Path, model: type[ModelT]) -> ModelT:
    """`path` as a `model`; raises `UsageError` naming each wrong field, its value and the fix."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not valid TOML: {error}") from error
    return validated(data, model, source=str(path))


def validated(data: dict[str, Any], model: type[ModelT], *, source: str) -> ModelT:
    """`data` as a `model`; raises `UsageError` as `load_toml` does."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        lines = [
            _line(problem, model)
            for problem in error.errors(include_url=False)
            if problem["type"] != "default_factory_not_called"  # follows from another problem
        ]
        raise UsageError(f"{source}: " + "; ".join(lines)) from None


def _line(problem: Any, model: type[BaseModel]) -> str:
    field = ".".join(str(part) for part in problem["loc"]) or "file"
    if problem["type"] == "extra_forbidden":
        return f"{field}: unknown key (known here: {', '.join(_known(model, problem['loc']))})"
    value = problem.get("input")
    # Neither passphrases nor XML, which may hold one, are shown.
    xml = isinstance(value, str) and "<" in value
    hidden = xml or isinstance(value, dict | BaseModel) or "passphrase" in field.lower()
    shown = "" if hidden else f" = {value!r}"
    return f"{field}{shown}: {problem['msg']}"


def _known(model: type[BaseModel], location: tuple[str | int, ...]) -> list[str]:
    """The keys allowed at the place `location` names the last part of."""
    here: Any = model
    for part in location[:-1]:
        if isinstance(part, str) and part in getattr(here, "model_fields", {}):
            here = _model_of(here.model_fields[part].annotation)
    return sorted(getattr(here, "model_fields", {}))


def _model_of(annotation: Any) -> Any:
    if isinstance(annotation, type):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _model_of(inner)
        if hasattr(found, "model_fields"):
            return found
    return annotation
