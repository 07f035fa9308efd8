# SPDX-License-Identifier: GPL-2.0-or-later
"""The process itself: its control socket, its ends, its files, and rubbish from all sides."""

from __future__ import annotations

import random
import signal
import socket
import stat
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from scapy.layers.dot11 import Dot11, Dot11CCMP, RadioTap
from scapy.utils import RawPcapNgReader

from tests.unit.hwsim.conftest import LIMIT_S, NETWORK, AirProcess, Client
from tests.unit.hwsim.soft_station import CcmpFrame


@pytest.fixture
def air(fresh_air: AirProcess) -> AirProcess:
    """Each of these tests has a process of its own, since many of them end it."""
    return fresh_air


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
        (b'{"id":"a","call":"start"}', "a", "not-configured"),
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


def test_second_client_is_turned_away(air: AirProcess) -> None:
    """One client controls; another is told so and the first goes on."""
    other = Client(air.control_path)
    assert other.reply(None)["error"]["code"] == "busy"
    other.close()
    assert air.client.call("hello")["air"] == 1


def test_wait_radio_times_out(air: AirProcess) -> None:
    """The error says what was waited for, how long, and the last state seen."""
    error = air.client.error("wait_radio", timeout_s=0.05)
    assert error["code"] == "timeout"
    assert "0.05 s" in error["message"]
    assert "QEMU is not connected" in error["message"]
    air.station(hello=False)
    message = air.client.error("wait_radio", timeout_s=0.05)["message"]
    assert "QEMU is connected" in message


def test_radio_comes_while_waited_for(air: AirProcess) -> None:
    """wait_radio answers when the relay says hello."""
    number = air.client.post("wait_radio", timeout_s=10)
    station = air.station(hello=False)
    station.hello()
    radios = [{"mac": "02:00:00:00:00:00", "hw": "42:00:00:00:00:00"}]
    assert air.client.reply(number)["result"] == {"relay": 1, "radios": radios}


def test_station_comes_back_after_its_vm_was_replaced(air: AirProcess) -> None:
    """A closed radio port is told, frames on their way are accounted for, and QEMU may return."""
    client = air.on_air()
    station = air.station(report=False)
    station.management(11, struct.pack("<HHH", 0, 1, 0))
    station.next_frame()
    station.sock.close()
    client.wait(lambda e: e["event"] == "port" and e["state"] == "lost")
    lost = client.frame("auth", 1, "down")
    assert (lost["delivered"], lost["detail"]["delivery"]) == (False, "port lost")
    again = air.station()
    again.join()
    client.state("authorized")


def test_tail_of_an_older_message_is_passed_over(air: AirProcess) -> None:
    """A restored guest may begin in the middle of a message; its HELLO is found all the same."""
    air.on_air()
    station = air.station(hello=False)
    station.sock.sendall(bytes(range(100, 177)))
    station.hello()
    air.client.call("wait_radio", timeout_s=10)
    station.join()


def test_rubbish_on_the_radio_port(air: AirProcess) -> None:
    """Random messages of every kind do not disturb the access point."""
    client = air.on_air()
    station = air.station()
    chance = random.Random(802_11)
    frame = station.header(b"\x08\x41", station.bssid, station.bssid)
    for _ in range(400):
        kind = chance.choice((0, 1, 2, 2, 2, 3, 4, 6, 9))
        station.message(kind, chance.randbytes(chance.randrange(60))) if kind != 1 else None
        station.send_frame(frame[: chance.randrange(10, 25)] + chance.randbytes(40))
    for subtype in range(16):
        for size in range(14):
            station.management(subtype, chance.randbytes(size))
    client.call("hello")
    client.call("stop")
    client.call("configure", network=NETWORK)
    client.call("start")
    fresh = air.station()
    fresh.join()


def test_overlong_message_closes_the_port(air: AirProcess) -> None:
    """A length over 64 KiB is a protocol error; the next connection is served."""
    client = air.on_air()
    station = air.station()
    station.sock.sendall(struct.pack("<IB3xQ", 65537, 2, 0))
    client.wait(lambda e: e["event"] == "port" and e["state"] == "lost")
    assert client.call("stop")["port_errors"] == 1
    air.station()


def test_messages_may_come_in_pieces(air: AirProcess) -> None:
    """A message cut anywhere is put together again."""
    client = air.on_air()
    station = air.station(hello=False)

    class Slowly:
        def sendall(self, data: bytes) -> None:
            for at in range(0, len(data), 7):
                real.sendall(data[at : at + 7])

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

    real = station.sock
    station.sock = Slowly()  # type: ignore[assignment]
    station.hello()
    station.join()
    client.state("authorized")


def test_guest_that_does_not_read(air: AirProcess) -> None:
    """Beacons for a stopped guest are left out: no more than 16 KiB wait for it (as accounted)."""
    client = air.on_air()
    station = air.station()
    assert client.call("echo", count=1, timeout_s=1)["sent"] == 0
    client.error("wait_radio", timeout_s=-1)
    before = client.call("status")["frames"]
    with pytest.raises(TimeoutError):
        client.wait(lambda e: e["event"] == "never", limit_s=4)
    assert client.call("status")["frames"] == before
    station.pump()
    assert len(station.beacons) < 25
    station.join()
    client.state("authorized")


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


def test_full_disk_is_told_and_survived(air: AirProcess, tmp_path: Path) -> None:
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
            cwd=Path(__file__).parents[3],
        )
        assert ended.returncode == 1
        assert ended.stderr.startswith("hwsim: ")
        assert ended.stderr.count("\n") == 1


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
            cwd=Path(__file__).parents[3],
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
