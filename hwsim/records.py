# SPDX-License-Identifier: GPL-2.0-or-later
"""What the air says about one frame.

A record never holds key material, nonces or plaintext: it is meant for logs, traces and reports.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Literal, get_args

from hwsim.errors import RecordError

Direction = Literal["up", "down"]
"""``up``: from the guest's radio to the medium. ``down``: from the access point to the radio."""

FrameKind = Literal[
    "probe-req", "probe-resp", "auth", "assoc-req", "assoc-resp", "M1", "M2", "M3", "M4",
    "G1", "G2", "eap", "eapol-start", "eapol-logoff", "rc4-key", "eapol", "data", "arp", "icmp",
    "deauth", "disassoc", "null", "ps-poll", "action", "other", "beacon",
]  # fmt: skip
"""The names of messages; reassociation counts as association, ``eapol`` is any EAPOL not named. Of
beacons only those on which a rule acted have records."""

FRAME_KINDS: tuple[str, ...] = get_args(FrameKind)
FOUR_WAY: Final = ("M1", "M2", "M3", "M4")
GROUP_KEY: Final = ("G1", "G2")
"""The messages of the key handshakes (IEEE 802.11-2020, 12.7.6 and 12.7.7), in their order."""

_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")


@dataclass(frozen=True, slots=True)
class FrameRecord:
    """One frame on the air, and what became of it.

    ``air_ns`` is the air's clock (host CLOCK_MONOTONIC): for an up frame when it had been read
    from the radio port, for a down frame just before it was written. ``guest_ns`` is the guest's
    clock: when its relay saw an up frame, or handed a down frame to the guest's kernel; ``None``
    when that never happened. ``acked`` is what the sender was told, ``delivered`` what the
    receiver got; they differ under a ``drop-ack`` rule. ``retry`` marks a retransmission of the
    same EAPOL or management message by its sender, not one made by a ``repeat`` rule.
    ``rule`` is the action of the rule that acted on it, ``rule_place`` that rule's place among the
    scenario's, from 1; older records have no place. ``medium`` is the number of the medium it was
    on, of isolated ones; older records know of one. ``pn`` is the cipher's packet number. In
    ``detail`` an M1 has ``digest``, the first 16 hexadecimal digits of the SHA-256 of its EAPOL
    PDU, so that it is known again where it is handed on; what a rule changed has ``altered`` (the
    fields in words), what one inserted ``inserted`` and perhaps ``source``, and a changed message
    of the key handshakes ``acceptable`` (:data:`hwsim.rules.acceptance.Acceptable`). So has an
    offer of the network that a rule changed, with its ``rsne`` and the ``meant_rsne`` in hex.
    What waited for a station that dozes has ``power_save``; ``delivery`` says why a frame never
    reached its radio (``given up``: it was never fetched), and ``link`` that its link lost it.
    """

    number: int
    association: int
    direction: Direction
    kind: FrameKind
    air_ns: int
    guest_ns: int | None
    transmitter: str
    receiver: str
    length: int
    acked: bool
    delivered: bool
    rule: str | None
    retry: bool
    protected: bool
    replay_counter: int | None
    mic_ok: bool | None
    pn: int | None
    detail: dict[str, str | int]
    rule_place: int | None = None
    medium: int = 1

    def to_json(self) -> dict[str, Any]:
        """The record as a JSON object; field names are the keys."""
        return {name: getattr(self, name) for name in _FIELDS}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> FrameRecord:
        """The record in a JSON object; keys that are no fields are passed over.

        Raises :class:`RecordError` naming the first field that is missing or of a wrong type.
        """
        given = {**_LATER, **value}
        for name, check in _CHECKS.items():
            if name not in given:
                raise RecordError(f"frame record: {name} is missing")
            if not check(given[name]):
                raise RecordError(f"frame record: {name} has the wrong value {given[name]!r:.60}")
        return cls(**{name: given[name] for name in _FIELDS})


_FIELDS = tuple(field.name for field in fields(FrameRecord))
_LATER: dict[str, Any] = {"rule_place": None, "medium": 1}
"""Fields that older records lack, and what they are taken for."""


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return _is_int(value) and value >= 0


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _is_mac(value: Any) -> bool:
    return isinstance(value, str) and _MAC.fullmatch(value) is not None


def _is_detail(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(key, str) and (isinstance(item, str) or _is_int(item))
        for key, item in value.items()
    )


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "number": _is_count,
    "association": _is_count,
    "direction": lambda value: value in ("up", "down"),
    "kind": lambda value: value in FRAME_KINDS,
    "air_ns": _is_int,
    "guest_ns": lambda value: value is None or _is_int(value),
    "transmitter": _is_mac,
    "receiver": _is_mac,
    "length": _is_count,
    "acked": _is_bool,
    "delivered": _is_bool,
    "rule": lambda value: value is None or isinstance(value, str),
    "retry": _is_bool,
    "protected": _is_bool,
    "replay_counter": lambda value: value is None or _is_count(value),
    "mic_ok": lambda value: value is None or _is_bool(value),
    "pn": lambda value: value is None or _is_count(value),
    "detail": _is_detail,
    "rule_place": lambda value: value is None or _is_count(value),
    "medium": lambda value: _is_count(value) and value > 0,
}
