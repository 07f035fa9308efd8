# SPDX-License-Identifier: GPL-2.0-or-later
"""The client of agent.exe, which drives the WLAN API in the guest.

One agent process serves a whole run, so no association pays for a process start. Its times are
QueryPerformanceCounter in nanoseconds: the guest clock.
"""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PureWindowsPath
from typing import Any

from harness.errors import PeerGone
from harness.evidence import Notification
from harness.guests.common.ssh import Ssh
from harness.local.deadline import Deadline
from harness.local.jsonlines import JsonLinesClient

ACM = 8
"""L2_NOTIFICATION_SOURCE_WLAN_ACM (wlanapi.h)."""

CONNECTION_COMPLETE = 10
CONNECTION_ATTEMPT_FAIL = 11
DISCONNECTED = 21
"""WLAN_NOTIFICATION_ACM values (wlanapi.h)."""


@dataclass(frozen=True, slots=True)
class Interface:
    """A WLAN interface of the guest."""

    guid: str
    description: str


class Agent:
    """A running agent.exe."""

    def __init__(self, client: JsonLinesClient, arrivals: queue.SimpleQueue[Notification]) -> None:
        self._client = client
        self._arrivals = arrivals
        self.hello: dict[str, Any] = {}

    @property
    def alive(self) -> bool:
        """Whether agent.exe still answers on its channel."""
        return self._client.alive

    @property
    def damaged_lines(self) -> int:
        """Lines of agent.exe that could not be read."""
        return self._client.damaged_lines

    def greet(self, *, timeout_s: float) -> tuple[Interface, ...]:
        """The first call: who the guest is, and its WLAN interfaces."""
        self.hello = self._client.call("hello", timeout_s=timeout_s)
        return _interfaces(self.hello)

    def interfaces(self, *, timeout_s: float) -> tuple[Interface, ...]:
        """The guest's WLAN interfaces now (WlanEnumInterfaces)."""
        return _interfaces(self._client.call("interfaces", timeout_s=timeout_s))

    def clock_ns(self, *, timeout_s: float) -> int:
        """The guest clock now."""
        return _ns(self._client.call("clock", timeout_s=timeout_s))

    def set_profile(self, interface: Interface, xml: str, *, timeout_s: float) -> None:
        """Set or replace a WLAN profile for all users, as XML (WlanSetProfile)."""
        args: dict[str, object] = {"interface": interface.guid, "xml": xml}
        self._client.call("set_profile", args, timeout_s=timeout_s)

    def set_eap_user_data(
        self, interface: Interface, profile: str, xml: str, *, timeout_s: float
    ) -> None:
        """Give a profile its EAP credentials, as XML (WlanSetProfileEapXmlUserData)."""
        args: dict[str, object] = {"interface": interface.guid, "profile": profile, "xml": xml}
        self._client.call("set_eap_user_data", args, timeout_s=timeout_s)

    def connect(
        self, interface: Interface, profile: str, *, timeout_s: float, more: bool = False
    ) -> int:
        """WlanConnect; the guest time just before it.

        What was notified before counts no more, unless this is one `more` of several.
        """
        if not more:
            self.drain()
        args: dict[str, object] = {"interface": interface.guid, "profile": profile}
        return _ns(self._client.call("connect", args, timeout_s=timeout_s))

    def disconnect(self, interface: Interface, *, timeout_s: float) -> int:
        """WlanDisconnect; the guest time just before it."""
        return _ns(
            self._client.call("disconnect", {"interface": interface.guid}, timeout_s=timeout_s)
        )

    def drain(self) -> None:
        """Forget notifications that came before now."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._arrivals.get_nowait()

    def await_acm(self, codes: set[int], awaited: str, *, timeout_s: float) -> Notification:
        """The next ACM notification with one of `codes`; raises `TooSlow` or `PeerGone`."""
        deadline = Deadline(awaited, timeout_s)
        while True:
            if not self.alive:
                deadline.state = "agent.exe ended"
                raise deadline.gone()
            try:
                arrived = self._arrivals.get(timeout=min(0.5, deadline.remaining_s))
            except queue.Empty:
                if deadline.expired:
                    raise deadline.too_slow() from None
                continue
            deadline.state = f"notification source {arrived.source} code {arrived.code}"
            if arrived.source == ACM and arrived.code in codes:
                return arrived

    def exit(self) -> None:
        """Ask the agent to end; never raises."""
        with contextlib.suppress(Exception):
            self._client.call("exit", timeout_s=5)


@contextlib.contextmanager
def running_agent(
    ssh: Ssh, program: PureWindowsPath, on_notification: Callable[[Notification], None]
) -> Iterator[Agent]:
    """Start agent.exe in the guest; every notification also goes to `on_notification`."""
    arrivals: queue.SimpleQueue[Notification] = queue.SimpleQueue()

    def take(event: dict[str, Any]) -> None:
        notification = _notification(event)
        if notification is not None:
            on_notification(notification)
            arrivals.put(notification)

    client, channel = ssh.program(str(program), take, name="agent.exe")
    agent = Agent(client, arrivals)
    try:
        yield agent
    finally:
        agent.exit()
        with contextlib.suppress(Exception):
            channel.close()
        client.join(5)


def _notification(event: dict[str, Any]) -> Notification | None:
    """The agent's event as evidence; None if it is none or its numbers are missing."""
    if event.get("event") != "notification":
        return None
    t_ns, source, code = (event.get(name) for name in ("qpc_ns", "source", "code"))
    if not (isinstance(t_ns, int) and isinstance(source, int) and isinstance(code, int)):
        return None
    reason, profile = event.get("reason"), event.get("profile")
    return Notification(
        t_ns=t_ns,
        source=source,
        code=code,
        interface=str(event.get("interface", "")),
        reason=reason if isinstance(reason, int) else None,
        profile=profile if isinstance(profile, str) else None,
    )


def _interfaces(answer: dict[str, Any]) -> tuple[Interface, ...]:
    listed = answer.get("interfaces")
    return tuple(
        Interface(str(one.get("guid", "")), str(one.get("description", "")))
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict)
    )


def _ns(result: dict[str, Any]) -> int:
    value = result.get("qpc_ns")
    if not isinstance(value, int):
        raise PeerGone("time stamp of agent.exe", 0, f"answer without qpc_ns: {sorted(result)}")
    return value
