# SPDX-License-Identifier: GPL-2.0-or-later
"""The RADIUS server: real hostapd, its files, its start and its end."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from harness.eap import Credentials, make_credentials, radius_of, radius_server
from harness.eap import radius as module
from harness.errors import PeerGone
from harness.local.programs import ProgramMissing
from harness.scenarios import Scenario, find_scenario


@pytest.fixture(scope="module")
def credentials() -> Credentials:
    """Some credentials."""
    return make_credentials("hil-user", good=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where work folders are made."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("method", ["tls", "peap-mschapv2", "ttls-pap"])
def test_it_serves_and_goes_without_a_trace(
    credentials: Credentials, folder: Path, method: module.Method
) -> None:
    """It holds its port while it runs; its files are private, and gone with it."""
    log = folder / "radius.log"
    with radius_server(credentials, method, log) as server:
        assert server.alive
        with pytest.raises(OSError, match="in use"), socket.socket(type=socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", server.port))
        (private,) = folder.glob("hil-*")
        files = [path for path in private.iterdir() if path.name != "lock"]
        assert len(files) == 6
        assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
        assert private.stat().st_mode & 0o077 == 0
        assert server.secret not in repr(server)
        assert "hostapd runs" in server.state()
    assert not server.alive
    assert not list(folder.glob("hil-*"))
    assert not any(secret in log.read_bytes() for secret in credentials.secrets())


def test_users_have_one_method(credentials: Credentials) -> None:
    """What the server accepts is its own password, whatever the station's is."""
    assert module.users(credentials, "tls") == '"hil-user" TLS\n'
    peap = module.users(credentials, "peap-mschapv2")
    assert credentials.accepted_password in peap
    assert credentials.password not in peap


def test_a_port_taken_meanwhile_is_tried_anew(
    credentials: Credentials, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process may be faster; then the next free port is taken."""
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        taken.bind(("0.0.0.0", 0))
        real = module._free_port
        ports = [taken.getsockname()[1]]
        monkeypatch.setattr(module, "_free_port", lambda: ports.pop() if ports else real())
        with radius_server(credentials, "tls", folder / "radius.log") as server:
            assert server.alive
            assert server.port != taken.getsockname()[1]


def test_one_that_does_not_start_is_told(
    credentials: Credentials, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its own last words; nothing is left of it."""
    monkeypatch.setattr(module, "server_files", lambda *_: {"hostapd.conf": b"nonsense=1\n"})
    with (
        pytest.raises(PeerGone, match=r"start of the RADIUS server.*hostapd ended with status"),
        radius_server(credentials, "tls", folder / "radius.log"),
    ):
        pass
    assert not list(folder.glob("hil-*"))


def test_missing_program(
    credentials: Credentials, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is missing and where the fix is."""
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(ProgramMissing) as caught:
        radius_server(credentials, "tls", folder / "radius.log").__enter__()
    assert "hostapd: not found" in caught.value.message
    assert "hil doctor" in caught.value.hint


def scenario(**eap: str) -> Scenario:
    """A scenario with 802.1X."""
    data = {
        "name": "x", "summary": "y", "network": {"security": "wpa2-eap"},
        "eap": {"method": "tls", **eap},
        "expect": {"connected": eap.get("server") != "silent" and "credentials" not in eap},
    }  # fmt: skip
    return Scenario.model_validate(data)


def test_only_what_a_scenario_wants_is_started(folder: Path) -> None:
    """Nothing for a pre-shared key, no server for a silent access point."""
    with radius_of(find_scenario("plain"), folder) as nothing:
        assert nothing == (None, None)
    with radius_of(scenario(server="silent"), folder) as (credentials, server):
        assert credentials is not None
        assert server is None
    with radius_of(scenario(credentials="wrong"), folder) as (credentials, server):
        assert credentials is not None
        assert credentials.password != credentials.accepted_password
        assert server is not None
        assert server.alive
    assert (folder / "radius.log").stat().st_size
