# SPDX-License-Identifier: GPL-2.0-or-later
"""A whole run over a lab without a guest: verdict, files and words, however the lab ends."""

from __future__ import annotations

import errno
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from harness.config.overrides import RuleOverride
from harness.console import PlainConsole
from harness.errors import HarnessError, LabFault
from harness.evidence import Echo
from harness.history.identity import stands_for
from harness.lab import recording as recording_module
from harness.lab.air import AirClient
from harness.local.jsonlines import CallFailed
from harness.results import RunResult, Verdict
from harness.run.perform import open_lab, perform
from harness.run.plan import RunPlan
from harness.scenarios import AirRule, find_scenario
from tests.unit.checks import builder
from tests.unit.checks import story as story_module
from tests.unit.conftest import MakePlan
from tests.unit.doubles import World, lost, raising

FILES = {"result.json", "report.html", "junit.xml", "repro.txt", "lab.toml", "events.jsonl"}


class Performed:
    """A run carried out: what it returned, wrote and said."""

    def __init__(self, plan: RunPlan, console: PlainConsole, said: io.StringIO) -> None:
        self.seen: list[Any] = []
        self.result, self.folder = perform(plan, console, on_association=self.seen.append)
        self.said = said.getvalue()
        self.stored = RunResult.model_validate_json((self.folder / "result.json").read_text())
        secret = plan.scenario.network.passphrase
        assert secret is not None
        self._passphrase = secret.get_secret_value().encode()

    def check_files(self) -> None:
        """Every file of a run is there, the result is the one returned, no secret is in any."""
        assert {path.name for path in self.folder.iterdir()} >= FILES
        assert self.stored == self.result
        for path in self.folder.iterdir():
            assert self._passphrase not in path.read_bytes(), path.name


@pytest.fixture
def performed(world: World, console: PlainConsole, said: io.StringIO) -> Iterator[Any]:
    """Carries out a plan on the lab without a guest."""

    def carry_out(plan: RunPlan) -> Performed:
        done = Performed(plan, console, said)
        done.check_files()
        return done

    yield carry_out
    if "open guest" in world.done and world.breaks.get(("open guest", 0)) is None:
        assert world.done[-1] == "close guest"


def completing_with_an_odd_reason() -> tuple[story_module.Step, ...]:
    """An association that breaks POST-08 alone."""
    steps = list(builder.ASSOCIATION[: builder.ASSOCIATION.index(builder.echo)])
    steps[steps.index(builder.completion)] = lambda s: builder.complete(s, reason=0x38005)
    return tuple(steps)


def test_a_good_run_passes(world: World, plan: MakePlan, performed: Any) -> None:
    """Every association is shown once as it is judged, and the run's verdict is PASS."""
    done = performed(plan(associations=3))
    assert done.result.verdict is Verdict.PASS, done.said
    assert [one.index for one in done.seen] == [1, 2, 3]
    assert all(one.verdict is Verdict.PASS for one in done.result.associations)
    first = done.result.associations[0]
    assert first.connected
    assert first.post_association.asynchronous
    assert first.echo.answered == 1
    assert first.messages == {"M1": 1, "M2": 1, "M3": 1, "M4": 1}
    assert done.result.timing_summary_us["m1_to_m2"].n == 3
    assert done.result.environment.dll_sha256 == "ab" * 32
    assert done.result.air.bssid == story_module.AP
    assert (done.folder / "repro.txt").read_text() == "./hil run\n"
    assert done.said.rstrip().splitlines()[-1]
    assert world.done.count("profile") == 1
    assert not list(done.folder.glob(".*"))


def test_what_the_handler_did_is_in_the_result(
    world: World, plan: MakePlan, performed: Any
) -> None:
    """A completion with an error is FAIL by its rule, and the next association is run."""
    world.agent.steps = [completing_with_an_odd_reason()]
    done = performed(plan(associations=2))
    assert done.result.verdict is Verdict.FAIL
    assert [one.verdict for one in done.result.associations] == [Verdict.FAIL, Verdict.PASS]
    assert "POST-08" in {found.rule for found in done.result.associations[0].findings}
    assert done.result.associations[0].post_association.reason_code == 0x38005
    assert "POST-08" in done.said


