# SPDX-License-Identifier: GPL-2.0-or-later
"""The client of the air: its calls, and what it keeps of events."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from harness.errors import LabFault, PeerGone, TooSlow
from harness.evidence import ClockModel, Echo
from harness.lab.air_process import AirProcess
from harness.scenarios import AirRule, ApOrder, Network, UsbOrder
from hwsim.records import FrameRecord
from tests.unit.checks.story import Story

NETWORK = Network(ssid="hil", passphrase=SecretStr("correct horse"))


class Process:
    """The air process, which a test ends."""

    def __init__(self) -> None:
        self.code: int | None = None

    def poll(self) -> int | None:
        """How it ended."""
        return self.code


class Heard:
    """What a listener was told."""

    def __init__(self) -> None:
        self.frames: list[FrameRecord] = []
        self.events: list[dict[str, Any]] = []

    def frame(self, record: FrameRecord) -> None:
        """Keep a frame."""
        self.frames.append(record)

    def air_event(self, event: dict[str, Any]) -> None:
        """Keep an event."""
        self.events.append(event)


class Peer:
    """The air's side of the control socket."""

    def __init__(self, folder: Path) -> None:
        ours, self._sock = socket.socketpair()
        self.calls: list[dict[str, Any]] = []
        self.answers: dict[str, dict[str, Any]] = {}
        self.heard = Heard()
        self.process = Process()
        self.log = folder / "air-stderr.log"
        self._thread = threading.Thread(target=self._serve, name="air")
        self._thread.start()
        process: Any = self.process
        self.air = AirProcess(process, ours, self.heard, self.log)
        self._ours = ours

    def say(self, message: dict[str, Any]) -> None:
        """An event."""
        self._sock.sendall(json.dumps(message).encode() + b"\n")

    def close(self) -> None:
        """The air is gone."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self.air.stop()
        self._sock.close()
        self._ours.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError), self._sock.makefile("rb") as lines:
            for line in lines:
                call = json.loads(line)
                self.calls.append(call)
                answer = self.answers.get(call["call"], {"result": {}})
                answer = self.answers.get(f"{call['call']} {call.get('medium', 1)}", answer)
                self.say({"id": call["id"], **answer})


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    """An air without a process."""
    peer = Peer(tmp_path)
    yield peer
    peer.close()


def test_the_network_goes_to_the_air_whole(peer: Peer) -> None:
    """Passphrase, addresses and timers are handed over; the BSSID comes back."""
    peer.answers["configure"] = {"result": {"bssid": "02:00:00:00:01:00"}}
    assert peer.air.configure(NETWORK, 1000) == "02:00:00:00:01:00"
    args = peer.calls[0]["args"]
    assert args["network"] == {
        "ssid_hex": "68696c", "passphrase": "correct horse", "channel": 1, "security": "wpa2-psk",
        "pmf": "disabled", "ap_ip": "10.77.0.1", "station_ip": "10.77.0.2", "more": [],
        "hidden": False, "beacon_interval_tu": 100, "dtim_period": 2, "pmk_caching": "own",
        "bss_transition": False, "neighbour_reports": False,
        "pairwise_ciphers": ["ccmp-128"], "group_cipher": "ccmp-128",
        "beacon_protection": False, "wmm": False, "uapsd": False, "ocv": False,
        "extended_key_id": False,
    }  # fmt: skip
    assert args["timers"] == {"first_ms": 1000}
    peer.air.configure(NETWORK, 100, next_retry_ms=250)
    assert peer.calls[1]["args"]["timers"] == {"first_ms": 100, "next_ms": 250}


@pytest.mark.parametrize(
    ("network", "own"),
    [
        (
            Network(
                security="wpa3-sae", passphrase=SecretStr("correct horse"), sae={"groups": [20]}
            ),
            {
                "pmf": "required",
                "sae": {"groups": [20], "ways": "both", "open_exchanges": 5, "password_id": ""},
            },
        ),
        (Network(security="owe", owe_groups=(21,)), {"pmf": "required", "owe_groups": [21]}),
        (Network(security="open"), {"pmf": "disabled"}),
    ],
)
def test_what_a_security_has_besides_is_handed_over(
    peer: Peer, network: Network, own: dict[str, object]
) -> None:
    """To the air, which refuses what it does not know of another one."""
    peer.answers["configure"] = {"result": {"bssid": "02:00:00:00:01:00"}}
    peer.air.configure(network, 100)
    given = peer.calls[0]["args"]["network"]
    assert {key: given[key] for key in given if key in ("pmf", "sae", "owe_groups")} == own


def test_a_forged_deauthentication(peer: Peer) -> None:
    """All that it is goes over the socket."""
    peer.answers["deauthenticate"] = {"result": {}}
    peer.air.deauthenticate(7, forged=True)
    assert peer.calls[0]["args"] == {"reason": 7, "broadcast": False, "forged": True}


def test_further_access_points_have_their_channels(peer: Peer) -> None:
    """Without channels of their own they are on the first one's."""
    for further, channels in (((), [6, 6]), ((11, 1), [11, 1])):
        network = NETWORK.model_copy(
            update={"channel": 6, "access_points": 3, "further_channels": further}
        )
        peer.air.configure(network, 1000)
        told = peer.calls[-1]["args"]["network"]["more"]
        assert told == [{"channel": channel} for channel in channels]


