# SPDX-License-Identifier: GPL-2.0-or-later
"""One association: what the driver does is evidence, only what the lab fails to do raises."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from harness.config.limits import LimitsConfig
from harness.errors import LabFault, PeerGone, TooSlow
from harness.evidence import Echo, Notification, PerformedOrder, names
from harness.guests.common.agent import Interface
from harness.lab.recording import Recording
from harness.lab.session import LabSession
from harness.local.jsonlines import CallFailed
from harness.run import association as module
from harness.run.association import Attempt, clock_of
from harness.scenarios import AirRule, ApOrder, Eap, UsbOrder, find_scenario
from harness.scenarios.expect import Expect
from tests.unit.checks import builder
from tests.unit.checks import story as story_module
from tests.unit.checks.story import Step
from tests.unit.doubles import World, lost, raising

UNTIL_CONNECTED = builder.ASSOCIATION[: builder.ASSOCIATION.index(builder.echo)]


@pytest.fixture
def session(world: World) -> LabSession:
    """A session on a lab without a guest."""
    return world.session(Recording(io.BytesIO(), io.BytesIO()))


Try = Callable[..., Attempt]


@pytest.fixture
def attempt(session: LabSession, monkeypatch: pytest.MonkeyPatch) -> Try:
    """Makes an attempt at association 1."""
    monkeypatch.setattr(module, "SETTLE_S", 0.05)

    def make(
        scenario: str = "plain", limits: LimitsConfig | None = None, **changes: Any
    ) -> Attempt:
        found = find_scenario(scenario).model_copy(update=changes).with_passphrase()
        return Attempt(session, found, limits or LimitsConfig(), 1)

    return make


def test_a_good_association_is_used_and_ended(world: World, attempt: Try) -> None:
    """Begin, connect, outcome, echo, disconnect, in this order; all of it is in the evidence."""
    made = attempt()
    made.run()
    steps = [step for step in world.done if step != "trace"]
    assert steps == ["begin", "connect", "await 10", "echo", "disconnect", "await 21"]
    found = made.evidence()
    assert found.index == 1
    assert found.connect_ns == world.story.associations[0]["connect_ns"]
    assert found.end_ns >= max(record.t_ns for record in found.ihv)
    assert found.echo is not None
    assert [frame.kind for frame in found.frames][:4] == ["auth", "auth", "assoc-req", "assoc-resp"]
    assert found.ihv[-1].function == "Dot11ExtIhvAdapterReset"
    assert len(found.notifications) == 2
    assert found.lab_fault is None


def test_what_came_before_belongs_to_no_association(world: World, attempt: Try) -> None:
    """Records of the time before, such as the loading of the DLL, are not its evidence."""
    made = attempt()
    made.run()
    assert not [record for record in made.evidence().ihv if record.kind == "load"]


def test_the_rules_of_the_scenario_are_armed_first(world: World, attempt: Try) -> None:
    """The medium knows what to do before the station is told to connect."""
    attempt("m2-lost").run()
    ((rule,),) = world.air.rules
    assert (rule.message, rule.action) == ("M2", "drop")
    assert world.done.index("begin") < world.done.index("connect")


def test_the_orders_of_the_scenario_are_given_first(world: World, attempt: Try) -> None:
    """And those of an earlier scenario taken back, before the station is told to connect."""
    world.at("connect", 1, lambda: world.done.append(f"{len(world.service.given)} plan"))
    attempt("reset-post-pending").run()
    ((order,),) = world.service.given
    assert (order.on, order.do) == ("Dot11ExtIhvPerformPostAssociate", "reset")
    assert "1 plan" in world.done


def test_the_orders_carried_out_are_evidence(world: World, attempt: Try) -> None:
    """Those the guest reports, each once; one it had to leave out is not among them."""
    world.service.done = [
        {"order": 2, "on": "idle", "do": "reset", "t_ns": 7}, {"order": 1}, {"order": 2},
        {"order": 3, "skipped": "x"}, {"order": "?"},
    ]  # fmt: skip
    made = attempt("reset-post-pending")
    made.run()
    assert made.evidence().orders == (1, 2)
    assert [one.place for one in made.evidence().performed] == [2, 1, 2]
    assert made.evidence().performed[0] == PerformedOrder(2, "idle", "reset", 7)


@pytest.mark.parametrize(("code", "reason"), [(11, 0x38005), (10, 5)])
def test_a_failed_attempt_is_not_used(world: World, attempt: Try, code: int, reason: int) -> None:
    """ "Attempt failed", and "complete" with a reason, end it: no echo, no disconnect."""

    def failed(s: story_module.Story) -> None:
        s.notify(8, code, reason)

    world.agent.steps = [(*UNTIL_CONNECTED[:-1], failed, builder.reset)]
    made = attempt()
    made.run()
    assert not {"echo", "disconnect"} & set(world.done)
    assert made.evidence().notifications[-1].reason == reason


def test_no_outcome_of_a_living_lab_is_evidence(world: World, attempt: Try) -> None:
    """A driver that never answers is looked at, with every part of the lab asked first."""
    world.agent.steps = [UNTIL_CONNECTED[:-1]]
    made = attempt()
    made.run()
    assert {"clock", "status"} <= set(world.done)
    assert "disconnect" in world.done, "the next attempt must find the adapter idle"
    assert made.evidence().echo is None
    assert made.evidence().lab_fault is None


@pytest.mark.parametrize("part", ["clock", "status"])
def test_no_outcome_of_a_silent_lab_is_a_fault(world: World, attempt: Try, part: str) -> None:
    """The same silence from an agent or air that does not answer is the lab's."""
    world.agent.steps = [UNTIL_CONNECTED[:-1]]
    world.at(part, 1, lost())
    with pytest.raises(LabFault):
        attempt().run()


