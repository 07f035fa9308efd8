# SPDX-License-Identifier: GPL-2.0-or-later
"""ETH rules on the lists in force: what the DLL registered and exempted, until a reset."""

from __future__ import annotations

from collections.abc import Mapping

from harness import codes
from harness.checks.case import Case
from harness.checks.outcomes import Outcome, Outcomes
from harness.checks.registry import rule
from harness.checks.shared.ethertypes import COUNTED_LISTS, calls_with_lists, received_packets
from harness.checks.shared.profiles import profile_contents
from harness.evidence import fields, names
from harness.evidence.calls import Call


@rule(
    "ETH-03", cls="M(OS)",
    source="I:dot11ext_set_ethertype_handling; I:../windot11/ns-windot11-dot11_privacy_exemption",
    text="Both lists are empty by default, and with no registration there is no ReceivePacket.",
)  # fmt: skip
def nothing_without_registration(case: Case) -> Outcomes:
    """No packet is delivered while nothing is registered (after a reset: ETH-04)."""
    for _, item, lists in received_packets(case):
        if not lists.known or lists.cleared_by is not None:
            continue
        if lists.registered:
            yield case.held(item.call)
        elif lists.set_by is None or fields.integer(lists.set_by.args, "uNumOfRegistration") == 0:
            lost = case.losses.lost_before(item.call)
            message = "ReceivePacket came though no EtherType is registered"
            yield case.unknown(lost, item.call) if lost else case.breach(message, item.call)


@rule(
    "ETH-04", cls="M(OS)", source="N:ieee-ethertype-handling",
    text="The OS clears both lists before it calls AdapterReset.",
)  # fmt: skip
def reset_clears_the_lists(case: Case) -> Outcomes:
    """From the entry of AdapterReset on nothing is delivered until the lists are set again."""
    for adapter in case.segments.adapters:
        for item, lists in calls_with_lists(case, adapter):
            reset = lists.cleared_by
            if reset is None:
                continue
            if item.call.function == names.RECEIVE_PACKET:
                why = case.losses.why_absence_proves_nothing(
                    item.call.process, case.index.association_of(item.call), reset.start_ns,
                    item.call.start_ns,
                )  # fmt: skip
                message = "ReceivePacket came after AdapterReset without a new registration"
                yield (
                    case.unknown(why, item.call) if why else case.breach(message, item.call, reset)
                )
            elif item.call.function in (names.SET_ETHERTYPES, names.PRE_ASSOCIATE):
                yield case.held(item.call)


@rule(
    "ETH-05", cls="D", source="from ETH-04 (N:ieee-ethertype-handling)",
    text="As a reset clears the lists, a DLL that receives packets registers again in each "
    "pre-association. (Asked of a profile with which it answered what it received.)",
    prevents_connection=True,  # the OS has no EAPOL to deliver
)  # fmt: skip
def registered_again_after_reset(case: Case) -> Outcomes:
    """A profile that packets were received and answered with has EtherTypes registered again
    after a reset; one that has none of its own (WEP, connectivity alone) needs no packets."""
    for adapter in case.segments.adapters:
        answering: set[str] = set()
        profile, received = "", False
        begun: Call | None = None
        refused: Call | None = None
        for item, lists in calls_with_lists(case, adapter):
            call = item.call
            if call.function == names.PRE_ASSOCIATE:
                profile, received = profile_contents(call), False
                begun, refused = call, None
            elif call.function == names.SET_ETHERTYPES and call.result:
                refused = call
            elif call.function == names.RECEIVE_PACKET:
                received = True
            elif call.function in (names.SEND_PACKET, names.PROCESS_ONEX) and received:
                answering.add(profile)
            elif _succeeds(call) and profile in answering and begun is not None:
                reset = lists.cleared_by
                if reset is not None and reset.key < begun.key:  # of one that crosses it RST-03
                    yield _not_registered(case, call, reset, refused)
                elif lists.registered:
                    yield case.held(call)


def _succeeds(call: Call) -> bool:
    done = call.function == names.PRE_COMPLETION
    return done and fields.integer(call.args, "dwWin32Error") == 0


def _not_registered(case: Case, call: Call, reset: Call, refused: Call | None) -> Outcome:
    if refused is not None:
        reason = f"SetEtherTypeHandling was refused with {codes.win32(refused.result)}"
        return case.unknown(reason, call)
    why = case.losses.why_absence_proves_nothing(
        call.process, case.index.association_of(call), reset.start_ns, call.start_ns
    )
    if why:
        return case.unknown(why, call)
    return case.breach(
        "the pre-association succeeded without SetEtherTypeHandling, though AdapterReset had "
        "emptied the lists this profile used before",
        call,
        reset,
    )


@rule(
    "ETH-06", cls="D", source="H (the annotations of wlanihv.h); A:decryption-exemptions",
    text="A list with a count has a pointer; an exemption's action is 0 to 2, its packet type 1 to "
    "3.",
)  # fmt: skip
def lists_are_well_formed(case: Case) -> Outcomes:
    """Pointers, actions and packet types of SetEtherTypeHandling."""
    for call in case.index.calls(names.SET_ETHERTYPES):
        wrong = _malformed(call)
        yield case.breach(f"SetEtherTypeHandling: {wrong}", call) if wrong else case.held(call)


def _malformed(call: Call) -> str | None:
    for count, name in COUNTED_LISTS:
        if fields.integer(call.args, count) and name in call.args and call.args[name] is None:
            return f"{count} is not 0, but {name} is NULL"
        if (fields.mapping(call.args, name) or {}).get("unreadable"):
            return f"{name} cannot be read"
    for item in fields.sequence(call.args, "pExemption") or []:
        if not isinstance(item, Mapping):
            continue
        action, kind = fields.integer(item, "action"), fields.integer(item, "packet_type")
        if action is not None and action not in (0, 1, 2):
            return f"an exemption has the action {action}"
        if kind is not None and kind not in (1, 2, 3):
            return f"an exemption has the packet type {kind}"
    return None
