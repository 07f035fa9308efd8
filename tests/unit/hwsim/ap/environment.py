# SPDX-License-Identifier: GPL-2.0-or-later
"""An access point's parts without a medium, a loop or chance."""

from __future__ import annotations

from hwsim.ap.datapath import DataPath
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.group_key import GroupKey
from hwsim.ap.management import Management
from hwsim.ap.network import Network
from hwsim.ap.network_keys import NetworkKeys
from hwsim.ap.security.mode import SecurityMode
from hwsim.ap.security.modes import SECURITY_MODES
from hwsim.ap.station import Station
from hwsim.ciphers.suites import DATA_SUITES


class Quiet:
    """The part of the environment that a security mode needs: it keeps the PMKs told."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.keys = NetworkKeys()

    def keep_key(self, pmk: bytes, station: Station | None = None) -> None:
        """Remember it."""
        self.kept.append(pmk)

    def random(self, size: int) -> bytes:
        """Zeros."""
        return bytes(size)

    def now_ns(self) -> int:
        """Always the same time."""
        return 0

    def network_keys(self, ssid: bytes) -> NetworkKeys:
        """Those of the one network."""
        return self.keys


def mode_of(network: Network, environment: Quiet | None = None) -> SecurityMode:
    """The network's security, as its access point has it."""
    around: ApEnvironment = environment or Quiet()  # type: ignore[assignment]
    return SECURITY_MODES[network.security](network, around)


def path_of(network: Network, environment: ApEnvironment) -> DataPath:
    """The data path of a network with keys."""
    management = Management(network, mode_of(network), 0)
    group = GroupKey(environment, DATA_SUITES["ccmp-128"])
    return DataPath(network, management, group, protected=True)
