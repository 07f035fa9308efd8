# SPDX-License-Identifier: GPL-2.0-or-later
"""The access point's RADIUS: as much of it as an EAP pass-through authenticator needs."""

from hwsim.radius.client import Exchange, RadiusClient
from hwsim.radius.codec import TROUBLE_KINDS, AccessRequest, RadiusReply, RadiusServer, Trouble

__all__ = [
    "TROUBLE_KINDS",
    "AccessRequest",
    "Exchange",
    "RadiusClient",
    "RadiusReply",
    "RadiusServer",
    "Trouble",
]
