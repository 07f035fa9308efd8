# SPDX-License-Identifier: GPL-2.0-or-later
"""MEM rules: buffers of the framework, and notifications."""

from __future__ import annotations

from harness.checks.case import Case
from harness.checks.codes import hexed
from harness.checks.outcomes import Outcomes
from harness.checks.registry import rule
from harness.checks.shared.buffers import SEPARATE, allocated_when_handed_on, track_buffers
from harness.evidence import fields, names

L2_SOURCE_IHV = 0x40
"""L2_NOTIFICATION_SOURCE_WLAN_IHV of l2cmn.h."""


@rule(
    "MEM-01", cls="M", source="I:dot11ext_allocate_buffer; I:dot11ext_free_buffer",
    text="What a handler returns in memory was allocated with AllocateBuffer and belongs to the "
    "OS: the DLL does not free it afterwards. (That what QueryUIRequest returns and StartOneX is "
    "given was allocated: UI-07, ONEX-09.)",
)  # fmt: skip
def what_is_handed_on_is_not_freed(case: Case) -> Outcomes:
    """CreateDiscoveryProfiles returns live buffers; nothing handed on is given to FreeBuffer."""
    yield from allocated_when_handed_on(
        case, names.DISCOVERY_PROFILES, "CreateDiscoveryProfiles returned", SEPARATE
    )
    for process in case.segments.processes:
        buffers = track_buffers(process)
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
        for release in track_buffers(process).releases:
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
