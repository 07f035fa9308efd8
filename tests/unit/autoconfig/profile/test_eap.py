# SPDX-License-Identifier: GPL-2.0-or-later
"""EAPConfig and EapHostUserCredentials → which authentication is run."""

from __future__ import annotations

import pytest
from autoconfig.profile.eap import EapMethod, EapUser, method_of_profile, user_of_xml
from autoconfig.profile.reading import ProfileError
from autoconfig.profile.wlan import parse

from harness.eap import make_credentials, thumbprint
from harness.guests.common.eap_xml import user_data
from harness.guests.common.profile import profile_xml
from harness.scenarios import Scenario
from tests.unit.autoconfig.texts import INNER, OWN, ROOT, eap_profile, eap_user


def test_methods_are_read() -> None:
    """EAP-TLS, and PEAP with EAP-MSCHAPv2; a thumbprint may be written with blanks."""
    spaced = " ".join([ROOT[i : i + 2] for i in range(0, 40, 2)]).upper()
    assert method_of_profile(eap_profile(13)) == EapMethod(13, (ROOT,))
    assert method_of_profile(eap_profile(25, INNER, spaced)) == EapMethod(25, (ROOT,))


@pytest.mark.parametrize(
    "xml",
    [
        eap_profile(43), eap_profile(25, INNER.replace("26", "13")),
        eap_profile(13, root="zz" * 20), eap_profile(13, root="../../etc"),
        eap_profile(onex="<OneX/>"), eap_profile(onex=""), "<WLANProfile", "<!DOCTYPE a><a/>",
        "<a>" * 40 + "</a>" * 40,
    ],
)  # fmt: skip
def test_what_cannot_be_carried_out_is_refused(xml: str) -> None:
    """Other methods, a malformed root, no EAPConfig, hostile XML."""
    with pytest.raises(ProfileError):
        method_of_profile(xml)


def ttls_profile(inner: str, root: str = "TrustedRootCAHash", privacy: str = "") -> str:
    """A profile with EAP-TTLS, as Windows exports it."""
    return eap_profile(
        onex='<OneX xmlns="http://www.microsoft.com/networking/OneX/v1"><EAPConfig><EapHostConfig '
        'xmlns="http://www.microsoft.com/provisioning/EapHostConfig"><EapMethod>'
        '<Type xmlns="http://www.microsoft.com/provisioning/EapCommon">21</Type></EapMethod><Config>'
        '<EapTtls xmlns="http://www.microsoft.com/provisioning/EapTtlsConnectionPropertiesV1">'
        f"<ServerValidation><ServerNames>a.example</ServerNames><{root}>{ROOT}</{root}>"
        f"</ServerValidation><Phase2Authentication>{inner}</Phase2Authentication>{privacy}"
        "</EapTtls></Config></EapHostConfig></EAPConfig></OneX>"
    )


@pytest.mark.parametrize(
    ("inner", "wanted"),
    [
        ("<PAPAuthentication/>", "auth=PAP"),
        ("<CHAPAuthentication/>", "auth=CHAP"),
        ("<MSCHAPAuthentication/>", "auth=MSCHAP"),
        (
            "<MSCHAPv2Authentication><UseWinlogonCredentials>false</UseWinlogonCredentials>"
            "</MSCHAPv2Authentication>",
            "auth=MSCHAPV2",
        ),
        (INNER, "autheap=MSCHAPV2"),
    ],
)
def test_what_ttls_has_inside(inner: str, wanted: str) -> None:
    """By its element; the root's is named as Windows exports it, or as its schema has it."""
    expected = EapMethod(21, (ROOT,), server_names=("a.example",), inner=wanted)
    assert method_of_profile(ttls_profile(inner)) == expected
    assert method_of_profile(ttls_profile(inner, "TrustedRootCAHashes")) == expected


@pytest.mark.parametrize(
    "inner", ["", "<PAPAuthentication/><CHAPAuthentication/>", INNER.replace("26", "13"), "<New/>"]
)
def test_what_ttls_cannot_have_inside(inner: str) -> None:
    """None, two, another EAP method, an unknown one."""
    with pytest.raises(ProfileError):
        method_of_profile(ttls_profile(inner))


