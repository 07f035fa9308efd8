# SPDX-License-Identifier: GPL-2.0-or-later
"""The air's process on this machine.

It runs apart so that nothing the harness does delays a frame. Both of its sockets are made and
listening before it starts, so that neither it nor QEMU can come too early.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from harness.lab.air import AirClient, AirListener
from harness.lab.live_air import SOCKET, serving
from harness.local.jsonlines import JsonLinesClient
from harness.local.programs import last_line

AIR_LOG: Final = "air-stderr.log"


class AirProcess(AirClient):
    """The process and its client."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        connection: socket.socket,
        listener: AirListener,
        stderr_log: Path,
    ) -> None:
        super().__init__(listener)
        self.process = process
        self._stderr_log = stderr_log
        self._connection = connection
        self._lines = connection.makefile("rb")
        self._client = JsonLinesClient("air", self._lines, connection.sendall, self._take)

    @property
    def alive(self) -> bool:
        """Whether the air process runs and answers."""
        return self.process.poll() is None and super().alive

    def describe(self) -> str:
        """One line on the air for a fault message."""
        code = self.process.poll()
        if code is not None:
            said = last_line(self._stderr_log)
            return f"air ended with status {code}" + (f": {said}" if said else "")
        return super().describe()

    def _await_end(self) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)

    def stop(self) -> None:
        """Flush the capture and hang up, upon which the process ends; never raises."""
        with contextlib.suppress(Exception):
            self._call("stop")
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._client.join(5)
        self._lines.close()


@contextlib.contextmanager
def running_air(
    sockets: Path,
    run_dir: Path,
    listener: AirListener,
    logs: Path | None = None,
    *,
    vhost: bool = False,
    adapter: str | None = None,
    relay: bool = True,
) -> Iterator[tuple[AirProcess, Path]]:
    """Run the air; yields it with the path of the radio socket QEMU is to connect to.

    Capture and keys are written into `run_dir`; so is what the process says, unless there are
    `logs`. With `vhost` it is a vhost-user back-end besides, on the socket `vhost_socket`; with an
    `adapter` it plays that USB adapter, on the socket `usb_socket`. The guest's clock is known by
    its relay, unless that is not to be asked.

    The sockets listen, but the process has only begun to start: `AirProcess.await_start` before
    it is asked for anything.
    """
    radio_path, control_path = sockets / "radio", sockets / "air"
    stderr_log = (logs or run_dir) / AIR_LOG
    with contextlib.ExitStack() as stack:
        connection = stack.enter_context(socket.socket(socket.AF_UNIX))
        with contextlib.ExitStack() as until_started:
            radio = until_started.enter_context(_listening(radio_path))
            control = until_started.enter_context(_listening(control_path))
            stderr = until_started.enter_context(stderr_log.open("wb"))
            connection.connect(str(control_path))
            argv = [
                *(sys.executable, "-m", "hwsim", "--run-dir", str(run_dir)),
                *("--control", str(control.fileno())),
                *(("--radio", str(radio.fileno())) if relay else ()),
            ]
            handed_over = [control.fileno(), radio.fileno()]
            if vhost:
                device = until_started.enter_context(_listening(vhost_socket(sockets)))
                argv += ["--vhost-user", str(device.fileno())]
                handed_over.append(device.fileno())
            if adapter is not None:
                usb = until_started.enter_context(_listening(usb_socket(sockets)))
                argv += ["--usb", str(usb.fileno()), "--adapter", adapter]
                handed_over.append(usb.fileno())
            process = _started(argv, stderr, handed_over)
        stack.callback(_end, process)  # alone with its sockets now: its end shuts them
        air = AirProcess(process, connection, listener, stderr_log)
        stack.callback(air.stop)
        stack.enter_context(serving(air, sockets / SOCKET))
        yield air, radio_path


def _started(argv: list[str], stderr: IO[bytes], descriptors: list[int]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=stderr,
        stderr=stderr,
        pass_fds=descriptors,
        start_new_session=True,
    )


def vhost_socket(sockets: Path) -> Path:
    """Where the air is the back-end of virtio device 29, if it is."""
    return sockets / "hwsim"


def usb_socket(sockets: Path) -> Path:
    """Where the air plays a USB adapter, if it does."""
    return sockets / "usb"


def _listening(path: Path) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(str(path))
    sock.listen(1)
    return sock


def _end(process: subprocess.Popen[bytes]) -> None:
    """The air ends when its control connection closes; one that does not is killed."""
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # a device model that it started, and left behind
