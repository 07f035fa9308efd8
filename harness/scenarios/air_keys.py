# SPDX-License-Identifier: GPL-2.0-or-later
"""The keys of an `[[air]]` rule, each with its values and its meaning."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from harness.config.validation import Strict
from harness.scenarios.air_frames import BytesPart, FieldsPart, InsertPart, NamedMessage, Word
from harness.scenarios.associations import Numbers
from hwsim.rules.frame_rules import Action, Message

MAX_DELAY_MS: Final = 60_000
DelayUs = Annotated[int, Field(ge=1, le=1000 * MAX_DELAY_MS)]


class AirRuleKeys(Strict):
    """The keys of a rule, not yet held against each other."""

    message: Message
    """Which message of the association; `data` is ARP and ICMP too."""
    nth: (
        Annotated[int, Field(ge=1)]
        | Literal["every"]
        | Annotated[str, Field(pattern=r"^from-[1-9][0-9]{0,5}$")]
    ) = 1
    """Which one of them, retries counted; `"from-3"`: the third and all that follow."""
    direction: Literal["up", "down"] | None = None
    """up: of the station only; down: of the access point only. It counts for `nth`, as do the
    conditions below."""
    access_point: Annotated[int, Field(ge=1, le=4)] | None = None
    """Of or for that access point only; the first is 1."""
    station: Annotated[int, Field(ge=1, le=4)] | None = None
    """Of or for that adapter's station only; the first is 1."""
    replay_counter: Annotated[int, Field(ge=0)] | None = None
    """Only an EAPOL-Key frame with this key replay counter."""
    bytes_at: BytesPart | None = None
    """Only a frame with these bytes at that offset."""
    after: NamedMessage | None = None
    """Only once that message has passed: `M4`, the first, or `M4#2`, the second."""
    before: NamedMessage | None = None
    """Only until that message has passed."""
    association: Numbers | None = None
    """Only in that association of the run, or in those; the first is 1. Left out: in every one."""
    probability: Annotated[float, Field(gt=0, le=1)] | None = None
    """How likely it acts when it is its turn; the scenario's `seed` decides when."""
    action: Action
    """drop: lost; drop-ack: it arrives, its sender does not hear so; delay; repeat: it comes more
    than once; reorder: it comes after the next of its kind; edit: it says something else, well
    made (of the access point only); corrupt: bytes are changed under its MIC; insert: another frame
    follows it; refuse: the access point refuses the authentication or association; deauthenticate,
    disassociate: the access point parts with the station in its place, or with a delay after it."""
    delay_ms: Annotated[int, Field(ge=1, le=MAX_DELAY_MS)] | None = None
    """delay: by how much. insert, deauthenticate, disassociate: how long after the message."""
    delay_us: Annotated[tuple[DelayUs, ...], Field(min_length=2, max_length=2)] | None = None
    """In place of `delay_ms`, least and most in µs; the scenario's `seed` decides."""
    copies: Annotated[int, Field(ge=1, le=100)] | None = None
    """repeat: how many more."""
    fields: FieldsPart | None = None
    """edit, corrupt: what it says."""
    insert: InsertPart | None = None
    """insert: which frame."""
    status: Annotated[int, Field(ge=1, le=65535)] | None = None
    """refuse: the status code (IEEE 802.11-2020, table 9-50)."""
    comeback_tu: Word | None = None
    """refuse with status 30: the association comeback time, in units of 1.024 ms."""
    reason: Annotated[int, Field(ge=1, le=65535)] | None = None
    """deauthenticate, disassociate: the reason code (table 9-49). Left out: 3."""
    broadcast: bool | None = None
    """deauthenticate, disassociate: true addresses the frame to all stations."""
    forged: bool | None = None
    """deauthenticate, disassociate: true sends it as somebody without keys would, unprotected; the
    access point goes on as if it had never been."""
