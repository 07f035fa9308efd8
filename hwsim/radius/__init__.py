# SPDX-License-Identifier: GPL-2.0-or-later
"""The access point's RADIUS: as much of it as an EAP pass-through authenticator needs."""

from hwsim.radius.client import Exchange, RadiusClient
from hwsim.radius.codec import Answer, Question, RadiusServer

__all__ = ["Answer", "Exchange", "Question", "RadiusClient", "RadiusServer"]
