# SPDX-License-Identifier: GPL-2.0-or-later
"""An input of the fuzzer as what a station does to an access point.

It is a security mode and a row of steps: those of a good station, the same with bytes changed,
frames of the input's own bytes, EAPOL-Key messages whose MIC is right whatever they say, time that
passes, rekeys. Whatever the air raises is a crash; so are frames held without end.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

import pytest

from hil_common.security import SECURITY_CHOICES
from hwsim.errors import RequestError
from tests.fuzz.direct_station import AirFailed, Bench, DirectStation
from tests.unit.hwsim.soft_station import LLC_EAPOL, RATES, KeyMessage

MODES: Final = tuple((name, pmf) for name, one in SECURITY_CHOICES.items() for pmf in one.pmf)
MAX_STEPS: Final = 24
MAX_BYTES: Final = 400
MAX_TIME_MS: Final = 20_000
MAX_DUE: Final = 256
"""More frames on their way than an input can have, by far."""
GOOD: Final = (0, 1, 2, 3)
"""Authentication, association, M2 and M4 among the steps."""
STEPS: Final = 13


class Source(Protocol):
    """What atheris' FuzzedDataProvider makes of an input: numbers from its end, bytes from its
    beginning; zeros and nothing where it is used up."""

    def remaining_bytes(self) -> int:
        """How many are left."""

    def ConsumeIntInRange(self, low: int, high: int) -> int:
        """A number, both ends included."""

    def ConsumeBytes(self, size: int) -> bytes:
        """So many bytes, or what is left."""

    def ConsumeBool(self) -> bool:
        """Yes or no."""


class Steps:
    """The steps of one input."""

    def __init__(self, source: Source, bench: Bench) -> None:
        self._source = source
        self._bench = bench
        self._station = DirectStation(bench)
        self._m1: KeyMessage | None = None
        self._sent: list[bytes] = []
        self._all: tuple[Callable[[], None], ...] = (
            self._authenticate, self._associate, self._m2, self._m4, self._data, self._changed,
            self._management, self._eapol, self._frame, self._wait, self._key_message, self._rekey,
            self._elements,
        )  # fmt: skip

    def run(self) -> None:
        """All of them, in turn."""
        for _ in range(MAX_STEPS):
            if not self._source.remaining_bytes():
                return
            step = self._all[self._source.ConsumeIntInRange(0, len(self._all) - 1)]
            with contextlib.suppress(Exception):  # the station's own; what the air raises is none
                step()
            if len(self._bench.run.medium.due) > MAX_DUE:
                raise AirFailed("frames are held without end")

    def _bytes(self) -> bytes:
        size = self._source.ConsumeIntInRange(0, MAX_BYTES)
        return bytes(self._source.ConsumeBytes(size))

    def _authenticate(self) -> None:
        self._station.authenticate()

    def _associate(self) -> None:
        self._station.associate()

    def _m2(self) -> None:
        self._m1 = self._station.key_message()
        self._station.m2(self._m1)

    def _m4(self) -> None:
        self._station.m4(self._station.key_message())
        self._station.install()

    def _data(self) -> None:
        self._station.data(self._bytes(), protect=self._source.ConsumeBool())

    def _changed(self) -> None:
        """A frame as a good station would send it, with some bytes of it changed."""
        frame = bytearray(self._station.header(b"\x08\x01", *[self._station.bssid] * 2))
        kind = self._source.ConsumeIntInRange(0, 2)
        if kind == 0 and self._m1 is not None:
            frame += LLC_EAPOL + self._station.m2_pdu(self._m1)
        elif kind == 1:
            frame[0], frame[1] = 0x00, 0
            frame += b"\x31\x04\x05\0\0\x07hil-net" + RATES + self._station.rsne
        else:
            frame[0], frame[1] = 0xB0, 0
            frame += b"\0\0\x01\0\0\0"
        for _ in range(self._source.ConsumeIntInRange(1, 4)):
            frame[self._source.ConsumeIntInRange(0, len(frame) - 1)] = (
                self._source.ConsumeIntInRange(0, 255)
            )
        self._station.send_frame(bytes(frame[: self._source.ConsumeIntInRange(1, len(frame))]))

    def _management(self) -> None:
        self._station.management(self._source.ConsumeIntInRange(0, 15), self._bytes())

    def _eapol(self) -> None:
        self._station.data(LLC_EAPOL + self._bytes(), protect=self._source.ConsumeBool())

    def _frame(self) -> None:
        self._station.send_frame(self._bytes())

    def _wait(self) -> None:
        self._bench.turn(self._source.ConsumeIntInRange(1, MAX_TIME_MS) * 1_000_000)
        self._station.pump()

    def _key_message(self) -> None:
        """Whatever it says, its MIC is right."""
        info = self._source.ConsumeIntInRange(0, 0xFFFF)
        counter = self._source.ConsumeIntInRange(0, 5)
        pdu = self._station.key_pdu(
            info, counter, bytes(self._source.ConsumeBytes(32)), self._bytes(), self._station.kck
        )
        self._station.data(LLC_EAPOL + pdu, protect=self._source.ConsumeBool())

    def _rekey(self) -> None:
        for point in self._bench.run.configured("fuzz").points:
            with contextlib.suppress(RequestError):
                point.rekey("group" if self._source.ConsumeBool() else "pairwise", lambda _: None)
        self._station.pump()

    def _elements(self) -> None:
        """An association request with elements of the input's own."""
        body = b"\x31\x04\x05\0\0\x07hil-net" + RATES + self._bytes()
        self._station.management(0, body)


def run_input(source: Source, folder: Path) -> Bench:
    """One input against a fresh access point, which is closed then; raises `AirFailed`."""
    security, pmf = MODES[source.ConsumeIntInRange(0, len(MODES) - 1)]
    with pytest.MonkeyPatch.context() as patch:
        bench = Bench(patch, folder, security, pmf)
        try:
            Steps(source, bench).run()
        finally:
            bench.close()
    return bench
