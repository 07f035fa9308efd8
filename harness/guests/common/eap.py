# SPDX-License-Identifier: GPL-2.0-or-later
r"""What a guest needs for its own 802.1X: certificates in its stores, and who authenticates.

The reference guest's stores are folders below ``C:\hil\certificates``: ``Root\<thumbprint>.pem``,
``My\<thumbprint>.pem`` and ``My\<thumbprint>.key``, each readable by the services alone. On Windows
the same certificates belong into the real stores, which is done once, by hand:
``certutil -addstore Root ca.pem`` for the authority, ``certutil -user -importpfx client.pfx`` for a
user's certificate with its key (made by ``openssl pkcs12 -export``); the user's data goes the same
way on both, by WlanSetProfileEapXmlUserData.
"""

from __future__ import annotations

from harness.eap import Credentials, thumbprint
from harness.guests.common.agent import Agent, Interface
from harness.guests.common.eap_xml import user_data
from harness.guests.common.recorder import FOLDER
from harness.guests.common.ssh import Ssh
from harness.scenarios import Eap

STORES = FOLDER / "certificates"


def place_certificates(ssh: Ssh, credentials: Credentials) -> None:
    """Put the trusted root and the user's certificate and key into the guest's stores."""
    root, own = thumbprint(credentials.ca_pem), thumbprint(credentials.client_pem)
    for name in ("Root", "My"):
        ssh.mkdir(STORES / name)
    ssh.write(credentials.ca_pem, STORES / "Root" / f"{root}.pem", private=True)
    ssh.write(credentials.client_pem, STORES / "My" / f"{own}.pem", private=True)
    ssh.write(credentials.client_key_pem, STORES / "My" / f"{own}.key", private=True)


def set_user(
    agent: Agent, interface: Interface, profile: str, eap: Eap, credentials: Credentials,
    *, timeout_s: float,
) -> None:  # fmt: skip
    """Tell the guest who authenticates with `profile`, which is set already."""
    agent.set_eap_user_data(interface, profile, user_data(eap, credentials), timeout_s=timeout_s)
