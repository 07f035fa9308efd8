# SPDX-License-Identifier: GPL-2.0-or-later
"""Who owes a message of a handshake that is missing, or did not get through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from harness.checks.attribution.altered import (
    changed_offers,
    corrupted_on_the_way,
    in_order,
    may_end_it,
)
from harness.checks.attribution.cause import Cause, name_air_rule
from harness.checks.attribution.interventions import answer_of_the_os
from harness.checks.attribution.owed import handed_due, owed_answers
from harness.checks.attribution.scope import Scope
from harness.checks.attribution.waiting import awaited_user, by_wpa
from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.model import FrameRecord

ASKED_BY: Final = {"M2": "M1", "M4": "M3", "G2": "G1"}
"""Messages of the station, and the one of the access point each answers."""
_ANSWER_TO: Final = {asked: answer for answer, asked in ASKED_BY.items()}
_SENT: Final = (
    "M2", "M4", "G2", "eap", "eapol-start", "eapol-logoff", "eapol", "data", "other",
)  # fmt: skip
"""What a packet of the DLL may be called on the air."""

TIME_TO_ANSWER_NS: Final = 500_000_000
"""A DLL given a message so shortly before the end may still have been at work on its answer; the
access points of this lab wait 1 s for one."""


def stalled(of: Scope) -> Cause | None:
    """Where the 4-way handshake stopped, and whose doing that was; None if it did not, or none is
    expected. With WPA the group key's handshake belongs to it."""
    expected = of.case.expect.messages[:4]
    if expected and of.adapter is not None and by_wpa(of.adapter, of.until_ns):
        expected += ("G1", "G2")
    for kind in expected:
        frames = of.frames(kind)
        if not any(frame.delivered and frame.mic_ok is not False for frame in frames):
            return cause_of_missing(of, kind)
    lost = [frame for frame in of.frames("rc4-key") if not frame.delivered]  # each is sent once
    return _not_through(of, lost, "rc4-key never got through on the air") if lost else None


def cause_of_missing(of: Scope, kind: str) -> Cause:
    """Who is the cause that a message (M1 to M4, G1, G2) was not sent, or did not get through."""
    asked = ASKED_BY.get(kind)
    return _of_the_station(of, asked) if asked else _of_the_access_point(of, kind)


def lost_key(of: Scope) -> str | None:
    """That the last message which hands a key out, or its answer, did not get through until then,
    for a sentence: the access point may use the key by now."""
    last: dict[str, FrameRecord] = {}
    for frame in sorted(of.frames("G1", "G2", "rc4-key"), key=of.when):
        wep = f"rc4-key with the {frame.detail.get('key', 'new')} key"
        last[wep if frame.kind == "rc4-key" else "group"] = frame
    lost = next((name for name, frame in last.items() if not frame.delivered), None)
    if lost is None:
        return None
    frame = last[lost]
    who = f" by {name_air_rule(of.case, frame)}" if frame.rule else ""
    if lost == "group":
        return f"{frame.kind} was lost{who}, so the station may lack the group key then in use"
    return f"{lost} was lost{who}, so the station may lack it"


def _of_the_access_point(of: Scope, kind: str) -> Cause:
    frames = of.frames(kind)
    if not frames:
        return Cause("access point", f"the access point sent no {kind}", of.until_ns)
    if all(frame.mic_ok is False for frame in frames):
        return Cause("access point", f"the MIC of {kind} is wrong", of.when(frames[0]))
    return _not_through(of, frames, f"{kind} never got through on the air")


def _not_through(of: Scope, frames: Sequence[FrameRecord], what: str) -> Cause:
    """Frames of which none was delivered: a rule's doing, or a loss of the lab's."""
    ruled = next((frame for frame in frames if frame.rule is not None), None)
    if ruled is None:
        return Cause("air", what, of.when(frames[0]))
    return Cause("scenario", f"{what}: {name_air_rule(of.case, ruled)} saw to that", of.when(ruled))


def _of_the_station(of: Scope, asked: str) -> Cause:
    """The last exchange counts: what was answered before is not what is missing."""
    answered = [
        of.when(frame)
        for frame in of.frames(_ANSWER_TO[asked])
        if frame.delivered and frame.mic_ok is not False
    ]
    altered = _altered(of, asked, since_ns=max(answered, default=-1))
    if altered is not None:
        return altered
    asks = [frame for frame in of.frames(asked) if in_order(frame)]
    asks = [frame for frame in asks if of.when(frame) > max(answered, default=-1)] or asks
    if not asks:
        return Cause("access point", f"the access point sent no {asked}", of.until_ns)
    reached = [frame for frame in asks if frame.delivered and frame.guest_ns is not None]
    if not reached:
        return _not_through(of, asks, f"{asked} never reached the station")
    owed = owed_answers(of, asked)
    due = [frame for frame in reached if frame in owed.due]
    if not due and owed.made_old is not None:
        return _old_to_the_station(of, asked, owed.made_old)
    since = of.after(min(of.when(frame) for frame in due or reached))
    handed = [call for call in since.calls(names.RECEIVE_PACKET) if _may_be_key(call)]
    handed = handed_due(handed, due or reached)
    if not handed:
        return _not_handed(since, asked, due or reached)
    return _answers(since, asked, handed)