def test_access_points_of_other_networks_come_last(peer: Peer) -> None:
    """Under their own names, as near as the first of ours."""
    network = NETWORK.model_copy(update={"access_points": 2, "neighbours": ("é",)})
    peer.air.configure(network, 1000)
    told = peer.calls[-1]["args"]["network"]["more"]
    assert told == [{"channel": 1}, {"ssid_hex": "c3a9", "signal_dbm": -40}]


def test_rules_are_armed_without_what_they_do_not_say(peer: Peer) -> None:
    """Only the fields that are set go over, so that the air's own check sees what was meant."""
    rule = AirRule(message="M1", action="delay", delay_ms=5)
    peer.air.begin(3, (rule,))
    assert peer.calls[0]["args"] == {
        "association": 3,
        "rules": [{"message": "M1", "nth": 1, "action": "delay", "delay_ms": 5}],
        "seed": 1,
        "orders": [],
        "usb": [],
    }


def test_rules_change_while_an_association_lasts(peer: Peer) -> None:
    """The call names no association: it is the one under way."""
    peer.air.change_rules((AirRule(message="M3", action="drop"),), seed=7)
    assert peer.calls[0]["args"] == {
        "rules": [{"message": "M3", "nth": 1, "action": "drop"}],
        "seed": 7,
    }


def test_one_rule_at_a_time(peer: Peer) -> None:
    """Given, changed, triggered and taken back by its place."""
    rule = AirRule(message="M3", action="drop")
    peer.answers["add_rules"] = {"result": {"places": [4, 5]}}
    peer.answers["change_rule"] = {"result": {"place": 6}}
    peer.answers["trigger_rule"] = {"result": {"stations": 1}}
    peer.answers["list_rules"] = {"result": {"rules": [{"place": 6}]}}
    assert peer.air.add_rules(rule, rule, asked_only=True) == (4, 5)
    assert peer.calls[-1]["args"]["rules"][1] == {"message": "M3", "nth": "never", "action": "drop"}
    assert peer.air.change_rule(4, rule) == 6
    assert peer.calls[-1]["args"]["rule"] == {"message": "M3", "nth": 1, "action": "drop"}
    assert peer.air.trigger_rule(6) == 1
    assert peer.air.list_rules() == [{"place": 6}]
    peer.air.remove_rule(6)
    assert peer.calls[-1]["args"] == {"place": 6}


def test_orders_of_access_points(peer: Peer) -> None:
    """They go with the rules; what is left of them is told at the end; a call orders at once."""
    order = ApOrder(on="echoed", do="switch-channel", channel=11, announce=("ecsa",))
    peer.air.begin(3, (), orders=(order,))
    assert peer.calls[0]["args"]["orders"] == [
        {"on": "echoed", "nth": 1, "do": "switch-channel", "access_point": 1, "channel": 11,
         "announce": ["ecsa"]},
    ]  # fmt: skip
    peer.answers["status"] = {"result": {"put_off": 3}}
    assert peer.air.put_off() == 3
    peer.answers["await_orders"] = {"result": {"left": [2]}}
    assert peer.air.await_orders(5) == (2,)
    peer.air.order("stop", access_point=2)
    assert peer.calls[-1]["args"] == {"do": "stop", "access_point": 2}


def test_an_echo_is_evidence(peer: Peer) -> None:
    """Every field of the answer is kept."""
    peer.answers["echo"] = {
        "result": {"sent": 2, "answered": 1, "arp": True, "protected": True, "rtt_us": [900]}
    }
    found = peer.air.echo(2, limit_s=5)
    assert found == Echo(2, 1, arp=True, protected=True, rtt_us=(900,))


def test_what_is_about_a_medium_is_asked_of_each(peer: Peer) -> None:
    """Of the first without a name; rules are armed on all in one call, and echoes add up."""
    peer.air.configure(NETWORK.model_copy(update={"media": 2}), 1000)
    peer.air.begin(1, ())
    peer.answers["echo"] = {
        "result": {"sent": 1, "answered": 1, "arp": True, "protected": True, "rtt_us": [900]}
    }
    found = peer.air.echo(1, limit_s=5)
    assert found == Echo(2, 2, arp=True, protected=True, rtt_us=(900, 900))
    peer.answers["status"] = {"result": {"frames": 9, "due": [7]}}
    assert peer.air.frames() == (9, (7, 7))
    assert [(call["call"], call.get("medium")) for call in peer.calls] == [
        ("media", None), ("configure", None), ("configure", 2), ("begin", None), ("echo", None),
        ("echo", 2), ("status", None), ("status", 2),
    ]  # fmt: skip
    assert peer.calls[0]["args"] == {"count": 2}
    peer.air.configure(NETWORK, 1000)
    assert [call["args"] for call in peer.calls if call["call"] == "media"] == [
        {"count": 2}, {"count": 1},
    ]  # fmt: skip


