# SPDX-License-Identifier: GPL-2.0-or-later
"""What 802.1X needs behind the access point: certificates, an identity, and a RADIUS server."""

from harness.eap.credentials import Credentials, make_credentials, thumbprint
from harness.eap.given import check_profile, credentials_of
from harness.eap.radius import RADIUS_LOG, RadiusServer, radius_of, radius_server

__all__ = [
    "RADIUS_LOG",
    "Credentials",
    "RadiusServer",
    "check_profile",
    "credentials_of",
    "make_credentials",
    "radius_of",
    "radius_server",
    "thumbprint",
]
