# SPDX-License-Identifier: GPL-2.0-or-later
"""What an OS does to a DLL in each scenario, without a radio: quick enough for every fault.

Unlike the other tests' peer, this OS takes what the DLL does as it comes. The order of calls is
that of the reference guest's service.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

from tests.wine.access_point import AccessPoint
from tests.wine.peer import AP_TEXT, HostPeer

QUIET_S = 0.08
"""Longer than a fault waits for a handler to have returned (AFTER_RETURN_MS of faults.h)."""
STEP_S = 1.5
"""How long a step of the DLL is waited for; longer than the limits the matrix judges by."""
SUCCESS = 0


class Os:
    """Drives one host as the WLAN service would, with every profile naming the fault."""

    def __init__(self, host: HostPeer, fault: str | None) -> None:
        self.host = host
        self.fault = fault
        self.begun_ns: list[int] = []
        """When each association began, on the trace's clock."""

    def begin(self) -> None:
        """A new association on a new access point."""
        self.host.ap = AccessPoint()
        self.begun_ns.append(time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW))

    def pre_associate(self) -> bool:
        """Until the completion, if one comes; whether it is one of success."""
        host = self.host
        if host.pre_associate(fault=self.fault)["status"] != SUCCESS:
            return False

        def own() -> bool:
            done = host.of("Dot11ExtPreAssociateCompletion")
            return any(one["hConnectSession"] == host.connect_session for one in done)

        return self.wait(own)

    def post_associate(self) -> bool:
        """Until the completion of success, if one comes; whether the handler succeeded."""
        host = self.host
        started = host.result(host.post_associate(), timeout_s=STEP_S)
        if started["result"]["status"] != SUCCESS:
            return False
        host.deliver(host.ap.m1())
        before = host.names().count("Dot11ExtSetDefaultKeyId")
        self.wait(lambda: host.names().count("Dot11ExtSetDefaultKeyId") > before)
        self.wait(lambda: any(one["hSecuritySessionID"] == host.session
                              for one in host.completions()))  # fmt: skip
        return True

    def wait(self, what: Callable[[], bool]) -> bool:
        """Wait for something the DLL may do; whether it did."""
        with contextlib.suppress(TimeoutError):
            self.host.wait_for(what, "a step of the DLL", STEP_S)
        return what()

    def stop(self) -> None:
        """StopPostAssociate; what it returns is the rules' affair."""
        host = self.host
        stopping = host.post(
            "stop_post_associate", ihv_handle=host.adapter, peer=AP_TEXT, assoc_status=7
        )
        host.result(stopping, timeout_s=STEP_S)
        time.sleep(QUIET_S)

    def reset(self) -> None:
        """AdapterReset, likewise."""
        self.host.call("adapter_reset", ihv_handle=self.host.adapter)
        time.sleep(QUIET_S)

    def end(self) -> None:
        """The adapter, then the service, go."""
        self.host.call("deinit_adapter", ihv_handle=self.host.adapter)
        self.host.call("deinit_service")
        self.host.wait_exit()


def plain(os: Os) -> None:
    """An association, used by nobody, and its end."""
    os.begin()
    if os.pre_associate() and os.post_associate():
        os.stop()
    os.reset()


def deauthentication(os: Os) -> None:
    """The access point sends the station away after M2."""
    os.host.after_m2 = lambda: None
    os.begin()
    if os.pre_associate():
        os.host.result(os.host.post_associate(), timeout_s=STEP_S)
        os.host.deliver(os.host.ap.m1())
        os.wait(lambda: "M2" in os.host.heard)
        os.stop()
    os.reset()


SCENARIOS: dict[str, Callable[[Os], None]] = {
    "plain": plain,
    "deauthentication": deauthentication,
}
"""What each scenario of the faults means to the DLL."""
