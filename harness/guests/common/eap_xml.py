# SPDX-License-Identifier: GPL-2.0-or-later
"""The XML of Windows' own 802.1X: the method in a profile's <OneX>, and the user's data.

Schemas: OneX v1, EapHostConfig and the connection properties of EAP-TLS (13), EAP-TTLS (21), PEAP
(25) and EAP-MSCHAPv2 (26); EapHostUserCredentials and the user properties of the same. Certificates
are named by their SHA-1 thumbprint and lie in the guest's stores. The user's data holds a password:
it goes to the agent and nowhere else.
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
<VendorType xmlns="{base}/EapCommon">0</VendorType>
<AuthorId xmlns="{base}/EapCommon">{author}</AuthorId>
</EapMethod><Config xmlns="{base}/EapHostConfig">{properties}</Config>
</EapHostConfig></EAPConfig></OneX>"""

_METHOD = '<Eap xmlns="{connection}"><Type>{kind}</Type>{properties}</Eap>'

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

_TTLS = """<EapTtls xmlns="{base}/EapTtlsConnectionPropertiesV1"><ServerValidation>
<ServerNames>{name}</ServerNames><TrustedRootCAHash>{root}</TrustedRootCAHash>
<DisablePrompt>true</DisablePrompt></ServerValidation>
<Phase2Authentication>{inner}</Phase2Authentication>
<Phase1Identity><IdentityPrivacy>false</IdentityPrivacy></Phase1Identity></EapTtls>"""
"""The root's element is named as Windows exports it; [MS-GPWL] has TrustedRootCAHashes."""

_TTLS_INNER = {
    "ttls-pap": "<PAPAuthentication/>",
    "ttls-mschapv2": "<MSCHAPv2Authentication>"
    "<UseWinlogonCredentials>false</UseWinlogonCredentials></MSCHAPv2Authentication>",
}
_TTLS_AUTHOR = 311
"""Of Microsoft, whose EAP-TTLS it is; the older methods have 0."""

_USER = """<?xml version="1.0"?>
<EapHostUserCredentials xmlns="{base}/EapHostUserCredentials" xmlns:common="{base}/EapCommon"
 xmlns:method="{base}/BaseEapMethodUserCredentials"><EapMethod>
<common:Type>{kind}</common:Type><common:AuthorId>{author}</common:AuthorId></EapMethod>
<Credentials>{properties}</Credentials></EapHostUserCredentials>
"""

_USER_METHOD = """<user:Eap xmlns:user="{base}/BaseEapUserPropertiesV1">
<user:Type>{kind}</user:Type>{properties}</user:Eap>"""

_TLS_USER = """<tls:EapType xmlns:tls="{base}/EapTlsUserPropertiesV1">
<tls:Username>{name}</tls:Username><tls:UserCert>{certificate}</tls:UserCert></tls:EapType>"""

_PEAP_USER = """<peap:EapType xmlns:peap="{base}/MsPeapUserPropertiesV1">
<peap:RoutingIdentity>{name}</peap:RoutingIdentity><user:Eap><user:Type>26</user:Type>
<chap:EapType xmlns:chap="{base}/MsChapV2UserPropertiesV1"><chap:Username>{name}</chap:Username>
<chap:Password>{password}</chap:Password></chap:EapType></user:Eap></peap:EapType>"""


_TTLS_USER = """<EapTtls xmlns="{base}/EapTtlsUserPropertiesV1">
<Username>{name}</Username><Password>{password}</Password></EapTtls>"""


def onex_element(eap: Eap, credentials: Credentials) -> str:
    """The <OneX> of a WLANProfile. Holds no secret."""
    named = {
        "base": _PROVISIONING, "connection": _CONNECTION, "kind": EAP_TYPES[eap.method],
        "name": escape(credentials.server_name), "root": credentials.root,
    }  # fmt: skip
    if eap.method in _TTLS_INNER:
        properties = _TTLS.format(inner=_TTLS_INNER[eap.method], **named)
    else:
        template = _TLS if eap.method == "tls" else _PEAP
        own = template.format(server=_SERVER.format(**named), **named)
        properties = _METHOD.format(properties=own, **named)
    return _ONEX.format(onex=ONEX_NAMESPACE, properties=properties, author=_author(eap), **named)


def user_data(eap: Eap, credentials: Credentials) -> str:
    """What WlanSetProfileEapXmlUserData takes. Secret."""
    named = {
        "base": _PROVISIONING, "kind": EAP_TYPES[eap.method],
        "name": escape(credentials.identity), "password": escape(credentials.password),
        "certificate": thumbprint(credentials.client_pem),
    }  # fmt: skip
    if eap.method in _TTLS_INNER:
        properties = _TTLS_USER.format(**named)
    else:
        own = (_TLS_USER if eap.method == "tls" else _PEAP_USER).format(**named)
        properties = _USER_METHOD.format(properties=own, **named)
    return _USER.format(properties=properties, author=_author(eap), **named)


def _author(eap: Eap) -> int:
    return _TTLS_AUTHOR if eap.method in _TTLS_INNER else 0
