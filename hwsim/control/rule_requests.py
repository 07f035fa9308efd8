# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules that a control call gives, checked strictly; errors are those of
:mod:`hwsim.control.arguments`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from hwsim.control.arguments import MAX_DELAY_MS, Arguments, bad, shown
from hwsim.errors import WireError
from hwsim.frames import mac_bytes, parse_header
from hwsim.records import Direction
from hwsim.rules.frame_fields import BytesAt, read_fields
from hwsim.rules.frame_rules import (
    ACTIONS,
    DEAUTHENTICATION_REASON,
    GOODBYES,
    MAX_COPIED,
    MESSAGES,
    NEVER,
    Action,
    Condition,
    FrameRule,
    Insertion,
    Message,
    Occurrence,
)

MAX_RULES: Final = 64
MAX_SEED: Final = (1 << 63) - 1
MAX_COPIES: Final = 100
MAX_FRAME: Final = 2304
_GOODBYES: Final = ("deauthenticate", "disassociate")
_LATER: Final = ("insert", *_GOODBYES)
"""Actions whose frame comes after a delay, if there is one."""
_ONE_WAY: Final = {"edit": "down", "refuse": "up"}
_OCCURRENCE = re.compile(rf"({'|'.join(MESSAGES)})(#([1-9][0-9]{{0,5}}))?", re.ASCII)
_T = TypeVar("_T")


def rules(value: Any) -> tuple[FrameRule, ...]:
    """The rules of a ``begin`` or ``rules`` call, in their order; each is an object with a rule's
    fields.

    ``nth`` is a whole number from 1, by default 1, ``"every"``, ``"from-3"``, or ``"never"`` for a
    rule that is to act when it is asked to.
    """
    if not isinstance(value, list) or len(value) > MAX_RULES:
        raise bad(f"rules: a list of at most {MAX_RULES} rules is needed")
    return tuple(rule(one, f"rules[{index}]") for index, one in enumerate(value))


def rule(value: Any, where: str) -> FrameRule:
    """One rule, an object with its fields; ``where`` is what errors call it."""
    args = Arguments(value, where)
    message = cast(Message, args.choice("message", MESSAGES))
    nth, onwards = _nth(args.take("nth", 1), where)
    action = cast(Action, args.choice("action", ACTIONS))
    direction = args.take("direction", _ONE_WAY.get(action))
    if direction not in (None, "up", "down"):
        raise bad(f"{where}.direction: {shown(direction)} is none of up, down")
    if direction != _ONE_WAY.get(action, direction):
        raise bad(f"{where}.direction: {action} is of frames that go {_ONE_WAY[action]} only")
    if action in _GOODBYES and message in GOODBYES and direction != "up":
        raise bad(f"{where}.direction: {action} would follow its own {message} without end; up?")
    probability = args.take("probability", 1.0)
    if not isinstance(probability, int | float) or not 0 < probability <= 1:
        raise bad(f"{where}.probability: a number above 0 and up to 1 is needed")
    particulars = _particulars(action, args, where)
    condition = _condition(args, where)
    args.done()
    return FrameRule(
        message, nth, action, direction=cast("Direction | None", direction), onwards=onwards,
        probability=float(probability), condition=condition, **particulars,
    )  # fmt: skip


def _nth(value: Any, where: str) -> tuple[int, bool]:
    if value in ("every", "never"):
        return 0 if value == "every" else NEVER, False
    onwards = isinstance(value, str) and re.fullmatch(r"from-[1-9][0-9]{0,5}", value, re.ASCII)
    if onwards:
        return int(value[len("from-") :]), True
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value, False
    raise bad(
        f'{where}.nth: a whole number from 1, "every" or such as "from-3" is needed, '
        f"not {shown(value)}"
    )


def _particulars(action: Action, args: Arguments, where: str) -> dict[str, Any]:
    """What belongs to the action alone."""
    found: dict[str, Any] = {}
    if action == "delay" or action in _LATER:
        found |= _delay(args, where, needed=action == "delay")
    if action == "repeat":
        found["copies"] = args.integer("copies", 1, MAX_COPIES, 1)
    if action in ("edit", "corrupt"):
        found["fields"] = _read(read_fields, args.take("fields"), f"{where}.")
    if action == "insert":
        found["insertion"] = _insertion(args.take("insert"), f"{where}.insert")
    if action == "refuse":
        found["status"] = args.integer("status", 1, 65535)
        found["comeback_tu"] = args.integer("comeback_tu", 0, 65535, 0)
    if action in _GOODBYES:
        found["reason"] = args.integer("reason", 1, 65535, DEAUTHENTICATION_REASON)
        found |= {name: _truth(args, name, where) for name in ("broadcast", "forged")}
    return found


