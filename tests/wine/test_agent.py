# SPDX-License-Identifier: GPL-2.0-or-later
"""agent.exe and wlanapi.dll against a small WLAN service on a loopback port."""

from __future__ import annotations

import json
import queue
import random
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.wine.conftest import Wine

TIMEOUT_S = 30.0
GUID = "{d8f2a1c4-77e0-4b6e-9c53-020000000000}"
ERROR_SERVICE_NOT_ACTIVE = 1062
ERROR_BAD_PROFILE = 1206
XML = '<WLANProfile><name>n</name>\u00e4\U0001f600 "quoted" \\ <keyMaterial>x</keyMaterial></>'


class Service:
    """Answers wlanapi.dll with canned results and keeps what it was asked."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.results: dict[str, Any] = {
            "open": {"negotiated_version": 2},
            "enum_interfaces": {"interfaces": [
                {"guid": GUID, "description": "R\u00e4dio", "state": 4}]},
            "set_profile": {"reason": 0},
        }  # fmt: skip
        self.clients: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.clients.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, client.makefile("rb") as lines:
            for line in lines:
                message = json.loads(line)
                self.asked.append((message["call"], message["args"]))
                answer = self.results.get(message["call"], {})
                kind = "error" if "code" in answer else "result"
                client.sendall(json.dumps({"id": message["id"], kind: answer}).encode() + b"\n")

    def notify(self, **event: Any) -> None:
        """Send a notification to every client."""
        for client in self.clients:
            client.sendall(json.dumps({"event": "notification", **event}).encode() + b"\n")

    def close(self) -> None:
        """Drop everybody."""
        self._listener.close()
        for client in self.clients:
            client.close()


class Agent:
    """A running agent.exe."""

    def __init__(self, argv: list[str], env: dict[str, str], cwd: Path) -> None:
        self.process = subprocess.Popen(
            argv, env=env, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.lines: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._last_id = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            assert line.isascii()
            self.lines.put(json.loads(line))
        self.lines.put(None)

    def send(self, line: bytes) -> None:
        """Write a raw line."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def next(self) -> dict[str, Any]:
        """The next line of the agent."""
        message = self.lines.get(timeout=TIMEOUT_S)
        assert message is not None, "the agent has ended"
        return message

    def ask(self, call: str, **args: Any) -> dict[str, Any]:
        """Call and wait for the whole reply."""
        self._last_id += 1
        self.send(json.dumps({"id": self._last_id, "call": call, "args": args}).encode())
        reply = self.next()
        assert reply["id"] == self._last_id
        return reply

    def close(self) -> int:
        """Close stdin; the exit code."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        if not self.process.stdin.closed:
            self.process.stdin.close()
        try:
            code = self.process.wait(TIMEOUT_S)
        finally:
            self.process.kill()
            self._reader.join(TIMEOUT_S)
            self.process.stdout.close()
        return code


@pytest.fixture
def service() -> Iterator[Service]:
    """A WLAN service that listens."""
    running = Service()
    yield running
    running.close()


@pytest.fixture
def start_agent(pe: Path, wine: Wine) -> Iterator[Callable[[int], Agent]]:
    """Start agent.exe with our wlanapi.dll, pointed at a port."""
    agents: list[Agent] = []

    def start(port: int) -> Agent:
        overrides = wine.env["WINEDLLOVERRIDES"] + ";wlanapi=n"
        env = wine.env | {"HIL_WLANSVC_PORT": str(port), "WINEDLLOVERRIDES": overrides}
        agents.append(Agent(["wine", str(pe / "agent.exe")], env, wine.folder))
        return agents[-1]

    yield start
    for agent in agents:
        agent.close()


@pytest.fixture
def agent(start_agent: Callable[[int], Agent], service: Service) -> Agent:
    """An agent with a service behind it."""
    return start_agent(service.port)


def test_hello_tells_who_and_where(agent: Agent) -> None:
    """Windows version, counter frequency and the interfaces of WlanEnumInterfaces."""
    result = agent.ask("hello")["result"]
    assert result["agent"] == 1
    assert len(result["windows"].split(".")) == 3
    assert result["qpc_frequency"] > 0
    assert result["interfaces"] == [{"guid": GUID, "description": "R\u00e4dio", "state": 4}]


def test_clock_is_the_raw_monotonic_clock(agent: Agent) -> None:
    """The agent's clock lies between two readings of CLOCK_MONOTONIC_RAW around the call: the
    clock the radio relay must use, too."""
    agent.ask("clock")
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
    told = agent.ask("clock")["result"]["qpc_ns"]
    after = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
    assert before - 1000 <= told <= after


def test_profile_arrives_unchanged(agent: Agent, service: Service) -> None:
    """Every character of the XML reaches the service, by way of UTF-16."""
    reply = agent.ask("set_profile", interface=GUID, xml=XML)
    assert reply["result"] == {"reason": 0}
    (args,) = [args for call, args in service.asked if call == "set_profile"]
    assert args == {"interface": GUID, "flags": 0, "xml": XML, "overwrite": True}


def test_service_errors_name_the_function_and_not_the_profile(
    agent: Agent, service: Service
) -> None:
    """A refused profile gives the Win32 error, and its text is not in the answer."""
    service.results["set_profile"] = {"code": ERROR_BAD_PROFILE, "message": XML, "reason": 0x80008}
    reply = agent.ask("set_profile", interface=GUID, xml=XML)
    assert reply["error"]["code"] == ERROR_BAD_PROFILE
    assert reply["error"]["message"] == "WlanSetProfile"
    assert reply["error"]["reason"] == 0x80008
    assert "keyMaterial" not in json.dumps(reply)


def test_eap_user_data_arrives_unchanged_and_is_not_told_in_errors(
    agent: Agent, service: Service
) -> None:
    """WlanSetProfileEapXmlUserData: profile and XML reach the service; an error holds neither."""
    told = {"interface": GUID, "profile": "n\u00e4me", "xml": XML}
    assert agent.ask("set_eap_user_data", **told)["result"] == {}
    assert ("set_profile_eap_user_data", told) in service.asked
    service.results["set_profile_eap_user_data"] = {"code": ERROR_BAD_PROFILE, "message": XML}
    reply = agent.ask("set_eap_user_data", **told)
    assert reply["error"] == {
        "code": ERROR_BAD_PROFILE, "message": "WlanSetProfileEapXmlUserData",
    }  # fmt: skip


def test_connect_and_disconnect_are_stamped(agent: Agent, service: Service) -> None:
    """Each answers with the counter just before the call, in order."""
    first = agent.ask("connect", interface=GUID, profile="n")["result"]["qpc_ns"]
    second = agent.ask("disconnect", interface=GUID)["result"]["qpc_ns"]
    assert first < second
    assert ("connect", {"interface": GUID, "mode": 0, "profile": "n"}) in service.asked
    assert ("disconnect", {"interface": GUID}) in service.asked
    assert agent.ask("delete_profile", interface=GUID, profile="n")["result"] == {}
    assert ("delete_profile", {"interface": GUID, "name": "n"}) in service.asked


def test_notifications_become_events(agent: Agent, service: Service) -> None:
    """ACM and MSM data with reason and profile, others without."""
    agent.ask("interfaces")
    fields = {"profile": "n\u00e4me", "ssid": "68696c", "bss_type": 1, "reason": 0x38005,
              "peer": "02:00:00:00:01:00", "connection_mode": 0,
              "security_enabled": True}  # fmt: skip
    service.notify(source=8, code=11, interface=GUID, fields=fields)
    service.notify(source=16, code=4, interface=GUID, fields=fields)
    service.notify(source=8, code=13, interface=GUID)
    acm, msm, arrival = agent.next(), agent.next(), agent.next()
    assert (acm["source"], acm["code"], acm["reason"]) == (8, 11, 0x38005)
    assert (acm["profile"], acm["interface"], acm["data_length"]) == ("n\u00e4me", GUID, 572)
    assert (msm["source"], msm["code"], msm["reason"], msm["data_length"]) == (
        16, 4, 0x38005, 580,
    )  # fmt: skip
    assert (arrival["reason"], arrival["profile"], arrival["data_length"]) == (None, None, 0)
    assert acm["qpc_ns"] <= msm["qpc_ns"] <= arrival["qpc_ns"]


def test_without_a_service(start_agent: Callable[[int], Agent]) -> None:
    """ERROR_SERVICE_NOT_ACTIVE, and the clock still answers."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    agent = start_agent(port)
    reply = agent.ask("hello")
    assert reply["error"] == {"code": ERROR_SERVICE_NOT_ACTIVE, "message": "WlanOpenHandle"}
    assert agent.ask("clock")["result"]["qpc_ns"] > 0


