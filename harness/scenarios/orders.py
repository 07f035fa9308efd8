# SPDX-License-Identifier: GPL-2.0-or-later
"""`[[os]]`: what the reference guest's WLAN service does out of the ordinary.

The twin of `[[air]]`. An order names an event and an action::

    [[os]]
    on = "Dot11ExtIhvPerformPostAssociate"
    do = "reset"

The event is a handler of the DLL (the order is carried out when it has returned), a framework
function (when the DLL calls it, before it is carried out and answered) or one of `MOMENTS`. Only
the reference guest obeys orders: on Windows the WLAN service is Microsoft's.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from harness.evidence import names
from harness.validation import Strict

MOMENTS: Final = {
    "connect": "WlanConnect was taken; the scan is next",
    "idle": "the network was found; the DLL's first handler of the association is next",
    "connected": "the port is open and the WLAN client was told",
    "roamed": "the port of another association of the connection is open, the client was told",
    "disconnect": "WlanDisconnect was taken; nothing was done for it yet",
}

HANDLERS: Final = (
    names.PRE_ASSOCIATE, names.POST_ASSOCIATE, names.STOP_POST, names.ADAPTER_RESET,
    names.RECEIVE_PACKET, names.SEND_COMPLETION, names.VALIDATE_PROFILE, names.CAPABILITY_MATCH,
    names.ONEX_RESULT,
)  # fmt: skip
"""The handlers the reference guest calls by itself."""

FRAMEWORK_FUNCTIONS: Final = (
    names.SET_USER_DATA, names.GET_USER_DATA, names.SET_CURRENT_PROFILE, names.SEND_UI_REQUEST,
    names.PRE_COMPLETION, names.POST_COMPLETION, names.SEND_NOTIFICATION, names.SEND_PACKET,
    names.SET_ETHERTYPES, names.SET_AUTH, names.SET_UNICAST_CIPHER, names.SET_MULTICAST_CIPHER,
    names.SET_DEFAULT_KEY, names.SET_KEY_MAPPING_KEY, names.SET_DEFAULT_KEY_ID,
    names.NIC_EXTENSION, names.SET_EXCLUDE_UNENCRYPTED, names.START_ONEX, names.STOP_ONEX,
    names.PROCESS_ONEX,
)  # fmt: skip
"""The framework functions that reach the guest's WLAN service (buffers stay in the IHV host)."""

EVENTS: Final = (*MOMENTS, *HANDLERS, *FRAMEWORK_FUNCTIONS)

Action = Literal["reset", "disconnect", "roam", "reassociate", "refuse"]

PARAMETERS: Final[dict[str, frozenset[str]]] = {
    "reset": frozenset(),
    "disconnect": frozenset(),
    "roam": frozenset(),
    "reassociate": frozenset(),
    "refuse": frozenset({"error"}),
}
"""The parameters each action may have."""

NEEDED: Final[dict[str, frozenset[str]]] = {"refuse": frozenset({"error"})}
"""The parameters an action cannot do without."""

Number = Annotated[int, Field(ge=0, le=0xFFFFFFFF)]


class OsOrder(Strict):
    """One order to the reference guest's WLAN service."""

    on: str
    nth: Annotated[int, Field(ge=1)] | Literal["every"] = 1
    """Which one of the association."""
    do: Action
    error: Number | None = None
    """refuse: the Win32 error the framework function answers."""

    @field_validator("on")
    @classmethod
    def _known_event(cls, value: str) -> str:
        if value not in EVENTS:
            raise ValueError(
                f"is no event; take one of {', '.join(MOMENTS)}, or the documented name of a "
                "handler or framework function, such as Dot11ExtIhvPerformPostAssociate"
            )
        return value

    @model_validator(mode="after")
    def _fits(self, _info: ValidationInfo) -> OsOrder:
        given = self.parameters().keys()
        for name in sorted(NEEDED.get(self.do, frozenset()) - given):
            raise ValueError(f"do = '{self.do}' needs {name}")
        for name in sorted(given - PARAMETERS[self.do]):
            raise ValueError(f"{name} does not go with do = '{self.do}'")
        if self.do == "refuse" and self.on not in FRAMEWORK_FUNCTIONS:
            raise ValueError("only a framework function can be refused")
        return self

    def parameters(self) -> dict[str, Any]:
        """The action's own parameters, as far as they are given."""
        return self.model_dump(exclude={"on", "nth", "do"}, exclude_none=True)

    def to_json(self) -> dict[str, Any]:
        """The form the guest takes."""
        return {"on": self.on, "nth": self.nth, "do": self.do, **self.parameters()}
