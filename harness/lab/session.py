# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab: a guest on an air of its own, with the recorder in place and the agent running.

`open_session` completes what `bring_up.open_guest` has started, and takes it down again in reverse
order, whatever happens in between: no process, socket or temporary file outlives it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from harness.config.lab import Lab
from harness.console import Stages
from harness.eap import Credentials, RadiusServer
from harness.errors import HarnessError, LabFault, PeerGone, ServiceRefused, TooSlow
from harness.evidence import IhvRecord
from harness.evidence.names import is_handler
from harness.faults import Fault
from harness.guests.base import GuestImage
from harness.guests.common.agent import Agent, Interface, running_agent
from harness.guests.common.dll import Dll
from harness.guests.common.recorder import AGENT, TRACE, Setup, start
from harness.guests.common.sample import build_of, fault_in_place
from harness.lab.bring_up import DISK, RunningGuest
from harness.lab.recording import Recording
from harness.local.deadline import Deadline
from harness.scenarios import Network
from hwsim.ap.channels import channel_freq_mhz

SILENT_S = 5.0
"""How long a DLL is waited for that Windows need not load."""

CAUSE_S = 0.3
"""How long the end of a process is waited for that would explain a fault."""


@dataclass(slots=True, kw_only=True)
class LabSession(RunningGuest):
    """A lab ready for associations."""

    agent: Agent
    interface: Interface
    vendor: str
    """Guest path of the DLL under test."""
    vendor_sha256: str
    recording: Recording
    credentials: Credentials | None = None
    """What a station of a wpa2-eap scenario is to have."""
    radius: RadiusServer | None = None
    without_handlers: str = ""
    """Why no handler of the DLL is called, in words; empty where it has to be, or has been."""

    def interfaces(self, count: int, *, limit_s: float) -> tuple[Interface, ...]:
        """The guest's first `count` WLAN interfaces; the reference guest gets those it lacks.

        Raises `LabFault` if they do not come.
        """
        if count == 1:
            return (self.interface,)
        deadline = Deadline(f"{count} WLAN interfaces of the guest", limit_s)
        found = self.agent.interfaces(timeout_s=limit_s)
        if len(found) < count:
            self.service.have_adapters(count)
            self.air.wait_radio(limit_s, radios=count)

        def enough() -> tuple[Interface, ...] | None:
            listed = self.agent.interfaces(timeout_s=limit_s)
            deadline.state = f"agent.exe lists {len(listed)}"
            return listed[:count] if len(listed) >= count else None

        return deadline.poll(enough)

    @property
    def unread_lines(self) -> int:
        """Lines of the air and of agent.exe that could not be read so far."""
        return self.air.damaged_lines + self.agent.damaged_lines

    def check_processes(self) -> None:
        """Raise `PeerGone` if QEMU, the air or the RADIUS server has ended."""
        if self.radius is not None and not self.radius.alive:
            raise PeerGone("the RADIUS server", 0, self.radius.state())
        RunningGuest.check_processes(self)

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
                self.air.state.fault_of != "model",
                lambda: f"the device {self.air.state.fault}",
            ),
            (
                self.air.state.fault_of != "radio",
                lambda: f"the guest's radio: {self.air.describe()}",
            ),
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
        """Let the access points beacon, and the guest look for them where they are; the first
        one's BSSID. `radius` is for 802.1X."""
        self.radius = radius
        bssid = self.air.configure(network, lab.air.retry_ms(self.accel.accel), radius)
        self.air.start()
        self.service.look_first([channel_freq_mhz(one) for one in network.all_channels])
        return bssid

    def pull_trace(self) -> tuple[IhvRecord, ...]:
        """What is new in the guest's trace file."""
        return self.recording.pull(lambda offset: self.ssh.read_from(TRACE, offset))


def setup_for(image: GuestImage, dll: Dll | None, fault: Fault | None, oui: str | None) -> Setup:
    """What a session puts into the guest: `dll`, or else the build of our sample that has `fault`,
    or the guest's own."""
    dll = dll or build_of(fault, image.agent.parent)
    return Setup(image.agent, image.recorder, dll, oui)


@contextlib.contextmanager
def open_session(
    lab: Lab,
    guest: RunningGuest,
    recording: Recording,
    stages: Stages,
    dll: Dll | None,
    fault: Fault | None = None,
    oui: str | None = None,
) -> Iterator[LabSession]:
    """The guest with the recorder around the DLL under test and the agent running.

    `fault` is what our sample DLL is told of before the service starts.
    """
    ssh, service, image = guest.ssh, guest.service, guest.image
    with contextlib.ExitStack() as stack:
        with stages.stage("install recorder and agent"):
            service.keep_limits(lab.limits)  # before the DLL is loaded
            installation = guest.install(setup_for(image, dll, fault, oui))
            stack.enter_context(fault_in_place(ssh, fault, installation.original))
            recorder = start(ssh, installation, service.start)
            recording.new_trace()
            agent = stack.enter_context(running_agent(ssh, AGENT, recording.notification))
            interface = _interface(agent, lab)
        session = LabSession(
            machine=guest.machine, ssh=ssh, air=guest.air, image=image, accel=guest.accel,
            clock_set_by_s=guest.clock_set_by_s, installation=installation, agent=agent,
            interface=interface, vendor=recorder.vendor, vendor_sha256=recorder.sha256,
            recording=recording, service=service,
        )  # fmt: skip
        try:
            if installation.silent and not recorder.refusal:
                session.without_handlers = _unless_called(session, installation.silent)
            else:
                _await_recorder(session, lab, recorder.refusal)
            yield session
        except (HarnessError, KeyboardInterrupt):
            with contextlib.suppress(HarnessError):  # what is there is evidence still
                session.pull_trace()
            raise
        with stages.stage("unload the DLL"):  # how it ends is evidence too
            service.stop()
            session.pull_trace()


def _unless_called(session: LabSession, silent: str) -> str:
    """`silent`, or nothing if a handler of the DLL is called in spite of it."""

    def called() -> bool | None:
        new = session.pull_trace()  # that it was loaded is no call yet
        return any(is_handler(record.function or "") for record in new) or None

    deadline = Deadline("first call of a handler in the IHV trace", SILENT_S)
    with contextlib.suppress(TooSlow):
        deadline.poll(called, every_s=0.2)
        return ""
    return silent


def _await_recorder(session: LabSession, lab: Lab, refusal: str) -> None:
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


def _interface(agent: Agent, lab: Lab) -> Interface:
    deadline = Deadline("a WLAN interface of the guest", lab.limits.command_s)
    found = agent.greet(timeout_s=lab.limits.command_s)
    if not found:
        deadline.state = "agent.exe lists none"
        raise deadline.gone(hint="is the WLAN service running and the adapter enabled?")
    return found[0]
