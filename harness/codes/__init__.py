# SPDX-License-Identifier: GPL-2.0-or-later
"""Codes by name, decimal and hex: the one way in which a code is shown to people.

Event logs give a code in words, in decimal or in hex; so that each can be matched with a report,
every function here returns all of it: ``WLAN_REASON_CODE_DRIVER_DISCONNECTED (229387, 0x3800b)``.
A number without a name is shown as a number, and None as an unreadable value. Pure; the tables and
their sources are in `tables` and ``winerror.txt``.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from harness.codes import tables

__all__ = [
    "assoc_status",
    "dot11_reason",
    "dot11_status",
    "eap_reason",
    "onex_result",
    "onex_status",
    "reason",
    "reason_name",
    "win32",
    "win32_name",
]

UNREADABLE = "an unreadable value"

IHV_REASONS = range(0x90000, 0xA0000)
"""The block of L2 reason codes set aside for vendors (l2cmn.h)."""

PEER_DEAUTHENTICATED, PEER_DISASSOCIATED, ASSOCIATION_RESPONSE = 1, 2, 3
"""The upper half of a DOT11_ASSOC_STATUS whose lower half is a code of IEEE 802.11."""


def win32(code: int | None) -> str:
    """A Win32 error, RPC or socket error, or HRESULT: what a handler or completion gives."""
    return _shown(code, win32_name(code))


def win32_name(code: int | None) -> str:
    """The name of that code in winerror.h; empty if it has none there."""
    return _winerror().get(code & 0xFFFFFFFF, "") if code is not None else ""


def reason(code: int | None) -> str:
    """A WLAN, ONEX or vendor's reason code: a DLL's pdwReasonCode, a notification's reason."""
    return _shown(code, reason_name(code))


def reason_name(code: int | None) -> str:
    """The name of a reason code; empty if it has none. The vendors' block has no names of its own:
    "vendor-defined"."""
    if code is None:
        return ""
    if code in IHV_REASONS:
        return "vendor-defined"
    return _reasons().get(code, "")


def onex_status(code: int | None) -> str:
    """An ONEX_AUTH_STATUS (dot1x.h): how far 802.1X has come, or how it ended."""
    return _shown(code, _at(tables.ONEX_STATUSES, code))


def onex_result(code: int | None) -> str:
    """A DOT11_MSONEX_RESULT (wlanihv.h): what the OS tells the DLL that 802.1X came to."""
    return _shown(code, _at(tables.ONEX_RESULTS, code))


def eap_reason(code: int | None) -> str:
    """A DOT11_EAP_RESULT's failure reason: an EAPHost error, or any other of winerror.h."""
    return _shown(code, tables.EAP_REASONS.get(code or 0, "") or win32_name(code))


def assoc_status(code: int | None) -> str:
    """A DOT11_ASSOC_STATUS, with the IEEE 802.11 code that it may carry in its lower half."""
    if code is None:
        return UNREADABLE
    kind, carried = code >> 16, code & 0xFFFF
    words = {
        PEER_DEAUTHENTICATED: f"PEER_DEAUTHENTICATED, reason {dot11_reason(carried)}",
        PEER_DISASSOCIATED: f"PEER_DISASSOCIATED, reason {dot11_reason(carried)}",
        ASSOCIATION_RESPONSE: f"ASSOCIATION_RESPONSE, status {dot11_status(carried)}",
    }
    if code >> 31:
        return _shown(code, "a status of the vendor's own")
    word = words.get(kind, "") or _at(tables.ASSOC_STATUSES, code)
    return _shown(code, f"DOT11_ASSOC_STATUS_{word}" if word else "")


def dot11_reason(code: int | None) -> str:
    """A reason code of a deauthentication or disassociation: ``15 4WAY_HANDSHAKE_TIMEOUT``."""
    return _numbered(code, _at(tables.DOT11_REASONS, code))


def dot11_status(code: int | None) -> str:
    """A status code of an association response: ``53 STATUS_INVALID_PMKID``."""
    return _numbered(code, tables.DOT11_STATUSES.get(-1 if code is None else code, ""))


@cache
def _winerror() -> dict[int, str]:
    text = resources.files(__package__).joinpath("winerror.txt").read_text(encoding="ascii")
    pairs = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {int(value, 0): name for value, name in pairs}


@cache
def _reasons() -> dict[int, str]:
    wlan = {
        first + place: f"WLAN_REASON_CODE_{name}"
        for first, run in tables.WLAN_REASONS_FROM.items()
        for place, name in enumerate(run)
    }
    onex = {
        first + place: name
        for first, run in tables.ONEX_REASONS_FROM.items()
        for place, name in enumerate(run)
    }
    return {0: "WLAN_REASON_CODE_SUCCESS", **wlan, **onex}


def _at(names: tuple[str, ...], code: int | None) -> str:
    return names[code] if code is not None and 0 <= code < len(names) else ""


def _shown(code: int | None, name: str) -> str:
    if code is None:
        return UNREADABLE
    number = f"{code}, {code & 0xFFFFFFFF:#x}"
    return f"{name} ({number})" if name else f"{code} ({code & 0xFFFFFFFF:#x})"


def _numbered(code: int | None, name: str) -> str:
    if code is None:
        return UNREADABLE
    return f"{code} {name}" if name else str(code)
