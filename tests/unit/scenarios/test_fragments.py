# SPDX-License-Identifier: GPL-2.0-or-later
"""A vendor's XML: fragments and whole profiles, taken as they stand or told what is wrong."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from autoconfig.profile import wlan
from hypothesis import given
from hypothesis import strategies as st

from harness.scenarios.fragments import NAMESPACE, XmlError, check_fragment, whole_profile
from harness.scenarios.placeholders import filled

NS = {"p": NAMESPACE}
ONEX = '<OneX xmlns="http://www.microsoft.com/networking/OneX/v1"><EAPConfig/></OneX>'

PROFILE = f"""<?xml version="1.0" encoding="US-ASCII"?>
<WLANProfile xmlns="{NAMESPACE}">
  <name>Office > 1</name>
  <SSIDConfig><SSID><name>office</name></SSID><nonBroadcast>false</nonBroadcast></SSIDConfig>
  <SSIDConfig><SSID><name>other</name></SSID></SSIDConfig>
  <connectionType>ESS</connectionType>
  <MSM><security><authEncryption><authentication>open</authentication>
  <encryption>none</encryption><useOneX>false</useOneX></authEncryption></security></MSM>
  <IHV>
    <OUIHeader><OUI>00a1B2</OUI><type>00</type></OUIHeader>
    <connectivity><V:Conn xmlns:V="urn:v" a="x>y"/></connectivity>
    <security><IhvSecurity><Key>{{passphrase}}</Key><J>{{1:2}}</J></IhvSecurity></security>
    <useMSOneX>false</useMSOneX>
  </IHV>
</WLANProfile>
"""


def test_name_and_network_become_the_harnesss() -> None:
    """All else stays as it was, byte for byte; the guest takes it."""
    whole = whole_profile(PROFILE)
    assert whole.oui == "00a1B2"
    xml = filled(whole.filled("hil &lt;x&gt;", b"\xc3\xa9t\xc3\xa9"), {"passphrase": "a&amp;b"})
    tree = ET.fromstring(xml)
    assert [one.text for one in tree.findall("p:name", NS)] == ["hil <x>"]
    assert [one.text for one in tree.findall(".//p:SSID/p:hex", NS)] == ["C3A974C3A9"]
    assert tree.findall(".//p:SSID/p:name", NS) == []
    assert '<V:Conn xmlns:V="urn:v" a="x>y"/>' in xml
    found = wlan.parse(xml, 0x00A1B2)
    assert found.security_xml == "<IhvSecurity><Key>a&amp;b</Key><J>{1:2}</J></IhvSecurity>"
    assert found.connectivity_xml == '<V:Conn xmlns:V="urn:v" a="x>y"/>'
    assert found.ssids == (b"\xc3\xa9t\xc3\xa9",)


def test_prefixes_and_empty_elements() -> None:
    """A profile may write the same in other ways."""
    text = PROFILE.replace(f'xmlns="{NAMESPACE}"', f'xmlns:w="{NAMESPACE}"')
    for tag in ("WLANProfile", "SSIDConfig", "SSID", "MSM", "IHV", "OUIHeader", "OUI"):
        text = text.replace(f"<{tag}>", f"<w:{tag}>").replace(f"</{tag}>", f"</w:{tag}>")
        text = text.replace(f"<{tag} ", f"<w:{tag} ")
    text = text.replace("<name>Office > 1</name>", '<w:name x=">"/>')
    tree = ET.fromstring(whole_profile(text).filled("n", b"s"))
    assert [one.text for one in tree.findall("p:name", NS)] == ["n"]


def wrong(text: str) -> str:
    """Why a profile is refused."""
    with pytest.raises(XmlError) as caught:
        whole_profile(text)
    assert "Office" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("</IHV>", "", "not well-formed XML at line 15"),
        (NAMESPACE, "urn:x", "is no WLANProfile"),
        ("<name>Office > 1</name>", "", "no <name>"),
        ("SSIDConfig", "SsidConfig", "no <name> followed by <SSIDConfig>"),
        ("IHV", "Ihv", "no <IHV> element"),
        ("00a1B2", "00a1", "no <OUI> of six hex digits"),
        ("<useMSOneX>false", "<useMSOneX>true", "0x80012"),
        ("<WLANProfile", "<!DOCTYPE x><WLANProfile", "document type"),
        ("Office", "O" * 300_000, "longer than 256 KiB"),
        ("<Key>", "<k>" * 40, "nests too deeply"),
        ("{passphrase}", "{passphrse}", "{passphrse}, which is none here: known are {passphrase}"),
        ("{passphrase}", "{fault}", "{fault}, which is none here"),
    ],
)
def test_what_is_no_profile_for_an_ihv_dll(old: str, new: str, said: str) -> None:
    """Each is told by what it lacks, never by what it holds."""
    assert said in wrong(PROFILE.replace(old, new))


def test_microsofts_802_1x_with_its_settings() -> None:
    """useMSOneX is fine where <OneX> stands in <MSM><security>."""
    text = PROFILE.replace("<useMSOneX>false", "<useMSOneX>true")
    assert whole_profile(text.replace("</authEncryption>", f"</authEncryption>{ONEX}")).oui


@pytest.mark.parametrize("text", ["", "text", "<a/><b/>", "<a>", "<!DOCTYPE a><a/>"])
def test_what_is_no_fragment(text: str) -> None:
    """One element, whole by itself."""
    with pytest.raises(XmlError):
        check_fragment(text)


@pytest.mark.parametrize("name", ["pasphrase", "PASSPHRASE", "ssid", "x1"])
def test_an_unknown_placeholder_is_refused_with_those_known(name: str) -> None:
    """A key misspelt would reach the DLL as it stands, and be no key."""
    with pytest.raises(XmlError, match=r"known are \{passphrase\}, \{fault\}, \{root\}") as caught:
        check_fragment(f"<IhvSecurity><Key>{{{name}}}</Key></IhvSecurity>")
    assert f"{{{name}}}" in str(caught.value)
    assert "&#123;" in str(caught.value)


@pytest.mark.parametrize("braces", ["{1:2}", '{"a":1}', "{}", "&#123;Name}", "{a-b}", "{a b}"])
def test_braces_that_are_no_placeholder_are_fine(braces: str) -> None:
    """A GUID or JSON may stand in a fragment."""
    check_fragment(f"<IhvSecurity>{braces}</IhvSecurity>")


def test_what_a_value_holds_is_not_looked_at() -> None:
    """A passphrase with a placeholder's name in it stays what it is."""
    values = {"passphrase": "x{fault}y", "fault": "<Fault>f</Fault>"}
    assert filled("<a>{passphrase}</a>{fault}", values) == "<a>x{fault}y</a><Fault>f</Fault>"


def test_a_fragment_with_a_place_for_a_fault() -> None:
    """The placeholder of our sample DLL is no element yet."""
    check_fragment("<IhvSecurity>{passphrase}{fault}</IhvSecurity>")


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever is put into a profile, the answer is a profile or an error of its own kind."""
    for whole in (text, PROFILE.replace("Office > 1", text), PROFILE.replace("<IHV>", text)):
        try:
            whole_profile(whole)
        except XmlError:
            continue