def test_frames_that_come_while_media_are_asked_are_not_asked_for(peer: Peer) -> None:
    """The first medium has told by then what is due on it: a later number is no lost record."""
    peer.air.configure(NETWORK.model_copy(update={"media": 2}), 1000)
    peer.answers["status 1"] = {"result": {"frames": 9, "due": []}}
    peer.answers["status 2"] = {"result": {"frames": 12, "due": [8]}}
    assert peer.air.frames() == (9, (8,))


def test_a_radio_that_never_comes_is_too_slow(peer: Peer) -> None:
    """The air gives up by itself; what it saw is the last state, and the lab is to blame."""
    said = "waited 1 s for the relay's HELLO on the radio port; QEMU is connected"
    peer.answers["wait_radio"] = {"error": {"code": "timeout", "message": said}}
    with pytest.raises(TooSlow, match=r"radio of the guest on the air: .*QEMU is connected"):
        peer.air.wait_radio(1)


def test_events_become_state_and_evidence(peer: Peer) -> None:
    """Frames go to the evidence, the clock is kept, port and station are the last state seen."""
    story = Story()
    story.begin()
    story.frame("auth", "up")
    peer.say({"event": "frame", **story.frames[0].to_json()})
    peer.say({"event": "clock", "offset_ns": 5, "uncertainty_ns": 2, "air_ns": 1})
    peer.say({"event": "port", "state": "connected", "air_ns": 1})
    peer.say({"event": "station", "mac": "02:00:00:00:00:00", "state": "associated"})
    peer.say({"event": "fault", "what": "air.pcapng", "message": "No space left on device"})
    peer.air.status()
    assert peer.heard.frames == story.frames
    assert peer.air.state.clock == ClockModel(5, 2)
    assert peer.air.state.fault == "air.pcapng: No space left on device"
    assert [event["event"] for event in peer.heard.events] == ["port", "station", "fault"]
    assert peer.air.describe() == ("radio port connected, station 02:00:00:00:00:00 associated")


def test_a_radio_that_went_is_a_fault_that_stays(peer: Peer) -> None:
    """Also where it comes back, for the connection is gone; a fault told before it goes on."""
    for state in ("connected", "lost", "connected"):
        peer.say({"event": "port", "state": state, "air_ns": 1})
    peer.air.status()
    assert (peer.air.state.port, peer.air.state.fault_of) == ("connected", "radio")
    peer.say({"event": "fault", "what": "capture", "message": "No space left on device"})
    peer.say({"event": "port", "state": "lost", "air_ns": 1})
    peer.air.status()
    assert peer.air.state.fault_of == "capture"


def test_a_radio_that_went_by_order_is_no_fault(peer: Peer) -> None:
    """The air says so; orders go with the association, and are waited for."""
    for state in ("lost", "connected"):
        peer.say({"event": "port", "state": state, "air_ns": 1, "ordered": True})
    peer.answers["await_adapter"] = {"result": {"left": [2]}}
    peer.air.begin(1, (), usb=(UsbOrder(on="M3", do="unplug"),))
    assert peer.air.await_adapter(1) == (2,)
    assert (peer.air.state.port, peer.air.state.fault) == ("connected", "")
    assert peer.calls[0]["args"]["usb"] == [{"on": "M3", "nth": 1, "do": "unplug"}]


def test_each_run_hears_what_is_its_own(peer: Peer, tmp_path: Path) -> None:
    """Between two runs nobody is told; the next has its own listener and its own folder."""
    peer.air.finish()
    peer.say({"event": "stall", "who": "the guest"})
    second = Heard()
    peer.air.status()
    peer.air.renew(tmp_path, second)
    peer.say({"event": "port", "state": "lost"})
    peer.air.status()
    assert peer.heard.events == []
    assert [event["event"] for event in second.events] == ["port"]
    assert peer.calls[2]["args"] == {"directory": str(tmp_path)}


def test_a_capture_that_was_not_written_to_its_end_is_a_lab_fault(peer: Peer) -> None:
    """It shows at the end of the run only, when the last of it is written."""
    peer.say({"event": "fault", "what": "capture", "message": "No space left on device"})
    with pytest.raises(LabFault, match=r"air.s capture: .*No space left"):
        peer.air.finish()


def test_a_dead_air_is_told_with_its_last_words(peer: Peer) -> None:
    """Its end is seen by process and by socket; stopping it then is no error."""
    assert peer.air.alive
    peer.log.write_text("Traceback\nMemoryError\n")
    peer.process.code = -9
    assert not peer.air.alive
    assert peer.air.describe() == "air ended with status -9: MemoryError"
    peer.close()
    with pytest.raises(PeerGone):
        peer.air.status()
    peer.air.stop()


def test_a_rule_for_other_associations_keeps_its_place(peer: Peer) -> None:
    """It is given to the air as one that acts on nothing, so that the others keep theirs."""
    rules = [AirRule(message="M1", nth=2, action="drop", association=one) for one in (3, 4)]
    peer.air.begin(3, tuple(rules))
    assert peer.calls[0]["args"]["rules"] == [
        {"message": "M1", "nth": 2, "action": "drop"},
        {"message": "M1", "nth": "never", "action": "drop"},
    ]
