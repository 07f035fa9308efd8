# SPDX-License-Identifier: GPL-2.0-or-later
"""A lab without a guest: a session whose parts tell the good story of tests/unit/checks.

Each call of the harness moves the story on, so the evidence comes in as from a real guest: trace
bytes read over SSH, frames and notifications from their threads' side. `World.at` breaks a step.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path, PureWindowsPath
from typing import Any

from harness.config.lab import Lab
from harness.console import Console
from harness.errors import LabFault, TooSlow
from harness.evidence import ClockModel, Echo, Notification
from harness.faults import Fault
from harness.guests.base import GuestImage
from harness.guests.common.agent import ACM, DISCONNECTED, Interface
from harness.guests.common.dll import Dll
from harness.guests.common.recorder import Installation, Setup
from harness.guests.common.ssh import Login
from harness.lab.air import AirState
from harness.lab.recording import Recording
from harness.lab.session import LabSession
from harness.scenarios import ApOrder, OsStimulus, UsbOrder
from harness.scenarios.stimuli import OsParameters
from harness.vm.accel import Choice
from harness.vm.argv import KernelBoot
from tests.unit.checks import builder
from tests.unit.checks import story as story_module

Act = Callable[[], object]
IMAGES = GuestImage(
    key="key", disk=Path("disk"), boot=KernelBoot(Path("kernel"), Path("initrd"), "quiet"),
    ready=b"ready", login=Login("Administrator", Path("key"), "ssh-ed25519 AAAA"),
    agent=Path("agent.exe"), recorder=Path("recorder"),
)  # fmt: skip


GOOD = builder.ASSOCIATION[: builder.ASSOCIATION.index(builder.echo)]
"""What connecting brings about where all is well."""


class World:
    """What happens in the lab: the story, and where it breaks."""

    def __init__(self) -> None:
        self.story = story_module.Story(story_module.OFFSET_NS + 1_000_000_000)
        self.recording: Recording | None = None
        self.breaks: dict[tuple[str, int], Act] = {}
        self.done: list[str] = []
        self.index = 0
        self.outcome: Notification | None = None
        self._told = (0, 0)
        self.air = FakeAir(self)
        self.agent = FakeAgent(self)
        self.service = FakeServiceControl(self)
        self.image = IMAGES
        self.guests: list[FakeGuest] = []
        """Those that were started."""
        self.machine = FakeMachine()
        self.ssh = FakeSsh(self)

    def monotonic_ns(self) -> int:
        """The host's clock, which is the air's: the story's, but for the offset."""
        return self.story.now - story_module.OFFSET_NS

    def at(self, step: str, association: int, act: Act) -> None:
        """Let `act` run when `step` of an association begins; it may raise."""
        self.breaks[step, association] = act

    def step(self, name: str) -> None:
        """One call of the harness arrives."""
        self.done.append(name)
        act = self.breaks.get((name, self.index))
        if act is not None:
            act()

    def tell(self, *steps: story_module.Step) -> None:
        """The story goes on, and what the harness hears by itself arrives."""
        for step in steps:
            step(self.story)
        assert self.recording is not None
        frames, notifications = self._told
        for frame in self.story.frames[frames:]:
            self.recording.frame(frame)
        for notification in self.story.notifications[notifications:]:
            self.recording.notification(notification)
        self._told = (len(self.story.frames), len(self.story.notifications))

    def begin_anew(self) -> None:
        """For each run after the first the DLL is loaded by a new process, whose trace begins anew;
        the clock goes on."""
        if self.done.count("open session") == 1:
            return
        before, self.story = self.story, story_module.Story()
        self.story.now = before.now
        self._told = (0, 0)

    def session(self, recording: Recording) -> LabSession:
        """The lab ready for associations."""
        self.recording = recording
        self.tell(*builder.PROLOGUE)
        doubles: Any = {
            name: getattr(self, name) for name in ("machine", "ssh", "air", "agent", "service")
        }
        return LabSession(
            **doubles, image=IMAGES, accel=Choice("tcg", "no KVM"), clock_set_by_s=3.25,
            installation=None, interface=Interface("{guid}", "radio"), vendor="C:\\v\\ihv.dll",
            vendor_sha256="ab" * 32, recording=recording,
        )  # fmt: skip

    @contextlib.contextmanager
    def open_guest(
        self,
        lab: Lab,
        console: Console,
        recording: Recording,
        run_dir: Path,
        *,
        setup: Callable[[GuestImage], Setup],
        chosen: Callable[[Choice], None],
        logs: Path | None = None,
    ) -> Iterator[FakeGuest]:
        """In place of `harness.lab.bring_up.open_guest`."""
        chosen(Choice("tcg", "no KVM"))
        self.step("open guest")
        (logs or run_dir).joinpath("serial.log").write_text("hil: ready\n")
        try:
            self.guests.append(FakeGuest(self, logs or run_dir))
            yield self.guests[-1]
        finally:
            self.done.append("close guest")

    @contextlib.contextmanager
    def open_session(
        self,
        lab: Lab,
        guest: Any,
        recording: Recording,
        console: Console,
        dll: Dll | None,
        fault: Fault | None = None,
        oui: str | None = None,
    ) -> Iterator[LabSession]:
        """In place of `harness.lab.session.open_session`."""
        self.step("open session")
        self.begin_anew()
        try:
            session = self.session(recording)
            yield session
            self.story.record("host", how="stopped")
            session.pull_trace()
        finally:
            self.done.append("close session")


