# SPDX-License-Identifier: GPL-2.0-or-later
"""The air's side of the radio port's messages (`hil_common.radio_port`): the HELLOs.

What comes from the guest is untrusted; the only error is :class:`WireError`.
"""

from __future__ import annotations

import contextlib
import json
from typing import Final

from hil_common.radio_port import HEADER, HELLO, MAX_PAYLOAD
from hwsim.errors import WireError
from hwsim.frames import mac_bytes
from hwsim.ports.base import Radio

HELLO_MESSAGE: Final = HEADER.pack(9, HELLO, 0) + b'{"air":1}'
"""The air's own HELLO, header included."""
HELLO_REACH: Final = HEADER.size + MAX_PAYLOAD
"""The longest HELLO, header included (bytes)."""
_HELLO_MARK: Final = bytes((HELLO, 0, 0, 0))
"""The kind of a HELLO and the padding behind it; the length is just before."""
_MAX_RADIOS: Final = 64


def parse_hello(payload: bytes) -> tuple[Radio, ...]:
    """The radios that the payload of a relay's HELLO names; raises :class:`WireError`."""
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError):
        raise WireError("radio port: HELLO is no JSON") from None
    radios = value.get("radios") if isinstance(value, dict) else None
    if not isinstance(radios, list) or len(radios) > _MAX_RADIOS:
        raise WireError("radio port: HELLO names no radios")
    return tuple(_radio(radio, number) for number, radio in enumerate(radios, 1))


def _radio(value: object, number: int) -> Radio:
    if isinstance(value, dict):
        mac, hw = value.get("mac"), value.get("hw")
        if isinstance(mac, str) and isinstance(hw, str):
            return Radio(mac_bytes(mac), mac_bytes(hw), number)
    raise WireError("radio port: a radio of HELLO needs mac and hw")


def hello_offset(data: bytes) -> int:
    """Where a whole HELLO with radios begins in what may start with anything; -1 if nowhere."""
    mark = data.find(_HELLO_MARK, 4)
    while mark >= 0:
        begin = mark - 4 + HEADER.size
        length = int.from_bytes(data[mark - 4 : mark], "little")
        if begin + length <= len(data):
            with contextlib.suppress(WireError):
                if parse_hello(data[begin : begin + length]):
                    return mark - 4
        mark = data.find(_HELLO_MARK, mark + 1)
    return -1