def test_a_lab_that_never_stood_is_a_miss(world: World, plan: MakePlan, performed: Any) -> None:
    """A fault before any association: MISS, with what was awaited, and a report all the same."""
    world.at("open guest", 0, lost("SSH of the guest"))
    done = performed(plan())
    assert done.result.verdict is Verdict.MISS
    assert done.result.associations == ()
    (fault,) = done.result.lab_faults
    assert (fault.awaited, fault.waited_s) == ("SSH of the guest", 1.5)
    assert fault.last_state == "call sent, no answer"
    assert "SSH of the guest" in done.said


def test_a_fault_between_guest_and_session_takes_the_guest_down(
    world: World, plan: MakePlan, performed: Any
) -> None:
    """What stands already is closed."""
    world.at("open session", 0, lost("registry value"))
    assert performed(plan()).result.verdict is Verdict.MISS
    assert world.done == ["open guest", "open session", "close guest"]


@pytest.mark.parametrize("step", ["begin", "connect", "await 10", "echo", "disconnect", "trace"])
def test_a_fault_in_the_third_association_is_a_miss(
    world: World, plan: MakePlan, performed: Any, step: str
) -> None:
    """Those before it stay as they were judged; the broken one blames the lab, not the driver."""
    world.at(step, 3, lost())
    done = performed(plan(associations=5))
    assert done.result.verdict is Verdict.MISS
    verdicts = [one.verdict for one in done.result.associations]
    assert verdicts == [Verdict.PASS, Verdict.PASS, Verdict.MISS]
    assert not done.result.all_findings
    assert done.result.associations[2].lab_fault.awaited == "answer of agent.exe to connect"
    assert done.result.lab_faults == ()
    assert "agent.exe" in done.said
    assert [one.index for one in done.seen] == [1, 2, 3]


@pytest.mark.parametrize(
    ("part", "cause"),
    [("machine", "QEMU ended with signal 9"), ("air", "air"), ("ssh", "closed the SSH connection")],
)
def test_a_fault_names_its_cause_where_it_can_be_seen(
    world: World, plan: MakePlan, performed: Any, part: str, cause: str
) -> None:
    """An answer that does not come is a symptom; what has ended is told in its place."""

    def die() -> None:
        getattr(world, part).alive = False
        lost()()

    world.at("connect", 2, die)
    done = performed(plan(associations=5))
    fault = done.result.associations[1].lab_fault
    assert fault.awaited == "answer of agent.exe to connect"
    assert cause in fault.last_state


@pytest.mark.parametrize("step", ["open guest", "begin", "connect", "await 10", "echo", "await 21"])
def test_an_interruption_is_a_miss_and_blames_nobody(
    world: World, plan: MakePlan, performed: Any, step: str
) -> None:
    """Ctrl-C at any moment: what was cut off is no finding about the driver."""
    world.at(step, 0 if step == "open guest" else 2, raising(KeyboardInterrupt("SIGTERM")))
    done = performed(plan(associations=5))
    assert done.result.verdict is Verdict.MISS
    assert not [found for found in done.result.all_findings if found.severity == "FAIL"]
    assert any("interrupted (SIGTERM)" in one.message for one in done.result.all_lab_faults)
    assert "interrupted" in done.said


def test_who_keeps_the_runs_himself_gets_none_kept(
    world: World, plan: MakePlan, console: PlainConsole
) -> None:
    """A night keeps a run together with the attempt that it was."""
    with open_lab(console, in_history=False) as lab:
        _, folder = lab.perform(plan())
    assert not list(folder.parent.glob("history*"))
    with open_lab(console) as lab:
        lab.perform(plan())
    assert list(folder.parent.glob("history*"))


def test_an_open_lab_tells_of_an_interruption(
    world: World, plan: MakePlan, console: PlainConsole
) -> None:
    """Whoever has more runs to make stops at Ctrl-C, which the run itself has taken in."""
    with open_lab(console) as lab:
        lab.perform(plan())
        assert not lab.interrupted
        world.at("connect", 2, raising(KeyboardInterrupt()))
        cut_off, _ = lab.perform(plan())
        assert lab.interrupted
    assert cut_off.verdict is Verdict.MISS


@pytest.mark.parametrize(
    ("step", "error"),
    [
        ("open guest", HarnessError("compiling failed: x.c:1", hint="`hil doctor`")),
        ("connect", CallFailed("agent.exe", "connect", 1062, "WlanConnect")),
    ],
)
def test_a_test_that_is_wrong_is_an_error_with_a_report(
    world: World, plan: MakePlan, performed: Any, step: str, error: HarnessError
) -> None:
    """What is neither the driver's nor the lab's fault: ERROR, with a result and a report."""
    world.at(step, 2 if step == "connect" else 0, raising(error))
    done = performed(plan(associations=3))
    assert done.result.verdict is Verdict.ERROR
    assert done.result.verdict.exit_code == 2
    assert done.result.errors == (
        (f"{error.message} ({error.hint})" if error.hint else error.message),
    )
    assert error.message in done.said
    assert not [found for found in done.result.all_findings if found.severity == "FAIL"]


