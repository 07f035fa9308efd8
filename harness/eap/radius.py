# SPDX-License-Identifier: GPL-2.0-or-later
"""The RADIUS server: hostapd without a radio, run for as long as a lab needs it.

hostapd binds its RADIUS port on every address; its client list lets in nobody but loopback, and
the secret is made anew each time. Everything it reads lies in a private folder that goes with the
lab. Source of the configuration: hostapd.conf and hostapd.eap_user of hostap 2.10.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from harness.eap.credentials import Credentials
from harness.eap.given import credentials_of
from harness.errors import PeerGone
from harness.local.deadline import Deadline
from harness.local.programs import PARENT_DEATH, ProgramMissing, last_line
from harness.local.workspace import work_folder
from harness.scenarios import Scenario
from harness.scenarios.enterprise import EapMethod as Method

READY_S: Final = 15.0
_READY: Final = "AP-ENABLED"
RADIUS_LOG: Final = "radius.log"
_PORT_TRIES: Final = 3
"""Another process may take a free port before hostapd does."""


@dataclass(frozen=True, slots=True)
class RadiusServer:
    """A running RADIUS server on loopback. The secret does not show in its text."""

    port: int
    secret: str = field(repr=False)
    process: subprocess.Popen[bytes] = field(repr=False)
    log: Path
    timeout_ms: int = 2000
    """How long the access point waits for an answer before it asks again."""
    trouble: dict[str, str | int] | None = None
    """What the access point is to find wrong with it, as the air's ``configure`` call has it."""

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def state(self) -> str:
        """One line on it for a fault message."""
        code, said = self.process.poll(), last_line(self.log)
        how = "hostapd runs" if code is None else f"hostapd ended with status {code}"
        return f"{how}: {said}" if said else how


@contextlib.contextmanager
def radius_of(
    scenario: Scenario, run_dir: Path
) -> Iterator[tuple[Credentials | None, RadiusServer | None]]:
    """What a scenario wants: credentials if it has 802.1X, and a server if one is to answer."""
    eap = scenario.eap
    if eap is None:
        yield None, None
        return
    credentials = credentials_of(eap)
    if eap.server == "silent":
        yield credentials, None
        return
    with radius_server(credentials, eap.method, run_dir / RADIUS_LOG) as server:
        trouble: dict[str, str | int] = {"kind": eap.radius, "delay_ms": eap.radius_delay_ms}
        yield (
            credentials,
            replace(
                server,
                timeout_ms=eap.radius_timeout_ms,
                trouble=None if eap.radius == "answers" else trouble,
            ),
        )


@contextlib.contextmanager
def radius_server(credentials: Credentials, method: Method, log: Path) -> Iterator[RadiusServer]:
    """Run the server with `method` for the credentials' identity.

    `log` is what it says: no keys, no passwords. Raises `ProgramMissing`, `PeerGone`, `TooSlow`.
    """
    program = _program()
    secret = secrets.token_urlsafe(24)
    with work_folder() as folder:
        for left in reversed(range(_PORT_TRIES)):
            port = _free_port()
            for name, content in server_files(credentials, method, folder, port, secret).items():
                _write(folder / name, content)
            with _hostapd(program, folder / "hostapd.conf", log) as process:
                server = RadiusServer(port, secret, process, log)
                if _ready(server):
                    yield server
                    return
                if not left:
                    raise PeerGone("start of the RADIUS server", 0, server.state())


def server_files(
    credentials: Credentials, method: Method, folder: Path, port: int, secret: str
) -> dict[str, bytes]:
    """The files hostapd reads, by name."""
    config = f"""driver=none
interface=radius
eap_server=1
eap_user_file={folder}/users
ca_cert={folder}/ca.pem
server_cert={folder}/server.pem
private_key={folder}/server.key
radius_server_clients={folder}/clients
radius_server_auth_port={port}
{_SUITE_B if credentials.suite_b else ""}"""
    return {
        "hostapd.conf": config.encode(),
        "users": users(credentials, method).encode(),
        "clients": f"127.0.0.1/32 {secret}\n".encode(),
        "ca.pem": credentials.ca_pem,
        "server.pem": credentials.server_pem,
        "server.key": credentials.server_key_pem,
    }


def users(credentials: Credentials, method: Method) -> str:
    """The one user, with the scenario's method and no other to fall back to."""
    name = credentials.identity
    if method == "tls":
        return f'"{name}" TLS\n'
    outer, inner = _TUNNELED[method]
    return f'* {outer}\n"{name}" {inner} "{credentials.accepted_password}" [2]\n'


_SUITE_B: Final = "openssl_ciphers=SUITEB192\n"

_TUNNELED: Final[dict[Method, tuple[str, str]]] = {
    "peap-mschapv2": ("PEAP", "MSCHAPV2"),
    "ttls-mschapv2": ("TTLS", "TTLS-MSCHAPV2"),
    "ttls-pap": ("TTLS", "TTLS-PAP"),
}
"""hostapd's names of the method and of what is inside; the name before the tunnel may be another
one."""


def _program() -> str:
    found = shutil.which("hostapd") or shutil.which("hostapd", path="/usr/sbin:/sbin")
    if found is None:
        raise ProgramMissing(
            "hostapd: not found on this machine; it is the RADIUS server of wpa2-eap",
            hint="`hil doctor` lists the fix",
        )
    return found


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)


@contextlib.contextmanager
def _hostapd(program: str, config: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    log.write_bytes(b"")
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*PARENT_DEATH, program, "-f", str(log), str(config)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # a Ctrl-C is ours to act on
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _ready(server: RadiusServer) -> bool:
    """Wait until it serves; False if it ended instead. Raises `TooSlow`."""
    deadline = Deadline("start of the RADIUS server", READY_S)

    def settled() -> bool | None:
        deadline.state = server.state()
        if _READY in server.log.read_text(errors="replace"):
            return True
        return None if server.alive else False

    return deadline.poll(settled)
