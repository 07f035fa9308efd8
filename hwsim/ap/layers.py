# SPDX-License-Identifier: GPL-2.0-or-later
"""The layers of scapy that the templates are built from.

scapy is here for its formats alone. To send packets itself it would ask this host for its
interfaces and routes as soon as it is loaded, a third of the time the air takes to start.
"""

# ruff: noqa: E402 -- scapy asks while its layers are imported, so it is told before

from __future__ import annotations

from scapy.config import conf

conf.route_autoload = conf.route6_autoload = False

from scapy.layers.dot11 import (
    Dot11,
    Dot11AssoResp,
    Dot11Auth,
    Dot11Beacon,
    Dot11Deauth,
    Dot11Elt,
    Dot11ProbeResp,
)
from scapy.layers.inet import ICMP, IP
from scapy.layers.l2 import ARP, LLC, SNAP
from scapy.packet import Raw

__all__ = [
    "ARP",
    "ICMP",
    "IP",
    "LLC",
    "SNAP",
    "Dot11",
    "Dot11AssoResp",
    "Dot11Auth",
    "Dot11Beacon",
    "Dot11Deauth",
    "Dot11Elt",
    "Dot11ProbeResp",
    "Raw",
]
