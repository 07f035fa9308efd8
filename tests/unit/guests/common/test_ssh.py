# SPDX-License-Identifier: GPL-2.0-or-later
"""SSH to the guest: whatever the guest does ends in a result or a lab fault that names it."""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PureWindowsPath
from typing import Any

import paramiko
import pytest

from harness.errors import LabFault, PeerGone, TooSlow
from harness.guests.common import ssh as module
from harness.guests.common.ssh import MAX_OUTPUT, CommandResult, Login, Ssh, connect, sftp_path
from tests.unit.guests.common.server import Guest, new_key, says, serving

LIMIT_S = 20.0
FILE = PureWindowsPath(r"C:\hil\trace.jsonl")


@pytest.fixture
def guest(tmp_path: Path) -> Iterator[Guest]:
    """A guest's SSH server."""
    with serving(tmp_path) as guest:
        yield guest


@pytest.fixture
def ssh(guest: Guest) -> Iterator[Ssh]:
    """A connection to it."""
    with connected(guest) as ssh:
        yield ssh


@contextlib.contextmanager
def connected(guest: Guest, command_s: float = LIMIT_S) -> Iterator[Ssh]:
    """A connection whose commands have `command_s` seconds."""
    ssh = login(guest.login, guest.port, command_s=command_s)
    try:
        yield ssh
    finally:
        ssh.close()


def login(
    login: Login, port: int, *, limit_s: float = LIMIT_S, command_s: float = LIMIT_S,
    dead: str | None = None,
) -> Ssh:  # fmt: skip
    """`connect` with a machine that is `dead` for that reason, or alive."""
    return connect(login, port, limit_s=limit_s, command_s=command_s, alive=lambda: dead)


# Connecting


def test_another_host_key_is_refused_at_once(guest: Guest, tmp_path: Path) -> None:
    """The host key is pinned: a guest that shows another one is not the image's."""
    other = new_key(tmp_path / "other")
    wrong = replace(guest.login, host_key=f"{other.get_name()} {other.get_base64()}")
    with pytest.raises(PeerGone, match="host key that is not its image's"):
        login(wrong, guest.port)


def test_a_refused_key_ends_at_once(guest: Guest, tmp_path: Path) -> None:
    """A guest that does not take the key will not take it later either; the user is named."""
    new_key(tmp_path / "stranger")
    with pytest.raises(PeerGone, match="refuses Administrator's key"):
        login(replace(guest.login, private_key=tmp_path / "stranger"), guest.port)


def test_a_dead_machine_is_not_waited_for(guest: Guest) -> None:
    """What `alive` says of the machine ends the wait and is the last thing seen."""
    with pytest.raises(PeerGone, match="QEMU ended with status 1"):
        login(guest.login, guest.port, dead="QEMU ended with status 1")


def test_nobody_listening_is_retried_until_the_limit(guest: Guest) -> None:
    """While the guest boots its port refuses: tried again within the bound, then told."""
    tries: list[None] = []

    def alive() -> None:
        tries.append(None)

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    with pytest.raises(TooSlow, match=r"SSH of the guest: gave up after .*refused"):
        connect(guest.login, port, limit_s=0.3, command_s=1, alive=alive)
    assert len(tries) > 1


def test_a_port_that_says_nothing_is_bounded(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    """QEMU's forward accepts before the guest's sshd runs: silence is a wait, and a bounded one."""
    monkeypatch.setattr(module, "SHORTEST_TRY_S", 0.2)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(TooSlow, match="SSH of the guest"),
    ):
        login(guest.login, int(silent.getsockname()[1]), limit_s=0.2)


# Commands


