# SPDX-License-Identifier: GPL-2.0-or-later
r"""SSH to the guest with a pinned host key: commands, files, long-lived programs.

Commands are cmd.exe lines, files ``C:\…`` paths; Windows' SFTP server names them ``/C:/…``.
"""

from __future__ import annotations

import base64
import contextlib
import logging
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any

from harness.errors import LabFault
from harness.guests.common import exit_status
from harness.local.deadline import Deadline
from harness.local.jsonlines import MAX_LINE, JsonLinesClient

if TYPE_CHECKING:
    import paramiko  # loaded by what uses it: no plan or refusal waits for a library of ciphers

RETRY_S = 0.1

SHORTEST_TRY_S = 1.0
"""A login that has begun has so long, however little is left."""

MAX_OUTPUT = 1 << 20
"""Most that is kept of a command's output, in bytes: the guest is not trusted to be brief."""

SHOWN = 160
"""Characters of a command line that a fault tells."""

QUIET_S = 0.5
"""Silence after a command's end that ends its output."""

logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)  # failures are told by us, once


@dataclass(frozen=True, slots=True)
class Login:
    """How to reach a guest and how to know it is the right one."""

    user: str
    private_key: Path
    host_key: str
    """The guest's public host key, one OpenSSH line ("ssh-ed25519 AAAA…")."""
    tells_status: bool = True
    """Its SSH server tells how a command ended. OpenSSH for Windows has said 0 for all that a
    shell runs, so there the command line asks cmd.exe itself."""


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What a command said and how it ended."""

    status: int
    output: str
    errors: str


class Ssh:
    """One SSH connection to the guest: commands and, over SFTP, files. Each call is bounded."""

    def __init__(
        self, client: paramiko.SSHClient, *, command_s: float, tells_status: bool = True
    ) -> None:
        self._client = client
        self._command_s = command_s
        self._tells_status = tells_status
        self._sftp: paramiko.SFTPClient | None = None

    @property
    def alive(self) -> bool:
        """Whether the connection still stands."""
        transport = self._client.get_transport()
        return transport is not None and transport.is_active()

    def run(self, command: str, *, timeout_s: float | None = None) -> CommandResult:
        """Run one command line to its end; raises a `LabFault` if the guest does not answer."""
        shown = command if len(command) <= SHOWN else f"{command[:SHOWN]}…"
        deadline = Deadline(f"end of the guest's command {shown!r}", timeout_s or self._command_s)
        if self._tells_status:
            return self._run(command, deadline)
        token = exit_status.new_token()
        done = self._run(exit_status.asking(command, token), deadline)
        told = exit_status.told(done.output, token)
        if told is None:
            deadline.state = "its output lacks the line with its exit code"
            raise deadline.gone(hint="cmd.exe has to be the DefaultShell of the guest's OpenSSH")
        return CommandResult(told.status, told.output, done.errors)

    def _run(self, command: str, deadline: Deadline) -> CommandResult:
        with _faults(deadline):
            channel = self._open(deadline)
            channel.settimeout(deadline.limit_s)
            channel.exec_command(command)
            deadline.state = "running"
            streams = _until_end(channel, deadline)
            status = channel.recv_exit_status()
            if status < 0:  # paramiko's "none was told": Windows' own are unsigned
                deadline.state = "its channel closed without an exit status"
                raise deadline.gone()
        return CommandResult(status, *(_text(bytes(data)) for data in streams))

    def program(
        self, command: str, on_event: Callable[[dict[str, Any]], None], *, name: str
    ) -> tuple[JsonLinesClient, paramiko.Channel]:
        """Start a program that speaks JSON lines on its standard input and output."""
        deadline = Deadline(f"start of {name}", self._command_s)
        with _faults(deadline):
            channel = self._open(deadline)
            channel.exec_command(command)
        return JsonLinesClient(name, _lines(channel), channel.sendall, on_event), channel

    def put(self, source: Path, target: PureWindowsPath) -> None:
        """Copy a local file to the guest."""
        with self._files(f"upload of {target}") as sftp:
            sftp.put(str(source), sftp_path(target), confirm=True)

    def write(self, data: bytes, target: PureWindowsPath, *, private: bool = False) -> None:
        """Write a file in the guest; a private one is its owner's alone before it has content."""
        with self._files(f"writing {target}") as sftp, sftp.open(sftp_path(target), "wb") as file:
            if private:
                file.chmod(0o600)
            file.write(data)

    def mkdir(self, target: PureWindowsPath) -> None:
        """Make a folder in the guest, with its parents, unless it is there."""
        with self._files(f"making {target}") as sftp:
            for folder in [*reversed(target.parents), target]:
                with contextlib.suppress(FileNotFoundError):
                    sftp.stat(sftp_path(folder))
                    continue
                sftp.mkdir(sftp_path(folder))

    def remove(self, target: PureWindowsPath) -> None:
        """Remove a file in the guest if it is there."""
        with (
            self._files(f"removing {target}") as sftp,
            contextlib.suppress(FileNotFoundError),
        ):
            sftp.remove(sftp_path(target))

    def read_from(self, target: PureWindowsPath, offset: int, most: int = -1) -> bytes:
        """The bytes of a guest file from `offset` on, at `most` so many if that is not negative;
        empty if there is no such file yet."""
        with self._files(f"reading {target}") as sftp:
            try:
                with sftp.open(sftp_path(target), "rb") as file:
                    file.seek(offset)
                    return bytes(file.read(most))
            except FileNotFoundError:
                return b""

    def close(self) -> None:
        """End the connection; never raises."""
        with contextlib.suppress(Exception):
            transport = self._client.get_transport()
            if transport is not None:
                transport.sock.shutdown(socket.SHUT_RDWR)  # its thread looks every 0.1 s only
        with contextlib.suppress(Exception):
            self._client.close()

    def _open(self, deadline: Deadline) -> paramiko.Channel:
        transport = self._client.get_transport()
        if transport is None or not transport.is_active():
            deadline.state = "SSH connection closed"
            raise deadline.gone()
        return transport.open_session(timeout=deadline.limit_s)

    @contextlib.contextmanager
    def _files(self, doing: str) -> Iterator[paramiko.SFTPClient]:
        import paramiko

        deadline = Deadline(doing, self._command_s)
        deadline.state = "asked for, no answer"
        with _faults(deadline):
            if self._sftp is None:
                channel = self._open(deadline)
                channel.settimeout(self._command_s)
                channel.invoke_subsystem("sftp")
                self._sftp = paramiko.SFTPClient(channel)
            yield self._sftp


