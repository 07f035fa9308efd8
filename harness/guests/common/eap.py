# SPDX-License-Identifier: GPL-2.0-or-later
r"""Who authenticates in a guest's own 802.1X: told by WlanSetProfileEapXmlUserData on every guest.

The certificates it needs are placed by the guest (`Guest.place_certificates`). On Windows they
belong into the real stores, which is done once, by hand: ``certutil -addstore Root ca.pem`` for the
authority, ``certutil -user -importpfx client.pfx`` for a user's certificate with its key (made by
``openssl pkcs12 -export``).
"""

from __future__ import annotations

from harness.eap import Credentials
from harness.guests.common.agent import Agent, Interface
from harness.guests.common.eap_xml import user_data
from harness.scenarios import Eap


def set_user(
    agent: Agent, interface: Interface, profile: str, eap: Eap, credentials: Credentials,
    *, timeout_s: float,
) -> None:  # fmt: skip
    """Tell the guest who authenticates with `profile`, which is set already."""
    agent.set_eap_user_data(interface, profile, user_data(eap, credentials), timeout_s=timeout_s)