def test_no_outcome_of_a_dead_machine_is_a_fault(world: World, attempt: Try) -> None:
    """QEMU's end is found before the driver is blamed, and told."""
    world.agent.steps = [UNTIL_CONNECTED[:-1]]
    world.machine.alive = False
    with pytest.raises(PeerGone, match=r"QEMU process: .*signal 9"):
        attempt().run()


def test_a_dead_air_is_found_after_each_association(world: World, attempt: Try) -> None:
    """Also when everything asked of it had been answered before."""
    world.at("await 21", 1, lambda: setattr(world.air, "alive", False))
    with pytest.raises(PeerGone, match=r"air process: .*status -9"):
        attempt().run()


def test_an_association_that_ended_by_itself_is_fine(world: World, attempt: Try) -> None:
    """Windows refuses to disconnect what is not connected: no fault, the trace tells more."""
    world.agent.steps = [(*UNTIL_CONNECTED, builder.stop, builder.reset)]
    world.at("disconnect", 1, raising(CallFailed("agent.exe", "disconnect", 5023, "x")))
    attempt().run()
    assert "await 21" not in world.done


def test_no_notification_of_the_end_is_looked_into(world: World, attempt: Try) -> None:
    """Silence after disconnect asks the lab, and is evidence if it answers."""
    world.agent.steps = [(*UNTIL_CONNECTED, builder.stop, builder.reset)]
    world.at("await 21", 1, raising(TooSlow("end", 20, "nothing")))
    attempt().run()
    assert "clock" in world.done


def test_each_group_rekey_is_proven_by_an_echo(world: World, attempt: Try) -> None:
    """After each new group key the data path is asked again."""
    attempt("group-rekey", group_rekeys=2).run()
    used = [step for step in world.done if step in {"echo", "rekey"}]
    assert used == ["echo", "rekey", "echo", "rekey", "echo"]


def test_each_pairwise_rekey_is_proven_by_an_echo(world: World, attempt: Try) -> None:
    """Pairwise keys are renewed before the group key."""
    attempt(pairwise_rekeys=2, group_rekeys=1).run()
    used = [step for step in world.done if step in {"echo", "rekey", "rekey pairwise"}]
    assert used == ["echo", "rekey pairwise", "echo", "rekey pairwise", "echo", "rekey", "echo"]


def test_each_reauthentication_is_proven_by_an_echo(world: World, attempt: Try) -> None:
    """After each new pairwise key the data path is asked again."""
    attempt(eap=Eap(method="tls", reauthentications=2)).run()
    used = [step for step in world.done if step in {"echo", "reauthenticate"}]
    assert used == ["echo", "reauthenticate", "echo", "reauthenticate", "echo"]


STOP = ApOrder(on="echoed", do="stop")
SWITCH = ApOrder(on="echoed", do="switch-channel", channel=11)