def connect(
    login: Login, port: int, *, limit_s: float, command_s: float, alive: Callable[[], str | None]
) -> Ssh:
    """Connect to the guest on loopback `port`, trying again while it still boots.

    `alive` tells why trying is in vain (the machine is gone) or None. A wrong host key or a
    refused login ends at once.
    """
    deadline = Deadline("SSH of the guest", limit_s)
    while True:
        dead = alive()
        if dead is not None:
            deadline.state = dead
            raise deadline.gone()
        sock = _called(port, deadline)
        client = _logged_in(login, port, sock, deadline) if sock is not None else None
        if client is not None:
            return Ssh(client, command_s=command_s, tells_status=login.tells_status)
        if deadline.expired:
            raise deadline.too_slow()
        time.sleep(RETRY_S)


def _called(port: int, deadline: Deadline) -> socket.socket | None:
    """A connection to the port, or None, with the reason in `deadline`.

    It comes first: an emulated guest takes longer to start a server for it than this program to
    load a library of ciphers.
    """
    try:
        sock = socket.create_connection(("127.0.0.1", port), _try_s(deadline))
    except OSError as error:
        deadline.state = f"{type(error).__name__}: {error}"
        return None
    # from the first packet on: the login's small ones wait for the peer's delayed ACKs else
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def _try_s(deadline: Deadline) -> float:
    return max(SHORTEST_TRY_S, deadline.remaining_s)


