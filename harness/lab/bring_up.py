# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest brought up: accelerator chosen, air and machine started, reached by SSH, its clock set.

A KVM that lets a guest down in spite of its proof is not a lab that broke: the guest is started
again under TCG, and KVM is left alone from then on.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.config.lab import Accel, Lab
from harness.console import Stages
from harness.errors import LabFault, PeerGone
from harness.guests.base import GuestImage, ServiceControl
from harness.guests.common.recorder import (
    Installation,
    Setup,
    installation_from,
)
from harness.guests.common.ssh import Ssh, connect
from harness.guests.registry import guest_of
from harness.lab.air_process import AirProcess, running_air, usb_socket, vhost_socket
from harness.lab.recording import Recording
from harness.local.workspace import work_folder
from harness.vm.accel import Choice, choose, forced_accel, keep_logs, remember
from harness.vm.argv import DiskBoot, MachineSpec, Wiring
from harness.vm.boot import watch
from harness.vm.disk import copy_sparse, overlay
from harness.vm.kept_states import KINDS, ContentCheck, NotRestored, discard, held
from harness.vm.machine import Machine, running
from harness.vm.saved_state import SavedState, prepared_state, saved_state

DISK = "free disk space and run again"
AIR_FAULTS = {
    "capture": ("writing of the air's capture", DISK),
    "radius": ("answer of the RADIUS server", "radius.log in the run directory tells more"),
    "overrun": (
        "carrying of what the guest's radios send",
        "one of them floods the air: see the capture",
    ),
    "model": (
        "work of the device model",
        "air-stderr.log in the run directory tells more; docs/adding-a-device-model.md",
    ),
    "radio": (
        "the guest's radio, as long as the guest runs",
        "serial.log in the run directory tells what its driver said",
    ),
}
"""What was awaited when the air tells a fault of its own, and how to fix it."""


@dataclass(slots=True, kw_only=True)
class RunningGuest:
    """A guest that runs and can be reached."""

    machine: Machine
    ssh: Ssh
    service: ServiceControl
    air: AirProcess
    image: GuestImage
    accel: Choice
    clock_set_by_s: float
    """By how much the guest's clock was moved when it had started, in seconds."""
    installation: Installation | None
    """What is in place: since it was saved, or from a session before."""

    def install(self, setup: Setup) -> Installation:
        """Have `setup` in place, and nothing else, the service stopped."""
        if self.installation is None or self.installation.setup != setup.key:
            if self.installation is not None:
                self.service.uninstall(self.installation)
                self.installation = None
            self.installation = self.service.install(setup)
        return self.installation

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


def keep_to_yourself(_: Choice) -> None:
    """For callers that do not want to know the accelerator."""


@contextlib.contextmanager
def open_guest(
    lab: Lab,
    stages: Stages,
    recording: Recording,
    run_dir: Path,
    *,
    setup: Callable[[GuestImage], Setup] | None = None,
    chosen: Callable[[Choice], None] = keep_to_yourself,
    logs: Path | None = None,
) -> Iterator[RunningGuest]:
    """Build what is missing, then start air and guest and connect to it.

    `setup` is what the first session will put there: a guest may be saved that has it in place.
    `chosen` is told the accelerator as soon as it is known, and again if it has to change. What a
    failed start said is kept below `run_dir`. What guest, QEMU and air say as long as they run is
    written there, too, or into `logs` for a guest that outlives the run.
    """
    image = guest_of(lab.guest.kind).prepare(lab.guest, lab.store.cache, stages)
    start = _Start(
        lab, image, stages, recording, run_dir, logs or run_dir, setup(image) if setup else None
    )  # fmt: skip
    choice = start.choose()
    stages.note(f"accelerator {choice.accel}: {choice.why}")
    chosen(choice)
    with contextlib.ExitStack() as stack:
        try:
            guest = start.under(choice, stack)
        except LabFault as fault:
            if not start.may_fall_back(choice):
                raise start.explained(fault, choice) from None
            stack.close()
            failed = Choice("tcg", f"the guest failed under KVM: {fault.last_state}")
            stages.note(f"accelerator tcg: {failed.why}")
            chosen(failed)
            guest = start.under(failed, stack)
            start.distrust(failed)  # only now: that TCG brings it up shows whose fault it was
        yield guest


