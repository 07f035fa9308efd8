# SPDX-License-Identifier: GPL-2.0-or-later
"""What `reg query` prints, read; and the recorder's settings."""

from __future__ import annotations

from harness.guests.common.recorder import Registration, parse_query, settings

KEY = (
    r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Class"
    r"\{4D36E972-E325-11CE-BFC1-08002BE10318}\0001\Ndi\IHVExtensions"
)


def test_key_and_path_are_found() -> None:
    """The key line above the value names where it stands; a path may hold blanks."""
    value = "    ExtensibilityDLL    REG_SZ    C:\\Program Files\\v\\ihv.dll"
    output = f"\n{KEY}\n{value}\n\nEnd of search\n"
    assert parse_query(output) == Registration(KEY, r"C:\Program Files\v\ihv.dll")


def test_no_registration() -> None:
    """An adapter without IHV Extensions gives none."""
    assert parse_query("End of search: 0 match(es) found.\n") is None
    assert parse_query("") is None
    assert parse_query("    ExtensibilityDLL    REG_SZ    x\n") is None


def test_settings_name_vendor_and_trace() -> None:
    """recorder.ini says which DLL is wrapped and where the trace goes."""
    assert settings(r"C:\v\ihv.dll") == (
        b"[recorder]\r\nvendor=C:\\v\\ihv.dll\r\ntrace=C:\\hil\\trace.jsonl\r\n"
    )
