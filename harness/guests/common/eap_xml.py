# SPDX-License-Identifier: GPL-2.0-or-later
"""The XML of Windows' own 802.1X: the method in a profile's <OneX>, and the user's data.

Schemas: OneX v1, EapHostConfig and the connection properties of EAP-TLS (13), PEAP (25) and
EAP-MSCHAPv2 (26); EapHostUserCredentials and the user properties of the same. Certificates are
named by their SHA-1 thumbprint and lie in the guest's stores. The user's data holds a password: it
goes to the agent and nowhere else.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from harness.eap import Credentials, thumbprint
from harness.scenarios import Eap
from harness.scenarios.enterprise import EAP_TYPES

ONEX_NAMESPACE = "http://www.microsoft.com/networking/OneX/v1"
_PROVISIONING = "http://www.microsoft.com/provisioning"
_CONNECTION = f"{_PROVISIONING}/BaseEapConnectionPropertiesV1"

_ONEX = """<OneX xmlns="{onex}"><authMode>user</authMode><EAPConfig>
<EapHostConfig xmlns="{base}/EapHostConfig"><EapMethod>
<Type xmlns="{base}/EapCommon">{kind}</Type><VendorId xmlns="{base}/EapCommon">0</VendorId>
<VendorType xmlns="{base}/EapCommon">0</VendorType><AuthorId xmlns="{base}/EapCommon">0</AuthorId>
</EapMethod><Config xmlns="{base}/EapHostConfig">
<Eap xmlns="{connection}"><Type>{kind}</Type>{properties}</Eap>
</Config></EapHostConfig></EAPConfig></OneX>"""

_SERVER = """<ServerValidation>
<DisableUserPromptForServerValidation>true</DisableUserPromptForServerValidation>
<ServerNames>{name}</ServerNames><TrustedRootCA>{root}</TrustedRootCA></ServerValidation>"""

_TLS = """<EapType xmlns="{base}/EapTlsConnectionPropertiesV1"><CredentialsSource>
<CertificateStore><SimpleCertSelection>true</SimpleCertSelection></CertificateStore>
</CredentialsSource>{server}<DifferentUsername>false</DifferentUsername></EapType>"""

_PEAP = """<EapType xmlns="{base}/MsPeapConnectionPropertiesV1">{server}
<FastReconnect>true</FastReconnect><InnerEapOptional>false</InnerEapOptional>
<Eap xmlns="{connection}"><Type>26</Type><EapType xmlns="{base}/MsChapV2ConnectionPropertiesV1">
<UseWinLogonCredentials>false</UseWinLogonCredentials></EapType></Eap>
<EnableQuarantineChecks>false</EnableQuarantineChecks>
<RequireCryptoBinding>false</RequireCryptoBinding></EapType>"""

_USER = """<?xml version="1.0"?>
<EapHostUserCredentials xmlns="{base}/EapHostUserCredentials" xmlns:common="{base}/EapCommon"
 xmlns:method="{base}/BaseEapMethodUserCredentials"><EapMethod>
<common:Type>{kind}</common:Type><common:AuthorId>0</common:AuthorId></EapMethod>
<Credentials><user:Eap xmlns:user="{base}/BaseEapUserPropertiesV1">
<user:Type>{kind}</user:Type>{properties}</user:Eap></Credentials></EapHostUserCredentials>
"""

_TLS_USER = """<tls:EapType xmlns:tls="{base}/EapTlsUserPropertiesV1">
<tls:Username>{name}</tls:Username><tls:UserCert>{certificate}</tls:UserCert></tls:EapType>"""

_PEAP_USER = """<peap:EapType xmlns:peap="{base}/MsPeapUserPropertiesV1">
<peap:RoutingIdentity>{name}</peap:RoutingIdentity><user:Eap><user:Type>26</user:Type>
<chap:EapType xmlns:chap="{base}/MsChapV2UserPropertiesV1"><chap:Username>{name}</chap:Username>
<chap:Password>{password}</chap:Password></chap:EapType></user:Eap></peap:EapType>"""


def onex_element(eap: Eap, credentials: Credentials) -> str:
    """The <OneX> of a WLANProfile. Holds no secret."""
    server = _SERVER.format(root=credentials.root, name=escape(credentials.server_name))
    template = _TLS if eap.method == "tls" else _PEAP
    properties = template.format(base=_PROVISIONING, connection=_CONNECTION, server=server)
    return _ONEX.format(
        onex=ONEX_NAMESPACE, base=_PROVISIONING, connection=_CONNECTION,
        kind=EAP_TYPES[eap.method], properties=properties,
    )  # fmt: skip


def user_data(eap: Eap, credentials: Credentials) -> str:
    """What WlanSetProfileEapXmlUserData takes. Secret."""
    template = _TLS_USER if eap.method == "tls" else _PEAP_USER
    properties = template.format(
        base=_PROVISIONING,
        name=escape(credentials.identity),
        password=escape(credentials.password),
        certificate=thumbprint(credentials.client_pem),
    )
    return _USER.format(base=_PROVISIONING, kind=EAP_TYPES[eap.method], properties=properties)
