# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil run` on the command line, without a guest."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tests.unit.command import Command
from tests.unit.doubles import World

WHY = "cannot be run with the radio rt3070: channel 36: the chip has the 2.4 GHz band alone"


@pytest.fixture(autouse=True)
def _adapter(hil: Command) -> None:
    """The lab has a radio that cannot run all scenarios."""
    (hil.folder / "lab.toml").write_text('[guest]\nradio = "rt3070"\n')


def test_of_several_scenarios_those_that_fit_are_run(hil: Command, world: World) -> None:
    """The others are skipped by name, with the reason, in junit.xml too; they do not fail it."""
    said = hil("run", "channel-5ghz", "plain", "-n", "1")
    assert said.code == 0, said
    assert f"SKIP   channel-5ghz  {WHY}" in said.out
    assert "PASS  2 scenarios: 1 PASS, 1 SKIP" in said.out
    assert world.done.count("open guest") == 1
    (junit,) = hil.folder.glob("runs/series-*/junit.xml")
    skipped, ran = ET.parse(junit).getroot()
    assert (skipped.findtext("system-out"), skipped.find("testcase/skipped") is not None) == (
        WHY, True,
    )  # fmt: skip
    assert ran.find("testcase/skipped") is None


@pytest.mark.parametrize("names", [("channel-5ghz",), ("channel-5ghz", "channel-radar")])
def test_where_nothing_fits_nothing_is_begun(
    hil: Command, world: World, names: tuple[str, ...]
) -> None:
    """One alone that does not fit, or none of several: wrong usage, with the way out."""
    said = hil("run", *names)
    assert said.code == 2
    assert f"scenario channel-5ghz {WHY}" in said.err
    assert "hint: `./hil radios` names what each cannot run" in said.err
    assert world.done == []


def test_what_is_wrong_with_one_of_several_is_no_skip(hil: Command, world: World) -> None:
    """A name that is none is the user's mistake, whatever else there is to run."""
    said = hil("run", "plain", "no-such-scenario")
    assert said.code == 2
    assert "no-such-scenario" in said.err
    assert world.done == []