def asking_cmd(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> Ssh:
    """A connection to a server that says 0 whatever a command ended with."""
    monkeypatch.setattr(module.exit_status, "new_token", lambda: "aa")
    return login(replace(guest.login, tells_status=False), guest.port)


def test_a_server_that_says_0_always_is_not_believed(
    guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """cmd.exe's own code counts, which the output is told without."""
    line = "reg query x & call echo hil-exit-aa %^errorlevel%"
    guest.commands[line] = says(b"no key\r\nhil-exit-aa 1\r\n", status=0)
    with contextlib.closing(asking_cmd(guest, monkeypatch)) as ssh:
        assert ssh.run("reg query x") == CommandResult(1, "no key", "")


def test_an_exit_code_that_is_not_told_is_a_lab_fault(
    guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another shell than cmd.exe may be the server's."""
    guest.commands["ver & call echo hil-exit-aa %^errorlevel%"] = says(b"The term 'ver' is not")
    with (
        contextlib.closing(asking_cmd(guest, monkeypatch)) as ssh,
        pytest.raises(PeerGone, match="lacks the line with its exit code") as caught,
    ):
        ssh.run("ver")
    assert "DefaultShell" in caught.value.hint


def test_output_errors_and_status_come_through(guest: Guest, ssh: Ssh) -> None:
    """Both streams and the exit status, with Windows' line ends made plain."""
    guest.commands["ver"] = says(b"Windows\r\n10.0\r\n", b"warning\r\n", 3)
    assert ssh.run("ver") == CommandResult(3, "Windows\n10.0", "warning")
    assert guest.asked == ["ver"]


def test_output_that_comes_after_the_exit_status_is_kept(guest: Guest, ssh: Ssh) -> None:
    """The status may overtake the output; the command is over when both have come."""

    def late(channel: paramiko.Channel) -> None:
        channel.send_exit_status(0)
        channel.sendall(b"late")
        channel.sendall_stderr(b"later")
        channel.close()

    guest.commands["late"] = late
    assert ssh.run("late") == CommandResult(0, "late", "later")


def test_a_program_left_behind_does_not_hold_the_command(
    guest: Guest, ssh: Ssh, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A background process that keeps the streams open does not delay the command's end."""
    monkeypatch.setattr(module, "QUIET_S", 0.1)

    def holder(channel: paramiko.Channel) -> None:
        channel.sendall(b"started")
        channel.send_exit_status(0)
        guest.hold()

    guest.commands["start /b x"] = holder
    assert ssh.run("start /b x") == CommandResult(0, "started", "")


def test_a_flood_is_cut_and_does_not_stop_the_command(guest: Guest, ssh: Ssh) -> None:
    """A guest that is not brief fills no memory: the first part is kept, the rest read away."""
    guest.commands["type big"] = says(b"x" * (MAX_OUTPUT + 200_000), b"y" * 100_000)
    said = ssh.run("type big")
    assert (said.status, len(said.output), len(said.errors)) == (0, MAX_OUTPUT, 100_000)


def test_a_flood_without_an_end_is_bounded(guest: Guest, ssh: Ssh) -> None:
    """Output that never stops is no reason to wait longer than the limit."""

    def flood(channel: paramiko.Channel) -> None:
        with contextlib.suppress(OSError):
            while not guest.over.is_set():
                channel.sendall(b"x" * 10_000)

    guest.commands["flood"] = flood
    with pytest.raises(TooSlow, match="end of the guest's command 'flood'"):
        ssh.run("flood", timeout_s=0.2)


def test_silence_is_too_slow(guest: Guest, ssh: Ssh) -> None:
    """A command that neither writes nor ends costs its limit; the message names it."""
    guest.commands["hang"] = lambda channel: guest.hold()
    with pytest.raises(TooSlow, match=r"'hang': gave up after .*last seen: running"):
        ssh.run("hang", timeout_s=0.2)


def test_output_without_a_status_is_too_slow(guest: Guest, ssh: Ssh) -> None:
    """The end of the streams alone is not the end of the command."""

    def no_status(channel: paramiko.Channel) -> None:
        channel.sendall(b"x")
        channel.shutdown_write()
        guest.hold()

    guest.commands["odd"] = no_status
    with pytest.raises(TooSlow):
        ssh.run("odd", timeout_s=0.3)


def test_a_refused_command_is_a_lab_fault(guest: Guest, ssh: Ssh) -> None:
    """A server that runs no commands is a broken lab, not a failed command."""
    with pytest.raises(PeerGone, match="end of the guest's command 'ver'"):
        ssh.run("ver")


@pytest.mark.parametrize("said", [b"", b"half"])
def test_a_connection_lost_under_a_command_is_gone(guest: Guest, ssh: Ssh, said: bytes) -> None:
    """A guest that dies under a command is `PeerGone` at once, never a result of the command."""

    def die(channel: paramiko.Channel) -> None:
        channel.sendall(said)
        guest.drop()

    guest.commands["die"] = die
    with pytest.raises(PeerGone, match="'die'"):
        ssh.run("die", timeout_s=LIMIT_S)
    assert not ssh.alive
    with pytest.raises(PeerGone, match="SSH connection closed"):
        ssh.run("ver")


# Files


def test_a_file_is_read_from_an_offset(guest: Guest, ssh: Ssh) -> None:
    """Only what is new is read; past the end, and without a file, there is nothing."""
    assert ssh.read_from(FILE, 0) == b""
    ssh.mkdir(FILE.parent)
    ssh.write(b"first\n" + b"x" * 100_000, FILE)
    assert (guest.files / "C:" / "hil" / "trace.jsonl").stat().st_size == 100_006
    assert ssh.read_from(FILE, 6) == b"x" * 100_000
    assert ssh.read_from(FILE, 100_006) == b""


def test_a_local_file_is_copied_and_removed(guest: Guest, ssh: Ssh, tmp_path: Path) -> None:
    """Upload puts every byte there; removing what is not there is no error."""
    (tmp_path / "agent.exe").write_bytes(b"MZ" * 50_000)
    target = PureWindowsPath(r"C:\hil\agent.exe")
    ssh.mkdir(target.parent)
    ssh.put(tmp_path / "agent.exe", target)
    assert (guest.files / "C:/hil/agent.exe").read_bytes() == b"MZ" * 50_000
    ssh.remove(target)
    ssh.remove(target)
    assert not (guest.files / "C:/hil/agent.exe").exists()


def test_a_folder_is_made_with_its_parents_once(guest: Guest, ssh: Ssh) -> None:
    """Each missing part is made; a folder that is there stays as it is."""
    deep = PureWindowsPath(r"C:\hil\vendor\x")
    for _ in range(2):
        ssh.mkdir(deep)
    assert (guest.files / "C:/hil/vendor/x").is_dir()


def test_files_that_get_no_answer_are_too_slow(guest: Guest) -> None:
    """A guest whose file service is stuck costs the limit, and the message names the file."""
    place = guest.files / "C:" / "hil"
    place.mkdir(parents=True)
    (place / FILE.name).write_bytes(b"x")
    guest.stuck_files.set()
    with (
        connected(guest, command_s=0.2) as ssh,
        pytest.raises(
            TooSlow, match=r"reading C:\\hil\\trace.jsonl: gave up.*asked for, no answer"
        ),
    ):
        ssh.read_from(FILE, 0)


def test_files_of_a_lost_connection_are_gone(guest: Guest, ssh: Ssh) -> None:
    """After the connection broke, file access fails at once as a lab fault."""
    ssh.mkdir(FILE.parent)
    guest.drop()
    with pytest.raises(PeerGone):
        ssh.read_from(FILE, 0)
    with pytest.raises(PeerGone):
        ssh.write(b"x", FILE)


def test_a_file_that_cannot_be_written_is_told(guest: Guest, ssh: Ssh) -> None:
    """The guest's own reason is the last thing seen."""
    with pytest.raises(LabFault, match=r"writing C:\\no\\x: .*No such file"):
        ssh.write(b"x", PureWindowsPath(r"C:\no\x"))


def test_paths_are_named_as_windows_sftp_does() -> None:
    """A drive letter becomes the first folder."""
    assert sftp_path(PureWindowsPath(r"C:\hil\x")) == "/C:/hil/x"


# Programs


def echo_agent(channel: paramiko.Channel) -> None:
    """Answer each call with its own arguments, in pieces, with an event in front."""
    with contextlib.suppress(OSError), channel.makefile("rb") as lines:
        for line in lines:
            call = json.loads(line)
            if call["call"] == "die":
                channel.close()
                return
            answer = json.dumps({"id": call["id"], "result": call["args"]}).encode()
            channel.sendall(b'{"event":"asked"}\n' + answer[:5])
            channel.sendall(answer[5:] + b"\n")


def test_a_program_answers_calls_until_it_ends(guest: Guest, ssh: Ssh) -> None:
    """Lines are put together from pieces; the program's end is `PeerGone` for a call."""
    guest.commands["agent.exe"] = echo_agent
    events: queue.Queue[dict[str, Any]] = queue.Queue()
    client, channel = ssh.program("agent.exe", events.put, name="agent.exe")
    assert client.call("hello", {"x": "ä"}, timeout_s=LIMIT_S) == {"x": "ä"}
    assert events.get(timeout=LIMIT_S) == {"event": "asked"}
    with pytest.raises(PeerGone, match=r"agent\.exe to die"):
        client.call("die", timeout_s=LIMIT_S)
    channel.close()
    client.join(5)


def test_a_program_that_cannot_start_is_a_lab_fault(guest: Guest, ssh: Ssh) -> None:
    """The message names the program."""
    with pytest.raises(LabFault, match=r"start of agent\.exe"):
        ssh.program("agent.exe", lambda _: None, name="agent.exe")


def test_closing_leaves_no_thread(guest: Guest) -> None:
    """The transport's thread is gone after `close`, also when it is called twice."""
    before = set(threading.enumerate())
    with connected(guest) as ssh:
        guest.commands["ver"] = says(b"x")
        ssh.run("ver")
        ssh.close()
    left = [one for one in set(threading.enumerate()) - before if "guest" not in one.name]
    for thread in left:
        thread.join(5)
    assert not [thread for thread in left if thread.is_alive()]
