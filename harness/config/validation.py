# SPDX-License-Identifier: GPL-2.0-or-later
"""TOML files checked against a model, with errors a person can act on.

Each wrong field is told with its place in the file, what was found, what is wanted, and what it
may have been meant for; in words of TOML and of this field, not of the library that found it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from harness.config.wanted import wanted
from harness.errors import UsageError
from harness.local.folders import near
from harness.naming import did_you_mean


class Strict(BaseModel):
    """A model that is immutable and refuses keys it does not know."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )


ModelT = TypeVar("ModelT", bound=BaseModel)
Place = tuple[str | int, ...]
Problem = dict[str, Any]


def load_toml(path: Path, model: type[ModelT]) -> ModelT:
    """`path` as a `model`; raises `UsageError` naming each wrong field, its value and the fix."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be read: {error.strerror}",
            hint=near(path) or "name a TOML file; `hil init` writes a lab.toml and a scenario",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path}: not valid TOML: {error}", hint='write key = "text" or key = 1, in UTF-8'
        ) from error
    return validated(data, model, source=str(path))


def validated(data: dict[str, Any], model: type[ModelT], *, source: str) -> ModelT:
    """`data` as a `model`; raises `UsageError` as `load_toml` does."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        by_place: dict[Place, list[Problem]] = {}
        for problem in error.errors(include_url=False):
            if problem["type"] != "default_factory_not_called":  # follows from another problem
                by_place.setdefault(_place(model, problem), []).append(dict(problem))
        lines = [_line(place, problems, model) for place, problems in by_place.items()]
        unknown = any("unknown key" in line for line in lines)
        hint = "`hil init` writes files that explain every key" if unknown else ""
        raise UsageError(f"{source}: " + "; ".join(lines), hint=hint) from None


def _place(model: type[BaseModel], problem: Any) -> Place:
    """Where in the file a problem is: the library's place without the names of alternatives."""
    here: Any = model
    found: list[str | int] = []
    location = problem["loc"]
    for number, part in enumerate(location):
        fields = getattr(here, "model_fields", {})
        if part in fields:
            here = _model_of(fields[part].annotation)
        elif not isinstance(part, int) and not _is_unknown_key(problem, number):
            continue
        found.append(part)
    return tuple(found)


def _is_unknown_key(problem: Any, number: int) -> bool:
    return problem["type"] == "extra_forbidden" and number == len(problem["loc"]) - 1


def _line(place: Place, problems: Sequence[Problem], model: type[BaseModel]) -> str:
    first = problems[0]
    field = ".".join(str(part) for part in place)
    if first["type"] == "extra_forbidden":
        known = sorted(getattr(_at(model, place[:-1]), "model_fields", {}))
        near = did_you_mean(str(place[-1]), known)
        return f"{field}: unknown key{near and f'; {near}'} (known here: {', '.join(known)})"
    if first["type"] == "missing":
        return f"{field}: is missing; give it"
    what = wanted(str(place[-1:]), problems)
    return f"{field}{_shown(field, first.get('input'))}: {what}" if field else what


def _shown(field: str, value: Any) -> str:
    """The value that was found; no passphrase or password, and no XML, which may hold one."""
    xml = isinstance(value, str) and "<" in value
    secret = "passphrase" in field.lower() or field.endswith(
        (".security", ".connectivity", ".database")
    )
    if xml or secret or isinstance(value, dict | list | BaseModel):
        return ""
    return f" = {str(value).lower() if isinstance(value, bool) else repr(value)}"


def _at(model: type[BaseModel], place: Place) -> Any:
    """The model of the table that `place` names."""
    here: Any = model
    for part in place:
        if isinstance(part, str) and part in getattr(here, "model_fields", {}):
            here = _model_of(here.model_fields[part].annotation)
    return here


def _model_of(annotation: Any) -> Any:
    if isinstance(annotation, type):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _model_of(inner)
        if hasattr(found, "model_fields"):
            return found
    return annotation
