# SPDX-License-Identifier: GPL-2.0-or-later
"""The WLAN profile: well-formed whatever the scenario holds, with the vendor's fragment inside."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from autoconfig.profile import wlan
from pydantic import SecretStr

from harness.guests.common.profile import NAMESPACE, profile_name, profile_xml
from harness.scenarios import Scenario
from harness.scenarios.model import Ihv
from tests.unit.scenarios.test_fragments import PROFILE

NS = {"p": NAMESPACE}


def scenario(passphrase: str = "correct horse", ssid: str = "hil", security: str = "") -> Scenario:
    """A scenario with these values."""
    ihv = {"security": security} if security else {}
    return Scenario.model_validate(
        {
            "name": "s",
            "summary": "x",
            "network": {"ssid": ssid, "passphrase": SecretStr(passphrase)},
            "ihv": ihv,
        }
    )


def found(xml: str, path: str) -> str:
    """The text of one element of a profile."""
    element = ET.fromstring(xml).find(path, NS)
    assert element is not None
    return element.text or ""


def test_every_value_arrives_as_it_is() -> None:
    """Characters XML reserves survive, in the SSID and in the passphrase."""
    xml = profile_xml(scenario("a<b>&\"c'd", "<&>"))
    assert found(xml, "p:SSIDConfig/p:SSID/p:name") == "<&>"
    assert found(xml, "p:SSIDConfig/p:SSID/p:hex") == "3C263E"
    assert found(xml, ".//p:IhvSecurity/p:Passphrase") == "a<b>&\"c'd"
    assert found(xml, "p:name") == profile_name(scenario())


def test_a_fault_is_an_element_of_its_own_or_none() -> None:
    """The sample DLL reads its fault from the fragment; a good run has no such element."""
    assert found(profile_xml(scenario(), "crashes"), ".//p:Fault") == "crashes"
    assert ET.fromstring(profile_xml(scenario())).find(".//p:Fault", NS) is None


def test_a_vendors_fragment_is_taken_as_it_stands() -> None:
    """Braces that are no placeholder of ours stay."""
    xml = profile_xml(scenario(security="<V><K>{passphrase}</K><J>{1:2}</J></V>"))
    assert found(xml, ".//p:K") == "correct horse"
    assert found(xml, ".//p:J") == "{1:2}"


def test_connectivity_comes_before_security() -> None:
    """The schema's order; an empty part is left out."""
    both = scenario().model_copy(update={"ihv": Ihv(connectivity="<C>{passphrase}</C>")})
    xml = profile_xml(both)
    assert found(xml, ".//p:connectivity/p:C") == "correct horse"
    assert xml.index("<connectivity>") < xml.index("<security><IhvSecurity>")
    alone = scenario().model_copy(update={"ihv": Ihv(connectivity="<C/>", security="")})
    assert ET.fromstring(profile_xml(alone)).find("p:IHV/p:security", NS) is None


def test_a_whole_profile_is_taken_with_our_network() -> None:
    """Its own name and SSIDs make way."""
    xml = profile_xml(scenario(ssid="<x>").model_copy(update={"ihv": Ihv(profile=PROFILE)}))
    assert found(xml, "p:name") == profile_name(scenario())
    assert found(xml, "p:SSIDConfig/p:SSID/p:hex") == "3C783E"
    assert "correct horse" in xml


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ({"ssid_hex": "CED2B5C457494649"}, None),  # GB2312, no UTF-8
        ({"ssid": "DIRECT-\u0007printer"}, None),
        ({"ssid": " \0abcdefghijklmnopqrstuvwxyz01\0 "}, None),
        ({"ssid": "a\rb"}, None),
        ({"ssid": "\ufffe"}, None),
        ({"ssid": "\U0001f4f2"}, "\U0001f4f2"),
        ({"ssid": "a\tb"}, "a\tb"),
    ],
)
def test_an_ssid_is_bytes_and_a_name_only_where_xml_can_hold_it(
    name: dict[str, str], text: str | None
) -> None:
    """<hex> says it all; the guest reads those bytes."""
    one = Scenario.model_validate({"name": "s", "summary": "x", "network": name})
    xml = profile_xml(one)
    assert bytes.fromhex(found(xml, "p:SSIDConfig/p:SSID/p:hex")) == one.network.ssid_bytes
    element = ET.fromstring(xml).find("p:SSIDConfig/p:SSID/p:name", NS)
    assert (element.text if element is not None else None) == text
    assert wlan.parse(xml, 0x123456).ssids == (one.network.ssid_bytes,)


def test_the_ihv_element_stands_after_msm() -> None:
    """The schema orders them so (WLANProfile v1)."""
    order = [child.tag.rpartition("}")[2] for child in ET.fromstring(profile_xml(scenario()))]
    assert order.index("IHV") == order.index("MSM") + 1
