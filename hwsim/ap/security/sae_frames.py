# SPDX-License-Identifier: GPL-2.0-or-later
"""What SAE has in Authentication frames: commit and confirm, behind the fixed fields.

Source: IEEE 802.11-2020, 9.3.3.11 (which fields, in which order), 9.4.1.38 to 9.4.1.42 (fields),
9.4.2.216, 9.4.2.247 and 9.4.2.248 (password identifier, rejected groups, anti-clogging token).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from hwsim.ap.security.curves import CURVES, Curve
from hwsim.errors import WireError
from hwsim.frames import elements

_EXTENSION: Final = 255
_PASSWORD_IDENTIFIER: Final = 33
_REJECTED_GROUPS: Final = 92
_TOKEN: Final = 93
_GROUP: Final = struct.Struct("<H")


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of a group that we know.

    Attributes:
        curve: the group's.
        scalar, element: as the frame has them; nothing is checked of their values.
        token: the anti-clogging token, empty without one.
        rejected: the groups that the station was refused, in its order.
        identifier: of its password, None if it has none.
    """

    curve: Curve
    scalar: bytes
    element: bytes
    token: bytes = b""
    rejected: tuple[int, ...] = ()
    identifier: bytes | None = None

    def body(self) -> bytes:
        """As an access point sends it: group, scalar, element, and the identifier if it has one."""
        fields = group_field(self.curve.group) + self.scalar + self.element
        return fields + _extension(_PASSWORD_IDENTIFIER, self.identifier or b"")


@dataclass(frozen=True, slots=True)
class Confirm:
    """A confirm: how many were sent, and the code over both commits."""

    send_confirm: int
    code: bytes

    def body(self) -> bytes:
        """The frame's fields."""
        return _GROUP.pack(self.send_confirm) + self.code


def group_field(group: int) -> bytes:
    """The finite cyclic group field."""
    return _GROUP.pack(group)


def group_of(body: bytes) -> int:
    """The group of a commit; raises :class:`WireError`."""
    if len(body) < 2:
        raise WireError("SAE commit: no group")
    group: int = _GROUP.unpack_from(body)[0]
    return group


def parse_commit(body: bytes, *, hash_to_element: bool) -> Commit:
    """The commit in a frame's body; raises :class:`WireError`, of an unknown group too.

    The token is where the way to the password element has it: by hunting and pecking between group
    and scalar, its length known from the rest; by hash to element in an element at the end.
    """
    curve = CURVES.get(group_of(body))
    if curve is None:
        raise WireError("SAE commit: unknown group")
    fixed = 3 * curve.size
    if len(body) < 2 + fixed:
        raise WireError(f"SAE commit: {len(body)} bytes, {2 + fixed} are needed")
    if not hash_to_element:
        token, rest = _hunting_token(body[2:], fixed)
        return Commit(curve, rest[: curve.size], rest[curve.size :], token)
    scalar, element = body[2 : 2 + curve.size], body[2 + curve.size : 2 + fixed]
    found = _extensions(body, 2 + fixed)
    groups = found.get(_REJECTED_GROUPS, b"")
    if len(groups) % 2:
        raise WireError("SAE commit: half a rejected group")
    rejected = tuple(group for (group,) in _GROUP.iter_unpack(groups))
    return Commit(
        curve, scalar, element, found.get(_TOKEN, b""), rejected, found.get(_PASSWORD_IDENTIFIER)
    )


def parse_confirm(body: bytes) -> Confirm:
    """The confirm in a frame's body; raises :class:`WireError`."""
    if len(body) < 3:
        raise WireError("SAE confirm: too short")
    return Confirm(_GROUP.unpack_from(body)[0], body[2:])


def token_request(group: int, token: bytes, *, hash_to_element: bool) -> bytes:
    """What asks for a commit with that token: group and token, the latter in its element."""
    return group_field(group) + (_extension(_TOKEN, token) if hash_to_element else token)


def _hunting_token(behind_group: bytes, fixed: int) -> tuple[bytes, bytes]:
    length = len(behind_group) - fixed
    return behind_group[:length], behind_group[length:]


def _extension(identifier: int, content: bytes) -> bytes:
    """An element with an extended identifier; none without content."""
    return bytes((_EXTENSION, 1 + len(content), identifier)) + content if content else b""


def _extensions(body: bytes, offset: int) -> dict[int, bytes]:
    """The content of extended elements, by extended identifier."""
    found = (whole for one, whole in elements(body, offset) if one == _EXTENSION)
    return {whole[2]: whole[3:] for whole in found if len(whole) > 2}
