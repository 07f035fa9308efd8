# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab: a guest on an air of its own, with the recorder in place and the agent running.

`open_lab` puts it together from the bottom up and takes it down again in reverse order, whatever
happens in between: no process, socket or temporary file outlives it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.air import Air, running_air
from harness.config import Lab
from harness.console import Stages
from harness.deadline import Deadline
from harness.eap import Credentials, RadiusServer
from harness.errors import HarnessError, LabFault, PeerGone, ServiceRefused
from harness.evidence import IhvRecord
from harness.faults import Fault
from harness.guest.agent import Agent, Interface, running_agent
from harness.guest.dll import Dll
from harness.guest.orders import Orders
from harness.guest.recorder import AGENT, FOLDER, TRACE, installed, stop_service
from harness.guest.sample import build_of, told
from harness.guest.ssh import Login, Ssh, connect
from harness.recording import Recording
from harness.scenarios import Network
from harness.vm.accel import Choice, choose
from harness.vm.argv import Wiring
from harness.vm.disk import overlay
from harness.vm.images import Images, prepare
from harness.vm.machine import Machine, running
from harness.vm.saved_state import SavedState, saved_state
from harness.workspace import work_folder

WARM_UP = r"reg query HKCU\Environment"
DISK = "free disk space and run again"
AIR_FAULTS = {
    "capture": ("writing of the air's capture", DISK),
    "radius": ("answer of the RADIUS server", "radius.log in the run directory tells more"),
}
"""What was awaited when the air tells a fault of its own, and how to mend it."""

CAUSE_S = 0.3
"""How long the end of a process is waited for that would explain a fault."""


@dataclass(slots=True)
class Guest:
    """A guest that runs and can be reached."""

    machine: Machine
    ssh: Ssh
    air: Air
    images: Images
    accel: Choice

    def check_processes(self) -> None:
        """Raise `PeerGone` if QEMU or the air has ended."""
        for alive, what, state in (
            (self.machine.alive, "the guest's QEMU process", self.machine.state),
            (self.air.alive, "the air process", self.air.describe),
        ):
            if not alive:
                raise PeerGone(what, 0, state())
        told = self.air.state
        if told.fault:
            awaited, hint = AIR_FAULTS.get(told.fault_of, ("the air", ""))
            raise LabFault(awaited, 0, told.fault, hint=hint)


@dataclass(slots=True)
class Session(Guest):
    """A lab ready for associations."""

    agent: Agent
    interface: Interface
    vendor: str
    """Guest path of the DLL under test."""
    vendor_sha256: str
    recording: Recording
    orders: Orders
    credentials: Credentials | None = None
    """What a station of a wpa2-eap scenario is to have."""
    radius: RadiusServer | None = None

    def interfaces(self, count: int, *, limit_s: float) -> tuple[Interface, ...]:
        """The guest's first `count` WLAN interfaces; the reference guest gets those it lacks.

        Raises `LabFault` if they do not come.
        """
        if count == 1:
            return (self.interface,)
        deadline = Deadline(f"{count} WLAN interfaces of the guest", limit_s)
        found = self.agent.interfaces(timeout_s=limit_s)
        if len(found) < count:
            self.orders.have_adapters(count)
            self.air.wait_radio(limit_s, radios=count)

        def enough() -> tuple[Interface, ...] | None:
            listed = self.agent.interfaces(timeout_s=limit_s)
            deadline.state = f"agent.exe lists {len(listed)}"
            return listed[:count] if len(listed) >= count else None

        return deadline.poll(enough)

    def check_processes(self) -> None:
        """Raise `PeerGone` if QEMU, the air or the RADIUS server has ended."""
        if self.radius is not None and not self.radius.alive:
            raise PeerGone("the RADIUS server", 0, self.radius.state())
        Guest.check_processes(self)

    def check_whole(self) -> None:
        """Raise `LabFault` if a process has ended or evidence could not be written."""
        self.check_processes()
        if self.recording.fault:
            raise LabFault("writing of the evidence", 0, self.recording.fault, hint=DISK)

    def check(self) -> None:
        """Raise `LabFault` if any part of the lab does not answer."""
        self.check_whole()
        self.agent.clock_ns(timeout_s=10)
        self.air.status()

    def explained(self, fault: LabFault) -> LabFault:
        """`fault` with the cause in place of its symptom, where the cause can be seen.

        Whoever waits notices first that an answer does not come; why is told by what has ended.
        """
        for alive, state in (
            (not self.machine.ended_within(CAUSE_S), self.machine.state),
            (self.air.alive, self.air.describe),
            (
                self.radius is None or self.radius.alive,
                lambda: self.radius.state() if self.radius else "",
            ),
            (self.ssh.alive, lambda: "the guest closed the SSH connection; QEMU still runs"),
        ):
            if not alive:
                return PeerGone(fault.awaited, fault.waited_s, state(), hint=fault.hint)
        return fault

    def go_on_air(self, lab: Lab, network: Network, radius: RadiusServer | None = None) -> str:
        """Let the access points beacon; the first one's BSSID. `radius` is for 802.1X."""
        self.radius = radius
        bssid = self.air.configure(network, lab.air.retry_ms(self.accel.accel), radius)
        self.air.start()
        return bssid

    def pull_trace(self) -> tuple[IhvRecord, ...]:
        """What is new in the guest's trace file."""
        return self.recording.pull(lambda offset: self.ssh.read_from(TRACE, offset))


