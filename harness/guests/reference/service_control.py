# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference guest's WLAN service, driven over a command that is a way to it.

The command is started when something is first asked and held open from then on: a process start
takes an emulated guest 0.1 s, a call over one that runs a few milliseconds.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from harness.config.limits import LimitsConfig
from harness.errors import PeerGone
from harness.guests.common import clock, recorder
from harness.guests.common.recorder import Installation, Setup
from harness.guests.common.ssh import Ssh
from harness.local.deadline import Deadline
from harness.local.jsonlines import CallFailed, JsonLinesClient
from harness.scenarios.stimuli import OsParameters, OsStimulus

if TYPE_CHECKING:
    import paramiko

COMMAND = "hil-orders"
"""A command of the reference guest alone: JSON lines to and from its WLAN service."""

USUALLY_FIRST_MHZ = 2412
"""Channel 1, on which the service looks for a network first."""

RETRY_S = 0.2
"""Between two tries to reach the service of a guest that boots."""


class ReferenceServiceControl:
    """`ServiceControl` of the reference guest."""

    def __init__(self, ssh: Ssh, *, limit_s: float) -> None:
        self._ssh = ssh
        self._limit_s = limit_s
        self._put_off_s = 0.0
        """How long the last order given may be put off: as long its end takes longer."""
        self._ordered = False
        """Orders were given since the guest's start, or since it forgot all."""
        self._first_mhz: tuple[int, ...] = ()
        self._way: tuple[JsonLinesClient, paramiko.Channel] | None = None

    def give(
        self, orders: Sequence[OsStimulus], parameters: OsParameters, passphrase: str = ""
    ) -> None:
        """What to do out of the ordinary in the associations from now on.

        `passphrase` is the network's, which a user's answer may hold.

        Raises `CallFailed` if the guest does not know an order, `LabFault` if it does not answer.
        """
        self._put_off_s = max((order.after_ms or 0 for order in orders), default=0) / 1000
        if orders or not parameters.usual or self._ordered:
            self._ordered = True
            plan = [order.to_json(passphrase) for order in orders]
            self._call("orders", {"orders": plan, "association": parameters.to_json()})

    def keep_limits(self, limits: LimitsConfig) -> None:
        """What the WLAN service is to bound from now on, the load of the next DLL included.

        The guest has the defaults from its start. Raises as `give`.
        """
        wanted = limits.of_guest()
        if wanted != LimitsConfig().of_guest():
            self._call("limits", dict(wanted))

    def look_first(self, frequencies_mhz: Sequence[int]) -> None:
        """See `ServiceControl`. Of itself the service begins with USUALLY_FIRST_MHZ."""
        usual = frequencies_mhz[0] == USUALLY_FIRST_MHZ
        wanted = () if usual else tuple(dict.fromkeys(frequencies_mhz))
        if wanted != self._first_mhz:
            self._call("channels", {"mhz": list(wanted)})
            self._first_mhz = wanted

    def set_clock(self) -> float:
        """See `ServiceControl`. It waits for the service of a guest that boots."""
        deadline = Deadline("WLAN service of the guest", self._limit_s)

        def behind_s() -> float | None:
            asked_s = time.time()
            try:
                answer = self._call("clock", {"now_s": asked_s})
            except PeerGone as gone:
                deadline.state = gone.last_state
                self.close()
                return None
            return clock.behind_s(asked_s, time.time(), answer)

        return deadline.poll(behind_s, every_s=RETRY_S)

    def install(self, setup: Setup) -> Installation:
        """See `ServiceControl`."""
        return recorder.install(self._ssh, setup)

    def uninstall(self, installation: Installation) -> None:
        """See `ServiceControl`."""
        recorder.uninstall(self._ssh, installation)

    def start(self) -> str:
        """See `ServiceControl`."""
        try:
            self._call("service", {"action": "start"})
        except CallFailed as refused:
            return refused.said
        return ""

    def stop(self) -> None:
        """See `ServiceControl`."""
        with contextlib.suppress(CallFailed):  # how far it came is in the trace
            self._call("service", {"action": "stop"})

    def have_adapters(self, count: int) -> None:
        """Give the guest as many WLAN adapters as that, if it has fewer."""
        self._call("adapters", {"count": count})

    def prepare_start(self) -> None:
        """Have a process of the IHV host wait for the next start of the service, which is stopped;
        it loads no DLL and reads no setting before that."""
        self._call("service", {"action": "prepare"})

    def collect(self) -> list[dict[str, Any]]:
        """What was done of the orders given last, once none of it is in progress any more."""
        if not self._ordered:
            return []
        done = self._call("orders_done", {}).get("done")
        return [entry for entry in done if isinstance(entry, dict)] if done else []

    def forget(self) -> None:
        """See `ServiceControl`."""
        self._call("forget", {})
        self._ordered = False
        self._first_mhz = ()

    def close(self) -> None:
        """End the command; never raises. Whatever is asked then starts another."""
        way, self._way = self._way, None
        if way is not None:
            client, channel = way
            with contextlib.suppress(Exception):
                channel.close()
            client.join(5)

    def _call(self, name: str, args: dict[str, object]) -> dict[str, Any]:
        if self._way is None:
            self._way = self._ssh.program(COMMAND, lambda _event: None, name="the WLAN service")
        limit_s = self._limit_s + self._put_off_s
        return self._way[0].call(name, args, timeout_s=limit_s)