def test_behind_the_orders_of_access_points_a_connection_is_used_again(
    world: World, attempt: Try
) -> None:
    """The air is given them; once they are carried out the data path is asked again."""
    attempt(ap=(SWITCH,)).run()
    assert world.air.orders == (SWITCH,)
    used = [step for step in world.done if step in {"echo", "await orders", "disconnect"}]
    assert used == ["echo", "await orders", "echo", "disconnect"]


def test_what_rules_put_off_is_awaited_before_the_end(world: World, attempt: Try) -> None:
    """A copy that is due 100 ms after M4 comes though the guest is quicker, and data follows it."""
    attempt("m3-replayed").run()
    used = [step for step in world.done if step in {"echo", "put off", "disconnect"}]
    assert used == ["echo", "put off", "put off", "echo", "disconnect"]


EITHER = Expect(connected="either")


def test_a_connection_lost_with_its_access_point_is_waited_for(world: World, attempt: Try) -> None:
    """Nobody disconnects what is gone already."""
    attempt(ap=(STOP,), expect=EITHER).run()
    assert "await 21" in world.done
    assert "disconnect" not in world.done


def test_one_that_outlives_its_access_point_is_ended(world: World, attempt: Try) -> None:
    """A station that never notices is evidence; it is disconnected as ever."""
    world.agent.steps = [(*UNTIL_CONNECTED, builder.stop, builder.reset)]
    world.at("await 21", 1, raising(TooSlow("loss", 15, "nothing")))
    attempt(ap=(STOP,), expect=EITHER).run()
    assert world.done.index("disconnect") > world.done.index("await 21")


UNPLUG = UsbOrder(on="echoed", do="unplug", for_ms=100)


def unplugged(world: World, *dids: str) -> None:
    """The air tells that the adapter is pulled out by order and plugged in again; the DLL sees of
    it what the steps are."""
    deinit: Step = lambda s: s.call(names.DEINIT_ADAPTER, result=None, hIhvExtAdapter=s.ihv)  # noqa: E731
    init: Step = lambda s: s.call(names.INIT_ADAPTER, out={"phIhvExtAdapter": "0x8"})  # noqa: E731
    steps = {"deinit": deinit, "init": init}
    calls = [steps[did] for did in dids]
    world.agent.steps = [(*UNTIL_CONNECTED, builder.stop, builder.reset, *calls)]

    def tell() -> None:
        for do in ("unplug", "plug"):
            event = {"event": "usb", "association": 1, "place": 1, "do": do, "transfers": [],
                     "air_ns": 5, "until_ns": None}  # fmt: skip
            world.recording.air_event(event)

    world.at("await adapter", 1, tell)


def test_an_adapter_that_is_plugged_in_again_is_waited_for(world: World, attempt: Try) -> None:
    """The radio is there before the station is told to connect, and again at the end."""
    unplugged(world, "deinit", "init")
    made = attempt(usb=(UNPLUG,), expect=EITHER)
    made.run()
    wanted = {"begin", "wait radio", "connect", "await adapter"}
    assert [step for step in world.done if step in wanted] == [
        "begin", "wait radio", "connect", "await adapter", "wait radio",
    ]  # fmt: skip
    assert world.air.usb == (UNPLUG,)
    assert [act.do for act in made.evidence().usb_acts] == ["unplug", "plug"]


@pytest.mark.parametrize("seen", [(), ("deinit",)])
def test_a_guest_that_does_not_see_its_adapter_go_or_come_is_a_fault(
    world: World, attempt: Try, monkeypatch: pytest.MonkeyPatch, seen: tuple[str, ...]
) -> None:
    """The DLL must have been told of both: else the association says nothing."""
    monkeypatch.setattr(module, "REMOVAL_S", 0.05)
    unplugged(world, *seen)
    with pytest.raises(LabFault, match="end of association 1 in the IHV trace"):
        attempt(usb=(UNPLUG,), expect=EITHER).run()


GOODBYE = AirRule(message="data", action="deauthenticate", reason=6, delay_ms=5)


@pytest.mark.parametrize(("changes", "awaited"), [({}, True), ({"forged": True}, False)])
def test_a_goodbye_of_a_rule_is_waited_for(
    world: World, attempt: Try, changes: dict[str, bool], awaited: bool
) -> None:
    """The DLL is to hear of it, and of its reason, before anybody disconnects. A forged one may
    come to nothing."""
    attempt(air=(GOODBYE.model_copy(update=changes),), expect=EITHER).run()
    assert ("disconnect" not in world.done) == awaited


