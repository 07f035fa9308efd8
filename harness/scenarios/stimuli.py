# SPDX-License-Identifier: GPL-2.0-or-later
"""`[[os]]`: what the reference guest's WLAN service does out of the ordinary.

The twin of `[[air]]`. An order names an event and an action::

    [[os]]
    on = "Dot11ExtIhvPerformPostAssociate"
    do = "reset"

The event is a handler of the DLL (the order is carried out when it has returned), a framework
function (when the DLL calls it, before it is carried out and answered; with `when = "return"` once
it is answered) or one of `MOMENTS`; `after_ms` puts the order off. Only the reference guest obeys
orders: on Windows the WLAN service is Microsoft's.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from harness.config.validation import Strict
from harness.naming import did_you_mean
from hil_common import stimuli
from hil_common.stimuli import (
    EVENTS,
    FRAMEWORK_FUNCTIONS,
    MAX_AFTER_MS,
    MAX_DATA_BYTES,
    MAX_DELAY_MS,
    MAX_OUT_SIZE,
    MOMENTS,
    NEEDED,
    Action,
    AssociationHostility,
    Fragment,
    OnexResult,
    PacketForm,
    StaleHandler,
    UiRequest,
)

PARAMETERS: Final[dict[str, frozenset[str]]] = {
    action: frozenset(known) | ({"text"} if action == "answer-ui" else frozenset())
    for action, known in stimuli.PARAMETERS.items()
}
"""The parameters each action may have; a text of the user goes to the guest as data."""

HEADER_BYTES: Final = 8
"""A received packet's source address and EtherType (DOT11_SECURITY_PACKET_HEADER)."""

LAST_INDICATION: Final = 4
"""IndicationTypeLinkQuality of wlanihv.h."""

COMMON: Final = ("on", "nth", "do", "when", "after_ms")
"""The keys every order may have."""

Number = Annotated[int, Field(ge=0, le=0xFFFFFFFF)]
Hex = Annotated[str, Field(pattern=r"^([0-9a-fA-F]{2})*$", max_length=2 * MAX_DATA_BYTES)]


