# SPDX-License-Identifier: GPL-2.0-or-later
""" "net stop|start WlanSvc", against a stand-in for autoconfig's port."""

import json
import socketserver
import subprocess
import threading

import pytest

from . import REFERENCE

WLANSVC = REFERENCE / "guest" / "wlansvc"


class Autoconfig(socketserver.ThreadingTCPServer):
    """Answers as the script of the test says, and notes the actions."""

    daemon_threads = True

    def __init__(self, state, refuse=False):
        super().__init__(("127.0.0.1", 0), Answer)
        self.state, self.refuse = state, refuse
        self.actions = []


class Answer(socketserver.StreamRequestHandler):
    """One connection."""

    def handle(self):
        """Note the action, answer after an event."""
        request = json.loads(self.rfile.readline())
        action = request["args"]["action"]
        self.server.actions.append(action)
        self.wfile.write(b'{"event":"notification","code":1}\n')
        if self.server.refuse and action != "state":
            reply = {"id": 1, "error": {"code": 1053, "message": "InitService: hung"}}
        else:
            reply = {"id": 1, "result": {"state": self.server.state}}
        self.wfile.write(json.dumps(reply).encode() + b"\n")


@pytest.fixture
def run():
    """Returns a function that starts an autoconfig and runs wlansvc against it."""
    servers = []

    def call(argument, state="running", refuse=False):
        server = Autoconfig(state, refuse)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        done = subprocess.run(
            ["bash", str(WLANSVC), argument],
            env={"HIL_AUTOCONFIG_PORT": str(server.server_address[1])},
            capture_output=True,
            check=False,
            timeout=30,
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode(), server.actions

    yield call
    for server in servers:
        server.shutdown()
        server.server_close()


def test_stop_reads_like_windows(run):
    """Two lines and exit code 0; events on the port are skipped."""
    code, out, _, actions = run("stop")
    assert code == 0
    assert actions == ["state", "stop"]
    assert out == (
        "The WLAN AutoConfig service is stopping.\r\n"
        "The WLAN AutoConfig service was stopped successfully.\r\n\r\n"
    )


def test_starting_what_runs_is_error_2182(run):
    """As net.exe says it, with exit code 2 and without a second start."""
    code, _, error, actions = run("start")
    assert code == 2
    assert "2182" in error
    assert actions == ["state"]


def test_stopping_what_is_stopped_is_error_3521(run):
    """Likewise."""
    code, _, error, actions = run("stop", state="stopped")
    assert code == 2
    assert "3521" in error
    assert actions == ["state"]


def test_a_service_that_does_not_start_says_why(run):
    """The stage comes from autoconfig."""
    code, _, error, _ = run("start", state="stopped", refuse=True)
    assert code == 2
    assert "could not be started" in error
    assert "InitService: hung" in error


def test_the_state_in_one_word(run):
    """For the boot script."""
    assert run("--state", state="stopped")[:2] == (0, "stopped")


def test_no_autoconfig_is_not_success(run):
    """Nothing listens on port 1."""
    done = subprocess.run(
        ["bash", str(WLANSVC), "stop"],
        env={"HIL_AUTOCONFIG_PORT": "1"},
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 2
