# SPDX-License-Identifier: GPL-2.0-or-later
"""The arguments of a control call, read field by field: errors say what to change.

All functions raise :class:`RequestError` with the code ``bad-argument``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from hwsim.errors import RequestError

MAX_ACCESS_POINTS: Final = 8
MAX_DELAY_MS: Final = 60_000
MAX_TIMEOUT_S: Final = 600.0
REQUIRED: Final = object()
"""The default of a field that has none."""


class Arguments:
    """A JSON object read field by field; ``where`` is what errors call it."""

    def __init__(self, value: Any, where: str) -> None:
        if not isinstance(value, Mapping):
            raise bad(f"{where}: an object is needed, not {shown(value)}")
        self._values = dict(value)
        self._where = where
        self._known: list[str] = []

    def take(self, name: str, default: Any = REQUIRED) -> Any:
        """The value of a field, of whatever type; ``default`` if it is not there.

        Without a default the field is required: :class:`RequestError` if it is missing. This, and
        what ``default`` means, holds for the methods below too.
        """
        self._known.append(name)
        if name in self._values:
            return self._values.pop(name)
        if default is REQUIRED:
            raise bad(f"{self._where}.{name} is missing")
        return default

    def text(self, name: str, default: Any = REQUIRED) -> str:
        """A field that must be a string, of any length."""
        value = self.take(name, default)
        if not isinstance(value, str):
            raise bad(f"{self._where}.{name}: a string is needed, not {shown(value)}")
        return value

    def integer(self, name: str, low: int, high: int, default: Any = REQUIRED) -> int:
        """A field that must be a whole number from ``low`` to ``high``, both included."""
        value = self.take(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise bad(
                f"{self._where}.{name}: a whole number from {low} to {high} is needed, "
                f"not {shown(value)}"
            )
        return value

    def seconds(self, name: str, default: Any = REQUIRED) -> float:
        """A field that must be a duration in seconds, above 0 and up to :data:`MAX_TIMEOUT_S`."""
        value = self.take(name, default)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 < value <= MAX_TIMEOUT_S:
            raise bad(
                f"{self._where}.{name}: seconds above 0 and up to {MAX_TIMEOUT_S:g} are needed, "
                f"not {shown(value)}"
            )
        return float(value)

    def choice(self, name: str, choices: Sequence[str], default: Any = REQUIRED) -> str:
        """A field that must be one of ``choices``."""
        value = self.take(name, default)
        if value not in choices:
            raise bad(f"{self._where}.{name}: {shown(value)} is none of {', '.join(choices)}")
        return cast(str, value)

    def flag(self, name: str, *, usual: bool = False) -> bool:
        """A field that must be true or false; ``usual`` if it is not there."""
        value = self.take(name, usual)
        if not isinstance(value, bool):
            raise bad(f"{self._where}.{name}: true or false is needed, not {shown(value)}")
        return value

    def done(self) -> None:
        """Check that every field was read; the error names an unknown one, and all known."""
        if self._values:
            known = ", ".join(self._known) or "none"
            raise bad(f"{self._where}.{min(map(str, self._values)):.40} is unknown; known: {known}")


def bad(message: str) -> RequestError:
    """The error ``bad-argument``, to be raised with a message that says what to change."""
    return RequestError("bad-argument", message)


def shown(value: Any) -> str:
    """A value for an error's text, cut short."""
    return f"{value!r:.60}"
