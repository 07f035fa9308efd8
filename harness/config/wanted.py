# SPDX-License-Identifier: GPL-2.0-or-later
"""What a wrong value of a TOML file should have been, in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.naming import did_you_mean

Context = Mapping[str, Any]

_DATE = "a date such as 2027-01-31"

_WORDS: dict[str, str | Callable[[Context], str]] = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number that is not infinite",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "text in quotes",
    "path_type": "a path in quotes",
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "literal_error": lambda context: str(context["expected"]),
    "greater_than": lambda context: f"more than {_number(context['gt'])}",
    "greater_than_equal": lambda context: f"{_number(context['ge'])} or more",
    "less_than": lambda context: f"less than {_number(context['lt'])}",
    "less_than_equal": lambda context: f"{_number(context['le'])} or less",
    "string_too_short": lambda context: _count(context["min_length"], "character", "at least"),
    "string_too_long": lambda context: _count(context["max_length"], "character", "at most"),
    "too_short": lambda context: _count(context["min_length"], "entry", "at least"),
    "too_long": lambda context: _count(context["max_length"], "entry", "at most"),
    "string_pattern_mismatch": lambda context: _pattern(str(context["pattern"])),
}
"""The library's type of an error → what is wanted in its place."""

_PATTERNS = {
    "^[a-z0-9][a-z0-9-]*$": "lower-case letters, digits and hyphens",
    "^[A-Za-z0-9._@-]+$": "letters, digits and . _ @ -",
}
_HEX = re.compile(r"\^\[0-9a-fA-F\]\{(\d+)\}\$")


def wanted(field: str, problems: Sequence[Mapping[str, Any]]) -> str:
    """What is wanted of a field, from all that was tried on its value.

    A sentence of our own models stands as it is.
    """
    for problem in problems:
        if problem["type"] == "value_error":
            return str(problem["msg"]).removeprefix("Value error, ")
    words = [_of(field, problem) for problem in problems]
    near = did_you_mean(str(problems[0].get("input")), _choices(problems))
    return f"wanted {' or '.join(dict.fromkeys(words))}" + (f"; {near}" if near else "")


def _of(field: str, problem: Mapping[str, Any]) -> str:
    kind, value = str(problem["type"]), problem.get("input")
    if kind in ("tuple_type", "list_type"):
        double = f"[[{_bare(field)}]] with two brackets"
        return double if isinstance(value, dict) else "a list in brackets"
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return f"one table [{_bare(field)}]"
    words = _WORDS.get(kind)
    if words is None:  # of a newer library: its own words, less its own way of putting them
        return re.sub(r"^(Input|String|Value) should (be|have) ", "", str(problem["msg"]))
    return words if isinstance(words, str) else words(problem.get("ctx") or {})


def _bare(field: str) -> str:
    return re.sub(r"[^\w-]", "", field)


def _choices(problems: Sequence[Mapping[str, Any]]) -> list[str]:
    """The texts that are allowed, where only certain ones are."""
    found: list[str] = []
    for problem in problems:
        if problem["type"] == "literal_error":
            found += re.findall(r"'([^']+)'", str(problem["ctx"]["expected"]))
    return found


def _number(value: float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _count(count: int, noun: str, bound: str) -> str:
    plural = {"character": "characters", "entry": "entries"}[noun]
    return f"{bound} {count} {noun if count == 1 else plural}"


def _pattern(pattern: str) -> str:
    digits = _HEX.fullmatch(pattern)
    if digits:
        return f"{digits[1]} hexadecimal digits"
    return _PATTERNS.get(pattern, f"text that fits {pattern}")
