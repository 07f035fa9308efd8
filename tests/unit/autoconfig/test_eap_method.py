# SPDX-License-Identifier: GPL-2.0-or-later
"""EAPConfig and EapHostUserCredentials → what runs, and wpa_supplicant's configuration of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from autoconfig.eap_method import (
    CertificateMissing,
    CertificateStores,
    EapMethod,
    EapUser,
    method_of_profile,
    supplicant_config,
    user_of_xml,
)
from autoconfig.profiles import ProfileError, parse

from harness.eap import make_credentials
from harness.guest.eap_xml import thumbprint, user_data
from harness.guest.profile import profile_xml
from harness.scenarios import Scenario

ROOT, OWN = "ab" * 20, "cd" * 20
HEAD = '<WLANProfile xmlns="http://www.microsoft.com/networking/WLAN/profile/v1"><name>p</name>'
BASE = "http://www.microsoft.com/provisioning/BaseEapConnectionPropertiesV1"
INNER = f'<Eap xmlns="{BASE}"><Type>26</Type><EapType/></Eap>'


def profile(kind: int = 13, inner: str = "", root: str = ROOT, onex: str | None = None) -> str:
    """A profile with <OneX> of this EAP method."""
    ca = f"<ServerValidation><TrustedRootCA>{root}</TrustedRootCA></ServerValidation>"
    method = (
        '<EapHostConfig xmlns="http://www.microsoft.com/provisioning/EapHostConfig"><EapMethod>'
        f'<Type xmlns="http://www.microsoft.com/provisioning/EapCommon">{kind}</Type></EapMethod>'
        f'<Config><Eap xmlns="{BASE}"><Type>{kind}</Type><EapType>{ca}{inner}</EapType></Eap>'
        "</Config></EapHostConfig>"
    )
    if onex is None:
        onex = (
            '<OneX xmlns="http://www.microsoft.com/networking/OneX/v1">'
            f"<EAPConfig>{method}</EAPConfig></OneX>"
        )
    return (
        HEAD + "<SSIDConfig><SSID><hex>68</hex></SSID></SSIDConfig>"
        f"<MSM><security>{onex}</security></MSM>"
        "<IHV><OUIHeader><OUI>123456</OUI><type>00</type></OUIHeader>"
        "<security><IhvSecurity><Enterprise/></IhvSecurity></security>"
        "<useMSOneX>true</useMSOneX></IHV></WLANProfile>"
    )


def user(kind: int, body: str) -> str:
    """EapHostUserCredentials of this method."""
    return (
        '<EapHostUserCredentials xmlns="http://www.microsoft.com/provisioning/'
        'EapHostUserCredentials" xmlns:c="http://www.microsoft.com/provisioning/EapCommon">'
        f"<EapMethod><c:Type>{kind}</c:Type></EapMethod><Credentials>{body}</Credentials>"
        "</EapHostUserCredentials>"
    )


def test_methods_are_read() -> None:
    """EAP-TLS, and PEAP with EAP-MSCHAPv2; a thumbprint may be written with blanks."""
    spaced = " ".join([ROOT[i : i + 2] for i in range(0, 40, 2)]).upper()
    assert method_of_profile(profile(13)) == EapMethod(13, (ROOT,))
    assert method_of_profile(profile(25, INNER, spaced)) == EapMethod(25, (ROOT,))


@pytest.mark.parametrize(
    "xml",
    [
        profile(21), profile(25), profile(13, root="zz" * 20), profile(13, root="../../etc"),
        profile(onex="<OneX/>"), profile(onex=""), "<WLANProfile", "<!DOCTYPE a><a/>",
        "<a>" * 40 + "</a>" * 40,
    ],
)  # fmt: skip
def test_what_cannot_be_carried_out_is_refused(xml: str) -> None:
    """Other methods, a missing or malformed root, no EAPConfig, hostile XML."""
    with pytest.raises(ProfileError):
        method_of_profile(xml)


def test_a_profile_with_one_x_in_its_own_namespace_is_accepted() -> None:
    """<OneX> lies in the OneX namespace; the same name in WLANProfile's is not it."""
    assert parse(profile(), 0x123456).use_ms_onex
    with pytest.raises(ProfileError):
        parse(profile(onex="<OneX/>"), 0x123456)