def test_a_refused_profile_is_an_error_that_names_who_refused(
    world: World, plan: MakePlan, performed: Any
) -> None:
    """The WLAN service said no before the DLL was asked: ERROR, with the reason by name."""
    refused = CallFailed("agent.exe", "set_profile", 1206, "WlanSetProfile", 0x80009)
    world.at("profile", 0, raising(refused))
    done = performed(plan())
    assert done.result.verdict is Verdict.ERROR
    for words in ("the WLAN service refuses", "ERROR_BAD_PROFILE", "IHV_OUI_MISSING"):
        assert words in done.result.reason


def test_an_interruption_in_a_handshake_is_no_missing_completion(
    world: World, plan: MakePlan, performed: Any
) -> None:
    """The DLL had been asked and had not answered yet: nothing is known of it."""
    half = builder.ASSOCIATION[: builder.ASSOCIATION.index(builder.m3)]
    world.agent.steps = [half]
    world.at("await 10", 1, raising(KeyboardInterrupt()))
    done = performed(plan())
    assert done.result.verdict is Verdict.MISS
    assert done.result.associations[0].verdict is Verdict.MISS
    assert not done.result.all_findings


class FullDisk(io.BytesIO):
    """A file on a disk that has room for so many writes."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._room = room

    def write(self, data: Any) -> int:
        """Write, or not."""
        self._room -= 1
        if self._room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


def test_a_full_disk_ends_the_run_and_keeps_the_result(
    world: World,
    plan: MakePlan,
    console: PlainConsole,
    said: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The run does not go on without evidence: MISS after the association in which it filled up."""
    make = recording_module.Recording.__init__
    monkeypatch.setattr(
        recording_module.Recording,
        "__init__",
        lambda self, events, trace: make(self, FullDisk(20), trace),
    )
    result, folder = perform(plan(associations=50), console)
    assert result.verdict is Verdict.MISS
    assert len(result.associations) < 5
    assert any("No space left" in fault.message for fault in result.all_lab_faults)
    assert any("free disk space" in (fault.hint or "") for fault in result.all_lab_faults)
    assert (folder / "result.json").exists()
    assert "No space left" in said.getvalue()


def test_a_capture_that_cannot_be_written_ends_the_run(
    world: World, plan: MakePlan, performed: Any
) -> None:
    """The air's disk is full: no association after that counts as seen whole."""

    def fill() -> None:
        world.air.state.fault = "air.pcapng: No space left on device"

    world.at("echo", 2, fill)
    done = performed(plan(associations=50))
    assert done.result.verdict is Verdict.MISS
    assert len(done.result.associations) == 2
    assert "No space left" in done.said