def test_the_name_before_the_tunnel() -> None:
    """The anonymous one where the profile wants privacy."""
    asked = "<Phase1Identity><IdentityPrivacy>{}</IdentityPrivacy><AnonymousIdentity>nobody"
    asked += "</AnonymousIdentity></Phase1Identity>"
    for privacy, name in (("true", "nobody"), ("false", "")):
        found = method_of_profile(ttls_profile("<PAPAuthentication/>", "x", asked.format(privacy)))
        assert found.anonymous == name


BLOB = """<OneX xmlns="http://www.microsoft.com/networking/OneX/v1"><EAPConfig>
<EapHostConfig xmlns="http://www.microsoft.com/provisioning/EapHostConfig"><EapMethod>
<Type xmlns="http://www.microsoft.com/provisioning/EapCommon">25</Type></EapMethod>
<ConfigBlob>{}</ConfigBlob></EapHostConfig></EAPConfig></OneX>"""


@pytest.mark.parametrize("blob", ["", "01000000"])
def test_a_config_blob_stands_for_the_methods_own_settings(blob: str) -> None:
    """As in Microsoft's sample and older exports: PEAP, and the server is not looked at."""
    found = method_of_profile(eap_profile(onex=BLOB.format(blob)))
    assert found == EapMethod(25, validates_server=False)


def test_how_the_server_is_validated() -> None:
    """By a root and by names, by any root of the store, or not at all."""
    named = eap_profile(13).replace(
        "<TrustedRootCA>", "<ServerNames>a.example; b.example</ServerNames><TrustedRootCA>"
    )
    assert method_of_profile(named).server_names == ("a.example", "b.example")
    some = eap_profile(13).replace(f"<TrustedRootCA>{ROOT}</TrustedRootCA>", "")
    assert method_of_profile(some) == EapMethod(13)
    off = eap_profile(25, INNER).replace(
        "</ServerValidation>",
        "</ServerValidation><PerformServerValidation>false</PerformServerValidation>",
    )
    assert not method_of_profile(off).validates_server


def test_a_profile_with_one_x_in_its_own_namespace_is_accepted() -> None:
    """<OneX> lies in the OneX namespace; the same name in WLANProfile's is not it."""
    found = parse(eap_profile(), 0x123456)
    assert found.use_ms_onex
    assert found.eap_method == EapMethod(13, (ROOT,))
    with pytest.raises(ProfileError):
        parse(eap_profile(onex="<OneX/>"), 0x123456)


def test_users_are_read() -> None:
    """Name and password of PEAP, name and certificate of EAP-TLS."""
    peap = eap_user(25, "<Username>me</Username><Password>p&lt;w</Password>")
    assert user_of_xml(peap) == EapUser(25, "me", password="p<w")
    tls = eap_user(13, f"<Username>me</Username><UserCert>{OWN.upper()}</UserCert>")
    assert user_of_xml(tls) == EapUser(13, "me", certificate=OWN)


@pytest.mark.parametrize(
    "xml",
    [
        eap_user(25, "<Username>me</Username>"), eap_user(13, "<Username>me</Username>"),
        eap_user(25, "<Password>x</Password>"), eap_user(99, "<Username>me</Username>"), "<a/>", "",
        eap_user(25, f"<Username>{'x' * 300}</Username><Password>x</Password>"),
    ],
)  # fmt: skip
def test_incomplete_users_are_refused(xml: str) -> None:
    """What the method needs must be there; the error does not quote it."""
    with pytest.raises(ProfileError):
        user_of_xml(xml)


def test_secrets_are_not_in_representations() -> None:
    """A password is not shown by repr."""
    assert "secret" not in repr(EapUser(25, "me", password="secret"))


@pytest.mark.parametrize(("method", "kind"), [("tls", 13), ("peap-mschapv2", 25), ("ttls-pap", 21)])
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
    root, name = credentials.root, credentials.server_name
    inner = "auth=PAP" if kind == 21 else ""
    assert method_of_profile(xml) == EapMethod(kind, (root,), server_names=(name,), inner=inner)
    user = user_of_xml(user_data(scenario.eap, credentials))
    assert (user.kind, user.name) == (kind, "me<&>")
    if kind != 13:
        assert user.password == credentials.password
    else:
        assert user.certificate == thumbprint(credentials.client_pem)
