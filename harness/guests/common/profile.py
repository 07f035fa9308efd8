# SPDX-License-Identifier: GPL-2.0-or-later
"""The WLAN profile a scenario asks for, as the XML WlanSetProfile takes.

The schema is WLANProfile v1 with an `<IHV>` element after `<MSM>`; what the vendor's DLL reads
stands in it as a fragment. With [eap] the profile has Microsoft's 802.1X settings besides, and
`useMSOneX` says that the DLL has use of them. The XML holds the passphrase: it goes to the agent
and nowhere else.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from harness.eap import Credentials
from harness.guests.common.eap_xml import onex_element
from harness.scenarios import Scenario
from harness.scenarios.fragments import whole_profile
from harness.scenarios.placeholders import filled
from harness.scenarios.ssid import in_xml

NAMESPACE = "http://www.microsoft.com/networking/WLAN/profile/v1"

_TEMPLATE = """<?xml version="1.0"?>
<WLANProfile xmlns="{namespace}">
<name>{name}</name>
<SSIDConfig><SSID><hex>{ssid_hex}</hex>{ssid}</SSID>{hidden}</SSIDConfig>
<connectionType>ESS</connectionType>
<connectionMode>manual</connectionMode>
<MSM><security>{msm}</security></MSM>
<IHV><OUIHeader><OUI>{oui}</OUI><type>{type}</type></OUIHeader>
{connectivity}{security}{onex}</IHV>
</WLANProfile>
"""

_AUTH_ENCRYPTION = """<authEncryption>
<authentication>{authentication}</authentication><encryption>{encryption}</encryption>\
<useOneX>{onex}</useOneX>
</authEncryption>"""


def profile_name(scenario: Scenario) -> str:
    """The name under which the guest keeps the scenario's profile."""
    return f"hil {scenario.name}"


def profile_xml(
    scenario: Scenario, fault: str | None = None, credentials: Credentials | None = None
) -> str:
    """The profile of `scenario`; `fault` goes to our sample DLL.

    The scenario's passphrase is set, or it is one with [eap], and `credentials` are its own.
    """
    network, ihv = scenario.network, scenario.ihv
    values = _values(scenario, fault, credentials)
    if ihv.profile:
        name, ssid = escape(profile_name(scenario)), network.ssid_bytes
        return filled(whole_profile(ihv.profile).filled(name, ssid), values)
    msm = _AUTH_ENCRYPTION.format(
        authentication=network.choice.os_authentication,
        encryption=network.choice.os_encryption,
        onex="true" if network.choice.credential == "eap" else "false",
    )
    if scenario.eap is not None:
        assert credentials is not None
        msm += onex_element(scenario.eap, credentials)
    return _TEMPLATE.format(
        namespace=NAMESPACE,
        name=escape(profile_name(scenario)),
        ssid=_element("name", escape(in_xml(network.ssid_bytes) or "")),
        ssid_hex=network.ssid_bytes.hex().upper(),
        hidden="<nonBroadcast>true</nonBroadcast>" if network.hidden else "",
        oui=ihv.oui.upper(),
        type=ihv.type.upper(),
        connectivity=_element("connectivity", filled(ihv.connectivity, values)),
        security=_element("security", filled(ihv.security, values)),
        msm=msm,
        onex="<useMSOneX>true</useMSOneX>" if scenario.uses_onex else "",
    )


def _values(
    scenario: Scenario, fault: str | None, credentials: Credentials | None
) -> dict[str, str]:
    """What stands for each placeholder, as XML."""
    secret = scenario.network.passphrase
    values = {
        "passphrase": escape(secret.get_secret_value()) if secret is not None else "",
        "fault": f"<Fault>{escape(fault)}</Fault>" if fault else "",
    }
    if credentials is not None:
        values["root"] = credentials.root
        values["server"] = escape(credentials.server_name)
    return values


def _element(name: str, content: str) -> str:
    return f"<{name}>{content}</{name}>" if content else ""
