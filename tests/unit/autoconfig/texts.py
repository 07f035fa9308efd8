# SPDX-License-Identifier: GPL-2.0-or-later
"""Profiles and EAP user data as a WLAN client hands them over."""

from __future__ import annotations

OUI = 0x123456
FRAGMENT = "<IhvSecurity><Passphrase>s3cr&amp;t öä</Passphrase></IhvSecurity>"
V1 = "http://www.microsoft.com/networking/WLAN/profile/v1"
ONEX = "http://www.microsoft.com/networking/OneX/v1"


def xml(
    fragment: str = f"<security>{FRAGMENT}</security>",
    ssid: str = "<SSID><hex>686950</hex><name>hiP</name></SSID>",
    oui: str = "<OUIHeader><OUI>123456</OUI><type>00</type></OUIHeader>",
    extra: str = "",
    name: str = "<name>lab</name>",
    msm: str = "",
) -> str:
    """A profile with parts exchanged."""
    return f"""<?xml version="1.0"?>
<WLANProfile xmlns="{V1}">{name}<SSIDConfig>{ssid}</SSIDConfig>
<connectionType>ESS</connectionType><MSM><security>{msm}</security></MSM>
<IHV xmlns="{V1}">{oui}{fragment}{extra}</IHV></WLANProfile>"""


ROOT, OWN = "ab" * 20, "cd" * 20
HEAD = '<WLANProfile xmlns="http://www.microsoft.com/networking/WLAN/profile/v1"><name>p</name>'
BASE = "http://www.microsoft.com/provisioning/BaseEapConnectionPropertiesV1"
INNER = f'<Eap xmlns="{BASE}"><Type>26</Type><EapType/></Eap>'


def eap_profile(kind: int = 13, inner: str = "", root: str = ROOT, onex: str | None = None) -> str:
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


def eap_user(kind: int, body: str) -> str:
    """EapHostUserCredentials of this method."""
    return (
        '<EapHostUserCredentials xmlns="http://www.microsoft.com/provisioning/'
        'EapHostUserCredentials" xmlns:c="http://www.microsoft.com/provisioning/EapCommon">'
        f"<EapMethod><c:Type>{kind}</c:Type></EapMethod><Credentials>{body}</Credentials>"
        "</EapHostUserCredentials>"
    )
