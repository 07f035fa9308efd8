# SPDX-License-Identifier: GPL-2.0-or-later
"""WLANProfile XML: what is read of it, what is refused, and that errors keep its secrets."""

from __future__ import annotations

import pytest
from autoconfig import codes
from autoconfig.profile import wlan
from autoconfig.profile.reading import MAX_XML_BYTES, ProfileError

from tests.unit.autoconfig.texts import FRAGMENT, ONEX, OUI, V1, xml


def test_profile_is_read() -> None:
    """Name, SSID bytes, OUI and the bare fragment, character for character."""
    profile = wlan.parse(xml(), OUI)
    assert (profile.name, profile.ssids, profile.oui) == ("lab", (b"hiP",), OUI)
    assert profile.security_xml == FRAGMENT
    assert profile.connectivity_xml is None
    assert not profile.use_ms_onex


@pytest.mark.parametrize(
    "fragment",
    [
        "<IhvSecurity/>",
        "<x:S xmlns:x='urn:v'><x:a/></x:S>",
        '<IhvSecurity xmlns=""><security><a/></security></IhvSecurity>',
        "<IhvSecurity><!-- </IhvSecurity> --></IhvSecurity>",
        "<IhvSecurity><![CDATA[</security>]]></IhvSecurity>",
    ],
)
@pytest.mark.parametrize("around", ["", "\n  "])
def test_fragment_is_cut_out_unchanged(fragment: str, around: str) -> None:
    """Whatever the vendor's element looks like, the DLL gets just it."""
    profile = wlan.parse(xml(f"<security>{around}{fragment}{around}</security>"), OUI)
    assert profile.security_xml == fragment


def test_connectivity_fragment_and_ssid_by_name() -> None:
    """Both fragments, and an SSID without hex."""
    both = f"<connectivity><C/></connectivity><security>{FRAGMENT}</security>"
    profile = wlan.parse(xml(both, ssid="<SSID><name>hällo</name></SSID>"), OUI)
    assert profile.connectivity_xml == "<C/>"
    assert profile.security_xml == FRAGMENT
    assert profile.ssids == ("hällo".encode(),)


def test_byte_order_mark_and_utf16_declaration_are_harmless() -> None:
    """Windows programs often declare the encoding the text had in a file."""
    text = xml().replace('version="1.0"', 'version="1.0" encoding="UTF-16"')
    assert wlan.parse("\ufeff" + text, OUI).name == "lab"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", codes.REASON_INVALID_PROFILE_SCHEMA),
        ("<a/>", codes.REASON_INVALID_PROFILE_SCHEMA),
        ("no xml", codes.REASON_INVALID_PROFILE_SCHEMA),
        (xml().replace("</WLANProfile>", ""), codes.REASON_INVALID_PROFILE_SCHEMA),
        (xml(name=""), codes.REASON_INVALID_PROFILE_SCHEMA),
        (xml(name=f"<name>{'n' * 256}</name>"), codes.REASON_INVALID_PROFILE_SCHEMA),
        (xml().replace(V1, "urn:other"), codes.REASON_INVALID_PROFILE_SCHEMA),
        (xml("<security>" + "<a>" * 40 + "</a>" * 40 + "</security>"),
         codes.REASON_INVALID_PROFILE_SCHEMA),
        (xml(f"<security><z>{'x' * MAX_XML_BYTES}</z></security>"),
         codes.REASON_INVALID_PROFILE_SCHEMA),
        (xml(ssid="<SSID><hex>zz</hex></SSID>"), codes.REASON_PROFILE_SSID_INVALID),
        (xml(ssid=f"<SSID><hex>{'61' * 33}</hex></SSID>"), codes.REASON_PROFILE_SSID_INVALID),
        (xml(ssid=""), codes.REASON_PROFILE_SSID_INVALID),
        (xml(oui=""), codes.REASON_IHV_OUI_MISSING),
        (xml(oui="<OUIHeader><OUI>12</OUI></OUIHeader>"), codes.REASON_IHV_OUI_MISSING),
        (xml(oui="<OUIHeader><OUI>001122</OUI></OUIHeader>"), codes.REASON_IHV_OUI_MISMATCH),
        (xml(""), codes.REASON_IHV_SETTINGS_MISSING),
        (xml("<security/>"), codes.REASON_IHV_SETTINGS_MISSING),
        (xml(extra="<useMSOneX>true</useMSOneX>"), codes.REASON_IHV_SECURITY_ONEX_MISSING),
    ],
)  # fmt: skip
def test_refused_with_the_documented_reason(text: str, reason: int) -> None:
    """Each defect has the reason code the API documents for it."""
    with pytest.raises(ProfileError) as error:
        wlan.parse(text, OUI)
    assert error.value.reason == reason
    assert "s3cr" not in str(error.value)


def test_profile_without_ihv_is_no_ihv_profile() -> None:
    """A plain profile is refused: this service has the IHV way only."""
    text = xml().split("<IHV")[0] + "</WLANProfile>"
    with pytest.raises(ProfileError) as error:
        wlan.parse(text, OUI)
    assert error.value.reason == codes.REASON_IHV_SETTINGS_MISSING


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE a>",
        '<!DOCTYPE a [<!ENTITY b "c">]>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://x/"> %p;]>',
    ],
)
def test_document_types_are_refused(doctype: str) -> None:
    """No entity is ever declared, expanded or fetched."""
    text = xml().replace("<WLANProfile", doctype + "<WLANProfile")
    with pytest.raises(ProfileError, match="document types"):
        wlan.parse(text, OUI)


def test_one_x_without_a_method_is_refused() -> None:
    """useMSOneX needs Microsoft's 802.1X settings to say which EAP method there is."""
    text = xml(extra="<useMSOneX>true</useMSOneX>", msm=f'<OneX xmlns="{ONEX}"/>')
    with pytest.raises(ProfileError, match="no EAPConfig"):
        wlan.parse(text, OUI)


def test_repr_shows_no_secret() -> None:
    """A profile that ends up in a message or traceback shows no fragment."""
    assert "s3cr" not in repr(wlan.parse(xml(), OUI))
