# SPDX-License-Identifier: GPL-2.0-or-later
"""The WLAN profile a scenario asks for, as the XML WlanSetProfile takes.

The schema is WLANProfile v1 with an `<IHV>` element after `<MSM>`; what the vendor's DLL reads
stands in it as a fragment. The XML holds the passphrase: it goes to the agent and nowhere else.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from harness.scenarios import Scenario

NAMESPACE = "http://www.microsoft.com/networking/WLAN/profile/v1"

_TEMPLATE = """<?xml version="1.0"?>
<WLANProfile xmlns="{namespace}">
<name>{name}</name>
<SSIDConfig><SSID><hex>{ssid_hex}</hex><name>{ssid}</name></SSID></SSIDConfig>
<connectionType>ESS</connectionType>
<connectionMode>manual</connectionMode>
<MSM><security><authEncryption>
<authentication>open</authentication><encryption>none</encryption><useOneX>false</useOneX>
</authEncryption></security></MSM>
<IHV><OUIHeader><OUI>{oui}</OUI><type>{type}</type></OUIHeader>
<security>{security}</security></IHV>
</WLANProfile>
"""


def profile_name(scenario: Scenario) -> str:
    """The name under which the guest keeps the scenario's profile."""
    return f"hil {scenario.name}"


def profile_xml(scenario: Scenario, fault: str | None = None) -> str:
    """The profile of `scenario`, whose passphrase is set; `fault` goes to our sample DLL."""
    network, ihv = scenario.network, scenario.ihv
    assert network.passphrase is not None
    security = ihv.security.replace(
        "{passphrase}", escape(network.passphrase.get_secret_value())
    ).replace("{fault}", f"<Fault>{escape(fault)}</Fault>" if fault else "")
    return _TEMPLATE.format(
        namespace=NAMESPACE,
        name=escape(profile_name(scenario)),
        ssid=escape(network.ssid),
        ssid_hex=network.ssid.encode().hex().upper(),
        oui=ihv.oui.upper(),
        type=ihv.type.upper(),
        security=security,
    )
