# SPDX-License-Identifier: GPL-2.0-or-later
"""What an `[[air]]` rule may say of its message. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from harness.scenarios.air_frames import FieldsPart
from harness.scenarios.air_keys import AirRuleKeys
from hwsim.rules.frame_rules import GOODBYES

KEY_MESSAGES_DOWN: Final = ("M1", "M3", "G1")
KEY_MESSAGES: Final = (*KEY_MESSAGES_DOWN, "M2", "M4", "G2")
ONE_WAY: Final = {
    **dict.fromkeys((*KEY_MESSAGES_DOWN, "rc4-key", "beacon", "probe-resp", "assoc-resp"), "down"),
    **dict.fromkeys(("M2", "M4", "G2", "probe-req", "assoc-req", "eapol-start"), "up"),
}
"""The messages that go one way only."""
MANAGEMENT: Final = {
    "beacon": (), "probe-req": (), "probe-resp": (), "auth": ("status",), "assoc-req": (),
    "assoc-resp": ("status",), "deauth": ("reason",), "disassoc": ("reason",),
}  # fmt: skip
"""Management frames, and the fields of their own that each has."""
_OF_ALL: Final = ("bytes_at", "trailing")
_BEFORE_SEALING: Final = ("elements", "encrypt", "padding")
"""What can be said otherwise only before the key data is encrypted."""
_REFUSED: Final = ("auth", "assoc-req")
LATER: Final = ("insert", "deauthenticate", "disassociate")
_GOODBYES: Final = ("deauthenticate", "disassociate")
_COMEBACK: Final = 30
"""The status code "association request rejected temporarily; try again later"."""

_BELONGS: Final = {
    "delay_ms": ("delay", *LATER), "delay_us": ("delay", *LATER), "copies": ("repeat",),
    "fields": ("edit", "corrupt"), "insert": ("insert",), "status": ("refuse",),
    "comeback_tu": ("refuse",), "reason": _GOODBYES, "broadcast": _GOODBYES,
    "forged": _GOODBYES,
}  # fmt: skip
_NEEDS: Final = {
    "delay": ("delay_ms", "delay_us"), "edit": ("fields",), "corrupt": ("fields",),
    "insert": ("insert",), "refuse": ("status",),
}  # fmt: skip


def why_misfit(rule: AirRuleKeys) -> str | None:
    """Why a rule makes no sense by itself, and the fix; None if it does."""
    given = [name for name in _BELONGS if getattr(rule, name) is not None]
    for name in given:
        if rule.action not in _BELONGS[name]:
            return f"{name} goes with action = {_or(_BELONGS[name])} only"
    needed = _NEEDS.get(rule.action, ())
    if needed and not any(name in given for name in needed):
        return f"action = '{rule.action}' wants {_or(needed)}"
    if rule.delay_ms is not None and rule.delay_us is not None:
        return "delay_ms and delay_us are two ways to say the delay: give one of them"
    if rule.delay_us is not None and rule.delay_us[0] > rule.delay_us[1]:
        return "delay_us is [least, most]"
    if rule.action in _GOODBYES and rule.message in GOODBYES and rule.direction != "up":
        return (
            f"{rule.action} would follow its own {rule.message} without end; "
            "direction = 'up' is of the station's only"
        )
    return _direction(rule) or _refusal(rule) or _insertion(rule) or _fields(rule)


def _direction(rule: AirRuleKeys) -> str | None:
    way = ONE_WAY.get(rule.message)
    if way is not None and rule.direction not in (None, way):
        whose = "the station" if way == "up" else "the access point"
        return f"message = '{rule.message}' comes of {whose} only: direction = '{way}'"
    if rule.replay_counter is not None and rule.message not in KEY_MESSAGES:
        return f"replay_counter: {rule.message} has none; {', '.join(KEY_MESSAGES)} have"
    if rule.action == "edit" and (way == "up" or rule.direction == "up"):
        return (
            "edit is of frames that the access point makes; what a station sent can be corrupted: "
            "action = 'corrupt'"
        )
    return None


def _refusal(rule: AirRuleKeys) -> str | None:
    if rule.action != "refuse":
        return None
    if rule.message not in _REFUSED:
        return f"refuse goes with message = {_or(_REFUSED)}: what is refused is a request"
    if rule.direction == "down":
        return "refuse: requests come of the station: direction = 'up'"
    if rule.comeback_tu is not None and (rule.status != _COMEBACK or rule.message != "assoc-req"):
        return "comeback_tu goes with message = 'assoc-req' and status = 30 only"
    return None


def _insertion(rule: AirRuleKeys) -> str | None:
    if rule.insert is None or rule.insert.copy_of is None:
        return None
    message = rule.insert.copy_of.partition("#")[0]
    if ONE_WAY.get(message) == "up":
        return f"insert: {message} is the station's; copy_of names a frame of the access point"
    if message == "beacon":
        return "insert: no beacon is kept to be copied; frame says one in bytes"
    if rule.insert.fields is not None and message not in KEY_MESSAGES_DOWN:
        return f"insert: fields go with a copy of {', '.join(KEY_MESSAGES_DOWN)}"
    if rule.insert.fields is not None:
        return _of_key_message(rule.insert.fields, message, sealed=False)
    return None


def _fields(rule: AirRuleKeys) -> str | None:
    if rule.fields is None:
        return None
    if rule.message in KEY_MESSAGES:
        return _of_key_message(rule.fields, rule.message, sealed=rule.action == "corrupt")
    if rule.message not in MANAGEMENT:
        known = ", ".join((*KEY_MESSAGES, *MANAGEMENT))
        return f"{rule.action}: {rule.message} has no fields that are known; {known} have"
    known_fields = ("elements", *MANAGEMENT[rule.message], *_OF_ALL)
    return _unknown(rule.fields, rule.message, known_fields)


def _of_key_message(fields: FieldsPart, message: str, *, sealed: bool) -> str | None:
    given = fields.model_fields_set
    wrong = next((name for name in ("status", "reason") if name in given), None)
    if wrong:
        return f"{wrong}: {message} has none"
    early = next((name for name in _BEFORE_SEALING if name in given), None)
    if sealed and early:
        return f"{early}: key data is encrypted by then; action = 'edit' is before that"
    if sealed and message == "M1":
        return "corrupt: M1 has no MIC under which it could be changed; action = 'edit' does it"
    if message == "M1" and given & {"mic", "encrypt"}:
        return "M1 has neither MIC nor encrypted key data"
    return None


def _unknown(fields: FieldsPart, message: str, known: Sequence[str]) -> str | None:
    wrong = sorted(fields.model_fields_set - set(known))
    return f"{wrong[0]}: {message} has no such field; it has {', '.join(known)}" if wrong else None


def _or(names: Sequence[str]) -> str:
    return " or ".join(f"'{name}'" for name in names)
