# SPDX-License-Identifier: GPL-2.0-or-later
"""agent.exe's client: calls, notifications in order, and how each end of the agent shows."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath
from typing import Any

import paramiko
import pytest

from harness.errors import PeerGone, TooSlow
from harness.evidence import Notification
from harness.guests.common.agent import (
    ACM,
    CONNECTION_ATTEMPT_FAIL,
    CONNECTION_COMPLETE,
    Agent,
    Interface,
    running_agent,
)
from harness.guests.common.ssh import connect
from harness.local.jsonlines import CallFailed
from tests.unit.guests.common.server import Guest, serving

LIMIT_S = 20.0
PROGRAM = PureWindowsPath(r"C:\hil\agent.exe")
WLAN = Interface("{1}", "radio")
HELLO = {"agent": 1, "interfaces": [{"guid": "{1}", "description": "radio", "state": 4}, "x"]}


def notification(code: int, **changes: Any) -> dict[str, Any]:
    """The agent's event for an ACM notification."""
    event = {
        "event": "notification", "qpc_ns": 5, "source": ACM, "code": code, "interface": "{1}",
        "reason": 0, "profile": "hil plain", "data_length": 90,
    }  # fmt: skip
    return event | changes


class Script:
    """agent.exe as a test wants it: what each call says, in order."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.says: dict[str, list[dict[str, Any]]] = {"hello": [{"result": HELLO}]}

    def behave(self, channel: paramiko.Channel) -> None:
        """Serve calls until one is answered with nothing, which ends the agent."""
        with contextlib.suppress(OSError), channel.makefile("rb") as lines:
            for line in lines:
                call = json.loads(line)
                self.calls.append(call)
                answers = self.says.get(call["call"], [{"result": {"qpc_ns": 7}}])
                for answer in answers:
                    message = answer if "event" in answer else {"id": call["id"], **answer}
                    channel.sendall(json.dumps(message).encode() + b"\n")
                if not answers or call["call"] == "exit":
                    break
        channel.close()

    @property
    def names(self) -> list[str]:
        """The names of the calls made."""
        return [call["call"] for call in self.calls]


@pytest.fixture
def script() -> Script:
    """What the agent is to say."""
    return Script()


@pytest.fixture
def seen() -> list[Notification]:
    """The notifications handed on."""
    return []


@pytest.fixture
def agent(tmp_path: Path, script: Script, seen: list[Notification]) -> Iterator[Agent]:
    """A running agent, ended with the test."""
    with serving(tmp_path) as guest, opened(guest, script, seen) as agent:
        yield agent
    assert not agent.alive


@contextlib.contextmanager
def opened(guest: Guest, script: Script, seen: list[Notification]) -> Iterator[Agent]:
    """A connection with the agent running on it."""
    guest.commands[str(PROGRAM)] = script.behave
    ssh = connect(guest.login, guest.port, limit_s=LIMIT_S, command_s=LIMIT_S, alive=lambda: None)
    try:
        with running_agent(ssh, PROGRAM, seen.append) as agent:
            yield agent
    finally:
        ssh.close()


def test_the_greeting_lists_the_interfaces(agent: Agent) -> None:
    """What is no interface in the list is passed over; the answer is kept for the fingerprint."""
    assert agent.greet(timeout_s=LIMIT_S) == (WLAN,)
    assert agent.hello["agent"] == 1


@pytest.mark.parametrize("listed", [None, "x", {}, []])
def test_a_guest_without_interfaces_gives_none(agent: Agent, script: Script, listed: Any) -> None:
    """Whatever stands in place of the list is no interface and no crash."""
    script.says["hello"] = [{"result": {"interfaces": listed}}]
    assert agent.greet(timeout_s=LIMIT_S) == ()


def test_calls_carry_their_arguments(agent: Agent, script: Script) -> None:
    """Profile, connect and disconnect name interface and profile; times come back."""
    agent.set_profile(WLAN, "<x/>", timeout_s=LIMIT_S)
    assert agent.connect(WLAN, "hil plain", timeout_s=LIMIT_S) == 7
    assert agent.disconnect(WLAN, timeout_s=LIMIT_S) == 7
    assert agent.clock_ns(timeout_s=LIMIT_S) == 7
    assert [call["args"] for call in script.calls] == [
        {"interface": "{1}", "xml": "<x/>"},
        {"interface": "{1}", "profile": "hil plain"},
        {"interface": "{1}"},
        {},
    ]


def test_an_answer_without_a_time_is_a_lab_fault(agent: Agent, script: Script) -> None:
    """An agent that does not stamp its answers is broken, and never taken at zero."""
    script.says["connect"] = [{"result": {}}]
    with pytest.raises(PeerGone, match="answer without qpc_ns"):
        agent.connect(WLAN, "p", timeout_s=LIMIT_S)


def test_a_refused_profile_does_not_show_the_profile(agent: Agent, script: Script) -> None:
    """The error names the function and Windows' code, and no part of the XML."""
    script.says["set_profile"] = [{"error": {"code": 1206, "message": "WlanSetProfile"}}]
    with pytest.raises(CallFailed, match="WlanSetProfile") as caught:
        agent.set_profile(WLAN, "<Passphrase>hunter22</Passphrase>", timeout_s=LIMIT_S)
    assert "hunter22" not in str(caught.value)


