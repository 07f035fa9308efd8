# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/adding-a-device-model.md, command by command; and its model in C asked as a driver asks.

Those that run a guest are in tests/vm/test_device_models.py.
"""

from __future__ import annotations

import errno
import os
import signal
import struct
import subprocess
import tomllib
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.config.lab import Lab
from hwsim.usb import redir_wire as wire
from hwsim.usb.plugins import source_of
from tests import device_model_guide as guide
from tests.unit.hwsim.ports.test_usb import AP, FIRST_MAC, RX, TX, Far, data_frame, deliver
from tests.unit.hwsim.usb.peer import Answer
from tests.vm.user import command_line, descendants


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like the project's, with the model in C compiled."""
    folder = tmp_path_factory.mktemp("guide")
    guide.lay_out(folder)
    guide.compiled(folder)
    return folder


def test_the_commands_are_those_that_are_tested() -> None:
    """A command that is added is run by a test."""
    assert guide.commands() == [
        "cp docs/device-model/deaf_chip.py .",
        "./hil radios deaf_chip:DeafChip",
        "./hil run -n 2",
        "cc -std=c99 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -O2 -o rtl8187l "
        "docs/device-model/rtl8187l.c",
        "./hil radios exec:rtl8187l",
        "./hil run -n 2",
        "python3 docs/device-model/listen.py model.sock ./rtl8187l",
    ]


def test_the_class_is_listed(folder: Path) -> None:
    """With what it says of itself."""
    guide.run("cp docs/device-model/deaf_chip.py .", folder)
    said = guide.run("./hil radios deaf_chip:DeafChip", folder)
    assert said.startswith("deaf_chip:DeafChip: RTL8187L whose receiver loses every tenth beacon\n")
    assert "channel-5ghz" in said


def test_the_process_is_listed(folder: Path) -> None:
    """It says nothing of itself."""
    assert "a process of its own" in guide.run("./hil radios exec:rtl8187l", folder)


def test_what_it_shows_of_lab_toml_is_one() -> None:
    """Each block that is a whole file."""
    radios = [Lab.model_validate(tomllib.loads(text)).guest.radio for text in guide.labs()]
    assert radios == ["deaf_chip:DeafChip", "exec:rtl8187l"]


class Driven(Far):
    """The model in C in its process, and the moves of its driver, each waited for."""

    def until(self, found: Callable[[], object]) -> None:
        """Turn the loop until something is so."""
        for _ in range(2000):
            if found():
                return
            self.loop.turn(0.01)
            self.collect()
        raise AssertionError(self.user.faults or "it did not come")

    def plug(self) -> None:
        """Connect, and wait for the device."""
        self.connect()
        self.until(lambda: any(one.kind == wire.DEVICE_CONNECT for one in self.answers))
        self.taken()

    def control(
        self, request_type: int, request: int, value: int, index: int, length: int,
        data: bytes = b"",
    ) -> tuple[int, bytes]:  # fmt: skip
        """A control transfer: its status and what it brought."""
        head = struct.pack(
            "<BBBBHHH", request_type & 0x80, request, request_type, 0, value, index, length
        )
        answer = self.answer_to(self.ask(wire.CONTROL, head + data))
        return answer.body[3], answer.body[10:]

    def answer_to(self, number: int) -> Answer:
        """The answer to a request, when it is there."""
        self.until(lambda: any(one.number == number for one in self.answers))
        answer = next(one for one in self.answers if one.number == number)
        self.answers.remove(answer)
        return answer


@pytest.fixture
def chip(folder: Path, tmp_path: Path) -> Iterator[Driven]:
    """The model in C, plugged in."""
    driven = Driven(tmp_path, relay=False, source=source_of(f"exec:{folder / 'rtl8187l'}"))
    driven.plug()
    yield driven
    driven.close()


def test_its_registers_are_those_of_the_model_in_python(chip: Driven) -> None:
    """Revision, pages, a stall beyond them."""
    assert chip.control(0x80, 6, 0x0100, 0, 18)[1][8:14] == bytes.fromhex("da0b87810001")
    chip.set(0xFF40, 0xFFFFFFFF, 4)
    assert chip.read(0xFF40, 4) >> 25 & 7 == 5
    chip.set(0xFF7E, 0x5A, index=2)
    assert (chip.read(0xFF7E, index=2), chip.read(0xFF7E, index=1)) == (0x5A, 0)
    assert struct.pack("<I", chip.read(0xFF00, 4)) == FIRST_MAC[:4]
    for wrong in ((0xC0, 5, 0x0000, 0, 1), (0xC0, 6, 0xFF00, 0, 1), (0xC0, 5, 0xFFFE, 0, 4)):
        assert chip.control(*wrong)[0] == wire.STALL


