# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab put together: what must stand before anything is judged, and what is noticed when."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.config.lab import Lab
from harness.console import PlainConsole
from harness.eap import RadiusServer
from harness.errors import LabFault, PeerGone, ServiceRefused, TooSlow
from harness.guests.common.agent import Interface
from harness.guests.common.recorder import Installation, ServiceStart, Setup
from harness.guests.common.ssh import CommandResult
from harness.lab import session as module
from harness.lab.bring_up import RunningGuest
from harness.lab.recording import Recording
from harness.lab.session import LabSession, open_session, setup_for
from harness.scenarios import find_scenario
from harness.vm.accel import Choice
from tests.unit.checks.builder import init_service
from tests.unit.doubles import IMAGES, World

QUICK = Lab.model_validate({"limits": {"command_s": 0.05}})


@pytest.fixture
def session(world: World) -> LabSession:
    """A session on a lab without a guest."""
    return world.session(Recording(io.BytesIO(), io.BytesIO()))


BROKEN: dict[str, tuple[Callable[[World], None], str]] = {
    "machine": (lambda w: setattr(w.machine, "alive", False), "QEMU process: .*signal 9"),
    "air": (lambda w: setattr(w.air, "alive", False), "air process: .*status -9"),
    "capture": (lambda w: broken_air(w, "capture", "no room"), "capture: .*no room"),
    "radius": (lambda w: broken_air(w, "radius", "no answer"), "RADIUS server: .*no answer"),
    "radio": (lambda w: broken_air(w, "radio", "it went"), "guest's radio, .*it went"),
    "other": (lambda w: broken_air(w, "antenna", "fell off"), "the air: .*fell off"),
}


def broken_air(world: World, what: str, said: str) -> None:
    """The air tells a fault of its own."""
    world.air.state.fault_of, world.air.state.fault = what, said


@pytest.mark.parametrize("name", BROKEN)
def test_each_broken_part_is_named(session: LabSession, world: World, name: str) -> None:
    """A whole lab passes; the part that broke is told with its last state."""
    session.check()
    act, said = BROKEN[name]
    act(world)
    with pytest.raises(LabFault, match=said):
        session.check_processes()


def test_a_radio_that_went_explains_what_did_not_come(session: LabSession, world: World) -> None:
    """Whoever waits sees only that; QEMU's end comes first, as the radio goes with it."""
    broken_air(world, "radio", "it went")
    assert "the guest's radio: " in session.explained(TooSlow("a trace", 1, "empty")).last_state
    world.machine.alive = False
    assert "signal 9" in session.explained(TooSlow("a trace", 1, "empty")).last_state


def test_a_radius_server_that_ended_is_named(session: LabSession, tmp_path: Path) -> None:
    """Its last words are told, and it explains what else went wrong."""
    log = tmp_path / "radius.log"
    log.write_text("radius: CTRL-EVENT-TERMINATING\n")
    process: Any = SimpleNamespace(poll=lambda: -9)
    session.radius = RadiusServer(1812, "s", process, log)
    with pytest.raises(LabFault, match=r"RADIUS server: .*status -9: radius: CTRL-EVENT"):
        session.check_processes()
    assert "hostapd ended" in session.explained(TooSlow("an outcome", 1, "nothing")).last_state


def test_evidence_that_cannot_be_written_is_a_broken_lab(session: LabSession) -> None:
    """With the way out of it."""
    session.recording.fault = "events.jsonl cannot be written: No space left"
    with pytest.raises(LabFault, match="No space left") as caught:
        session.check_whole()
    assert "free disk space" in caught.value.hint


def test_going_on_air_takes_the_accelerators_timer(session: LabSession, world: World) -> None:
    """Network and timer are set before the first beacon; the guest is told where to look first."""
    world.done.clear()
    assert session.go_on_air(Lab(), find_scenario("roam-band").network)
    assert world.done == ["configure", "start"]
    assert world.service.first_mhz == [2457, 5180]