def test_a_radio_that_goes_ends_the_run(
    world: World, plan: MakePlan, performed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pulled out, or hung up on: that nothing is answered then is no driver's doing."""

    def pull_out(count: int, *, limit_s: float) -> Echo:
        AirClient._take_port_state(cast(AirClient, world.air), "lost", ordered=False)
        return Echo(count, 0, arp=False, protected=True)

    monkeypatch.setattr(world.air, "echo", pull_out)
    done = performed(plan(associations=50))
    assert done.result.verdict is Verdict.MISS
    assert len(done.result.associations) == 1
    assert not [found for found in done.result.all_findings if found.severity == "FAIL"]
    assert "the guest's radio" in done.said


def test_a_run_whose_guest_never_came_up_is_known_by_its_radio(
    world: World, plan: MakePlan, performed: Any
) -> None:
    """Else it would count among the runs of the kernel's own radio."""
    wanted = plan(associations=1)
    guest = wanted.lab.guest.model_copy(update={"radio": "rt3070"})
    world.at("open guest", 0, lost("radio of the guest on the air"))
    done = performed(replace(wanted, lab=wanted.lab.model_copy(update={"guest": guest})))
    assert done.result.verdict is Verdict.MISS
    assert stands_for(done.result).radio == "rt3070"


def test_a_silent_driver_is_its_own_fault(world: World, plan: MakePlan, performed: Any) -> None:
    """No outcome from a lab that answers: FAIL by the rules, and the run goes on."""
    silent = builder.ASSOCIATION[: builder.ASSOCIATION.index(builder.completion)]
    world.agent.steps = [(*silent, lambda s: s.wait_ms(41_000), builder.stop, builder.reset)]
    done = performed(plan(associations=2))
    verdicts = [one.verdict for one in done.result.associations]
    assert verdicts == [Verdict.FAIL, Verdict.PASS]
    assert {"clock", "status"} <= set(world.done)


def test_a_silent_lab_is_not_the_drivers_fault(
    world: World, plan: MakePlan, performed: Any
) -> None:
    """No outcome, and the agent does not answer either: MISS."""
    silent = builder.ASSOCIATION[: builder.ASSOCIATION.index(builder.completion)]
    world.agent.steps = [silent]
    world.at("clock", 1, lost("answer of agent.exe to clock"))
    done = performed(plan(associations=2))
    assert done.result.verdict is Verdict.MISS
    assert not [found for found in done.result.all_findings if found.severity == "FAIL"]


def test_a_scenario_with_orders_is_told_as_what_it_is(
    world: World, plan: MakePlan, performed: Any
) -> None:
    """The result says what the guest was ordered to do, and that no document knows it."""
    scenario = find_scenario("hostile-sum-wraps").model_copy(update={"associations": 1})
    done = performed(replace(plan(associations=1), scenario=scenario.with_passphrase()))
    assert done.result.beyond_documents
    assert done.result.orders == ("association parameters of 96 bytes, revision 2, sum-wraps",)
    assert "beyond the documents" in done.said
    assert not performed(plan(associations=1)).result.beyond_documents


def test_a_fault_asked_for_is_in_profile_and_result(
    world: World, plan: MakePlan, performed: Any
) -> None:
    """The sample DLL reads it from the profile; the result tells that it was asked for."""
    done = performed(plan(fault="crashes", associations=1))
    assert "<Fault>crashes</Fault>" in world.agent.profiles[0]
    assert done.result.fault == "crashes"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"message": "M3", "action": "drop"}, "drop M3 (number 1)"),
        ({"message": "M1", "action": "delay", "delay_ms": 5}, "delay M1 by 5 ms (number 1)"),
        ({"message": "G1", "action": "repeat", "nth": "every"}, "repeat G1 1 times (every one)"),
    ],
)
def test_air_rules_in_words(rule: dict[str, Any], words: str) -> None:
    """The report says what the medium did."""
    assert AirRule.model_validate(rule).phrase() == words


def test_the_frames_and_notifications_are_on_disk(
    world: World, plan: MakePlan, performed: Any
) -> None:
    """events.jsonl and ihv-trace.jsonl hold what was judged, a JSON object a line."""
    done = performed(plan(associations=1))
    events = [json.loads(one) for one in (done.folder / "events.jsonl").read_text().splitlines()]
    assert {event["event"] for event in events} == {
        "begin", "plan", "guest", "environment", "on air", "attempt", "connect", "frame",
        "notification", "association", "end",
    }  # fmt: skip
    assert all(event["host_ns"] for event in events)
    assert [event["n"] for event in events] == list(range(1, len(events) + 1))
    assert (done.folder / "ihv-trace.jsonl").read_text() == world.story.trace()


def test_a_lab_fault_is_told_whole() -> None:
    """What was awaited, for how long, and the last state seen are in the message itself."""
    fault = LabFault("SSH of the guest", 12.34, "connection refused")
    assert str(fault) == ("SSH of the guest: lab fault after 12.3 s; last seen: connection refused")


def test_a_waiver_holds_for_the_whole_run_that_began_on_its_last_day(
    world: World, plan: MakePlan, performed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line of an association after midnight is judged by the overrides of the run's start."""
    today = datetime.now(UTC).date()

    asked: list[object] = []

    class DayByDay(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            asked.append(tz)
            return datetime.now(tz) + timedelta(days=len(asked) - 1)

    waiver = {"id": "POST-08", "severity": "off", "reason": "known", "expires": today}
    world.agent.steps = [completing_with_an_odd_reason()]
    made = plan(associations=1)
    lab = made.lab.model_copy(update={"rules": (RuleOverride.model_validate(waiver),)})
    for module in ("collect", "perform"):
        monkeypatch.setattr(f"harness.run.{module}.datetime", DayByDay, raising=False)
    done = performed(replace(made, lab=lab))
    assert [one.verdict for one in done.seen] == [Verdict.PASS]
    assert done.result.verdict is Verdict.PASS
    assert "as shown above" not in done.said
