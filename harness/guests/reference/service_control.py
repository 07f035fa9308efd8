# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference guest's WLAN service, driven over a command that is a way to it.

The command is started when a scenario first has orders and held open for the rest of the run, so
that an association costs no process start; a scenario without any costs nothing at all.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from harness.config.limits import LimitsConfig
from harness.guests.common.ssh import Ssh
from harness.local.jsonlines import JsonLinesClient
from harness.scenarios.stimuli import OsParameters, OsStimulus

if TYPE_CHECKING:
    import paramiko

COMMAND = "hil-orders"
"""A command of the reference guest alone: JSON lines to and from its WLAN service."""


class ReferenceServiceControl:
    """`ServiceControl` of the reference guest."""

    def __init__(self, ssh: Ssh, *, limit_s: float) -> None:
        self._ssh = ssh
        self._limit_s = limit_s
        self._put_off_s = 0.0
        """How long the last order given may be put off: as long its end takes longer."""
        self._way: tuple[JsonLinesClient, paramiko.Channel] | None = None

    def give(
        self, orders: Sequence[OsStimulus], parameters: OsParameters, passphrase: str = ""
    ) -> None:
        """What to do out of the ordinary in the associations from now on.

        `passphrase` is the network's, which a user's answer may hold.

        Raises `CallFailed` if the guest does not know an order, `LabFault` if it does not answer.
        """
        self._put_off_s = max((order.after_ms or 0 for order in orders), default=0) / 1000
        if orders or not parameters.usual or self._way is not None:
            plan = [order.to_json(passphrase) for order in orders]
            self._call("orders", {"orders": plan, "association": parameters.to_json()})

    def keep_limits(self, limits: LimitsConfig) -> None:
        """What the WLAN service is to bound from now on, the load of the next DLL included.

        The guest has the defaults from its start. Raises as `give`.
        """
        wanted = limits.of_guest()
        if wanted != LimitsConfig().of_guest():
            self._call("limits", dict(wanted))

    def have_adapters(self, count: int) -> None:
        """Give the guest as many WLAN adapters as that, if it has fewer."""
        self._call("adapters", {"count": count})

    def prepare_start(self) -> None:
        """Have a process of the IHV host wait for the next start of the service, which is stopped;
        it loads no DLL and reads no setting before that."""
        self._call("service", {"action": "prepare"})

    def collect(self) -> list[dict[str, Any]]:
        """What was done of the orders given last, once none of it is in progress any more."""
        if self._way is None:
            return []
        done = self._call("orders_done", {}).get("done")
        return [entry for entry in done if isinstance(entry, dict)] if done else []

    def forget(self) -> None:
        """See `ServiceControl`."""
        self._call("forget", {})

    def close(self) -> None:
        """End the command; never raises."""
        if self._way is not None:
            client, channel = self._way
            with contextlib.suppress(Exception):
                channel.close()
            client.join(5)

    def _call(self, name: str, args: dict[str, object]) -> dict[str, Any]:
        if self._way is None:
            self._way = self._ssh.program(COMMAND, lambda _event: None, name="the WLAN service")
        limit_s = self._limit_s + self._put_off_s
        return self._way[0].call(name, args, timeout_s=limit_s)