class FakeGuest:
    """A guest that runs."""

    def __init__(self, world: World, logs: Path) -> None:
        self._world = world
        self._logs = logs
        self.image = world.image
        self.accel = Choice("tcg", "no KVM")
        self.ssh = world.ssh
        self.service = world.service
        self.air = world.air
        self.clock_set_by_s = 3.25
        sample = r"C:\drivers\ihvsample.dll"
        self.installation = Installation("key", sample, "ab" * 32, "HKLM", sample, None, None, ())

    def check_processes(self) -> None:
        """Whether QEMU and air run still."""
        self._world.step("check processes")

    def say(self, line: str) -> None:
        """A line on its serial console."""
        with (self._logs / "serial.log").open("a") as file:
            file.write(f"{line}\n")


class FakeMachine:
    """QEMU."""

    alive = True

    def ended_within(self, _: float) -> bool:
        """Whether it has ended."""
        return not self.alive

    def state(self) -> str:
        """One line on it."""
        return "QEMU ended with signal 9"


class FakeSsh:
    """The guest's files: only its trace is read."""

    def __init__(self, world: World) -> None:
        self.alive = True
        self._world = world

    def read_from(self, target: PureWindowsPath, offset: int) -> bytes:
        """The trace so far."""
        self._world.step("trace")
        return self._world.story.trace().encode()[offset:]

    def remove(self, target: PureWindowsPath) -> None:
        """No such file any more."""
        self._world.step(f"remove {target.name}")


class FakeAir:
    """The air and its access point."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.alive = True
        self.state = AirState(clock=ClockModel(story_module.OFFSET_NS, 100_000))
        self.rules: list[tuple[Any, ...]] = []
        self.orders: tuple[ApOrder, ...] = ()
        self.usb: tuple[UsbOrder, ...] = ()
        self.damaged_lines = 0

    def describe(self) -> str:
        """One line on it."""
        return "air ended with status -9"

    def configure(self, network: Any, retry_ms: int, radius: Any = None) -> str:
        """Set the network up."""
        self._world.step("configure")
        return story_module.AP

    def take_off_air(self) -> None:
        """Beacon no more."""
        self._world.step("take_off_air")

    def start(self) -> None:
        """Beacon."""
        self._world.step("start")

    def begin(
        self,
        index: int,
        rules: tuple[Any, ...],
        seed: int = 1,
        orders: tuple[ApOrder, ...] = (),
        usb: tuple[UsbOrder, ...] = (),
    ) -> int:
        """The next association."""
        self.usb = usb
        self.orders = orders
        self._world.index = index
        self.rules.append(rules)
        self._world.step("begin")
        return len(self._world.story.frames)

    def frames(self) -> tuple[int, tuple[int, ...]]:
        """All of them are told at once."""
        return len(self._world.story.frames), ()

    def put_off(self) -> int:
        """One insertion, until it was asked for twice."""
        self._world.step("put off")
        return int(self._world.done.count("put off") < 2)

    def echo(self, count: int, *, limit_s: float) -> Echo:
        """Probe the data path."""
        self._world.step("echo")
        self._world.tell(builder.echo)
        return Echo(count, count, arp=True, protected=True, rtt_us=(900,))

    def finish(self) -> None:
        """The run is over."""
        self._world.step("finish")

    def renew(self, run_dir: Path, listener: object) -> None:
        """Another one begins."""
        self._world.step("renew")

    def await_orders(self, limit_s: float) -> tuple[int, ...]:
        """All of them are carried out."""
        self._world.step("await orders")
        return ()

    def await_adapter(self, limit_s: float) -> tuple[int, ...]:
        """They are carried out, and over."""
        self._world.step("await adapter")
        return ()

    def wait_radio(self, limit_s: float, radios: int = 1) -> dict[str, Any]:
        """It is there."""
        self._world.step("wait radio")
        return {}

    def rekey_group(self) -> None:
        """A group key handshake."""
        self._world.step("rekey")
        self._world.tell(lambda s: s.frame("G1", "down"), lambda s: s.frame("G2", "up"))

    def rekey_pairwise(self) -> None:
        """The 4-way handshake again."""
        self._world.step("rekey pairwise")

    def reauthenticate(self) -> None:
        """802.1X again."""
        self._world.step("reauthenticate")

    def status(self) -> dict[str, Any]:
        """The air's account."""
        self._world.step("status")
        return {}


