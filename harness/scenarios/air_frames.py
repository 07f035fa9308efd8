# SPDX-License-Identifier: GPL-2.0-or-later
"""What an `[[air]]` rule says of frames: the fields of an edit, what a frame inserted is.

Names and limits are `hwsim.rules.frame_fields`'s, which reads them again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, model_validator

from harness.config.validation import Strict
from hwsim.errors import WireError
from hwsim.frames import parse_header
from hwsim.rules.frame_fields import (
    KEY_INFO,
    SELECTOR_PATTERN,
    ElementDo,
    FrameFields,
    Mic,
    read_fields,
)
from hwsim.rules.frame_rules import MESSAGES

Hex = Annotated[str, Field(pattern=r"^([0-9a-fA-F]{2})+$", max_length=2048)]
Byte = Annotated[int, Field(ge=0, le=255)]
Word = Annotated[int, Field(ge=0, le=65535)]
OCCURRENCE: Final = rf"^({'|'.join(MESSAGES)})(#[1-9][0-9]{{0,5}})?$"
NamedMessage = Annotated[str, Field(pattern=OCCURRENCE)]
"""The first message of a kind in an association (`M3`), or the nth (`M3#2`)."""

if TYPE_CHECKING:
    KeyInfo = str
else:
    KeyInfo = Literal[tuple(KEY_INFO)]


class ElementPart(Strict):
    """What becomes of one element of a management frame, or of one element or KDE of key data."""

    do: ElementDo
    """add (at the end), remove (all of that name), replace or truncate (the first of that name)."""
    element: Annotated[str, Field(pattern=SELECTOR_PATTERN)]
    """By name, by identifier (`"48"`), or a KDE by OUI and type (`"000fac:4"`)."""
    data: Hex | None = None
    """add, replace: what stands behind its length, and behind OUI and type of a KDE."""
    length: Byte | None = None
    """truncate: how many bytes of that stay. add, replace: what its length byte says in place of
    the truth."""


class BytesPart(Strict):
    """Bytes that take the place of those a frame has at an offset."""

    offset: Annotated[int, Field(ge=0, le=4095)]
    """From the first byte of the EAPOL PDU (its version), else of the frame's body."""
    data: Hex
    """The bytes."""


class FieldsPart(Strict):
    """What a frame says in place of its own fields; what is left out stays as it is."""

    replay_counter: Annotated[int, Field(ge=0, le=(1 << 63) - 1)] | None = None
    """The key replay counter."""
    replay_counter_add: Annotated[int, Field(ge=-(1 << 31), le=1 << 31)] | None = None
    """Added to the key replay counter that it would have."""
    nonce: Annotated[str, Field(pattern=r"^(changed|zero|[0-9a-fA-F]{64})$")] | None = None
    """The key nonce: 32 bytes, its own with every bit turned (`changed`), or zeros."""
    key_info_set: tuple[KeyInfo, ...] | None = None
    """Flags of the key information to set."""
    key_info_clear: tuple[KeyInfo, ...] | None = None
    """Flags of the key information to clear."""
    descriptor: Byte | None = None
    """The key descriptor type; 2 is RSN's, 254 WPA's."""
    descriptor_version: Annotated[int, Field(ge=0, le=7)] | None = None
    """The key descriptor version in the key information."""
    eapol_version: Byte | None = None
    """The version in the EAPOL header."""
    key_length: Word | None = None
    """The key length."""
    rsc: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{16}$")] | None = None
    """The key RSC: the packet number from which the group key is used, lowest byte first."""
    encrypt: bool | None = None
    """false: key data goes in the clear, its flag cleared (edit)."""
    mic: Mic | None = None
    """Every bit turned, or zeros."""
    elements: tuple[ElementPart, ...] | None = None
    """What becomes of elements and KDEs, one after the other (edit)."""
    padding: Hex | None = None
    """Behind the key data, before it is encrypted (edit)."""
    trailing: Hex | None = None
    """Behind the end of the frame."""
    bytes_at: tuple[BytesPart, ...] | None = None
    """Bytes at offsets: with edit before the MIC is computed, with corrupt after."""
    status: Word | None = None
    """The status code of an authentication or association response."""
    reason: Word | None = None
    """The reason code of a deauthentication or disassociation."""

    @model_validator(mode="after")
    def _is_read(self) -> FieldsPart:
        self.read()
        return self

    def read(self) -> FrameFields:
        """As the air reads it; raises ValueError."""
        return read_fields(self.dumped())

    def dumped(self) -> dict[str, Any]:
        """As the air is given it."""
        return self.model_dump(mode="json", exclude_none=True)


class InsertPart(Strict):
    """The frame that `action = "insert"` sends after its message: a copy, or bytes."""

    copy_of: NamedMessage | None = None
    """Which frame of the access point: `M1` (the first of the association), `M3#2`. It has a new
    sequence number; else it is the same, unless `fields` or `source` say otherwise."""
    frame: Hex | None = None
    """A whole frame, 802.11 header first, no FCS. The station's address is put into its first."""
    source: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$")] | None = None
    """Another source address (address 3) of the copy, which then goes unprotected."""
    plain: bool | None = None
    """true: the copy goes unprotected."""
    fields: FieldsPart | None = None
    """Other fields of the copy, an EAPOL-Key frame, as with edit."""

    @model_validator(mode="after")
    def _one(self) -> InsertPart:
        if (self.copy_of is None) == (self.frame is None):
            raise ValueError("insert wants copy_of or frame, and not both")
        if self.frame is not None and (self.source or self.plain or self.fields):
            raise ValueError("insert: source, plain and fields go with copy_of")
        if self.frame is not None and len(self.frame) < 48:
            raise ValueError("insert: a frame has a header of 24 bytes at least")
        if self.frame is not None:
            try:
                parse_header(bytes.fromhex(self.frame))
            except WireError as error:
                raise ValueError(f"insert: {error}") from None
        return self

    def phrase(self) -> str:
        """In words: "a copy of M1 from 02:…, nonce changed"."""
        if self.copy_of is None:
            return f"a frame of {len(self.frame or '') // 2} bytes"
        source = f" from {self.source}" if self.source else ""
        plain = " in the clear" if self.plain else ""
        fields = f", {self.fields.read().phrase()}" if self.fields else ""
        return f"a copy of {self.copy_of}{source}{plain}{fields}"
