# SPDX-License-Identifier: GPL-2.0-or-later
"""The air's process itself: its start, its ends, its files, and what leaves it."""

from __future__ import annotations

import json
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from scapy.layers.dot11 import Dot11, Dot11CCMP, RadioTap
from scapy.utils import RawPcapNgReader

from hwsim.__main__ import main as hwsim_main
from hwsim.ports import hwsim_radios
from tests.unit.hwsim.conftest import LIMIT_S, NETWORK, AirProcess, Client
from tests.unit.hwsim.soft_station import CcmpFrame


@pytest.fixture
def air(tmp_path: Path) -> Iterator[AirProcess]:
    """Each of these tests has a process of its own, since many of them end it."""
    process = AirProcess(tmp_path)
    yield process
    process.close()


def test_start_needs_a_network(air: AirProcess) -> None:
    """Before the first configure there is nothing to put on the air."""
    assert air.client.error("start")["code"] == "not-configured"


def test_no_secret_leaves_the_process(air: AirProcess) -> None:
    """Neither errors nor records nor stderr hold passphrase, PMK or keys; air.keys does."""
    client = air.on_air()
    client.error("configure", network={**NETWORK, "passphrase": "secret phrase", "ssid": ""})
    station = air.station()
    station.join()
    client.state("authorized")
    output = air.leave()
    secrets = ["secret phrase", NETWORK["passphrase"], station.pmk.hex()]
    secrets += [station.ptk[at : at + 16].hex() for at in (0, 16, 32)]
    for secret in secrets:
        assert secret not in client.transcript.decode()
        assert secret not in output
    keys = air.run_dir / "air.keys"
    assert keys.read_text() == f'"wpa-psk","{station.pmk.hex()}"\n'
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_in_order(air: AirProcess, number: int) -> None:
    """SIGTERM and SIGINT flush the capture and end with 0, saying nothing."""
    client = air.on_air()
    station = air.station()
    station.join()
    client.state("authorized")
    air.process.send_signal(number)
    output, _ = air.process.communicate(timeout=LIMIT_S)
    assert air.process.returncode == 0
    assert output == b""
    assert len(captured(air)) >= 8


def test_only_its_files_are_left(air: AirProcess) -> None:
    """The run directory holds the capture and its keys, nothing else."""
    air.on_air()
    assert air.leave() == ""
    assert sorted(path.name for path in air.run_dir.iterdir()) == ["air.keys", "air.pcapng"]


def captured(air: AirProcess) -> list[tuple[bytes, int, str]]:
    """The frames of the capture with time (ns) and comment, as scapy reads pcapng."""
    found = []
    with RawPcapNgReader(str(air.run_dir / "air.pcapng")) as reader:
        for packet, meta in reader:
            assert meta.linktype == 127
            assert meta.tsresol == 10**9
            time_ns = (meta.tshigh << 32) + meta.tslow
            comment = getattr(meta, "comments", None) or [b""]
            radio = RadioTap(packet)
            assert radio.ChannelFrequency == 2437
            found.append((bytes(radio[Dot11]), time_ns, comment[0].decode()))
    return found


def test_capture_decrypts(air: AirProcess) -> None:
    """The capture holds both directions in order of time, what a rule did, and it decrypts."""
    client = air.on_air()
    rule = {"message": "M4", "nth": 1, "action": "drop"}
    client.call("begin", association=1, rules=[rule])
    station = air.station()
    station.join()
    station.tk = None
    station.m4(station.key_message())
    station.install()
    client.state("authorized")
    number = client.post("echo", count=1, timeout_s=10)
    for _ in range(2):
        station.answer(station.next_frame())
    assert client.reply(number)["result"]["answered"] == 1
    air.leave()
    frames = captured(air)
    times = [time_ns for _, time_ns, _ in frames]
    assert times == sorted(times)
    assert [comment for _, _, comment in frames if comment] == ["rule: drop"]
    tk = CcmpFrame(station.ptk[32:48])
    opened = [
        tk.open(frame)[1]
        for frame, _, _ in frames
        if Dot11(frame).haslayer(Dot11CCMP) and not frame[4] & 1
    ]
    assert [payload[6:8].hex() for payload in opened] == ["0806", "0800", "0800"]
    assert {frame[0] for frame, _, _ in frames} >= {0x80, 0xB0, 0x00, 0x10, 0x08}