def _delay(args: Arguments, where: str, *, needed: bool) -> dict[str, Any]:
    span = args.take("delay_us", None)
    if span is None:
        if needed:
            return {"delay_ms": args.integer("delay_ms", 1, MAX_DELAY_MS)}
        return {"delay_ms": args.integer("delay_ms", 0, MAX_DELAY_MS, 0)}
    low, high = span if isinstance(span, list) and len(span) == 2 else (0, 0)
    whole = all(isinstance(one, int) and not isinstance(one, bool) for one in (low, high))
    if not whole or not 1 <= low <= high <= MAX_DELAY_MS * 1000:
        raise bad(f"{where}.delay_us: least and most are needed, from 1 to {MAX_DELAY_MS * 1000}")
    return {"delay_us": (low, high)}


def _condition(args: Arguments, where: str) -> Condition:
    numbers: dict[str, Any] = {
        name: args.take(name, None) for name in ("access_point", "station", "replay_counter")
    }
    for name, value in numbers.items():
        low = 0 if name == "replay_counter" else 1
        if value is not None and (not isinstance(value, int) or value < low):
            raise bad(f"{where}.{name}: a whole number from {low} is needed, not {shown(value)}")
    at = args.take("bytes_at", None)
    for name in ("after", "before"):
        event = args.take(name, None)
        if event is not None:
            numbers[name] = _read(occurrence, event, f"{where}.{name}: ")
    bytes_at = None if at is None else _bytes_at(at, f"{where}.bytes_at")
    return Condition(bytes_at=bytes_at, **numbers)


def _bytes_at(value: Any, where: str) -> BytesAt:
    (at,) = _read(read_fields, {"bytes_at": [value]}, f"{where}: ").bytes_at
    return at


def _insertion(value: Any, where: str) -> Insertion:
    args = Arguments(value, where)
    copy_of, frame = args.take("copy_of", None), args.text("frame", "")
    source, plain = args.take("source", None), _truth(args, "plain", where)
    fields = args.take("fields", None)
    args.done()
    if (copy_of is None) == (not frame):
        raise bad(f"{where}: copy_of or frame is needed, and not both")
    try:
        raw = bytes.fromhex(frame)
        address = None if source is None else mac_bytes(str(source))
    except (ValueError, WireError) as error:
        raise bad(f"{where}: {error}") from None
    if frame and not 24 <= len(raw) <= MAX_FRAME:
        raise bad(f"{where}.frame: {len(raw)} bytes; 24 to {MAX_FRAME} are needed")
    if frame:
        _read(parse_header, raw, f"{where}.frame: ")
    copied = None if copy_of is None else _read(occurrence, copy_of, f"{where}.copy_of: ")
    if copied is not None and copied.nth > MAX_COPIED:
        raise bad(f"{where}.copy_of: of a kind {MAX_COPIED} frames are kept to be copied")
    return Insertion(
        copied, raw, address, plain,
        None if fields is None else _read(read_fields, fields, f"{where}."),
    )  # fmt: skip


def occurrence(value: Any) -> Occurrence:
    """What ``M3`` or ``M3#2`` stands for; raises ValueError."""
    found = _OCCURRENCE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{value!r:.40} is no message such as M3 or M3#2 ({', '.join(MESSAGES)})")
    return Occurrence(cast(Message, found[1]), int(found[3] or 1))


def _truth(args: Arguments, name: str, where: str) -> bool:
    value = args.take(name, False)
    if not isinstance(value, bool):
        raise bad(f"{where}.{name}: true or false is needed, not {shown(value)}")
    return value


def _read(reader: Callable[[Any], _T], value: Any, where: str) -> _T:
    try:
        return reader(value)
    except (ValueError, WireError) as error:
        raise bad(f"{where}{error}") from None