def test_frames_both_ways(chip: Driven) -> None:
    """One that was not acknowledged is counted; of one for another station nothing is heard."""
    chip.start_radio()
    chip.until(lambda: chip.user.states == [True])
    frame = data_frame(AP, FIRST_MAC, b"body")
    number = chip.transmit(frame)
    chip.until(lambda: chip.user.frames)
    (sent,) = chip.user.frames
    assert (sent.frame, sent.freq_mhz, sent.rate_kbps) == (frame, 2437, 1000)
    chip.port.transmit_status(sent, acked=False, signal_dbm=-40)
    assert chip.answer_to(number).body[1] == wire.SUCCESS
    assert chip.read(0xFFFA, 2) == 7
    chip.answer_to(chip.send(TX, b"no frame"))
    assert chip.user.malformed == 1
    wanted = chip.want(RX)
    deliver(chip.port, data_frame(AP, AP), 5)
    chip.until(lambda: chip.user.delivered)
    assert chip.user.delivered[0][:2] == (5, errno.EINVAL)
    back = data_frame(FIRST_MAC, AP, b"body")
    deliver(chip.port, back, 6)
    received = chip.answer_to(wanted).body[10:]
    assert received[: len(back)] == back
    assert received[len(back) : len(back) + 4] == zlib.crc32(back).to_bytes(4, "little")
    assert -4 - (27 * received[-10] >> 6) in (-41, -40)


def test_a_process_that_is_killed_is_told(chip: Driven, folder: Path) -> None:
    """By its name, with how it ended."""
    program = str(folder / "rtl8187l")
    (child,) = (pid for pid in descendants(os.getpid()) if program in command_line(pid))
    os.kill(child, signal.SIGSEGV)
    chip.until(lambda: chip.user.faults)
    assert chip.user.faults == [f"exec:{folder / 'rtl8187l'}: its process ended by signal 11"]


def test_a_process_that_runs_already(folder: Path, tmp_path: Path) -> None:
    """By the guide's own listener."""
    command = "python3 docs/device-model/listen.py model.sock ./rtl8187l"
    with subprocess.Popen(
        guide.argv(command), cwd=folder, stdout=subprocess.PIPE, text=True
    ) as listener:
        try:
            assert listener.stdout is not None
            assert listener.stdout.readline() == "./rtl8187l for whoever connects to model.sock\n"
            source = source_of(f"unix:{folder / 'model.sock'}")
            driven = Driven(tmp_path, relay=False, source=source)
            driven.plug()
            assert driven.read(0xFF00) == FIRST_MAC[0]
            driven.close()
        finally:
            listener.kill()


def test_the_listener_takes_no_file_for_its_socket(tmp_path: Path) -> None:
    """Program and socket are easily mixed up."""
    guide.lay_out(tmp_path)
    (tmp_path / "rtl8187l").write_text("a program")
    command = "python3 docs/device-model/listen.py rtl8187l model.sock"
    done = subprocess.run(
        guide.argv(command), cwd=tmp_path, capture_output=True, timeout=10, check=False
    )
    assert done.returncode == 1
    assert b"Address already in use" in done.stderr
    assert (tmp_path / "rtl8187l").read_text() == "a program"


REQUESTS = st.tuples(
    st.sampled_from((0xC0, 0x40)), st.integers(4, 6),
    st.integers(0, 0xFFFF) | st.integers(0xFE00, 0xFFFF), st.sampled_from((0, 1, 3, 0x8225)),
    st.binary(max_size=8),
)  # fmt: skip


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(REQUESTS, max_size=15), st.binary(max_size=80), st.binary(max_size=60))
def test_the_model_in_c_minds_nothing_that_a_driver_sends(
    chip: Driven, requests: list[tuple[int, int, int, int, bytes]], sent: bytes, heard: bytes
) -> None:
    """Any requests, any transfer, any frame: each is answered, and the process lives."""
    for request_type, request, value, index, data in requests:
        body = b"" if request_type & 0x80 else data
        chip.control(request_type, request, value, index, len(data), body)
    number = chip.send(TX, sent)
    deliver(chip.port, heard, 0)
    status = chip.read(0xFF37)
    for frame in chip.user.frames:
        chip.port.transmit_status(frame, acked=bool(status), signal_dbm=-40)
    chip.user.frames.clear()
    chip.answer_to(number)
    assert chip.user.faults == []
