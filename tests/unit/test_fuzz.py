# SPDX-License-Identifier: GPL-2.0-or-later
"""The fuzzer's steps, without the fuzzer: a good input gets where the depth of the air begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.direct_station import AirFailed, Bench
from tests.fuzz.steps import GOOD, MODES, Steps, run_input


class Told:
    """A source with these numbers, and bytes without end."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = list(numbers)

    def remaining_bytes(self) -> int:
        """How many numbers are left."""
        return len(self.numbers)

    def ConsumeIntInRange(self, low: int, high: int) -> int:
        """The next number, brought into the range."""
        number = self.numbers.pop(0) if self.numbers else low
        return low + (number - low) % (high - low + 1)

    def ConsumeBytes(self, size: int) -> bytes:
        """Ones."""
        return b"\1" * size

    def ConsumeBool(self) -> bool:
        """A number that is odd."""
        return bool(self.ConsumeIntInRange(0, 1))


def test_a_good_input_comes_to_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The station of the seeds is authorized after its four steps."""
    bench = Bench(monkeypatch, tmp_path, "wpa2-psk", "disabled")
    Steps(Told(*GOOD), bench).run()
    (station,) = bench.run.configured("test").stations
    bench.close()
    assert station.state == "authorized"


@pytest.mark.parametrize("mode", range(len(MODES)))
def test_every_mode_is_tried(mode: int, tmp_path: Path) -> None:
    """Each with some of every step."""
    run_input(Told(mode, *GOOD, *range(13), *range(12, 0, -1)), tmp_path)


def test_what_the_air_raises_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No step of the station hides it."""
    bench = Bench(monkeypatch, tmp_path, "wpa2-psk", "disabled")
    monkeypatch.setattr(bench.run.medium, "on_frame", lambda sent: [][0])
    with pytest.raises(AirFailed, match="IndexError"):
        Steps(Told(*GOOD), bench).run()
    bench.close()