class FurtherGuest:
    """Orders, air and agent of a guest that can be given adapters."""

    def __init__(self, most: int) -> None:
        self.count, self.most = 1, most
        self.radios = 0

    def have_adapters(self, count: int) -> None:
        """Plug some in."""
        self.count = min(count, self.most)

    def wait_radio(self, limit_s: float, radios: int = 1) -> None:
        """The air is asked for them."""
        self.radios = radios

    def interfaces(self, *, timeout_s: float) -> tuple[Interface, ...]:
        """What the agent lists."""
        return tuple(Interface(f"{{{number}}}", "x") for number in range(self.count))


def further(session: LabSession, most: int) -> FurtherGuest:
    """The session's guest, which can have so many adapters."""
    guest: Any = FurtherGuest(most)
    session.agent = session.service = session.air = guest
    found: FurtherGuest = guest
    return found


def test_one_interface_costs_no_call(session: LabSession) -> None:
    """A scenario with one adapter takes the one that is known."""
    guest = further(session, 1)
    assert session.interfaces(1, limit_s=1) == (session.interface,)
    assert guest.radios == 0


def test_a_guest_is_given_what_it_lacks(session: LabSession) -> None:
    """The second adapter is plugged in once, and its radio awaited on the air."""
    guest = further(session, 4)
    for _ in range(2):
        assert [one.guid for one in session.interfaces(2, limit_s=1)] == ["{0}", "{1}"]
    assert (guest.count, guest.radios) == (2, 2)


def test_adapters_that_never_come_are_a_lab_fault(session: LabSession) -> None:
    """The message says how many there are."""
    further(session, 2)
    with pytest.raises(TooSlow, match=r"3 WLAN interfaces of the guest.*lists 2"):
        session.interfaces(3, limit_s=0.05)


INSTALLED = Installation("", "C:\\v.dll", "ab", "HKLM", "C:\\v.dll", None, None, ())


class Opening:
    """The parts `open_session` puts together, with a note of each step."""

    def __init__(self, world: World, interfaces: tuple[Interface, ...]) -> None:
        self.world, self.interfaces = world, interfaces
        self.done: list[str] = []
        self.refusal = ""
        self.images = IMAGES

    def install(self, setup: Setup) -> Installation:
        """Agent, recorder and DLL put there."""
        self.done.append("installed")
        return INSTALLED

    def run(self, command: str) -> CommandResult:
        """A command line of the guest."""
        self.done.append(command)
        return CommandResult(0, "", "")

    def read_from(self, _: object, offset: int) -> bytes:
        """The recorder's trace."""
        return self.world.story.trace().encode()[offset:]

    def greet(self, *, timeout_s: float) -> tuple[Interface, ...]:
        """The agent's first answer."""
        return self.interfaces

    def keep_limits(self, _: object) -> None:
        """The lab's limits told to the WLAN service."""

    def uninstall(self, *_: object) -> None:
        """What was there is gone."""
        self.done.append("uninstalled")

    def start(self, *_: object) -> ServiceStart:
        """The service started with the recorder."""
        self.done.append("started")
        return ServiceStart("C:\\v.dll", "ab", self.refusal)

    def stop(self) -> None:
        """The service stopped."""
        self.done.append("stopped")

    @contextlib.contextmanager
    def running_agent(self, *_: object) -> Iterator[Any]:
        """The agent running."""
        self.done.append("agent up")
        try:
            yield self
        finally:
            self.done.append("agent down")


