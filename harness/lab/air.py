# SPDX-License-Identifier: GPL-2.0-or-later
"""The client of the air: the medium and its access points, wherever the air runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from harness.eap import RadiusServer
from harness.errors import LabFault, TooSlow
from harness.evidence import ClockModel, Echo
from harness.lab.port_times import PortTimes
from harness.local.deadline import Deadline
from harness.local.jsonlines import CallFailed, JsonLinesClient
from harness.scenarios import AirRule, ApOrder, Network, UsbOrder
from hil_common.security import OWE
from hwsim.records import FrameRecord

CALL_S = 10.0
START_S = 30.0
REAUTHENTICATION_S = 60.0
"""Bound on a reauthentication: the access point gives up by itself, message by message."""
NEIGHBOUR_DBM: Final = -40
"""How strongly access points of other networks are heard: as the first of our own."""
AP_IP = "10.77.0.1"
STATION_IP = "10.77.0.2"
"""The station's address is set in the guest beforehand: no result depends on DHCP."""


@dataclass(slots=True)
class AirState:
    """What the air last told."""

    clock: ClockModel | None = None
    port: str = "not connected yet"
    station: str = "none seen"
    fault: str = ""
    fault_of: str = ""
    """What broke: `capture` (it cannot be written), `radius` (the server does not answer),
    `overrun` (radios send more than can be carried), `model` (that of the radio failed) or `radio`
    (the guest's went)."""


class AirListener(Protocol):
    """Who is told what happens on the air, by a thread of its own."""

    def frame(self, record: FrameRecord) -> None:
        """A frame crossed the air, or was lost there."""

    def air_event(self, event: dict[str, Any]) -> None:
        """Anything else that the air tells unasked."""


