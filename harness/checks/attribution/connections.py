# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether there was a connection, and who ended one that the scenario still wanted, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace

from harness import codes
from harness.checks.attribution.adapter import ordered_adapter
from harness.checks.attribution.cause import (
    FOUR_WAY_TIMEOUT,
    GROUP_TIMEOUT,
    MIC_FAILURE,
    Cause,
    name_air_rule,
    name_os_order,
)
from harness.checks.attribution.interventions import (
    ap_disturbances,
    cause_of_act,
    cause_of_disconnect,
    disconnect_reason,
    ending_order,
)
from harness.checks.attribution.messages import ASKED_BY, cause_of_missing
from harness.checks.attribution.scope import Scope, whole
from harness.checks.case import Case
from harness.evidence.connection import lost_connection
from harness.evidence.model import AssociationEvidence, FrameRecord


@dataclass(frozen=True, slots=True)
class LostConnection:
    """A lost connection: who ended it, and how many seconds after the connect call that was."""

    cause: Cause
    after_s: float

    @property
    def sentence(self) -> str:
        """When and how, for a sentence: "the connection was lost 5.3 s after it was asked for"."""
        return f"the connection was lost {self.after_s:.1f} s after the connect: {self.cause.what}"


def is_connected(case: Case, association: AssociationEvidence) -> bool:
    """As many interfaces as the scenario wants were reported connected."""
    interfaces = case.index.connected_interfaces(association.index)
    return len(interfaces) >= (case.expect.adapters if case.expect.connected else 1)


def how_lost(case: Case, association: AssociationEvidence) -> LostConnection | None:
    """How the connection was lost before the scenario ended it; None if it was not.

    What the scenario itself ends by an order is no loss: the order is what it wants.
    """
    lost = lost_connection(association)
    if lost is None:
        return None
    order = ending_order(association, lost.at_ns)
    of = whole(case, association).upto(lost.at_ns)
    if order is not None:
        at_ns = lost.at_ns if order.t_ns is None else order.t_ns
        cause = Cause("scenario", f"{name_os_order(case, order)} ended it", at_ns)
    elif lost.frame is not None:
        cause = _disconnected(of, lost.frame)
    elif acts := ap_disturbances(of):
        cause = replace(cause_of_act(of, acts[-1]), at_ns=lost.at_ns)
    elif done := ordered_adapter(of):
        cause = replace(done[-1], at_ns=lost.at_ns)
    else:
        what = f"the guest's WLAN service reports it with reason {codes.reason(lost.reason)}"
        cause = Cause("guest", what, lost.at_ns)
    return LostConnection(cause, (cause.at_ns - association.connect_ns) / 1e9)


def given_up(case: Case, association: AssociationEvidence) -> Cause | None:
    """That the access point sent the station away and the station never heard so: for it the
    connection stands. None if that is not what happened."""
    of = whole(case, association)
    unheard = [
        frame
        for frame in of.frames("deauth", "disassoc")
        if frame.direction == "down" and not frame.delivered and "forged" not in frame.detail
    ]
    if not unheard:
        return None
    frame = unheard[0]
    cause = _disconnected(of.upto(of.when(frame)), frame)
    lost = f"by {name_air_rule(case, frame)}" if frame.rule else "on the air"
    return replace(cause, what=f"{cause.what}; its {frame.kind} was lost {lost}")


def _disconnected(of: Scope, frame: FrameRecord) -> Cause:
    """A deauthentication; for a handshake that was given up, whoever owed a message to it, and for
    countermeasures of TKIP, who sent the wrong MICs."""
    said = cause_of_disconnect(of, frame)
    reason = frame.detail.get("reason")
    if reason == MIC_FAILURE and said.party == "access point":
        return _by_wrong_mics(of, frame) or said
    if said.party == "scenario" or reason not in (FOUR_WAY_TIMEOUT, GROUP_TIMEOUT):
        return said
    before = of.upto(of.when(frame))
    owed = "G2" if reason == GROUP_TIMEOUT else _last_owed(before)
    cause = cause_of_missing(before, owed)
    what = f"the access point sent the station away ({disconnect_reason(frame)}), as {cause.what}"
    return replace(cause, what=what, at_ns=said.at_ns)


def _by_wrong_mics(of: Scope, frame: FrameRecord) -> Cause | None:
    """The station's frames whose Michael MIC alone was wrong: made by the key that the DLL set, or
    changed on their way by a rule of the scenario, without which it would have been a single one.
    """
    wrong = [one for one in of.association.frames if one.detail.get("michael") == "wrong"]
    if not wrong:
        return None
    what = f"the access point sent the station away ({disconnect_reason(frame)})"
    said = f"{what}, as the Michael MIC of {len(wrong)} of its frames was wrong"
    ruled = next((one for one in wrong if one.rule is not None), None)
    if ruled is not None:
        said = f"{said}: {name_air_rule(of.case, ruled)} acted on {ruled.kind}"
        return Cause("scenario", said, of.when(frame))
    return Cause("driver", said, of.when(frame))


def _last_owed(of: Scope) -> str:
    """The message of the 4-way handshake the access point asked for last."""
    asked = of.frames(*(ASKED_BY[answer] for answer in ("M2", "M4")))
    last = max(asked, key=lambda frame: frame.air_ns, default=None)
    return "M4" if last is not None and last.kind == "M3" else "M2"
