# SPDX-License-Identifier: GPL-2.0-or-later
"""Codes are shown by name, in decimal and in hex, so that report and event log can be matched."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness import codes
from harness.codes import tables
from harness.evidence import names

HEADER = Path("/usr/share/mingw-w64/include/winerror.h")
SERVICE = Path(__file__).parents[2] / "vm-images/reference/autoconfig/codes.py"


@pytest.mark.parametrize(
    ("show", "code", "shown"),
    [
        (codes.win32, 0, "ERROR_SUCCESS (0, 0x0)"),
        (codes.win32, 87, "ERROR_INVALID_PARAMETER (87, 0x57)"),
        (codes.win32, 1206, "ERROR_BAD_PROFILE (1206, 0x4b6)"),
        (codes.win32, 5023, "ERROR_INVALID_STATE (5023, 0x139f)"),
        (codes.win32, 1722, "RPC_S_SERVER_UNAVAILABLE (1722, 0x6ba)"),
        (codes.win32, 0x80040154, "REGDB_E_CLASSNOTREG (2147746132, 0x80040154)"),
        (codes.win32, 60001, "60001 (0xea61)"),
        (codes.win32, None, "an unreadable value"),
        (codes.reason, 0, "WLAN_REASON_CODE_SUCCESS (0, 0x0)"),
        (codes.reason, 0x3800B, "WLAN_REASON_CODE_DRIVER_DISCONNECTED (229387, 0x3800b)"),
        (codes.reason, 589830, "vendor-defined (589830, 0x90006)"),
        (codes.reason, 0x80012, "WLAN_REASON_CODE_IHV_SECURITY_ONEX_MISSING (524306, 0x80012)"),
        (codes.reason, 0x48014, "WLAN_REASON_CODE_MSMSEC_PSK_MISMATCH_SUSPECTED (294932, 0x48014)"),
        (codes.reason, 0x50005, "ONEX_EAP_FAILURE_RECEIVED (327685, 0x50005)"),
        (codes.reason, 0x50014, "ONEX_UI_NOT_PERMITTED (327700, 0x50014)"),
        (codes.reason, 7, "7 (0x7)"),
        (codes.onex_status, 4, "OneXAuthFailure (4, 0x4)"),
        (codes.onex_result, 2, "DOT11_MSONEX_IN_PROGRESS (2, 0x2)"),
        (codes.eap_reason, 0x80420105, "EAP_E_USER_CERT_REJECTED (2151809285, 0x80420105)"),
        (codes.assoc_status, 7, "DOT11_ASSOC_STATUS_DISASSOCIATED_BY_OS (7, 0x7)"),
        (
            codes.assoc_status,
            65551,
            "DOT11_ASSOC_STATUS_PEER_DEAUTHENTICATED, reason 15 4WAY_HANDSHAKE_TIMEOUT "
            "(65551, 0x1000f)",
        ),
        (
            codes.assoc_status,
            0x30035,
            "DOT11_ASSOC_STATUS_ASSOCIATION_RESPONSE, status 53 STATUS_INVALID_PMKID "
            "(196661, 0x30035)",
        ),
        (
            codes.assoc_status,
            0x80000001,
            "a status of the vendor's own (2147483649, 0x80000001)",
        ),
        (codes.dot11_reason, 23, "23 802_1_X_AUTH_FAILED"),
        (codes.dot11_reason, 900, "900"),
        (codes.dot11_status, 0, "0 SUCCESS"),
    ],
)
def test_a_code_is_shown_by_name_in_decimal_and_hex(show, code, shown):
    """Every kind of code, with a name and without one."""
    assert show(code) == shown


def test_the_names_are_those_the_guests_service_goes_by():
    """The guest has tables of its own, made for another purpose: they agree."""
    said = dict(re.findall(r"^(\w+) = (0x[0-9A-Fa-f]+|\d+)", SERVICE.read_text(), re.MULTILINE))
    for name, text in said.items():
        value = int(text, 0)
        if name.startswith("ERROR_"):
            assert codes.win32_name(value) == name
        elif name.startswith("REASON_"):
            assert codes.reason_name(value) == f"WLAN_REASON_CODE_{name.removeprefix('REASON_')}"
        elif name.startswith("EAP_E_"):
            assert tables.EAP_REASONS[value] == name


def test_the_vendors_block_is_that_of_the_rules():
    """One block of vendors, said in two places."""
    assert codes.IHV_REASONS[0] == names.REASON_IHV_FIRST
    assert codes.IHV_REASONS[-1] == names.REASON_IHV_LAST


@pytest.mark.skipif(not HEADER.exists(), reason="mingw-w64's headers are not installed")
def test_the_win32_names_are_winerror_hs():
    """The names are the header's own, whichever release of it is installed: later ones have some
    850 more, of parts of Windows that no WLAN has to do with."""
    header = dict(
        re.findall(r"^#define (ERROR_\w+) __MSABI_LONG\((\d+)\)$", HEADER.read_text(), re.MULTILINE)
    )
    assert len(header) > 1500
    known = {name: value for value, name in codes._winerror().items() if name in header}
    assert len(known) > 1500
    assert {name: int(header[name]) for name in known} == known