class AirClient:
    """An air as its only client sees it, wherever it runs: calls, events, its last state."""

    _client: JsonLinesClient

    def __init__(self, listener: AirListener) -> None:
        self.state = AirState()
        self._media = 1
        self._listener: AirListener | None = listener
        self.pid = 0

    @property
    def alive(self) -> bool:
        """Whether the air answers."""
        return self._client.alive

    def describe(self) -> str:
        """One line on the air for a fault message."""
        return f"radio port {self.state.port}, station {self.state.station}"

    def configure(
        self,
        network: Network,
        first_retry_ms: int,
        radius: RadiusServer | None = None,
        *,
        next_retry_ms: int | None = None,
    ) -> str:
        """Set the network up, on each of its media; the BSSID of its first access point.

        `first_retry_ms` is when an unanswered EAPOL message of a handshake is first sent again,
        `next_retry_ms` when after that; left out, it is hostapd's second. A network
        with 802.1X whose access point is to be silent has no `radius`.
        """
        settings = _settings(network, radius)
        timers = {"first_ms": first_retry_ms}
        if radius is not None:
            timers["radius_ms"] = radius.timeout_ms
        if next_retry_ms is not None:
            timers["next_ms"] = next_retry_ms
        links = network.links_json()
        if network.media != self._media:
            self._call("media", count=network.media)
            self._media = network.media
        told = self._each("configure", network=settings, timers=timers, links=links)
        return str(told[0].get("bssid", ""))

    def start(self) -> None:
        """Begin to beacon."""
        self._each("start")

    def take_off_air(self) -> None:
        """Stop beaconing and forget every station; it can be configured anew and started again."""
        self._each("stop")

    def await_start(self, limit_s: float = START_S) -> None:
        """Wait until it serves; raises `TooSlow` or `PeerGone` with its last words.

        Its imports take as long as a guest takes to be restored: neither need wait for the other.
        """
        deadline = Deadline("start of the air process", limit_s)
        try:
            self.pid = int(self._client.call("hello", timeout_s=deadline.limit_s).get("pid", 0))
        except TimeoutError:
            deadline.state = self.describe()
            raise deadline.too_slow() from None
        except ConnectionError:
            self._await_end()
            deadline.state = self.describe()
            raise deadline.gone() from None

    def _await_end(self) -> None:
        """Wait a moment for the last words of an air that is gone."""

    def wait_radio(self, limit_s: float, radios: int = 1) -> dict[str, Any]:
        """Wait until the guest's relay has introduced so many radios; what it said."""
        try:
            return self._call("wait_radio", wait_s=limit_s, timeout_s=limit_s, radios=radios)
        except CallFailed as error:  # it gives up by itself, and knows what it saw
            if error.code == "radio-failed":
                raise LabFault("radio of the guest on the air", 0, error.said) from None
            raise TooSlow("radio of the guest on the air", limit_s, error.message) from None

    def measure_port(
        self, frames: int, *, window: int, size: int, freq_mhz: int, limit_s: float
    ) -> PortTimes:
        """Deliver so many frames of `size` bytes to the guest's first radio by the port alone, at
        most `window` on their way at a time."""
        about = {"frames": frames, "window": window, "size": size, "freq_mhz": freq_mhz}
        return PortTimes.of(self._call("measure_port", wait_s=limit_s, **about))

    def begin(
        self,
        index: int,
        rules: tuple[AirRule, ...],
        seed: int = 1,
        orders: tuple[ApOrder, ...] = (),
        usb: tuple[UsbOrder, ...] = (),
    ) -> int:
        """Arm rules and orders for association `index`; frames carry that number from now on.

        A rule for other associations keeps its place, but acts on nothing by itself. `seed` decides
        what they leave to chance. The last number that was given to a frame before. An adapter that
        `usb` orders were carried out on is plugged in anew meanwhile.
        """
        given = [
            one if rule.acts_in(index) else {**one, "nth": "never"}
            for rule, one in zip(rules, _dumped(rules), strict=True)
        ]
        answer = self._call(
            "begin", association=index, rules=given, seed=seed,
            orders=[order.to_json() for order in orders], usb=[order.to_json() for order in usb],
        )  # fmt: skip
        return int(answer.get("frames", 0))

    def change_rules(self, rules: tuple[AirRule, ...], seed: int = 1) -> None:
        """Other rules from now on, in the same association; messages are counted anew."""
        self._each("rules", rules=_dumped(rules), seed=seed)

    def add_rules(
        self, *rules: AirRule, asked_only: bool = False, medium: int = 1
    ) -> tuple[int, ...]:
        """More rules from now on, behind those there are; their places.

        Messages count for them from now on. `asked_only`: they act when they are triggered, and not
        by themselves.
        """
        given = _dumped(rules)
        given = [{**one, "nth": "never"} if asked_only else one for one in given]
        told = self._call("add_rules", rules=given, medium=medium)
        return tuple(int(place) for place in told["places"])

    def change_rule(self, place: int, rule: AirRule, *, medium: int = 1) -> int:
        """Another rule in the stead of that one; its place. Raises `CallFailed` without one."""
        (given,) = _dumped((rule,))
        return int(self._call("change_rule", place=place, rule=given, medium=medium)["place"])

    def remove_rule(self, place: int, *, medium: int = 1) -> None:
        """That rule acts no more, and what it put off does not come."""
        self._call("remove_rule", place=place, medium=medium)

    def trigger_rule(self, place: int, *, medium: int = 1) -> int:
        """Have a rule that sends something by itself (insert, deauthenticate, disassociate) send it
        now, to so many stations; any other acts on the next message that fits it.

        Raises `CallFailed` if nobody is there, or nothing to be copied.
        """
        return int(self._call("trigger_rule", place=place, medium=medium)["stations"])

    def list_rules(self, *, medium: int = 1) -> list[dict[str, Any]]:
        """The rules in force: `place`, `words`, `live`; `fitted` and `acted` count messages."""
        return list(self._call("list_rules", medium=medium)["rules"])

    def order(self, do: str, **parameters: Any) -> None:
        """Have an access point do something now; parameters are those of `[[ap]]`.

        Raises `CallFailed` for what it cannot do.
        """
        self._call("order", do=do, **parameters)

    def await_orders(self, limit_s: float) -> tuple[int, ...]:
        """Wait until the association's orders are carried out; the places of those that are not."""
        told = self._call("await_orders", wait_s=limit_s, timeout_s=limit_s)
        return tuple(int(place) for place in told.get("left", ()))

    def await_adapter(self, limit_s: float) -> tuple[int, ...]:
        """Wait until the orders to the USB adapter are carried out and what they bring about has
        ended; the places of those that are not."""
        told = self._call("await_adapter", wait_s=limit_s, timeout_s=limit_s)
        return tuple(int(place) for place in told.get("left", ()))

    def echo(self, count: int, *, limit_s: float) -> Echo:
        """ARP and `count` ICMP echo requests to each station, protected by its keys."""
        return _echo(self._each("echo", wait_s=limit_s, count=count, timeout_s=limit_s))

    def rekey_group(self) -> None:
        """Give every station a new group key; returns when all have it or are gone."""
        self._each("rekey_group")

    def rekey_pairwise(self) -> None:
        """Give every station new pairwise keys; returns when all have them or are gone."""
        self._each("rekey_pairwise")

    def reauthenticate(self) -> None:
        """Authenticate every station by 802.1X again; returns when all have new keys or are gone.

        Raises `CallFailed` where the network has no server.
        """
        self._call("reauthenticate", wait_s=REAUTHENTICATION_S)

    def deauthenticate(self, reason: int, *, broadcast: bool = False, forged: bool = False) -> None:
        """Deauthenticate every station, protected where its management frames are.

        `broadcast`: by one frame to all. `forged`: as somebody without keys would, which the access
        point knows nothing of.
        """
        self._each("deauthenticate", reason=reason, broadcast=broadcast, forged=forged)

    def carry_between_radios(self, carried: bool = True) -> None:
        """Let radios hear each other, besides the access points; in this run."""
        self._each("between_radios", carried=carried)

    def status(self) -> dict[str, Any]:
        """The air's own account of port, stations and clock."""
        return self._call("status")

    def frames(self) -> tuple[int, tuple[int, ...]]:
        """The last number given to a frame, and the numbers of those that are still on their way:
        the events of all others have come by now.

        Media have one count and are asked one after the other. What comes meanwhile is not spoken
        of: the first would not have told that it is due.
        """
        told = self._each("status")
        due = sorted(int(number) for one in told for number in one.get("due", ()))
        return int(told[0].get("frames", 0)), tuple(due)

    def put_off(self) -> int:
        """How many insertions and goodbyes of rules are still to come, put off by their delay."""
        return sum(int(one.get("put_off", 0)) for one in self._each("status"))

    @property
    def damaged_lines(self) -> int:
        """Lines of the air that could not be read."""
        return self._client.damaged_lines

    def finish(self) -> None:
        """End the run: its capture is complete, and nobody is told of what comes now.

        Raises `LabFault` if the capture could not be written.
        """
        self._call("finish")
        self._listener = None
        if self.state.fault_of == "capture":
            raise LabFault("writing of the air's capture", 0, self.state.fault)

    def renew(self, run_dir: Path, listener: AirListener) -> None:
        """Begin another run, after `finish`: with its capture in `run_dir`, frames numbered anew,
        no network. `listener` is told of all that comes from now on."""
        self._listener = listener
        self._call("renew", directory=str(run_dir))
        self._media = 1

    def _call(
        self, name: str, *, wait_s: float = 0, medium: int = 1, **args: object
    ) -> dict[str, Any]:
        about: dict[str, object] = {"medium": medium} if medium > 1 else {}
        return self._client.call(name, args, timeout_s=CALL_S + wait_s, about=about)

    def _each(self, name: str, *, wait_s: float = 0, **args: object) -> list[dict[str, Any]]:
        """A call that is about one medium, of each there is."""
        media = range(1, self._media + 1)
        return [self._call(name, wait_s=wait_s, medium=medium, **args) for medium in media]

    def _take(self, event: dict[str, Any]) -> None:
        kind, listener = event.get("event"), self._listener
        if kind == "frame":
            if listener is not None:
                listener.frame(FrameRecord.from_json(event))
            return
        if kind == "clock":
            self.state.clock = ClockModel(int(event["offset_ns"]), int(event["uncertainty_ns"]))
            return
        if kind == "port":
            self._take_port_state(str(event.get("state")), ordered=event.get("ordered") is True)
        elif kind == "station":
            self.state.station = f"{event.get('mac')} {event.get('state')}"
        elif kind == "fault":
            self.state.fault_of = str(event.get("what"))
            self.state.fault = f"{event.get('what')}: {event.get('message')}"
        if listener is not None:
            listener.air_event(event)

    def _take_port_state(self, state: str, *, ordered: bool) -> None:
        """A guest that lost its radio has lost its connections with it, also where it gets the
        radio back: that stays a fault, unless orders to the adapter led to it."""
        self.state.port = state
        if state == "lost" and not ordered and not self.state.fault:
            self.state.fault_of, self.state.fault = "radio", "it was there, and went"


