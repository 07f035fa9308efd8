# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest's SSH server in this process: commands behave as a test says, files lie in a folder."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from harness.guests.common.ssh import Login

USER = "Administrator"

Behaviour = Callable[[paramiko.Channel], None]
"""What the server does with the channel of one command."""


def new_key(path: Path) -> paramiko.Ed25519Key:
    """A fresh key of the kind the images have, written to `path`."""
    path.write_bytes(
        Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.OpenSSH,
            serialization.NoEncryption(),
        )
    )
    return paramiko.Ed25519Key.from_private_key_file(str(path))


class Guest:
    """The server's state: what it knows, what it was asked, and its open connections."""

    def __init__(self, folder: Path) -> None:
        self.files = folder / "files"
        self.files.mkdir()
        self.commands: dict[str, Behaviour] = {}
        self.asked: list[str] = []
        self.stuck_files = threading.Event()
        """While set, reading a file gets no answer."""
        self.over = threading.Event()
        """Set when the test ends: whatever still waits goes on."""
        self.host_key = new_key(folder / "host")
        self.login_key = new_key(folder / "login")
        self.login = Login(
            USER, folder / "login", f"{self.host_key.get_name()} {self.host_key.get_base64()}"
        )
        self._transports: list[paramiko.Transport] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, name="guest sshd")
        self._thread.start()

    def hold(self) -> None:
        """Wait until the test is over."""
        self.over.wait(30)

    def drop(self) -> None:
        """Cut every connection without a word."""
        for transport in self._transports:
            transport.sock.close()

    def close(self) -> None:
        """End the server and all of its connections."""
        self.over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listener.close()
        for transport in self._transports:
            transport.close()
            transport.join(10)

    def _serve(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as sshd does
            transport = paramiko.Transport(sock)
            transport.add_server_key(self.host_key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files, guest=self)
            self._transports.append(transport)
            transport.start_server(threading.Event(), Door(self))


class Door(paramiko.ServerInterface):
    """Who may come in, and what they may start."""

    def __init__(self, guest: Guest) -> None:
        self._guest = guest

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        """The one key, for the one user."""
        known = username == USER and key == self._guest.login_key
        return paramiko.AUTH_SUCCESSFUL if known else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        """Sessions only."""
        return paramiko.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        """Start what the test prepared for this command."""
        line = command.decode()
        self._guest.asked.append(line)
        behaviour = self._guest.commands.get(line)
        if behaviour is None:
            return False
        thread = threading.Thread(target=self._behave, args=(behaviour, channel), daemon=True)
        thread.start()
        return True

    @staticmethod
    def _behave(behaviour: Behaviour, channel: paramiko.Channel) -> None:
        """Behave once the client knows that its command has started.

        Its answer to a request of ours comes to the thread that must have told it so first.
        """
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):  # the client has left
            channel.get_transport().global_request("started", wait=True)
            behaviour(channel)


class Files(paramiko.SFTPServerInterface):
    """Files by their Windows names, ``/C:/hil/x``, below the guest's folder."""

    def __init__(self, server: paramiko.ServerInterface, guest: Guest) -> None:
        super().__init__(server)
        self._guest = guest

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        """What is known of a file."""
        try:
            return paramiko.SFTPAttributes.from_stat(self._place(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def mkdir(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        """Make one folder, whose parent must be there."""
        return self._done(self._place(path).mkdir)

    def remove(self, path: str) -> int:
        """Remove a file."""
        return self._done(self._place(path).unlink)

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> Handle | int:
        """Open a file."""
        try:
            descriptor = os.open(self._place(path), flags, 0o644)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return Handle(self._guest, os.fdopen(descriptor, "r+b" if flags & os.O_RDWR
                      else "wb" if flags & os.O_WRONLY else "rb"))  # fmt: skip

    def _place(self, path: str) -> Path:
        return self._guest.files / path.lstrip("/")

    def _done(self, act: Callable[[], object]) -> int:
        try:
            act()
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return paramiko.sftp.SFTP_OK


class Handle(paramiko.SFTPHandle):
    """An open file, which answers no read while the guest's files are stuck."""

    def __init__(self, guest: Guest, file: IO[bytes]) -> None:
        super().__init__()
        self._guest = guest
        self.readfile = self.writefile = file

    def read(self, offset: int, length: int) -> bytes | int:
        """A piece of the file."""
        if self._guest.stuck_files.is_set():
            self._guest.hold()
        return super().read(offset, length)

    def stat(self) -> paramiko.SFTPAttributes:
        """What is known of the file."""
        self.writefile.flush()
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Guest]:
    """A guest's SSH server whose files are below `folder`."""
    guest = Guest(folder)
    try:
        yield guest
    finally:
        guest.close()


def says(
    output: bytes = b"", errors: bytes = b"", status: int = 0
) -> Callable[[paramiko.Channel], None]:
    """A command that writes and ends, as most do."""

    def behave(channel: paramiko.Channel) -> None:
        channel.sendall(output)
        channel.sendall_stderr(errors)
        channel.send_exit_status(status)
        channel.close()

    return behave
