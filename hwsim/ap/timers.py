# SPDX-License-Identifier: GPL-2.0-or-later
"""How long the access point waits, and how often it tries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timers:
    """Waits in milliseconds, and tries, by default hostapd's.

    Source: hostapd, src/ap/wpa_auth.c: eapol_key_timeout_first, eapol_key_timeout_subseq,
    eapol_key_timeout_first_group, wpa_pairwise_update_count.

    Attributes:
        first_ms: from the first M1 or M3 to the next try. An acknowledged first M1 waits
            ``next_ms``.
        next_ms: from any later try of a message to the next.
        group_first_ms: from the first G1 to the next try.
        tries: of each message of a handshake and of each EAP request.
        eap_ms: how long an EAP request waits for its response. RFC 3748, 4.3, asks for 3 s where
            nothing is known of the path; it is not lengthened from try to try, so that a silent
            station is given up in bounded time.
        radius_ms: how long the RADIUS server may take for an answer.
        eap_failure_to_deauth_ms: between EAP-Failure and the deauthentication, so that the station
            reads the former. hostapd waits 10 ms, in which an emulated station gets no further
            than its EAP peer: its OS is to tell the DLL.
    """

    first_ms: int = 100
    next_ms: int = 1000
    group_first_ms: int = 500
    tries: int = 4
    eap_ms: int = 3000
    radius_ms: int = 2000
    eap_failure_to_deauth_ms: int = 1000
