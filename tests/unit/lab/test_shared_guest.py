# SPDX-License-Identifier: GPL-2.0-or-later
"""Which runs have one guest, and that nothing of one run reaches another."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.config.lab import GuestConfig, Lab
from harness.console import PlainConsole
from harness.errors import PeerGone
from harness.guests.common.dll import Dll
from harness.lab.bring_up import keep_to_yourself
from harness.lab.recording import Recording
from harness.lab.session import setup_for
from harness.lab.shared_guest import SharedGuest, Wanted
from harness.local.jsonlines import CallFailed
from harness.results import RunResult, Verdict
from harness.run.perform import OpenLab, open_lab
from harness.run.plan import RunPlan
from harness.run.replay import judge_again
from tests.unit.conftest import MakePlan
from tests.unit.doubles import World, lost, raising
from tests.unit.run.test_perform import completing_with_an_odd_reason


@pytest.fixture
def shared(world: World, console: PlainConsole) -> Iterator[OpenLab]:
    """A lab for several runs, whose guest is gone in the end."""
    with open_lab(console) as lab:
        yield lab
    assert world.done.count("open guest") == world.done.count("close guest")


def started(world: World) -> int:
    """How many guests were started."""
    return world.done.count("open guest")


def test_runs_share_a_guest(world: World, plan: MakePlan, shared: OpenLab) -> None:
    """Service, DLL and agent are new for each; the guest is one, and forgets in between."""
    verdicts = [shared.perform(plan())[0].verdict for _ in range(3)]
    assert verdicts == [Verdict.PASS] * 3
    assert (started(world), world.done.count("open session")) == (1, 3)
    assert world.done.count("renew") == world.done.count("forget") == 2


def test_a_usb_adapter_is_waited_for(world: World, plan: MakePlan, shared: OpenLab) -> None:
    """The scenario before may have pulled it out, upon which it is plugged in for the next."""
    lab = plan().lab.model_copy(update={"guest": GuestConfig(radio="rt3070")})
    for _ in range(2):
        shared.perform(replace(plan(), lab=lab))
    assert world.done.index("renew") < world.done.index("wait radio")
    assert (started(world), world.done.count("wait radio")) == (1, 1)


def test_what_a_run_left_is_its_own(world: World, plan: MakePlan, shared: OpenLab) -> None:
    """Each folder has its own trace and frames; what was there does not change any more, and by it
    the run is judged as before."""
    folders, before = [], []
    for number in range(3):
        _, folder = shared.perform(plan(associations=2 + number))
        folders.append(folder)
        before.append(digests(folder))
    assert [digests(folder) for folder in folders] == before
    for number, folder in enumerate(folders):
        result = RunResult.model_validate_json((folder / "result.json").read_text())
        assert len(result.associations) == 2 + number
        again, _ = judge_again(folder, None)
        assert again.associations == result.associations
        assert again.verdict is result.verdict is Verdict.PASS
        assert runs_before(folder) == number


def digests(folder: Path) -> dict[str, str]:
    """What the files of a folder are."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file()
    }


def runs_before(folder: Path) -> int:
    """How many runs had the guest before, as the evidence tells it."""
    events = map(json.loads, (folder / "events.jsonl").read_text().splitlines())
    return next(int(event["runs_before"]) for event in events if event["event"] == "guest")


def test_each_run_has_its_part_of_the_guests_console(
    world: World, plan: MakePlan, shared: OpenLab
) -> None:
    """What was said during a run is in its folder alone; so are the last words of a guest."""

    def say(*lines: str) -> Any:
        def act() -> None:
            for line in lines:
                world.guests[-1].say(line)

        return act

    folders = []
    for number in range(2):
        world.at("begin", 0, say(f"run {number}"))
        folders.append(shared.perform(plan())[1])

    def die() -> None:
        say("panic")()
        lost()()

    world.at("connect", 2, die)
    folders.append(shared.perform(plan())[1])
    said = [(folder / "serial.log").read_text().split("\n")[:-1] for folder in folders]
    assert said[0] == ["hil: ready"]
    assert [lines[-1:] for lines in said[1:]] == [[], ["panic"]]


@pytest.mark.parametrize(
    ("step", "number", "act"),
    [
        ("connect", 2, lost()),
        ("open session", 0, lost("first record of the IHV trace")),
        ("profile", 0, raising(CallFailed("agent.exe", "set_profile", 87, "WlanSetProfile"))),
        ("connect", 1, raising(KeyboardInterrupt())),
    ],
)
def test_after_a_run_that_broke_the_next_has_a_guest_of_its_own(
    world: World, plan: MakePlan, shared: OpenLab, step: str, number: int, act: Any
) -> None:
    """Whatever broke: nothing is known of the guest any more."""
    assert shared.perform(plan())[0].verdict is Verdict.PASS
    world.index = 0
    world.at(step, number, act)
    assert shared.perform(plan())[0].verdict in (Verdict.MISS, Verdict.ERROR)
    world.breaks.clear()
    assert shared.perform(plan())[0].verdict is Verdict.PASS
    assert started(world) == 2