def test_of_several_echoes_the_worst_is_kept(world: World, attempt: Try) -> None:
    """A connection that carried no data is not made good by a renewal of its key or by its end."""
    answers = iter([(1, 0, False), (0, 0, False), (1, 1, True)])

    def echo(count: int, *, limit_s: float) -> Echo:
        sent, answered, arp = next(answers)
        return Echo(sent, answered, arp=arp, protected=True)

    world.air.echo = echo  # type: ignore[method-assign]
    made = attempt(group_rekeys=2)
    made.run()
    assert made.evidence().echo == Echo(1, 0, arp=False, protected=True)


def test_an_order_that_costs_no_connection_is_not_waited_for(world: World, attempt: Try) -> None:
    """The one notification awaited is that of the end."""
    attempt(ap=(SWITCH,), expect=EITHER).run()
    assert world.done.index("await 21") > world.done.index("disconnect")


def test_without_echoes_the_data_path_is_left_alone(world: World, attempt: Try) -> None:
    """`echoes = 0` asks nothing."""
    made = attempt(echoes=0, group_rekeys=1)
    made.run()
    assert "echo" not in world.done
    assert made.evidence().echo is None


def test_a_fault_before_connect_has_evidence_all_the_same(world: World, attempt: Try) -> None:
    """Nothing of another time is taken for this association's."""
    world.at("connect", 1, lost())
    made = attempt()
    with pytest.raises(LabFault):
        made.run()
    found = made.evidence("the lab broke")
    assert (found.connect_ns, found.ihv, found.notifications) == (0, (), ())
    assert found.lab_fault == "the lab broke"


@pytest.mark.parametrize("connected", [True, False])
def test_an_association_without_its_end_in_the_trace_is_a_fault(
    world: World, attempt: Try, connected: bool
) -> None:
    """A guest whose disk is full: what the DLL did is not known, whatever else was seen. The fault
    says what was seen last."""
    failed = [] if connected else [lambda s: s.notify(8, 11, 0x38005)]
    world.agent.steps = [(*UNTIL_CONNECTED[: None if connected else -1], *failed)]
    world.at("disconnect", 1, raising(CallFailed("agent.exe", "disconnect", 5023, "x")))
    with pytest.raises(LabFault, match=r"end of association 1 in the IHV trace") as caught:
        attempt().run()
    assert "PostAssociateCompletion" in caught.value.last_state
    assert "disk may be full" in caught.value.hint


def test_a_connection_without_a_single_record_is_a_fault(world: World, attempt: Try) -> None:
    """It connected, so the DLL was called: its records are missing."""
    shown = [builder.connect, lambda s: s.notify(8, 10, 0)]
    world.agent.steps = [tuple(shown)]
    world.at("disconnect", 1, raising(CallFailed("agent.exe", "disconnect", 5023, "x")))
    with pytest.raises(LabFault, match="no record"):
        attempt().run()


def test_a_handler_that_never_returns_is_the_dlls(world: World, attempt: Try) -> None:
    """The trace ends inside a handler: it is waited for as long as a handler may take, and no
    longer."""

    def hangs(s: story_module.Story) -> None:
        s.enter(names.RECEIVE_PACKET, hIhvExtAdapter=s.ihv)

    world.agent.steps = [(*UNTIL_CONNECTED[:-1], hangs)]
    world.at("disconnect", 1, raising(CallFailed("agent.exe", "disconnect", 5023, "x")))
    made = attempt(limits=LimitsConfig(handler_s=1))
    made.run()
    assert made.evidence().ihv[-1].kind == "enter"


def test_an_attempt_the_dll_was_not_asked_for_has_no_end(world: World, attempt: Try) -> None:
    """No network, no pre-association: nothing that had to be ended, and no record to be missed by
    the run; the rules say that nothing is known of it."""
    world.agent.steps = [(builder.connect, lambda s: s.notify(8, 11, 0x38002))]
    made = attempt()
    made.run()
    assert made.evidence().ihv == ()