def _dumped(rules: tuple[AirRule, ...]) -> list[dict[str, Any]]:
    """The rules as the air takes them, which knows of the association under way alone."""
    left_out = {"association"}
    return [rule.model_dump(mode="json", exclude_none=True, exclude=left_out) for rule in rules]


def _settings(network: Network, radius: RadiusServer | None) -> dict[str, object]:
    """The network as the air takes it."""
    settings: dict[str, object] = {
        "ssid_hex": network.ssid_bytes.hex(), "channel": network.channel,
        "security": network.security, "pmf": network.protection,
        "ap_ip": AP_IP, "station_ip": STATION_IP, "more": _more(network),
        "hidden": network.hidden, "beacon_protection": network.beacon_protection,
        "beacon_interval_tu": network.beacon_interval_tu,
        "dtim_period": network.dtim_period, "pmk_caching": network.pmk_caching,
        "bss_transition": network.bss_transition,
        "neighbour_reports": network.neighbour_reports,
        "wmm": network.wmm, "uapsd": network.uapsd, "ocv": network.ocv,
        "extended_key_id": network.extended_key_id,
    }  # fmt: skip
    if network.choice.has_keys:
        settings |= _ciphers(network)
    if network.choice.has_sae:
        settings["sae"] = network.sae.model_dump()
    if network.choice.has_ft:
        settings["ft"] = network.ft.model_dump()
    if network.choice is OWE:
        settings["owe_groups"] = list(network.owe_groups)
    if network.owe_transition:
        settings["owe_transition_ssid_hex"] = network.owe_ssid.hex()
    if network.passphrase is not None:
        settings["passphrase"] = network.passphrase.get_secret_value()
    if radius is not None:
        settings["radius"] = {
            "port": radius.port, "secret": radius.secret, "trouble": radius.trouble,
        }  # fmt: skip
    return settings


def _ciphers(network: Network) -> dict[str, object]:
    """The ciphers of a network with keys; that of management frames only where it protects them."""
    ciphers = network.ciphers
    told = {"pairwise_ciphers": list(ciphers.pairwise), "group_cipher": ciphers.group}
    managed = {"group_mgmt_cipher": ciphers.management} if network.protection != "disabled" else {}
    return {**told, **managed}


def _more(network: Network) -> list[dict[str, object]]:
    """What is each further access point's own; those of other networks come last."""
    count = network.access_points - 1
    channels = network.further_channels or (network.channel,) * count
    more: list[dict[str, object]] = [{"channel": channel} for channel in channels]
    names = (name.encode().hex() for name in network.neighbours)
    return more + [{"ssid_hex": name, "signal_dbm": NEIGHBOUR_DBM} for name in names]


def _echo(answers: list[dict[str, Any]]) -> Echo:
    """What came of echoes on all media together."""
    return Echo(
        sent=sum(int(answer["sent"]) for answer in answers),
        answered=sum(int(answer["answered"]) for answer in answers),
        arp=all(answer["arp"] for answer in answers),
        protected=all(answer["protected"] for answer in answers),
        rtt_us=tuple(int(value) for answer in answers for value in answer["rtt_us"]),
    )