def test_after_a_run_that_failed_the_next_has_a_guest_of_its_own(
    world: World, plan: MakePlan, shared: OpenLab
) -> None:
    """A failure that is tried again is tried on a guest that nobody has had."""
    world.agent.steps = [completing_with_an_odd_reason()]
    assert shared.perform(plan())[0].verdict is Verdict.FAIL
    shared.perform(plan())
    assert started(world) == 2


def test_after_a_run_that_could_not_be_judged_the_next_has_a_guest_of_its_own(
    world: World, plan: MakePlan, shared: OpenLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever goes on after an error of this program: nobody knows what that run came to."""
    with monkeypatch.context() as broken:
        broken.setattr("harness.report.pages", lambda *_: raising(MemoryError("no room"))())
        with pytest.raises(MemoryError):
            shared.perform(plan())
    assert shared.perform(plan())[0].verdict is Verdict.PASS
    assert started(world) == 2


@pytest.mark.parametrize(
    ("step", "error"),
    [
        ("check processes", PeerGone("the guest's QEMU process", 0, "QEMU ended with signal 9")),
        ("remove sample.ini", PeerGone("removing sample.ini", 0, "the SSH connection closed")),
        ("forget", CallFailed("guest", "forget", 5023, "adapters were plugged in")),
        ("renew", PeerGone("answer of the air", 0, "air ended with status -9")),
    ],
)
def test_a_guest_that_cannot_begin_anew_is_left(
    world: World, plan: MakePlan, shared: OpenLab, said: Any, step: str, error: Exception
) -> None:
    """The run itself goes on, on another one, and it is told why."""
    shared.perform(plan())
    world.index = 0
    world.at(step, 0, raising(error))
    assert shared.perform(plan())[0].verdict is Verdict.PASS
    assert started(world) == 2
    assert "another guest is started: " in said.getvalue()


def test_runs_that_want_another_lab_or_dll_do_not_share(
    world: World, plan: MakePlan, shared: OpenLab, tmp_path: Path
) -> None:
    """Another DLL, another limit of the guest, another port; a fault of the same DLL is told to it
    anew."""
    own = tmp_path / "own.dll"
    own.write_bytes(b"MZ")
    first = plan()
    slower = Lab.model_validate({**first.lab.model_dump(), "limits": {"handler_s": 9}})
    other = Lab.model_validate({**first.lab.model_dump(), "air": {"port": "vhost_user"}})
    plans = [first, plan(), replace(first, dll=Dll(own, "00")), replace(first, lab=slower)]
    plans.append(replace(first, lab=other))
    seen = []
    for one in plans:
        shared.perform(one)
        seen.append(started(world))
    assert seen == [1, 1, 2, 3, 4]


def test_the_date_is_set_where_it_matters(
    world: World, plan: MakePlan, console: PlainConsole, tmp_path: Path
) -> None:
    """Certificates are valid from now on; a guest that has run for hours may be behind."""
    guests, lab = SharedGuest(), plan().lab
    seen = []
    for right_date in (True, False, True):
        wanted = Wanted(
            lab=lab, setup=lambda image: setup_for(image, None, None, None), right_date=right_date
        )
        recording = Recording(io.BytesIO(), io.BytesIO())
        with guests.lent(wanted, console, recording, tmp_path, keep_to_yourself) as guest:
            seen.append(guest.clock_set_by_s)
    guests.end()
    assert world.done.count("set clock") == 1
    assert seen == [3.25, 3.25, 0.5]


def test_the_guest_ends_with_the_last_run(world: World, plan: MakePlan, shared: OpenLab) -> None:
    """Before it is judged: what QEMU says at its end is in the run's folder."""
    shared.perform(plan())
    _, folder = shared.perform(plan(), last=True)
    assert world.done[-1] == "close guest"
    assert (folder / "serial.log").is_file()


def test_how_long_a_run_took_is_told(plan: MakePlan, shared: OpenLab) -> None:
    """The harness' own part is what neither guest nor air had anything to do with."""
    one: RunPlan = plan()
    shared.perform(one)
    assert 0 < shared.spent.harness_s <= shared.spent.whole_s
    assert 0 < shared.spent.overhead <= 1
