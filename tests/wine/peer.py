# SPDX-License-Identifier: GPL-2.0-or-later
"""A small WLAN service for ihvhost.exe: drives its handlers and answers framework functions.

The real service is ``autoconfig`` of the reference guest; this one has no radio, it feeds the
DLL from an :class:`~tests.wine.access_point.AccessPoint`.
"""

from __future__ import annotations

import contextlib
import json
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.wine.access_point import AP_MAC, EAPOL, RSNE, STATION_MAC, AccessPoint

CALL_TIMEOUT_S = 20.0
WAIT_TIMEOUT_S = 20.0
GUID = "{D8F2A1C4-77E0-4B6E-9C53-" + STATION_MAC.hex().upper() + "}"
"""The form of the reference guest: the node is the MAC address."""
AP_TEXT = AP_MAC.hex(":")
ENTERPRISE_RSNE = RSNE[:-3] + b"\x01" + RSNE[-2:]
"""AKM 00-0F-AC:1 in the passphrase's place."""
ENTERPRISE_FRAGMENT = "<IhvSecurity><Enterprise/></IhvSecurity>"
EAPOL_KEY = 3
"""EAPOL packet type (IEEE 802.1X-2020 11.3.2)."""


class HostGone(Exception):
    """ihvhost.exe ended while a reply was awaited."""


@dataclass
class Record:
    """One framework call as it arrived."""

    name: str
    args: dict[str, Any]
    at_s: float


@dataclass
class _Waiting:
    arrived: threading.Event = field(default_factory=threading.Event)
    reply: dict[str, Any] | None = None


def assoc_params(*, request_rsne: bytes = RSNE, beacon_rsne: bytes = RSNE, size: int = 96) -> bytes:
    """DOT11_ASSOCIATION_COMPLETION_PARAMETERS with request, response and beacon bodies."""
    ssid = b"\x00\x08hil-test"
    request = struct.pack("<HH", 0x0411, 10) + ssid + request_rsne
    response = struct.pack("<HHH", 0x0411, 0, 0xC001)
    beacon = struct.pack("<QHH", 1, 100, 0x0411) + ssid + beacon_rsne
    at_response = size + len(request)
    at_beacon = at_response + len(response)
    head = struct.pack("<BBH6sxxIBBxx", 0x80, 2, size, AP_MAC, 0, 0, 0)
    head += struct.pack(
        "<8I", size, len(request), at_response, len(response), at_beacon, len(beacon), 0, 0
    )
    head += struct.pack("<5I", 7, 4, 4, 0, 0) + bytes([0, 0, 0, 0]) + struct.pack("<III", 1, 0, 0)
    head = head.ljust(size, b"\0")[:size]
    return head + request + response + beacon