@dataclass(frozen=True, slots=True)
class _Start:
    """What one start of a guest needs to know."""

    lab: Lab
    image: GuestImage
    stages: Stages
    recording: Recording
    run_dir: Path
    logs: Path
    setup: Setup | None

    def choose(self) -> Choice:
        """The accelerator to begin with."""
        lab, spec = self.lab, self._spec(Choice("kvm", ""))
        logs = self.run_dir / "kvm-probe"
        return choose(lab.guest.accel, spec, self.image.disk, lab.store.cache, logs)

    def may_fall_back(self, choice: Choice) -> bool:
        """KVM was our own choice, so that TCG may be tried in its place."""
        return choice.accel == "kvm" and self.lab.guest.accel == "auto" and forced_accel() is None

    def distrust(self, failed: Choice) -> None:
        """Keep that KVM does not run this guest here."""
        remember(self.lab.store.cache, self._spec(Choice("kvm", "")), failed)

    def explained(self, fault: LabFault, choice: Choice) -> LabFault:
        """The fault of a start, with what to do about it."""
        if fault.hint:
            return fault
        where = f"what the guest and QEMU said is in {self.run_dir}"
        hint = f'[guest] accel = "tcg" in lab.toml does without KVM; {where}'
        return type(fault)(
            fault.awaited, fault.waited_s, fault.last_state,
            hint=hint if choice.accel == "kvm" else where,
        )  # fmt: skip

    def under(self, choice: Choice, stack: contextlib.ExitStack) -> RunningGuest:
        """The guest started under an accelerator; `stack` takes it down.

        A saved state that it cannot be restored from is given up, with a line that says why.
        """
        for _ in KINDS:
            state = self._state(choice)
            with contextlib.ExitStack() as attempt:
                try:
                    guest = self._started(choice, state, attempt)
                except NotRestored as fault:
                    if state is None:
                        raise
                    why = f"saved state {state.name} is not used: {fault.last_state}"
                    self.stages.note(f"{why}; another start is tried")
                    discard(state.folder)
                else:
                    stack.push(attempt.pop_all())
                    return guest
        return self._started(choice, None, stack)

    def _started(
        self, choice: Choice, state: SavedState | None, stack: contextlib.ExitStack
    ) -> RunningGuest:
        spec, installation = self._spec(choice), None
        if state is not None:
            stack.enter_context(held(state.folder))
            installation = _installation_in(state)
        work = stack.enter_context(work_folder())
        vhost, adapter = self.lab.air.port == "vhost_user", self.lab.guest.adapter
        air, radio = stack.enter_context(
            running_air(work, self.run_dir, self.recording, self.logs, vhost=vhost, adapter=adapter)
        )
        disk = _overlay_of(state, self.image, work / "disk.qcow2")
        memory = state.memory_to_map(work) if state else None
        wiring = Wiring(
            self.run_dir.name, disk, -1, radio, self.logs / "serial.log", memory=memory,
            vhost_socket=vhost_socket(work) if vhost else None,
            firmware_variables=_variables_of(self.image, work),
        )  # fmt: skip
        saved, check = (state.devices if state else None), None
        with self.stages.stage("restore the guest" if state else "boot the guest") as stage:
            try:
                machine = stack.enter_context(running(spec, wiring, self.logs, state=saved))
                if adapter is not None:
                    machine.plug(usb_socket(work))
                # the air's start and the guest's have the processors to themselves at first
                check = ContentCheck(state.folder, after=air.await_start) if state else None
                stage.update(None, "waiting for SSH")
                ssh = _reach(machine, spec, self.image, self.lab, restored=state is not None)
                stack.callback(ssh.close)
                air.await_start()
                air.wait_radio(self.lab.limits.boot_s)
                ssh = self._settled(machine, spec, ssh)
                stack.callback(ssh.close)
            except LabFault:
                keep_logs(self.logs, self.run_dir / f"{choice.accel}-start")
                if not air.alive:
                    air.await_start()  # tells the cause of what else went wrong
                if check is not None:
                    check.finish()  # so does this
                raise
            service = self._service(ssh)
            stack.callback(service.close)
            behind_s = service.set_clock()
            if check is not None:
                check.finish()  # before a DLL is loaded into what may be damaged
        return RunningGuest(
            machine=machine, ssh=ssh, service=service, air=air, image=self.image, accel=choice,
            clock_set_by_s=behind_s, installation=installation,
        )  # fmt: skip

    def _settled(self, machine: Machine, spec: MachineSpec, ssh: Ssh) -> Ssh:
        """The guest with what lab.toml asks of its system in force; the connection to it."""

        def again() -> Ssh:
            return _reach(machine, spec, self.image, self.lab, restored=False)

        return guest_of(self.lab.guest.kind).settle(self.lab.guest, ssh, again)

    def _service(self, ssh: Ssh) -> ServiceControl:
        lab = self.lab
        return guest_of(lab.guest.kind).service_control(ssh, limit_s=lab.limits.command_s)

    def _spec(self, choice: Choice) -> MachineSpec:
        guest = self.lab.guest
        usb = None if guest.adapter is None else guest.usb_host
        return self.image.machine(guest.memory_mib, choice.accel, usb)

    def _state(self, choice: Choice) -> SavedState | None:
        """The saved state to start from, made if there is none yet; None boots."""
        firmware = isinstance(self.image.boot, DiskBoot)
        if firmware or not self.lab.guest.saved_state or self.lab.air.port == "vhost_user":
            return None  # variables of a firmware are no part of a saved state
        lab, image, spec, stages = self.lab, self.image, self._spec(choice), self.stages
        guest = guest_of(lab.guest.kind)
        logs = self.run_dir / f"{choice.accel}-boot"

        def warm_up(machine: Machine) -> None:
            with contextlib.closing(_reach(machine, spec, image, lab, restored=False)) as ssh:
                guest.warm_up(ssh)

        booted = saved_state(lab, image, spec, stages, warm_up, logs)
        setup = self.setup
        if setup is None:
            return booted

        def put_in_place(machine: Machine) -> dict[str, object]:
            with contextlib.closing(_reach(machine, spec, image, lab, restored=True)) as ssh:
                with contextlib.closing(self._service(ssh)) as service:
                    service.set_clock()
                    installation = service.install(setup)
                guest.before_saving(ssh)
                return installation.to_note()

        key = f"{lab.guest.kind} {setup.key}"  # each kind puts it in its own way
        return prepared_state(lab, spec, booted, key, stages, put_in_place, logs) or booted


