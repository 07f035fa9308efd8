# SPDX-License-Identifier: GPL-2.0-or-later
"""The control socket of the real air process: what is answered, to whom, and rubbish on it."""

from __future__ import annotations

import pytest

from tests.unit.hwsim.conftest import NETWORK, AirProcess, Client


def test_hello(air: AirProcess) -> None:
    """The first call tells the protocol's version and the process."""
    assert air.client.call("hello") == {"air": 1, "pid": air.process.pid}


@pytest.mark.parametrize(
    ("line", "number", "code"),
    [
        (b"nonsense", None, "bad-request"),
        (b"[1]", None, "bad-request"),
        (b'{"call":"hello"}', None, "bad-request"),
        (b'{"id":true,"call":"hello"}', None, "bad-request"),
        (b'{"id":7,"call":"helo"}', 7, "unknown-call"),
        (b'{"id":7,"call":["hello"]}', 7, "unknown-call"),
        (b'{"id":7,"call":"hello","args":[]}', 7, "bad-argument"),
        (b'{"id":7,"call":"hello","args":{"x":1}}', 7, "bad-argument"),
        (b'{"id":7,"call":"hello","arg":{}}', 7, "bad-request"),
        (b'{"id":"a","call":"echo"}', "a", "bad-argument"),
        (b"\xff\xfe", None, "bad-request"),
        (b"[" * 100_000, None, "bad-request"),
        (b"x" * 3_000_000, None, "bad-request"),
    ],
)
def test_rubbish_on_the_control_socket(
    air: AirProcess, line: bytes, number: int | str | None, code: str
) -> None:
    """Every line gets one answer with a code, and the next call works."""
    air.client.send_raw(line + b"\n")
    reply = air.client.reply(number)
    assert reply["error"]["code"] == code
    assert "\n" not in reply["error"]["message"]
    assert air.client.call("hello")["air"] == 1


def test_errors_say_what_is_known(air: AirProcess) -> None:
    """An unknown call is answered with the known ones."""
    error = air.client.error("konfigure")
    assert "configure" in error["message"]


def test_configure_while_on_the_air(air: AirProcess) -> None:
    """The network cannot change under a station's feet; after stop it can."""
    client = air.on_air()
    assert client.error("configure", network=NETWORK)["code"] == "busy"
    client.call("stop")
    client.call("configure", network={**NETWORK, "bssid": "02:00:00:00:09:09"})


def test_second_client_is_turned_away(air: AirProcess) -> None:
    """One client controls; another is told so and the first goes on."""
    other = Client(air.control_path)
    assert other.reply(None)["error"]["code"] == "busy"
    other.close()
    assert air.client.call("hello")["air"] == 1
