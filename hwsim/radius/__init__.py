# SPDX-License-Identifier: GPL-2.0-or-later
"""The access point's RADIUS: as much of it as an EAP pass-through authenticator needs."""

from hwsim.radius.client import Exchange, RadiusClient
from hwsim.radius.codec import AccessRequest, RadiusReply, RadiusServer

__all__ = ["AccessRequest", "Exchange", "RadiusClient", "RadiusReply", "RadiusServer"]