@contextlib.contextmanager
def open_guest(lab: Lab, stages: Stages, recording: Recording, run_dir: Path) -> Iterator[Guest]:
    """Build what is missing, then start air and guest and connect to it."""
    images = prepare(lab.store.cache, stages)
    accel = choose(lab.guest.accel)
    stages.note(f"accelerator {accel.accel}: {accel.why}")
    spec = images.machine(lab.guest.memory_mib, accel.accel)
    state: SavedState | None = None
    if lab.guest.saved_state:
        state = saved_state(
            lab, images, spec, stages, lambda machine: _warm_up(machine, images, lab)
        )
    with contextlib.ExitStack() as stack:
        work = stack.enter_context(work_folder())
        air, radio = stack.enter_context(
            running_air(work, run_dir, recording.frame, recording.event)
        )
        disk = overlay(state.disk if state else images.disk, work / "disk.qcow2")
        wiring = Wiring(
            name=run_dir.name,
            disk=disk,
            qmp_fd=-1,
            radio_socket=radio,
            serial_log=run_dir / "serial.log",
        )
        with stages.stage("restore the guest" if state else "boot the guest") as stage:
            machine = stack.enter_context(
                running(spec, wiring, run_dir, state=state.memory if state else None)
            )
            stage.update(None, "waiting for SSH")
            ssh = _reach(machine, images.login, lab)
            stack.callback(ssh.close)
            air.wait_radio(lab.limits.boot_s)
        yield Guest(machine, ssh, air, images, accel)


@contextlib.contextmanager
def open_session(
    lab: Lab,
    guest: Guest,
    recording: Recording,
    stages: Stages,
    dll: Dll | None,
    fault: Fault | None = None,
    oui: str | None = None,
) -> Iterator[Session]:
    """The guest with the recorder around the DLL under test and the agent running.

    `fault` is what our sample DLL is told of before the service starts.
    """
    ssh, images = guest.ssh, guest.images
    with contextlib.ExitStack() as stack:
        with stages.stage("install recorder and agent"):
            ssh.mkdir(FOLDER)
            ssh.put(images.agent, AGENT)
            stack.enter_context(told(ssh, fault))
            dll = dll or build_of(fault, images.agent.parent)
            place = stack.enter_context(installed(ssh, images.recorder, dll=dll, oui=oui))
            recording.new_trace()
            agent = stack.enter_context(running_agent(ssh, AGENT, recording.notification))
            interface = _interface(agent, lab)
        orders = Orders(ssh, limit_s=lab.limits.command_s)
        stack.callback(orders.close)
        session = Session(
            guest.machine, ssh, guest.air, images, guest.accel, agent, interface,
            place.vendor, place.sha256, recording, orders,
        )  # fmt: skip
        try:
            _await_recorder(session, lab, place.refusal)
            yield session
        except (HarnessError, KeyboardInterrupt):
            with contextlib.suppress(HarnessError):  # what is there is evidence still
                session.pull_trace()
            raise
        with stages.stage("unload the DLL"):  # how it ends is evidence too
            stop_service(ssh)
            session.pull_trace()


def _await_recorder(session: Session, lab: Lab, refusal: str) -> None:
    """Make sure that the IHV host has loaded the recorder: without it nothing would be seen.

    A service that did not come up is the DLL's doing if its process got so far as to be in the
    trace: `ServiceRefused`, which is no lab fault.
    """
    if refusal:
        if session.pull_trace():
            raise ServiceRefused(f"the WLAN service does not come up with this DLL: {refusal}")
        raise LabFault("start of the WLAN service", 0, refusal)
    deadline = Deadline("first record of the IHV trace", lab.limits.command_s)
    deadline.state = f"{TRACE} is empty or absent"
    deadline.poll(lambda: session.pull_trace() or None)


def _reach(machine: Machine, login: Login, lab: Lab) -> Ssh:
    """SSH to a machine that boots or was just restored."""
    return connect(
        login,
        machine.ssh_port(),
        limit_s=lab.limits.boot_s,
        command_s=lab.limits.command_s,
        alive=lambda: None if machine.alive else machine.state(),
    )


def _warm_up(machine: Machine, images: Images, lab: Lab) -> None:
    """Use what a run will use: SSH, SFTP, a Windows program."""
    with contextlib.closing(_reach(machine, images.login, lab)) as ssh:
        ssh.mkdir(FOLDER)
        ssh.run(WARM_UP)


def _interface(agent: Agent, lab: Lab) -> Interface:
    deadline = Deadline("a WLAN interface of the guest", lab.limits.command_s)
    found = agent.greet(timeout_s=lab.limits.command_s)
    if not found:
        deadline.state = "agent.exe lists none"
        raise deadline.gone(hint="is the WLAN service running and the adapter enabled?")
    return found[0]
