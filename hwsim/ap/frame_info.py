# SPDX-License-Identifier: GPL-2.0-or-later
"""What is known of a frame beside its bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hwsim.ciphers.data_key import DataKey
from hwsim.eap import EapPacket
from hwsim.eapol import KeyFrame
from hwsim.frames import MacHeader
from hwsim.records import FrameKind
from hwsim.rules.frame_fields import FrameFields

Remake = Callable[[FrameFields, "FrameInfo"], bytes]


@dataclass(slots=True)
class FrameInfo:
    """What is known of a frame beside its bytes; it becomes part of the frame's record.

    ``remake`` makes an EAPOL-Key frame of an access point anew, with other fields: the handshake
    has it give the PDU, the access point the whole frame. It tells the info it is given what is
    to be known of the new frame, which is protected as that info says. None for all other frames.
    """

    kind: FrameKind
    protected: bool = False
    retry: bool = False
    replay_counter: int | None = None
    mic_ok: bool | None = None
    pn: int | None = None
    detail: dict[str, str | int] = field(default_factory=dict)
    remake: Remake | None = field(default=None, repr=False, compare=False)


@dataclass(slots=True)
class ReceivedFrame:
    """A frame of a station, parsed and decrypted; nothing has acted on it yet.

    ``payload`` is what follows the MAC header: for a protected frame the plaintext, or ``None``
    if it could not be opened; ``opened_by`` is the key that opened it. ``duplicate``
    marks a copy that a rule of the medium made.
    """

    frame: bytes
    header: MacHeader
    info: FrameInfo
    payload: bytes | None = None
    opened_by: DataKey | None = None
    key: KeyFrame | None = None
    eap: EapPacket | None = None
    duplicate: bool = False
