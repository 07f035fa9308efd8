# SPDX-License-Identifier: GPL-2.0-or-later
"""What 802.1X needs behind the access point: certificates, an identity, and a RADIUS server."""

from harness.eap.credentials import Credentials, make_credentials
from harness.eap.radius import RADIUS_LOG, RadiusServer, radius_of, radius_server

__all__ = [
    "RADIUS_LOG",
    "Credentials",
    "RadiusServer",
    "make_credentials",
    "radius_of",
    "radius_server",
]
