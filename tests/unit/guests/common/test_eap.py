# SPDX-License-Identifier: GPL-2.0-or-later
"""802.1X of the guest's own: its XML keeps secrets where they belong."""

from __future__ import annotations

import hashlib
import ssl
import xml.etree.ElementTree as ET
from typing import Any, get_args

import pytest

from harness.eap import Credentials, make_credentials, thumbprint
from harness.guests.common.agent import Interface
from harness.guests.common.eap import set_user
from harness.guests.common.eap_xml import onex_element, user_data
from harness.guests.common.profile import NAMESPACE, profile_xml
from harness.scenarios import Eap, Scenario, find_scenario
from harness.scenarios.enterprise import EapMethod as Method

METHODS: tuple[Method, ...] = get_args(Method)


@pytest.fixture(scope="module")
def credentials() -> Credentials:
    """Those of one run."""
    return make_credentials("me & you")


class FakeAgent:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def set_eap_user_data(self, *told: Any, timeout_s: float) -> None:
        """See Agent."""
        self.told.append(told)


def test_thumbprint_is_windows_own(credentials: Credentials) -> None:
    """SHA-1 over the DER form."""
    der = ssl.PEM_cert_to_DER_cert(credentials.ca_pem.decode())
    assert thumbprint(credentials.ca_pem) == hashlib.sha1(der).hexdigest()


@pytest.mark.parametrize("method", METHODS)
def test_the_profile_names_the_root_and_no_secret(method: Method, credentials: Credentials) -> None:
    """Trusted root by thumbprint; neither password nor key nor identity."""
    text = onex_element(Eap(method=method), credentials)
    found = [e.text for e in ET.fromstring(text).iter() if "}TrustedRootCA" in e.tag]
    assert found == [thumbprint(credentials.ca_pem)]
    assert not [secret for secret in credentials.secrets() if secret.decode() in text]


@pytest.mark.parametrize("method", METHODS)
def test_user_data_is_escaped(method: Method, credentials: Credentials) -> None:
    """Every value arrives as it is; the private key is in none of it."""
    text = user_data(Eap(method=method), credentials)
    values = {e.tag.rpartition("}")[2]: e.text for e in ET.fromstring(text).iter()}
    assert values["Username"] == "me & you"
    assert credentials.client_key_pem.decode() not in text


@pytest.mark.parametrize(
    "name",
    [
        "eap-tls",
        "eap-peap",
        "eap-ttls",
        "eap-failure",
        "eap-no-authenticator",
        "eap-reauthentication",
    ],
)
def test_shipped_scenarios_have_microsofts_settings(name: str, credentials: Credentials) -> None:
    """<OneX> before <IHV>, useMSOneX after the fragment, as the schema orders them."""
    root = ET.fromstring(profile_xml(find_scenario(name), None, credentials))
    ns = {"p": NAMESPACE, "o": "http://www.microsoft.com/networking/OneX/v1"}
    assert root.find("p:MSM/p:security/o:OneX/o:EAPConfig", ns) is not None
    ihv = root.find("p:IHV", ns)
    assert ihv is not None
    assert [child.tag.rpartition("}")[2] for child in ihv] == [
        "OUIHeader", "security", "useMSOneX",
    ]  # fmt: skip
    assert ihv.find("p:security/p:IhvSecurity/p:Enterprise", ns) is not None


def test_a_passphrase_profile_has_no_onex() -> None:
    """useMSOneX is left out where it would be false."""
    scenario = Scenario(name="s", summary="x").with_passphrase()
    text = profile_xml(scenario)
    assert "OneX>" not in text.replace("<useOneX>false</useOneX>", "")


def test_the_user_is_told_for_the_profile(credentials: Credentials) -> None:
    """WlanSetProfileEapXmlUserData of this interface and profile."""
    agent, interface, eap = FakeAgent(), Interface("{G}", "x"), Eap(method="tls")
    set_user(agent, interface, "p", eap, credentials, timeout_s=1)  # type: ignore[arg-type]
    assert agent.told == [(interface, "p", user_data(eap, credentials))]