def test_frames_on_their_way_are_waited_for(
    world: World, attempt: Try, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The air is asked until it has told of every frame; the evidence says which there must be."""
    due = [(14, (13, 14)), (14, (14,)), (14, ())]
    monkeypatch.setattr(world.air, "frames", lambda: due.pop(0))
    made = attempt()
    made.run()
    assert due == []
    assert (made.evidence().frame_span, made.evidence().frames_due) == ((0, 14), ())


def test_frames_held_back_for_long_are_named(
    world: World, attempt: Try, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule may hold a frame back beyond the end: it is due, not lost."""
    monkeypatch.setattr(module, "DELIVERY_S", 0.05)
    monkeypatch.setattr(world.air, "frames", lambda: (14, (13,)))
    made = attempt()
    made.run()
    assert (made.evidence().frame_span, made.evidence().frames_due) == ((0, 14), (13,))


def test_unread_lines_are_counted_from_the_beginning(world: World, attempt: Try) -> None:
    """Of the air and of agent.exe, while it lasts."""
    world.air.damaged_lines = 5
    made = attempt()
    world.at("connect", 1, lambda: setattr(world.agent, "damaged_lines", 2))
    made.run()
    assert made.evidence().unread_lines == 2


def test_the_clock_is_needed(session: LabSession, world: World) -> None:
    """Without a tie between the clocks nothing can be judged: a lab fault that says so."""
    assert clock_of(session) == world.air.state.clock
    world.air.state.clock = None
    with pytest.raises(LabFault, match="clock of the guest at the radio port"):
        clock_of(session)


class SecondAgent:
    """An agent of a guest with two interfaces, on top of the one with a single one."""

    def __init__(self, agent: Any, outcomes: list[Notification]) -> None:
        self._agent = agent
        self._outcomes = outcomes
        self.asked: list[tuple[str, str, bool]] = []
        self.damaged_lines = 0

    def connect(self, interface: Interface, profile: str, *, timeout_s: float, more: bool) -> int:
        """WlanConnect: the first one tells the story."""
        self.asked.append(("connect", interface.guid, more))
        return int(self._agent.connect(interface, profile, timeout_s=timeout_s)) if not more else 0

    def await_acm(self, codes: set[int], awaited: str, *, timeout_s: float) -> Notification:
        """What is told next."""
        if not self._outcomes:
            raise TooSlow(awaited, timeout_s, "nothing")
        return self._outcomes.pop(0)

    def disconnect(self, interface: Interface, *, timeout_s: float) -> int:
        """WlanDisconnect."""
        self.asked.append(("disconnect", interface.guid, False))
        return 0

    def clock_ns(self, *, timeout_s: float) -> int:
        """The guest clock."""
        return 1


def told(code: int, guid: str, reason: int = 0) -> Notification:
    """An ACM notification of an interface."""
    return Notification(1, 8, code, guid, reason)


@pytest.mark.parametrize(
    ("outcomes", "echoed", "ended"),
    [
        ([told(10, "{A}"), told(10, "{a}"), told(10, "{B}")], True, 2),
        ([told(10, "{B}"), told(11, "{A}", 5)], False, 2),
        ([told(11, "{B}", 5), told(11, "{A}", 5)], False, 0),
        ([told(10, "{B}")], False, 2),
    ],
)
def test_several_adapters_are_one_association(
    world: World, session: LabSession, attempt: Try, monkeypatch: pytest.MonkeyPatch,
    outcomes: list[Notification], echoed: bool, ended: int,
) -> None:  # fmt: skip
    """All are asked to connect before any outcome is awaited; used is what all of them reached;
    whatever is not known to have failed is ended."""
    both = (Interface("{A}", "a"), Interface("{B}", "b"))
    world.agent.steps = [(*UNTIL_CONNECTED, builder.reset, builder.reset)]
    agent = SecondAgent(session.agent, [*outcomes, told(21, "{B}"), told(21, "{A}")])
    monkeypatch.setattr(session, "agent", agent)
    monkeypatch.setattr(LabSession, "interfaces", lambda *_a, **_k: both)
    made = attempt(adapters=2)
    made.run()
    assert agent.asked[:2] == [("connect", "{A}", False), ("connect", "{B}", True)]
    assert ("echo" in world.done) == echoed
    assert len(agent.asked) - 2 == ended


def test_a_goodbye_for_other_associations_is_not_waited_for(world: World, attempt: Try) -> None:
    """It does not come in this one, which is ended as ever."""
    goodbye = AirRule(message="M4", action="deauthenticate", delay_ms=900, association=2)
    attempt(air=(goodbye,), expect=Expect(connected="either")).run()
    assert "put off" not in world.done
    assert "disconnect" in world.done