def _logged_in(
    login: Login, port: int, sock: socket.socket, deadline: Deadline
) -> paramiko.SSHClient | None:
    """A login over a connection, or None if it may be tried again; raises `PeerGone` if not."""
    import paramiko

    try:
        return _handshake(login, port, sock, _try_s(deadline))
    except paramiko.BadHostKeyException:
        deadline.state = "the guest shows a host key that is not its image's"
        raise deadline.gone() from None
    except paramiko.AuthenticationException:
        deadline.state = f"the guest refuses {login.user}'s key"
        raise deadline.gone() from None
    except (paramiko.SSHException, OSError, EOFError) as error:
        deadline.state = f"{type(error).__name__}: {error}"
        return None


def sftp_path(path: PureWindowsPath) -> str:
    r"""``C:\hil\x`` as Windows' SFTP server names it: ``/C:/hil/x``."""
    return "/" + path.as_posix()


def _handshake(login: Login, port: int, sock: socket.socket, limit_s: float) -> paramiko.SSHClient:
    import paramiko

    kind, key = login.host_key.split()[:2]
    name = f"[127.0.0.1]:{port}"
    client = paramiko.SSHClient()
    try:
        client.get_host_keys().add(name, kind, paramiko.PKey.from_type_string(kind, _decode(key)))
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        client.connect(
            "127.0.0.1", port, username=login.user, key_filename=str(login.private_key), sock=sock,
            allow_agent=False, look_for_keys=False,
            timeout=limit_s, banner_timeout=limit_s, auth_timeout=limit_s,
        )  # fmt: skip
    except BaseException:
        client.close()
        sock.close()
        raise
    transport = client.get_transport()
    if transport is not None:
        transport.set_keepalive(30)
    return client


def _decode(key: str) -> bytes:
    return base64.b64decode(key)


def _lines(channel: paramiko.Channel) -> Iterator[bytes]:
    pending = bytearray()
    while chunk := channel.recv(65536):
        pending += chunk
        while (end := pending.find(b"\n")) >= 0:
            yield bytes(pending[: end + 1])
            del pending[: end + 1]
        if len(pending) > MAX_LINE:
            pending.clear()


def _until_end(channel: paramiko.Channel, deadline: Deadline) -> tuple[bytearray, bytearray]:
    """Standard output and error of a command, read until it has ended.

    Its end is not always the end of the streams: a program it left running may hold them open.
    So they are read until they end, or until the command has and they are silent.
    """
    output, errors = bytearray(), bytearray()
    quiet_since_s = time.monotonic()
    while not (channel.eof_received and not channel.recv_ready()):
        if deadline.expired:
            raise deadline.too_slow()
        more, closed = False, channel.closed
        if channel.recv_ready():
            output, more = (output + channel.recv(65536))[:MAX_OUTPUT], True
        if channel.recv_stderr_ready():
            errors, more = (errors + channel.recv_stderr(65536))[:MAX_OUTPUT], True
        now_s = time.monotonic()
        if more:
            quiet_since_s = now_s
        elif closed or (channel.exit_status_ready() and now_s - quiet_since_s > QUIET_S):
            break
        else:
            time.sleep(0.005)
    if not channel.status_event.wait(deadline.remaining_s):
        raise deadline.too_slow()
    while channel.recv_stderr_ready() and len(errors) < MAX_OUTPUT:
        errors += channel.recv_stderr(65536)
    return output, errors


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").replace("\r\n", "\n").strip()


@contextlib.contextmanager
def _faults(deadline: Deadline) -> Iterator[None]:
    """Turn what SSH raises into lab faults."""
    import paramiko

    try:
        yield
    except LabFault:
        raise
    except TimeoutError:
        raise deadline.too_slow() from None
    except (paramiko.SSHException, EOFError, ConnectionError) as error:
        deadline.state = f"{type(error).__name__}: {error}"
        raise deadline.gone() from None
    except OSError as error:
        deadline.state = f"{type(error).__name__}: {error}"
        raise deadline.gone() from None
