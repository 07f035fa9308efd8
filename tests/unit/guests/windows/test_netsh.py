# SPDX-License-Identifier: GPL-2.0-or-later
"""`netsh wlan show drivers` in languages, and whatever else it prints."""

from __future__ import annotations

from pathlib import PureWindowsPath

from hypothesis import given
from hypothesis import strategies as st

from harness.guests.windows.netsh import shown_drivers

ENGLISH = r"""
Interface name: Wi-Fi

    Driver                    : Realtek RTL8187B Wireless 802.11b/g 54Mbps USB 2.0
    INF file                  : net8187bv64.inf
    Type                      : Native Wi-Fi Driver
    Authentication and cipher supported in infrastructure mode:
                                WPA2-Personal   CCMP
    IHV service present       : Yes
    IHV adapter OUI           : [00 e0 4c], type: [00]
    IHV extensibility DLL path: C:\hil\recorder.dll
    IHV UI extensibility ClSID: {6C2A8CCA-B2A2-4D81-A3B2-4E15F445C312}
"""
GERMAN = r"""
Schnittstellenname: WLAN

    Treiber                   : Realtek: ein Adapter
    IHV-Dienst vorhanden      : Ja
    IHV-Adapter-OUI           : [00 E0 4C], Typ: [00]
    Pfad der IHV-Erweiterungs-DLL : %SystemRoot%\System32\rtl ihv.DLL

Schnittstellenname: WLAN 2

    IHV-Dienst vorhanden      : Nein
    IHV-Adapter-OUI           : [00 00 00], Typ: [00]
"""


def test_an_adapter_with_an_ihv_service() -> None:
    """Its name, DLL and OUI."""
    (found,) = shown_drivers(ENGLISH)
    assert found.interface == "Wi-Fi"
    assert found.dll == PureWindowsPath(r"c:\HIL\recorder.dll")
    assert found.oui == "00e04c"


def test_several_in_another_language() -> None:
    """Values are known by their form, not by their labels."""
    first, second = shown_drivers(GERMAN)
    assert (first.interface, first.oui) == ("WLAN", "00e04c")
    assert first.dll == PureWindowsPath(r"%SystemRoot%\System32\rtl ihv.DLL")
    assert (second.interface, second.dll, second.oui) == ("WLAN 2", None, "000000")


def test_no_adapter() -> None:
    """Windows says so in a sentence."""
    assert shown_drivers("There is no wireless interface on the system.\n") == ()


@given(st.text())
def test_any_output_is_harmless(output: str) -> None:
    """It is the guest's."""
    assert isinstance(shown_drivers(output), tuple)