def test_full_disk_is_told_and_survived(tmp_path: Path) -> None:
    """A capture that cannot be written is an event; association goes on."""
    directory = tmp_path / "full"
    directory.mkdir()
    run_dir = directory / "run"
    run_dir.mkdir()
    (run_dir / "air.pcapng").symlink_to("/dev/full")
    process = AirProcess(directory, run_dir=run_dir)
    try:
        fault = process.client.wait(lambda e: e["event"] == "fault")
        assert fault["what"] == "capture"
        assert "No space left on device" in fault["message"]
        client = process.on_air()
        process.station().join()
        client.state("authorized")
        assert client.call("stop")["capture"] == "failed"
        assert sum(e["event"] == "fault" for e in client.events) == 1
    finally:
        process.close()


def test_wrong_usage(tmp_path: Path) -> None:
    """A descriptor that is no socket, and a path that cannot be: one line, no traceback."""
    for where in ("0", str(tmp_path / "missing" / "socket")):
        ended = subprocess.run(
            [sys.executable, "-m", "hwsim", "--control", where, "--radio", where, "--run-dir", "."],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            cwd=Path(__file__).parents[2],
        )
        assert ended.returncode == 1
        assert ended.stderr.startswith("hwsim: ")
        assert ended.stderr.count("\n") == 1


def test_a_client_at_standard_input(tmp_path: Path) -> None:
    """Control calls come in there, answers go out; the client's end is the process' end."""
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "hwsim", "--control", "-"),
            *("--radio", str(tmp_path / "radio"), "--run-dir", str(tmp_path)),
        ],
        input=b'{"id":1,"call":"hello"}\n{"id":2,"call":"between_radios","args":{"carried":true}}\n',
        capture_output=True,
        timeout=LIMIT_S,
        cwd=Path(__file__).parents[2],
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    hello, done = map(json.loads, ended.stdout.splitlines())
    assert (hello["result"]["air"], done) == (1, {"id": 2, "result": {}})


def test_a_machine_without_hwsim(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The port `kernel` says what is missing, in one line."""
    monkeypatch.setattr(hwsim_radios, "MODULE", tmp_path / "missing")
    argv = ["--control", str(tmp_path / "control"), "--kernel", "1", "--run-dir", str(tmp_path)]
    with pytest.raises(SystemExit, match=r"^hwsim: mac80211_hwsim is not loaded: modprobe"):
        hwsim_main(argv)


@pytest.mark.parametrize("count", ["-1", "many", "1000"])
def test_a_number_of_radios_that_cannot_be(
    count: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bounds are named."""
    with pytest.raises(SystemExit):
        hwsim_main(["--control", "-", f"--kernel={count}", "--run-dir", str(tmp_path)])
    assert "from 0 to 256" in capsys.readouterr().err


def test_by_hand_at_a_path(tmp_path: Path) -> None:
    """A path instead of a descriptor: the process makes the socket itself."""
    control, radio = tmp_path / "control", tmp_path / "radio"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(control))
        listener.listen(1)
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "hwsim",
                "--control",
                str(listener.fileno()),
                "--radio",
                str(radio),
                "--run-dir",
                str(tmp_path),
            ],
            cwd=Path(__file__).parents[2],
            pass_fds=[listener.fileno()],
            stderr=subprocess.PIPE,
        )
    try:
        client = Client(control)
        assert client.call("hello") == {"air": 1, "pid": process.pid}
        assert radio.is_socket()
        client.close()
        _, errors = process.communicate(timeout=LIMIT_S)
        assert (process.returncode, errors) == (0, b"")
    finally:
        process.kill()
        process.communicate()