def test_the_outcome_is_found_among_other_notifications(
    agent: Agent, script: Script, seen: list[Notification]
) -> None:
    """Other codes and other sources are passed by; all of them are handed on as evidence."""
    script.says["clock"] = [
        notification(9),
        notification(CONNECTION_COMPLETE, source=16),
        notification(CONNECTION_COMPLETE, reason=3),
        {"result": {"qpc_ns": 1}},
    ]
    agent.clock_ns(timeout_s=LIMIT_S)
    found = agent.await_acm({CONNECTION_COMPLETE}, "outcome", timeout_s=LIMIT_S)
    assert (found.reason, found.profile) == (3, "hil plain")
    assert [one.code for one in seen] == [9, CONNECTION_COMPLETE, CONNECTION_COMPLETE]


def test_what_came_before_connect_is_no_outcome_of_it(agent: Agent, script: Script) -> None:
    """A notification of the last association cannot end the next one."""
    script.says["clock"] = [notification(CONNECTION_COMPLETE), {"result": {"qpc_ns": 1}}]
    agent.clock_ns(timeout_s=LIMIT_S)
    agent.connect(WLAN, "p", timeout_s=LIMIT_S)
    with pytest.raises(TooSlow, match="outcome: gave up"):
        agent.await_acm({CONNECTION_COMPLETE}, "outcome", timeout_s=0.05)


def test_no_outcome_tells_the_last_notification(agent: Agent, script: Script) -> None:
    """The message of a wait in vain says what came instead."""
    script.says["clock"] = [notification(9), {"result": {"qpc_ns": 1}}]
    agent.clock_ns(timeout_s=LIMIT_S)
    with pytest.raises(TooSlow, match="last seen: notification source 8 code 9"):
        agent.await_acm({CONNECTION_ATTEMPT_FAIL}, "outcome", timeout_s=0.05)


@pytest.mark.parametrize(
    "event",
    [
        notification(CONNECTION_COMPLETE, qpc_ns="5"),
        notification(CONNECTION_COMPLETE) | {"code": None},
        notification(CONNECTION_COMPLETE) | {"event": "other"},
    ],
)
def test_a_damaged_notification_is_none(
    agent: Agent, script: Script, seen: list[Notification], event: dict[str, Any]
) -> None:
    """The guest is not trusted: an event without its numbers is passed over."""
    script.says["clock"] = [event, {"result": {"qpc_ns": 1}}]
    agent.clock_ns(timeout_s=LIMIT_S)
    assert seen == []


def test_a_dead_agent_ends_the_wait_at_once(agent: Agent, script: Script) -> None:
    """Waiting for a notification ends with the agent, not with the limit."""
    script.says["clock"] = []
    with pytest.raises(PeerGone):
        agent.clock_ns(timeout_s=LIMIT_S)
    with pytest.raises(PeerGone, match=r"outcome: .*last seen: agent\.exe ended"):
        agent.await_acm({CONNECTION_COMPLETE}, "outcome", timeout_s=3600)


def test_the_agent_is_asked_to_end(tmp_path: Path, script: Script) -> None:
    """Leaving the context ends the agent, after an error as well."""
    with serving(tmp_path) as guest, pytest.raises(ZeroDivisionError), opened(guest, script, []):
        raise ZeroDivisionError
    assert script.names == ["exit"]
