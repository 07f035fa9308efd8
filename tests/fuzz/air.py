# SPDX-License-Identifier: GPL-2.0-or-later
"""Fuzzes the air with what a station sends: `python -m tests.fuzz.air CORPUS [libFuzzer options]`.

The input is that of `tests.fuzz.steps`, the coverage that of `hwsim`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["hwsim", "hil_common"], enable_loader_override=False):
    from tests.fuzz.steps import GOOD, MODES, STEPS, run_input


def seeds(corpus: Path) -> None:
    """Give an empty corpus a good station of each mode, which then meets each step."""
    corpus.mkdir(parents=True, exist_ok=True)
    if any(corpus.iterdir()):
        return
    for mode, (security, pmf) in enumerate(MODES):
        for step in range(STEPS):
            steps = bytes((mode, *GOOD, step))  # numbers are taken from an input's end
            (corpus / f"{security}-{pmf}-{step}").write_bytes(bytes(64) + steps[::-1])


def main() -> None:
    """Fuzz until libFuzzer's options say to end."""
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        seeds(Path(sys.argv[1]))
    with tempfile.TemporaryDirectory(prefix="hil-fuzz-") as name:
        folder = Path(name)

        def one_input(data: bytes) -> None:
            run_input(atheris.FuzzedDataProvider(data), folder)

        atheris.Setup(sys.argv, one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