def _not_handed(of: Scope, asked: str, reached: Sequence[FrameRecord]) -> Cause:
    """A message that the guest did not give the DLL. One under the pairwise key comes no further
    than the radio where the DLL has set another key: a wrong Michael MIC of the station's own
    shows that, else it is not known."""
    what = f"{asked} reached the station, but the DLL was not given it"
    if not all(frame.protected for frame in reached):
        return Cause("guest", what, of.since_ns)
    own = (one for one in of.association.frames if one.transmitter == reached[0].receiver)
    wrong = sum(one.rule is None and one.detail.get("michael") == "wrong" for one in own)
    if wrong:
        said = f"{what}: it was protected, and of {wrong} frames of the station"
        return Cause("driver", f"{said} the Michael MIC was wrong, too", of.since_ns)
    unknown = "the guest kept it back, or the key that the DLL had set does not open it"
    return Cause("guest", f"{what}: it was protected, and {unknown}", of.since_ns)


def _old_to_the_station(of: Scope, asked: str, by: FrameRecord) -> Cause:
    """A message that a station must discard: another one came before it with a counter as high."""
    what = f"the replay counter of {asked} was old to the station"
    if by.rule is None:
        return Cause("air", f"{what}, as {by.kind} came before it", of.when(by))
    rule = name_air_rule(of.case, by)
    return Cause("scenario", f"{what}: {rule} acted on {by.kind} and saw to that", of.when(by))


def _altered(of: Scope, asked: str, *, since_ns: int) -> Cause | None:
    """A message that the scenario made such that it need not be answered: it counts, if the station
    may end the handshake over it, or was given no other."""
    asks = [frame for frame in of.frames(asked) if frame.delivered and of.when(frame) > since_ns]
    changed = [frame for frame in asks if not in_order(frame)]
    before = [*changed_offers(of), *of.frames("M1")] if asked == "M3" else []
    ending = [frame for frame in (*before, *changed) if may_end_it(frame)]
    if not ending and (not changed or len(changed) < len(asks)):
        return None
    first = (ending or changed)[0]
    rule = name_air_rule(of.case, first)
    what = f"{rule} gave the station {first.kind} as it need not be answered"
    return Cause("scenario", what, of.when(first))


def _answers(of: Scope, asked: str, handed: Sequence[Call]) -> Cause:
    """The DLL was given it: what became of its answers. What failed first, counts."""
    answer = _ANSWER_TO[asked]
    frames = of.frames(answer)
    given = of.after(handed[0].start_ns)
    sends = [call for call in given.calls(names.SEND_PACKET) if _may_be_key(call)]
    corrupted = next((frame for frame in frames if corrupted_on_the_way(frame)), None)
    if corrupted is not None:
        what = f"{name_air_rule(of.case, corrupted)} changed {answer} on its way"
        return Cause("scenario", what, of.when(corrupted))
    if any(frame.delivered and frame.mic_ok is False for frame in frames):
        return Cause("driver", f"the MIC of {answer} is wrong", of.since_ns, (handed[0],))
    refused = next((call for call in sends if call.result not in (0, None)), None)
    if refused is not None and not frames:
        cause = answer_of_the_os(of.case, of.association, refused)
        what = f"the DLL was given {asked} and called SendPacket for its answer, but {cause.what}"
        return Cause(cause.party, what, cause.at_ns, (refused,))
    user = awaited_user(of.case, of.adapter, of.until_ns)
    if user is not None and not sends:
        what = f"the DLL was given {asked}, but waited for {user}"
        return Cause("guest", what, of.since_ns, (handed[0],))
    if _did_not_answer_last(of, handed[-1], sends):
        again = " again" if sends else ""
        what = f"the DLL was given {asked}{again} and sent no {answer}"
        return Cause("driver", what, of.since_ns, (handed[-1],))
    if any(frame.delivered for frame in frames):
        return Cause("access point", f"the access point did not take {answer}", of.since_ns)
    if frames:
        return _not_through(of, frames, f"{answer} never got through on the air")
    return _lost_on_the_way(of, asked, sends)


def _did_not_answer_last(of: Scope, last: Call, sends: Sequence[Call]) -> bool:
    """Nothing was sent, or tried, after the last time, though there was time for it."""
    if not sends:
        return True
    return sends[-1].key < last.key and of.until_ns - last.start_ns >= TIME_TO_ANSWER_NS


def _lost_on_the_way(of: Scope, asked: str, sends: Sequence[Call]) -> Cause:
    """A packet the OS took, and no such message on the air: another one, or one that was lost."""
    answer = _ANSWER_TO[asked]
    other = any(frame.direction == "up" for frame in of.frames(*_SENT))
    if other or not any(call.succeeded for call in sends):
        what = f"the DLL was given {asked} and sent no {answer}"
        return Cause("driver", what, of.since_ns, tuple(sends[:1]))
    what = f"the DLL sent a packet after {asked}, but no {answer} was seen on the air"
    return Cause("air", what, of.since_ns, tuple(sends[:1]))


def _may_be_key(call: Call) -> bool:
    """An EAPOL packet that is an EAPOL-Key, or of which too little is shown to tell."""
    packet = fields.mapping(call.args, "pvInBuffer", "pvPacket") or {}
    data = fields.octets(packet.get("data")) or b""
    ethertype = fields.text(packet, "ethertype_bytes") or names.EAPOL
    return ethertype.lower() == names.EAPOL and (len(data) < 2 or data[1] == names.EAPOL_KEY)