def test_service_that_goes_away(agent: Agent, service: Service) -> None:
    """Calls fail with ERROR_SERVICE_NOT_ACTIVE and work again when the service is back."""
    agent.ask("interfaces")
    service.clients.pop().shutdown(socket.SHUT_RDWR)
    assert agent.ask("interfaces")["error"]["code"] == ERROR_SERVICE_NOT_ACTIVE
    assert agent.ask("interfaces")["result"]["interfaces"]


@pytest.mark.parametrize(
    ("call", "args"),
    [("connect", {}), ("connect", {"interface": "x", "profile": "n"}),
     ("connect", {"interface": GUID}), ("connect", {"interface": GUID, "profile": 1}),
     ("set_profile", {"interface": GUID, "xml": None}), ("none", {}),
     ("set_eap_user_data", {"interface": GUID, "xml": "x"}),
     ("set_eap_user_data", {"interface": GUID, "profile": "n"}),
     ("set_profile", {"interface": GUID, "xml": "a\x00b"})],
)  # fmt: skip
def test_bad_arguments(agent: Agent, call: str, args: dict[str, Any]) -> None:
    """An error with the id, and the agent lives on."""
    assert "error" in agent.ask(call, **args)
    assert "result" in agent.ask("clock")


def test_malformed_lines_are_answered_and_survived(agent: Agent) -> None:
    """Mutations of a valid call (fixed seed): one answer for each, id null where there is none."""
    source = random.Random(20260101)
    valid = b'{"id":7,"call":"clock","args":{"a":[1,-2.5e3,"\\u00e4",true,null]}}'
    count = 0
    for _ in range(400):
        line = bytearray(valid)
        for _ in range(source.randrange(1, 6)):
            at = source.randrange(len(line))
            change = source.randrange(3)
            if change == 0:
                line[at] = source.randrange(256)
            elif change == 1:
                del line[at:]
                line += b"x"
            else:
                line[at:at] = line[at : at + source.randrange(20)]
        if b"\n" in line or not line.strip(b"\r"):
            continue
        agent.send(bytes(line))
        count += 1
    agent.send(b"[" * 100000)
    agent.send(b"x" * (1 << 20))
    for _ in range(count + 2):
        reply = agent.next()
        assert "result" in reply or "error" in reply
    assert "result" in agent.ask("clock")


def test_exit_and_end_of_input(start_agent: Callable[[int], Agent], service: Service) -> None:
    """`exit` and the end of stdin both end the agent with 0, after unregistering."""
    first = start_agent(service.port)
    first.ask("interfaces")
    assert first.ask("exit")["result"] == {}
    assert first.close() == 0
    assert ("register", {"sources": 0}) in service.asked
    second = start_agent(service.port)
    second.ask("clock")
    assert second.close() == 0
