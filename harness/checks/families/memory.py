# SPDX-License-Identifier: GPL-2.0-or-later
"""MEM rules, and those of other families that speak of the framework's memory."""

from __future__ import annotations

from collections.abc import Collection

from harness.checks.buffers import SEPARATE, follow, shows_all
from harness.checks.case import Case
from harness.checks.codes import hexed
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.evidence import fields, names

L2_SOURCE_IHV = 0x40
"""L2_NOTIFICATION_SOURCE_WLAN_IHV of l2cmn.h."""


@rule(
    "LIFE-12", cls="M", source="I:dot11extihv_deinit_service",
    text="DeinitService frees everything: no buffer of AllocateBuffer or GetProfileCustomUserData "
    "is left to the DLL when it returns. (That it starts no adapter operation is ADPT-03.)",
)  # fmt: skip
def nothing_left_at_the_end(case: Case) -> Outcomes:
    """Buffers gained and not freed or handed on by the return of DeinitService."""
    for process in case.segments.processes:
        for end in process.of(names.DEINIT_SERVICE)[:1]:
            if end.returned is None:
                continue
            live = follow(process).live.items()
            own = [item for item in live if not item[1].entered_after_return_of(end)]
            left = sorted(own, key=lambda item: item[1].key)
            unclear = _unclear(case, process.index)
            lost = case.losses.lost_before(end)
            if not left:
                yield case.held()
            elif unclear or lost:
                yield case.unknown(unclear or lost or "", end)
            else:
                address, call = left[0]
                yield case.breach(
                    f"{len(left)} buffers were not freed by the return of DeinitService, the "
                    f"first at {hexed(address)}",
                    end,
                    call,
                )


def _unclear(case: Case, process: int) -> str | None:
    """The OS frees these too; traces of older recorders do not show their inner addresses."""
    for function in (names.DISCOVERY_PROFILES, names.START_ONEX, names.QUERY_UI):
        own = (call for call in case.index.calls(function) if call.process == process)
        if any(call.succeeded and not shows_all(call) for call in own):
            return f"{names.short(function)} handed on buffers the trace does not show"
    return None


@rule(
    "UI-07", cls="M", source="I:dot11extihv_query_ui_request; S:ihvsample.cpp",
    text="What QueryUIRequest returns was allocated with AllocateBuffer; the OS frees it.",
    severity="WARN",
    why="Microsoft's sample says the function was not used at its time and does not implement it",
)  # fmt: skip
def query_returns_a_buffer(case: Case) -> Outcomes:
    """The pointer QueryUIRequest returns is a live one of AllocateBuffer."""
    yield from _allocated(case, names.QUERY_UI, "QueryUIRequest returned", {"ppIhvUIRequest"})


@rule(
    "ONEX-09", cls="M", source="H (wlanihv.h, the comment above DOT11EXT_ONEX_START)",
    text="pEapAttributes of StartOneX is NULL or allocated with AllocateBuffer; the framework "
    "frees it.",
)  # fmt: skip
def eap_attributes_are_a_buffer(case: Case) -> Outcomes:
    """The pointer given to StartOneX is a live one of AllocateBuffer."""
    yield from _allocated(case, names.START_ONEX, "StartOneX was given", {"pEapAttributes"})


def _allocated(case: Case, function: str, what: str, members: Collection[str]) -> Outcomes:
    for process in case.segments.processes:
        for item in follow(process).handovers:
            if item.call.function != function or item.name not in members:
                continue
            lost = case.losses.lost_before(item.call)
            if item.allocated:
                yield case.held(item.call)
            elif lost:
                yield case.unknown(lost, item.call)
            else:
                yield case.breach(
                    f"{what} {hexed(item.address)}, which is no buffer of AllocateBuffer",
                    item.call,
                )


@rule(
    "MEM-01", cls="M", source="I:dot11ext_allocate_buffer; I:dot11ext_free_buffer",
    text="What a handler returns in memory was allocated with AllocateBuffer and belongs to the "
    "OS: the DLL does not free it afterwards. (That what QueryUIRequest returns and StartOneX is "
    "given was allocated: UI-07, ONEX-09.)",
)  # fmt: skip
def what_is_handed_on_is_not_freed(case: Case) -> Outcomes:
    """CreateDiscoveryProfiles returns live buffers; nothing handed on is given to FreeBuffer."""
    yield from _allocated(
        case, names.DISCOVERY_PROFILES, "CreateDiscoveryProfiles returned", SEPARATE
    )
    for process in case.segments.processes:
        buffers = follow(process)
        for release in buffers.releases:
            if release.was == "handed on":
                lost = case.losses.prologue_lost_before(release.call)
                message = f"FreeBuffer of {hexed(release.address)}, which belongs to the OS by now"
                yield (
                    case.unknown(lost, release.call) if lost else case.breach(message, release.call)
                )
        if buffers.handovers:
            yield case.held()


@rule(
    "MEM-02", cls="M",
    source="I:dot11ext_free_buffer; I:dot11ext_get_profile_custom_user_data",
    text="FreeBuffer is given only what AllocateBuffer or GetProfileCustomUserData gave, and each "
    "once; NULL is fine. (What is never freed shows in LIFE-12.)",
)  # fmt: skip
def only_own_buffers_are_freed(case: Case) -> Outcomes:
    """Every address freed is live at that moment."""
    for process in case.segments.processes:
        for release in follow(process).releases:
            lost = case.losses.lost_before(release.call)
            if release.was in ("live", "anyone's"):
                yield case.held(release.call)
            elif release.was == "handed on":
                continue
            elif lost:
                yield case.unknown(lost, release.call)
            else:
                yield case.breach(
                    f"FreeBuffer of {hexed(release.address)}, which was {release.was} as a buffer "
                    "of the framework",
                    release.call,
                )


@rule(
    "MEM-03", cls="M", source="I:dot11ext_send_notification; N:sending-notifications",
    text="SendNotification is given a notification that is not NULL, of source 0x40: listeners "
    "get no other. (Another source: a warning.)",
)  # fmt: skip
def notification_has_its_source(case: Case) -> Outcomes:
    """pNotificationData is there and NotificationSource is L2_NOTIFICATION_SOURCE_WLAN_IHV."""
    for call in case.index.calls(names.SEND_NOTIFICATION):
        given = call.args.get("pNotificationData", call)
        source = fields.integer(call.args, "NotificationSource")
        if given is None:
            yield case.breach("SendNotification was given NULL", call)
        elif source is None:
            yield case.unknown("the trace does not show the notification", call)
        elif source == L2_SOURCE_IHV:
            yield case.held(call)
        else:
            yield case.breach(
                f"SendNotification has source {source:#x}; listeners to the IHV service get 0x40",
                call,
                severity="WARN",
            )