class FakeServiceControl:
    """The orders to the guest's WLAN service."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.given: list[tuple[OsStimulus, ...]] = []
        self.first_mhz: list[int] = []
        self.done: list[dict[str, Any]] = []

    def give(
        self, orders: tuple[OsStimulus, ...], parameters: OsParameters, passphrase: str = ""
    ) -> None:
        """The orders of the next association."""
        self.given.append(orders)

    def look_first(self, frequencies_mhz: list[int]) -> None:
        """Where the access points are."""
        self.first_mhz = frequencies_mhz

    def forget(self) -> None:
        """All that was told to it."""
        self._world.step("forget")
        self.given.clear()

    def set_clock(self) -> float:
        """The guest's calendar clock."""
        self._world.step("set clock")
        return 0.5

    def collect(self) -> list[dict[str, Any]]:
        """What was done of them."""
        return self.done


class FakeAgent:
    """agent.exe."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.hello = {"agent": 1, "windows": "10.0.19045"}
        self.profiles: list[str] = []
        self.damaged_lines = 0
        self.steps: list[tuple[story_module.Step, ...]] = []
        """What connecting brings about, an association each; then the good story."""

    def set_profile(self, interface: Interface, xml: str, *, timeout_s: float) -> None:
        """WlanSetProfile."""
        self._world.step("profile")
        self.profiles.append(xml)

    def connect(
        self, interface: Interface, profile: str, *, timeout_s: float, more: bool = False
    ) -> int:
        """WlanConnect, and all that comes of it at once."""
        self._world.step("connect")
        self._world.tell(*(self.steps.pop(0) if self.steps else GOOD))
        return int(self._world.story.associations[-1]["connect_ns"])

    def await_acm(self, codes: set[int], awaited: str, *, timeout_s: float) -> Notification:
        """The newest notification with one of these codes; none is a silent driver."""
        self._world.step(f"await {min(codes)}")
        if DISCONNECTED in codes:
            self._world.tell(builder.stop, builder.reset)
            return Notification(self._world.story.now, ACM, DISCONNECTED, "{guid}")
        story = self._world.story
        since_ns = story.associations[-1]["connect_ns"]
        for one in reversed(story.notifications):
            if one.t_ns > since_ns and one.source == ACM and one.code in codes:
                return one
        raise TooSlow(awaited, timeout_s, "nothing")

    def disconnect(self, interface: Interface, *, timeout_s: float) -> int:
        """WlanDisconnect."""
        self._world.step("disconnect")
        return self._world.story.tick()

    def clock_ns(self, *, timeout_s: float) -> int:
        """Whether the agent answers."""
        self._world.step("clock")
        return self._world.story.now


def raising(error: BaseException) -> Act:
    """An act that raises."""

    def act() -> None:
        raise error

    return act


def lost(what: str = "answer of agent.exe to connect") -> Act:
    """An act that raises a lab fault."""
    return raising(LabFault(what, 1.5, "call sent, no answer"))
