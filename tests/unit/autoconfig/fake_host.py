# SPDX-License-Identifier: GPL-2.0-or-later
"""A double of ihvhost.exe with a DLL that does what its command line says.

`fake_host.py [FAULT] [--wait]`: good (default); fail-load, silent, exit-at-start, garbage;
crash-in:CALL, hang-in:CALL, exit-in:CALL, close-in:CALL (its pipe), error-in:CALL,
stays (after deinit_service),
refuse:CALL (a protocol error instead of a result); every handler
named in LATE completes by a framework call sent before its own return.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any


def send(message: dict[str, Any]) -> None:
    """One line out."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class Host:
    """One host process."""

    def __init__(self, fault: str, of: str) -> None:
        self.fault, self.of = fault, of
        self.service = "0x0"  # of the adapter whose handler runs
        self.services: dict[str, str] = {}  # by ihv_handle
        self.last_id = 0

    def framework(self, function: str, **arguments: Any) -> None:
        """Call a framework function without awaiting its answer."""
        self.last_id += 1
        arguments["hDot11SvcHandle"] = self.service
        send({"id": self.last_id, "call": f"Dot11Ext{function}", "args": arguments})

    def run(self) -> None:
        """Serve until the service is gone."""
        for line in sys.stdin:
            message = json.loads(line)
            if "call" in message:
                self.call(message["id"], message["call"], message["args"])

    def call(self, number: int, name: str, args: dict[str, Any]) -> None:
        """Carry out one call."""
        if name == self.of:
            if self.fault == "crash-in":
                os.kill(os.getpid(), signal.SIGSEGV)
            if self.fault == "hang-in":
                signal.pause()
            if self.fault == "exit-in":
                os._exit(7)
            if self.fault == "close-in":
                os.close(1)
                signal.pause()
            if self.fault == "refuse":
                send({"id": number, "error": {"code": 87, "message": "bad arguments"}})
                return
        self.service = self.services.get(args.get("ihv_handle", ""), self.service)
        failing = (self.fault, self.of) == ("error-in", name)
        result: dict[str, Any] = {"status": 31 if failing else 0}
        if name == "init_adapter":
            self.service = args["svc_handle"]
            result["ihv_handle"] = hex(0x7001 + len(self.services))
            self.services[result["ihv_handle"]] = self.service
        elif name == "pre_associate":
            self.security()
            self.framework("PreAssociateCompletion", hConnectSession=args["connect_session"],
                           dwReasonCode=0, dwWin32Error=0)  # fmt: skip
            result["reason"] = 0
        elif name == "post_associate":
            self.framework("PostAssociateCompletion", hSecuritySessionID=args["session"],
                           pPeer=None, dwReasonCode=0, dwWin32Error=0)  # fmt: skip
        elif name == "validate_profile":
            result["reason"] = 0
        send({"id": number, "result": result})
        if name == "deinit_service" and self.fault == "stays":
            signal.pause()
        if name == "deinit_service":
            sys.exit(0)

    def security(self) -> None:
        """Note it."""
        self.framework("SetEtherTypeHandling", uMaxBackLog=10, uNumOfExemption=0, pExemption=[],
                       uNumOfRegistration=1, pusRegistration=["888e"])  # fmt: skip
        self.framework("SetAuthAlgorithm", dwAuthAlgo=7)
        self.framework("SetUnicastCipherAlgorithm", dwUnicastCipherAlgo=4)
        self.framework("SetMulticastCipherAlgorithm", dwMulticastCipherAlgo=4)


def main() -> None:
    """Run the double named on the command line."""
    fault, _, of = (sys.argv[1] if len(sys.argv) > 1 else "good").partition(":")
    if "--wait" in sys.argv:
        send({"event": "waiting"})
        sys.stdin.readline()
    if fault == "exit-before-start":
        sys.exit(9)
    if fault == "never-starts":
        signal.pause()
    send({"event": "started", "pid": 4711, "adapter_oui": 0x123456})
    if fault == "exit-at-start":
        sys.exit(10)
    if fault == "fail-load":
        send({"event": "service", "state": "failed", "dll": "x", "stage": "load", "error": 126})
        sys.exit(10)
    if fault == "garbage":
        sys.stdout.write("Hello, I am no host\n")
        sys.stdout.flush()
    if fault not in ("silent", "garbage"):
        send({"event": "service", "state": "running", "dll": "x"})
    Host(fault, of).run()


if __name__ == "__main__":
    main()