def test_users_are_read() -> None:
    """Name and password of PEAP, name and certificate of EAP-TLS."""
    peap = user(25, "<Username>me</Username><Password>p&lt;w</Password>")
    assert user_of_xml(peap) == EapUser(25, "me", password="p<w")
    tls = user(13, f"<Username>me</Username><UserCert>{OWN.upper()}</UserCert>")
    assert user_of_xml(tls) == EapUser(13, "me", certificate=OWN)


@pytest.mark.parametrize(
    "xml",
    [
        user(25, "<Username>me</Username>"), user(13, "<Username>me</Username>"),
        user(25, "<Password>x</Password>"), user(99, "<Username>me</Username>"), "<a/>", "",
        user(25, f"<Username>{'x' * 300}</Username><Password>x</Password>"),
    ],
)  # fmt: skip
def test_incomplete_users_are_refused(xml: str) -> None:
    """What the method needs must be there; the error does not quote it."""
    with pytest.raises(ProfileError):
        user_of_xml(xml)


@pytest.fixture
def stores(tmp_path: Path) -> CertificateStores:
    """Stores with the root and the user's certificate."""
    for name in (f"Root/{ROOT}.pem", f"My/{OWN}.pem", f"My/{OWN}.key"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    return CertificateStores(tmp_path)


def test_configuration_of_peap(stores: CertificateStores) -> None:
    """Strings are in hex, so no quote or newline in a password can add a line."""
    evil = 'p"\n}\nctrl_interface=/tmp'
    text = supplicant_config(EapMethod(25, (ROOT,)), EapUser(25, "me", password=evil), stores)
    assert "ctrl_interface" not in text
    assert f"password={evil.encode().hex()}\n" in text
    assert "eap=PEAP\n" in text
    assert 'phase1="peapver=0"\n' in text


def test_configuration_of_tls(stores: CertificateStores) -> None:
    """Certificate and key of the store My, the root of the store Root."""
    text = supplicant_config(EapMethod(13, (ROOT,)), EapUser(13, "me", certificate=OWN), stores)
    paths = [str(stores.folder / name) for name in (f"Root/{ROOT}.pem", f"My/{OWN}.key")]
    assert all(path.encode().hex() in text for path in paths)
    assert "password" not in text


def test_missing_certificates_are_told(stores: CertificateStores) -> None:
    """A thumbprint without a file."""
    with pytest.raises(CertificateMissing):
        supplicant_config(EapMethod(13, (OWN,)), EapUser(13, "me", certificate=OWN), stores)
    with pytest.raises(CertificateMissing):
        supplicant_config(EapMethod(13, (ROOT,)), EapUser(13, "me", certificate=ROOT), stores)


def test_secrets_are_not_in_representations() -> None:
    """A password is not shown by repr."""
    assert "secret" not in repr(EapUser(25, "me", password="secret"))


@pytest.mark.parametrize(("method", "kind"), [("tls", 13), ("peap-mschapv2", 25)])
def test_what_the_harness_writes_is_read(method: str, kind: int) -> None:
    """The profile and the user's data of a scenario, as the agent hands them over."""
    credentials = make_credentials("me<&>")
    scenario = Scenario.model_validate(
        {
            "name": "s", "summary": "x", "network": {"security": "wpa2-eap"},
            "eap": {"method": method},
            "ihv": {"security": "<IhvSecurity><Enterprise/></IhvSecurity>"},
        }
    )  # fmt: skip
    assert scenario.eap is not None
    xml = profile_xml(scenario, None, credentials)
    assert parse(xml, 0x123456).use_ms_onex
    assert method_of_profile(xml) == EapMethod(kind, (thumbprint(credentials.ca_pem),))
    user = user_of_xml(user_data(scenario.eap, credentials))
    assert (user.kind, user.name) == (kind, "me<&>")
    if kind == 25:
        assert user.password == credentials.password
    else:
        assert user.certificate == thumbprint(credentials.client_pem)