@pytest.fixture
def opening(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opening:
    """A guest with one interface, whose host has loaded the recorder."""
    world.story.load()
    made = Opening(world, (Interface("{1}", "radio"),))
    for name in ("agent.exe", "recorder.dll"):
        (tmp_path / name).write_text(f"MZ {name}")
    made.images = replace(IMAGES, agent=tmp_path / "agent.exe", recorder=tmp_path / "recorder.dll")
    monkeypatch.setattr(module, "start", made.start)
    monkeypatch.setattr(module, "running_agent", made.running_agent)
    return made


def opened(
    opening: Opening, console: PlainConsole, installation: Installation | None = None
) -> contextlib.AbstractContextManager[LabSession]:
    """`open_session` on it; `installation` is what the guest was saved with."""
    world = opening.world
    doubles: Any = {
        "machine": world.machine, "ssh": opening, "service": opening, "air": world.air,
    }  # fmt: skip
    guest = RunningGuest(
        **doubles, image=opening.images, accel=Choice("tcg", ""), clock_set_by_s=0.0,
        installation=installation,
    )  # fmt: skip
    recording = Recording(io.BytesIO(), io.BytesIO())
    return open_session(QUICK, guest, recording, console, None)


def test_a_session_is_put_together_and_taken_apart_in_reverse(
    opening: Opening, console: PlainConsole
) -> None:
    """The service runs before the agent, and the DLL is unloaded before the agent ends, so that its
    end is in the trace."""
    with opened(opening, console) as session:
        assert session.interface.guid == "{1}"
        assert session.recording.records()
    assert opening.done == [
        "installed", "started", "agent up", "stopped", "agent down",
    ]  # fmt: skip


def test_a_guest_that_was_saved_with_it_all_is_given_nothing_again(
    opening: Opening, console: PlainConsole
) -> None:
    """Only the service is started: the DLL's life begins in the run, whatever was saved."""
    setup = setup_for(opening.images, None, None, None)
    with opened(opening, console, replace(INSTALLED, setup=setup.key)):
        pass
    assert opening.done[:2] == ["started", "agent up"]


def test_a_guest_that_was_saved_with_something_else_is_given_what_is_asked(
    opening: Opening, console: PlainConsole
) -> None:
    """What is in place is told by its key; the other DLL is taken out first."""
    with opened(opening, console, replace(INSTALLED, setup="of another DLL")):
        pass
    assert opening.done[:3] == ["uninstalled", "installed", "started"]


def test_a_guest_without_an_interface_is_a_lab_fault(
    opening: Opening, console: PlainConsole
) -> None:
    """With a question that leads to the cause, and the agent ended."""
    opening.interfaces = ()
    with pytest.raises(PeerGone, match="lists none") as caught, opened(opening, console):
        pass
    assert "adapter enabled" in caught.value.hint
    assert opening.done[-1] == "agent down"


def test_a_recorder_that_is_not_loaded_is_a_lab_fault(
    opening: Opening, console: PlainConsole
) -> None:
    """Without its first record nothing would be seen, and silence must not pass for obedience."""
    opening.world.story.lines.clear()
    with (
        pytest.raises(TooSlow, match=r"first record of the IHV trace: .*empty or absent"),
        opened(opening, console),
    ):
        pass
    assert opening.done[-1] == "agent down"


@pytest.mark.parametrize("shown", ["nothing", "load", "call"])
def test_a_driver_under_which_no_handler_need_be_called(
    opening: Opening, console: PlainConsole, monkeypatch: pytest.MonkeyPatch, shown: str
) -> None:
    """The session goes on without, and says why, also of a DLL that was only loaded; one that is
    called is seen as anywhere."""
    monkeypatch.setattr(module, "SILENT_S", 0.01)
    silent = replace(INSTALLED, silent="the driver is of the WDI model")
    monkeypatch.setattr(opening, "install", lambda _: silent)
    if shown == "nothing":
        opening.world.story.lines.clear()
    if shown == "call":
        init_service(opening.world.story)
    with opened(opening, console) as session:
        assert session.without_handlers == ("" if shown == "call" else silent.silent)


def test_a_dll_that_keeps_the_service_down_is_no_lab_fault(
    opening: Opening, console: PlainConsole
) -> None:
    """What the trace shows of it is for the rules to judge; it has been read by then."""
    opening.refusal = "lost: error 1067"
    with pytest.raises(ServiceRefused, match="lost: error 1067"), opened(opening, console):
        pass
    assert opening.done[-1] == "agent down"


def test_a_service_that_never_met_the_dll_is_a_lab_fault(
    opening: Opening, console: PlainConsole
) -> None:
    """Nothing in the trace: the DLL's process was not even started."""
    opening.refusal = "start: error 2"
    opening.world.story.lines.clear()
    with pytest.raises(LabFault, match="start: error 2"), opened(opening, console):
        pass
