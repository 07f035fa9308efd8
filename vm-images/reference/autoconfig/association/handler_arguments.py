# SPDX-License-Identifier: GPL-2.0-or-later
"""Arguments of the handlers that get structures, in the form the IHV host takes them: member names
in JSON, addresses with colons, bytes in hex."""

from __future__ import annotations

from .. import notifications
from ..ihv_host.call_queue import Arguments
from ..profile.wlan import Profile
from ..radio.interface import Associated, Bss
from . import assoc_params
from .attempt import Algorithms, Attempt


def profile_arguments(ihv_handle: str, profile: Profile) -> Arguments:
    """What PerformPreAssociate and ValidateProfile have in common."""
    return {
        "ihv_handle": ihv_handle,
        "ssids": [ssid.hex() for ssid in profile.ssids],
        "bss_type": notifications.INFRASTRUCTURE,
        "connectivity_xml": profile.connectivity_xml,
        "security_xml": profile.security_xml,
        "use_ms_onex": profile.use_ms_onex,
    }


def pre_associate(ihv_handle: str, attempt: Attempt, bss: Bss) -> Arguments:
    """PerformPreAssociate: the profile, the connect session and the connectable BSS list."""
    arguments = profile_arguments(ihv_handle, attempt.profile)
    arguments["connect_session"] = attempt.connect_session
    arguments["bss_list"] = [bss_entry(bss)]
    return arguments


def capability_match(ihv_handle: str, attempt: Attempt, bss: Bss) -> Arguments:
    """PerformCapabilityMatch: the profile and the networks found for it."""
    return {**profile_arguments(ihv_handle, attempt.profile), "bss_list": [bss_entry(bss)]}


def post_associate(
    ihv_handle: str,
    session: str,
    associated: Associated,
    bss: Bss,
    chosen: Algorithms,
    form: assoc_params.Form,
) -> Arguments:
    """PerformPostAssociate: the session, the closed port and the association's parameters."""
    parameters = assoc_params.completion_parameters(
        associated, bss, chosen.auth, chosen.unicast, chosen.multicast, form
    )
    session_id = int(session, 16) & 0xFFFFFFFF
    return {
        "ihv_handle": ihv_handle,
        "session": session,
        "port_state": assoc_params.port_state(associated.bssid, session_id),
        "assoc_params": parameters.hex(),
    }


def bss_entry(bss: Bss) -> Arguments:
    """DOT11_BSS_ENTRY; the link quality is Windows' scale of 0 to 100 for -100 to -50 dBm."""
    return {
        "bssid": bss.bssid.hex(":"),
        "bss_type": notifications.INFRASTRUCTURE,
        "rssi": bss.rssi_dbm,
        "link_quality": max(0, min(100, 2 * (bss.rssi_dbm + 100))),
        "beacon_period": bss.beacon_period_tu,
        "timestamp": bss.timestamp_us,
        "host_timestamp": bss.host_timestamp_100ns,
        "capability": bss.capability,
        "ies": bss.ies.hex(),
    }
