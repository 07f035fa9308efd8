# SPDX-License-Identifier: GPL-2.0-or-later
r"""The certificate stores of the reference guest, which its 802.1X looks into.

They are folders below ``C:\hil\certificates``: ``Root\<thumbprint>.pem``, ``My\<thumbprint>.pem``
and ``My\<thumbprint>.key``, each readable by the services alone.
"""

from __future__ import annotations

from harness.eap import Credentials, thumbprint
from harness.guests.common.recorder import FOLDER
from harness.guests.common.ssh import Ssh

STORES = FOLDER / "certificates"


def place_certificates(ssh: Ssh, credentials: Credentials) -> None:
    """Put the trusted root and the user's certificate and key into the guest's stores."""
    root, own = thumbprint(credentials.ca_pem), thumbprint(credentials.client_pem)
    for name in ("Root", "My"):
        ssh.mkdir(STORES / name)
    ssh.write(credentials.ca_pem, STORES / "Root" / f"{root}.pem", private=True)
    ssh.write(credentials.client_pem, STORES / "My" / f"{own}.pem", private=True)
    ssh.write(credentials.client_key_pem, STORES / "My" / f"{own}.key", private=True)