def _installation_in(state: SavedState) -> Installation | None:
    """What its maker put into a saved guest; None for one that was only booted."""
    try:
        return installation_from(state.note) if state.note else None
    except ValueError:
        why = "what it says of the files in it has not the form of this version"
        raise NotRestored(f"saved state {state.name}", 0, why) from None


def _variables_of(image: GuestImage, work: Path) -> Path | None:
    """The firmware's variables for one start, of an image that boots by firmware."""
    if not isinstance(image.boot, DiskBoot):
        return None
    return copy_sparse(image.boot.variables, work / "variables.fd")


def _overlay_of(state: SavedState | None, image: GuestImage, place: Path) -> Path:
    """A disk for one start, over the state's or the image's."""
    if state is None:
        return overlay(image.disk, place)
    try:
        return overlay(state.disk, place)
    except LabFault as fault:
        raise NotRestored(fault.awaited, fault.waited_s, fault.last_state) from None


def reach(machine: Machine, image: GuestImage, lab: Lab, accel: Accel) -> Ssh:
    """SSH to a guest that was rebooted."""
    usb = None if lab.guest.adapter is None else lab.guest.usb_host
    spec = image.machine(lab.guest.memory_mib, accel, usb)
    return _reach(machine, spec, image, lab, restored=False)


def _reach(
    machine: Machine, spec: MachineSpec, image: GuestImage, lab: Lab, *, restored: bool
) -> Ssh:
    """SSH to a machine that boots or was just restored."""
    watched = watch(machine, spec.accel)
    if restored:  # at rest until it is spoken to
        watched.silence_s = None
    return connect(
        image.login,
        machine.ssh_port(),
        limit_s=lab.limits.restore_s if restored else lab.limits.boot_s,
        command_s=lab.limits.command_s,
        alive=lambda: watched.trouble() or None,
    )