class OsStimulus(Strict):
    """One order to the reference guest's WLAN service."""

    on: str
    """The event: a handler, a framework function, or a moment, all listed below."""
    nth: Annotated[int, Field(ge=1)] | Literal["every"] = 1
    """Which one of the association."""
    do: Action
    """The action, all listed below."""
    when: Literal["call", "return"] | None = None
    """Of a framework function: when the DLL calls it, before it is carried out, or when it was
    carried out and answered. Left out: call; of Dot11ExtSendUIRequest return, since there is no
    request to act on before."""
    after_ms: Annotated[int, Field(ge=1, le=MAX_AFTER_MS)] | None = None
    """How much later than its event the order is carried out."""
    error: Number | None = None
    """refuse: the Win32 error the framework function answers, in place of being carried out. 0: it
    pretends to have been."""
    status: Number | None = None
    """disassociate: the DOT11_ASSOC_STATUS StopPostAssociate gets."""
    event: Number | None = None
    """session-change: the WTS event, 6 is a logoff."""
    type: Number | None = None
    """indicate: the indication type, 0 to 4; another one goes beyond the documents."""
    phase: Number | None = None
    """query-ui: the connection phase."""
    data: Hex | None = None
    """indicate, control, answer-ui, packet: the bytes handed over, in hex. Left out: a NULL buffer
    (not of packet)."""
    text: Annotated[str, Field(max_length=200)] | None = None
    """answer-ui: what the user types, handed over as UTF-8; `{passphrase}` in it becomes the
    network's."""
    request: UiRequest | None = None
    """answer-ui: the pending requests, or one that was never sent: with a GUID of zeros, or with
    another."""
    result: OnexResult | None = None
    """onex-result: what Dot11ExtIhvOnexIndicateResult says; its parameters are NULL."""
    out_size: Annotated[int, Field(ge=0, le=MAX_OUT_SIZE)] | None = None
    """control: the size of the output buffer."""
    form: PacketForm | None = None
    """packet: a packet of the access point of this form."""
    delay_ms: Annotated[int, Field(ge=1, le=MAX_DELAY_MS)] | None = None
    """hold-completion, hold-delivery: how long."""
    fragment: Fragment | None = None
    """capability-match, validate, change-profile: the profile's own security fragment, or what is
    in its place."""
    insecure: bool | None = None
    """discovery: bInsecure."""
    handler: StaleHandler | None = None
    """stale-handle: the handler called."""

    @field_validator("on")
    @classmethod
    def _known_event(cls, value: str) -> str:
        if value not in EVENTS:
            known = (
                f"take one of {', '.join(MOMENTS)}, or the documented name of a handler or "
                "framework function, such as Dot11ExtIhvPerformPostAssociate"
            )
            raise ValueError(f"is no event; {did_you_mean(value, EVENTS) or known}")
        return value

    @model_validator(mode="after")
    def _fits(self, _info: ValidationInfo) -> OsStimulus:
        given = self.parameters().keys()
        for name in sorted(NEEDED.get(self.do, frozenset()) - given):
            raise ValueError(f"do = '{self.do}' needs {name}")
        for name in sorted(given - PARAMETERS[self.do]):
            raise ValueError(f"{name} does not go with do = '{self.do}'")
        if self.do == "refuse" and self.on not in FRAMEWORK_FUNCTIONS:
            raise ValueError("only a framework function can be refused")
        if self.when is not None and self.on not in FRAMEWORK_FUNCTIONS:
            raise ValueError(
                f"when = '{self.when}' is of framework functions; a handler's orders come when it "
                "has returned, and a moment has no length"
            )
        if self.do == "refuse" and (self.when == "return" or self.after_ms):
            raise ValueError("a function can be refused only when it is called, and at once")
        if self.do == "packet" and (self.data is None) == (self.form is None):
            raise ValueError("do = 'packet' needs data or form, one of them")
        if self.data is not None and self.text is not None:
            raise ValueError("do = 'answer-ui' takes data or text, not both")
        return self

    @property
    def beyond_documents(self) -> bool:
        """No document says that the WLAN service ever does this."""
        short = self.data is not None and len(self.data) < 2 * HEADER_BYTES
        return (
            self.do in ("second-pre-associate", "stale-handle")
            or (self.do == "answer-ui" and self.request in ("zero", "unknown"))
            or (self.do == "onex-result" and self.result == "success")
            or (self.do == "packet" and (short or self.form == "below-header"))
            or (self.do == "indicate" and (self.type or 0) > LAST_INDICATION)
        )

    def parameters(self) -> dict[str, Any]:
        """The action's own parameters, as far as they are given."""
        return self.model_dump(exclude={*COMMON}, exclude_none=True)

    def phrase(self) -> str:
        """The order in words: "reset on Dot11ExtIhvPerformPostAssociate (number 1)"."""
        which = "every one" if self.nth == "every" else f"number {self.nth}"
        which += ", once answered" if self.when == "return" else ""
        which += f", {self.after_ms} ms later" if self.after_ms else ""
        more = "".join(f", {name} {value}" for name, value in self.parameters().items())
        return f"{self.do} on {self.on} ({which}{more})"

    def to_json(self, passphrase: str = "") -> dict[str, Any]:
        """The form the guest takes; with a text that names it, it holds the passphrase."""
        form = self.model_dump(exclude_none=True)
        text = form.pop("text", None)
        if text is not None:
            form["data"] = text.replace("{passphrase}", passphrase).encode().hex()
        return form


class AssociationForm(Strict):
    """The form of DOT11_ASSOCIATION_COMPLETION_PARAMETERS."""

    size: Literal[88, 96] = 96
    """Before Windows 8 the structure had 88 bytes."""
    revision: Literal[1, 2] = 2
    """The revision in its header."""
    hostile: AssociationHostility | None = None
    """Something in it that a DLL must not trust (POST-15)."""


class OsParameters(Strict):
    """`[os_parameters]`: the form in which the reference guest's WLAN service hands over what a
    DLL must read with care."""

    association: AssociationForm = AssociationForm()

    @property
    def usual(self) -> bool:
        """Nothing differs from what the guest does by itself."""
        return self == OsParameters()

    def to_json(self) -> dict[str, Any]:
        """The form the guest takes."""
        return self.association.model_dump(exclude_none=True)