class HostPeer:
    """One ihvhost.exe process and the service it talks to.

    ``drop`` names messages of the station that never reach the AP, each once per entry.
    ``completion_delay_s`` is how long a packet is on its way before its completion comes.
    """

    def __init__(
        self, argv: list[str], env: Mapping[str, str], cwd: Path, *, refuses_quietly: bool = False
    ) -> None:
        """`refuses_quietly`: writing beyond a limit on the size of files is an error, no signal."""
        self.process = subprocess.Popen(
            argv,
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            restore_signals=not refuses_quietly,  # Python itself ignores SIGXFSZ
        )
        self.ap = AccessPoint()
        self.drop: list[str] = []
        self.heard: list[str] = []
        self.calls: list[Record] = []
        self.events: list[dict[str, Any]] = []
        self.pid = 0
        """The host's process id in Wine, as it told first of all."""
        self.errors: list[dict[str, Any]] = []
        self.answers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {}
        self.after_m2: Callable[[], object] = lambda: self.deliver(self.ap.m3())
        self.auto_complete = True
        self.completion_delay_s = 0.0
        self._held_name = ""
        self._held: list[bytes] = []
        self._changed = threading.Condition()
        self._write_lock = threading.Lock()
        self._waiting: dict[int, _Waiting] = {}
        self._last_id = 0
        self._last_handle = 0x1000
        self._gone = False
        self._completed_before = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    # ---- transport ----

    def send_line(self, line: bytes) -> None:
        """Write raw bytes and a newline to the host."""
        assert self.process.stdin is not None
        with self._write_lock:
            self.process.stdin.write(line + b"\n")
            self.process.stdin.flush()

    def post(self, call: str, **args: Any) -> int:
        """Send a call without waiting; returns its id."""
        with self._changed:
            self._last_id += 1
            number = self._last_id
            self._waiting[number] = _Waiting()
        self.send_line(json.dumps({"id": number, "call": call, "args": args}).encode())
        return number

    def result(self, number: int, timeout_s: float = CALL_TIMEOUT_S) -> dict[str, Any]:
        """Wait for the whole reply of a call."""
        waiting = self._waiting[number]
        if not waiting.arrived.wait(timeout_s):
            raise TimeoutError(f"no reply to call {number} in {timeout_s} s")
        if waiting.reply is None:
            raise HostGone
        return waiting.reply

    def call(self, call: str, **args: Any) -> dict[str, Any]:
        """Send a call and wait; returns its result, fails on an error reply."""
        reply = self.result(self.post(call, **args))
        assert "result" in reply, reply
        result: dict[str, Any] = reply["result"]
        return result

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            message = json.loads(line)
            assert line.isascii()
            if message.get("event") == "started":
                self.pid = message["pid"]
            elif "event" in message:
                self._note(self.events, message)
            elif "call" in message:
                self._serve(message)
            elif message.get("id") in self._waiting:
                waiting = self._waiting[message["id"]]
                waiting.reply = message
                waiting.arrived.set()
            else:
                self._note(self.errors, message)
        with self._changed:
            self._gone = True
            self._changed.notify_all()
        for waiting in list(self._waiting.values()):
            waiting.arrived.set()

    def _note(self, where: list[Any], what: Any) -> None:
        with self._changed:
            where.append(what)
            self._changed.notify_all()

    def wait_for(
        self, what: Callable[[], bool], name: str, timeout_s: float = WAIT_TIMEOUT_S
    ) -> None:
        """Wait until a condition over what has arrived holds."""
        with self._changed:
            if not self._changed.wait_for(lambda: what() or self._gone, timeout_s):
                raise TimeoutError(f"{name}: not within {timeout_s} s; calls {self.names()}")
            if not what():
                raise HostGone(name)

    def wait_exit(self, timeout_s: float = WAIT_TIMEOUT_S) -> int:
        """Wait for the end of the process; its exit code (low 8 bits)."""
        return self.process.wait(timeout_s)

    def close(self) -> None:
        """Close the host's stdin, and kill it if that does not end it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        self._reader.join(5)
        self.process.stdout.close()

    # ---- framework functions ----

    def _serve(self, message: dict[str, Any]) -> None:
        name, args = message["call"], message["args"]
        answer: dict[str, Any] = {"status": 0}
        if name in self.answers:
            answer = self.answers[name](args)
        line = json.dumps({"id": message["id"], "result": answer}).encode()
        if name == self._held_name:
            self._held.append(line)
        else:
            self.send_line(line)
        self._note(self.calls, Record(name, args, time.monotonic()))
        if name == "Dot11ExtSendPacket":
            self._station_sent(args)

    def hold(self, function: str) -> None:
        """Leave calls of a framework function unanswered until `release`."""
        self._held_name = function

    def release(self) -> None:
        """Answer the calls held back."""
        self._held_name = ""
        for line in self._held:
            self.send_line(line)
        self._held.clear()

    def _station_sent(self, args: dict[str, Any]) -> None:
        packet = bytes.fromhex(args["data"])
        if self.auto_complete:
            self._complete(args["hSendCompletion"])
        if packet[0] & 1:
            self._note(self.heard, "for a group")
            return
        if packet[6:8] != EAPOL:
            self._note(self.heard, "broken " + packet[6:8].hex())
            return
        if packet[9] != EAPOL_KEY:
            self._note(self.heard, f"EAPOL of type {packet[9]}")
            return
        assert packet[:6] == AP_MAC
        kind = self.ap.take(packet[8:])
        self._note(self.heard, kind)
        if kind in self.drop:
            self.drop.remove(kind)
        elif kind == "M2":
            self.after_m2()

    def _complete(self, handle: str) -> None:
        def tell() -> None:
            with contextlib.suppress(OSError, ValueError):  # the host is gone by then
                self.post("send_packet_completion", handle=handle)

        if self.completion_delay_s:
            threading.Timer(self.completion_delay_s, tell).start()
        else:
            tell()

    def deliver(self, frame: bytes, source: bytes = AP_MAC) -> int:
        """Hand a frame of the AP, or of another source, to ReceivePacket, without waiting."""
        data = source + EAPOL + frame
        return self.post("receive_packet", ihv_handle=self.adapter, data=data.hex())

    # ---- what a service does ----

    def start(self) -> None:
        """Wait for the running event and initialise one adapter."""
        self.wait_for(lambda: bool(self.events), "service event", 60.0)
        assert self.events[0]["state"] == "running", self.events
        self.service = self.new_handle()
        result = self.call(
            "init_adapter", guid=GUID, description="Test radio", mode=4, svc_handle=self.service
        )
        assert result["status"] == 0
        self.adapter = result["ihv_handle"]

    def new_handle(self) -> str:
        """A handle never used before."""
        self._last_handle += 4
        return hex(self._last_handle)

    def names(self) -> list[str]:
        """Names of the framework calls so far."""
        return [c.name for c in self.calls]

    def of(self, name: str) -> list[dict[str, Any]]:
        """Arguments of all calls of one framework function."""
        return [c.args for c in self.calls if c.name == name]

    def pre_associate(
        self, *, passphrase: str = "correct horse", fault: str | None = None,
        xml: str | None = None, enterprise: bool = False, rsne: bytes = RSNE,
    ) -> dict[str, Any]:  # fmt: skip
        """Run PerformPreAssociate with our security fragment."""
        xml = xml or (ENTERPRISE_FRAGMENT if enterprise else None)
        self.connect_session = self.new_handle()
        return self.call(
            "pre_associate",
            ihv_handle=self.adapter,
            connect_session=self.connect_session,
            security_xml=xml or fragment(passphrase, fault),
            **profile_args(enterprise=enterprise, rsne=rsne),
        )

    def connect(
        self, *, passphrase: str = "correct horse", fault: str | None = None,
        enterprise: bool = False, rsne: bytes = RSNE,
    ) -> None:  # fmt: skip
        """Pre-associate and wait for its successful completion."""
        before = len(self.of("Dot11ExtPreAssociateCompletion"))
        result = self.pre_associate(
            passphrase=passphrase, fault=fault, enterprise=enterprise, rsne=rsne
        )
        assert result == {"reason": 0, "status": 0}
        self.wait_for(
            lambda: len(self.of("Dot11ExtPreAssociateCompletion")) > before,
            "pre-association completion",
        )
        done = self.of("Dot11ExtPreAssociateCompletion")[-1]
        assert done == {
            "hDot11SvcHandle": self.service,
            "hConnectSession": self.connect_session,
            "dwReasonCode": 0,
            "dwWin32Error": 0,
        }

    def post_associate(self, params: bytes | None = None) -> int:
        """Send PerformPostAssociate for a new session; returns the call's id."""
        self.session = self.new_handle()
        self._completed_before = len(self.completions())
        state = {"peer": AP_TEXT, "session_id": 1, "controlled": True, "authorized": False}
        return self.post(
            "post_associate",
            ihv_handle=self.adapter,
            session=self.session,
            port_state=state,
            assoc_params=(params or assoc_params()).hex(),
        )

    def associate(self) -> None:
        """PerformPostAssociate that must succeed, then M1."""
        assert self.result(self.post_associate()) == {"id": self._last_id, "result": {"status": 0}}
        self.deliver(self.ap.m1())

    def completions(self) -> list[dict[str, Any]]:
        """Arguments of all PostAssociateCompletion calls."""
        return self.of("Dot11ExtPostAssociateCompletion")

    def wait_completion(self, count: int = 1, timeout_s: float = WAIT_TIMEOUT_S) -> dict[str, Any]:
        """Wait for the count-th completion since the last PerformPostAssociate."""
        total = self._completed_before + count
        self.wait_for(lambda: len(self.completions()) >= total, "completion", timeout_s)
        return self.completions()[total - 1]

    def stop(self) -> None:
        """StopPostAssociate: disassociated by the OS."""
        result = self.call(
            "stop_post_associate", ihv_handle=self.adapter, peer=AP_TEXT, assoc_status=7
        )
        assert result == {"status": 0}

    def reset(self) -> None:
        """AdapterReset."""
        assert self.call("adapter_reset", ihv_handle=self.adapter) == {"status": 0}

    def shut_down(self) -> int:
        """DeinitAdapter, DeinitService; the exit code."""
        assert self.call("deinit_adapter", ihv_handle=self.adapter) == {"status": 0}
        assert self.call("deinit_service") == {"status": 0}
        return self.wait_exit()


def fragment(passphrase: str, fault: str | None = None) -> str:
    """The security fragment of the sample's profile."""
    escaped = passphrase.replace("&", "&amp;").replace("<", "&lt;")
    extra = f"<Fault>{fault}</Fault>" if fault else ""
    return f"<IhvSecurity><Passphrase>{escaped}</Passphrase>{extra}</IhvSecurity>"


def profile_args(*, enterprise: bool = False, rsne: bytes = RSNE) -> dict[str, Any]:
    """Profile and BSS list arguments of a handler call; the access point has that RSNE."""
    bss = {
        "bssid": AP_TEXT,
        "bss_type": 1,
        "rssi": -40,
        "link_quality": 90,
        "beacon_period": 100,
        "timestamp": 1,
        "host_timestamp": 2,
        "capability": 0x0411,
        "ies": (ENTERPRISE_RSNE if enterprise else rsne).hex(),
    }
    return {
        "ssids": [b"hil-test".hex()],
        "bss_type": 1,
        "connectivity_xml": None,
        "use_ms_onex": enterprise,
        "bss_list": [bss],
    }
