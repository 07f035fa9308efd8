# SPDX-License-Identifier: GPL-2.0-or-later
"""From a plan to its cells."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UsageError
from harness.nightly import matrix
from harness.nightly.expectation import Expectation
from harness.nightly.matrix import PlannedCell, cells_of, digest, only
from harness.nightly.plan import Plan
from tests.unit.guests.common.test_dll import EXPORTS, compiled


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No lab.toml is near, and the command is called hil."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HIL_COMMAND", "hil")


@pytest.fixture(scope="module")
def vendor_dll(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DLL that a guest can load."""
    folder = tmp_path_factory.mktemp("vendor")
    return compiled(folder, EXPORTS, "-shared", "-Wl,-e,Dot11ExtIhvInitService", name="acme.dll")


def cells(tmp_path: Path, **plan: Any) -> list[PlannedCell]:
    """The cells of a plan that lies in tmp_path."""
    fields = {"name": "night", "scenarios": ["plain", "m4-lost"], **plan}
    return cells_of(Plan.model_validate(fields), tmp_path / "plan.toml")


def test_cells_of_one_dll_stand_together_and_each_test_comes_once_before_any_again(
    tmp_path: Path,
) -> None:
    """The first pass over all scenarios, then the second; then the next DLL."""
    dlls = [{"name": "one"}, {"name": "two"}]
    found = cells(tmp_path, dll=dlls, repetitions=2)
    assert [one.label for one in found] == [
        "reference/hwsim/one/plain", "reference/hwsim/one/m4-lost",
        "reference/hwsim/one/plain #2", "reference/hwsim/one/m4-lost #2",
        "reference/hwsim/two/plain", "reference/hwsim/two/m4-lost",
        "reference/hwsim/two/plain #2", "reference/hwsim/two/m4-lost #2",
    ]  # fmt: skip
    assert [one.position for one in found] == list(range(8))


def test_a_plan_without_a_dll_tests_the_labs_own(tmp_path: Path, vendor_dll: Path) -> None:
    """Under its file's name; without one, our sample DLL."""
    assert cells(tmp_path)[0].test.dll == "sample"
    (tmp_path / "lab.toml").write_text(f'[dll]\npath = "{vendor_dll}"\n')
    (first, _) = cells(tmp_path)
    assert first.test.dll == vendor_dll.stem
    assert first.run.dll is not None
    assert first.run.command == (
        f"hil run plain -n 20 --dll {vendor_dll} --lab {tmp_path / 'lab.toml'}"
    )


def test_associations_are_the_plans_or_the_scenarios(tmp_path: Path) -> None:
    """A fault gets as many as it takes to show."""
    assert [one.run.scenario.associations for one in cells(tmp_path)] == [20, 20]
    assert [one.run.scenario.associations for one in cells(tmp_path, associations=2)] == [2, 2]
    fault = [{"name": "f", "fault": "never-completes"}]
    assert [one.run.scenario.associations for one in cells(tmp_path, dll=fault)] == [3]


def test_a_fault_is_expected_in_the_scenario_that_shows_it(tmp_path: Path) -> None:
    """By its rules; elsewhere, unless it is said, a pass is."""
    fault = {"name": "f", "fault": "never-completes"}
    (cell,) = cells(tmp_path, dll=[fault])
    assert (cell.test.scenario, cell.expect) == ("plain", Expectation(("POST-05",)))
    assert cell.run.command == "hil run plain -n 3 --fault never-completes"
    both = cells(tmp_path, dll=[fault | {"scenarios": ["plain", "m4-lost"]}])
    assert [one.expect for one in both] == [Expectation(("POST-05",)), None]
    told = cells(tmp_path, dll=[fault | {"scenarios": ["m4-lost"], "expect": "FAIL"}])
    assert [one.expect for one in told] == [Expectation()]


def test_a_sample_beside_a_labs_own_dll_is_refused(tmp_path: Path, vendor_dll: Path) -> None:
    """Which of them is meant?"""
    (tmp_path / "lab.toml").write_text(f'[dll]\npath = "{vendor_dll}"\n')
    with pytest.raises(UsageError, match=r"\[\[dll\]\] sample: our sample DLL is meant, but"):
        cells(tmp_path, dll=[{"name": "sample"}])


def test_what_a_run_would_refuse_is_refused_before_the_night(tmp_path: Path) -> None:
    """With the plan, the table's entry and the key that holds it."""
    text = tmp_path / "text"
    text.write_text("none")
    sample = {"name": "a", "path": "nowhere.dll"}
    with pytest.raises(
        UsageError, match=r"plan\.toml: \[\[dll\]\] a: path nowhere\.dll: No such file"
    ):
        cells(tmp_path, dll=[sample])
    with pytest.raises(UsageError, match=r"\[\[dll\]\] a: path .*/text: is not a Windows PE"):
        cells(tmp_path, dll=[sample | {"path": str(text)}])


def test_what_a_dll_of_the_plan_comes_with_is_refused_by_its_key(
    tmp_path: Path, vendor_dll: Path
) -> None:
    """Not by an option that nobody typed."""
    whole = {"name": "a", "path": str(vendor_dll)}
    with pytest.raises(UsageError, match=r"\[\[dll\]\] a: with none: no such file or folder"):
        cells(tmp_path, dll=[whole | {"with": ["none"]}])
    with pytest.raises(UsageError, match=r"\[\[dll\]\] a: profile none: No such file"):
        cells(tmp_path, dll=[whole | {"profile": "none"}])


def test_a_labs_dll_is_told_as_the_labs(tmp_path: Path) -> None:
    """A plan without any [[dll]] takes it."""
    (tmp_path / "lab.toml").write_text('[dll]\npath = "nowhere.dll"\n')
    with pytest.raises(UsageError, match=r"^lab\.toml \[dll\] path nowhere\.dll: No such file"):
        cells(tmp_path)


def test_the_digest_changes_with_whatever_is_run(tmp_path: Path, vendor_dll: Path) -> None:
    """And with the machine; not from one look at the same plan to the next."""
    own = tmp_path / "own.dll"
    shutil.copy(vendor_dll, own)
    plan: dict[str, Any] = {"dll": [{"name": "own", "path": str(own)}]}
    first = digest("night", cells(tmp_path, **plan))
    assert digest("night", cells(tmp_path, **plan)) == first
    with own.open("ab") as file:
        file.write(b"another build")
    others = [
        digest("night", cells(tmp_path, **plan)),
        digest("night", cells(tmp_path)),
        digest("night", cells(tmp_path, associations=3)),
        digest("night", cells(tmp_path, repetitions=2)),
        digest("other", cells(tmp_path)),
    ]
    assert len({first, *others}) == 6


def test_it_is_another_in_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two clones that share a database run two nights: the lock is in the folder of the runs."""
    here = digest("night", cells(tmp_path))
    (tmp_path / "clone").mkdir()
    monkeypatch.chdir(tmp_path / "clone")
    assert digest("night", cells(tmp_path)) != here


def test_the_labs_own_dll_may_have_any_name(tmp_path: Path, vendor_dll: Path) -> None:
    """In a test's id there is a part of it only."""
    shutil.copy(vendor_dll, tmp_path / "Acme IHV (x64).dll")
    (tmp_path / "lab.toml").write_text('[dll]\npath = "Acme IHV (x64).dll"\n')
    assert {one.test.dll for one in cells(tmp_path)} == {"Acme-IHV-x64-"}
    shutil.copy(vendor_dll, tmp_path / f"{'a' * 70}.dll")
    (tmp_path / "lab.toml").write_text(f'[dll]\npath = "{"a" * 70}.dll"\n')
    assert {one.test.dll for one in cells(tmp_path)} == {"a" * 60}


def test_it_is_another_on_another_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No machine goes on with the night of another one."""
    here = digest("night", cells(tmp_path))
    monkeypatch.setattr(matrix.platform, "node", lambda: "elsewhere")
    assert digest("night", cells(tmp_path)) != here


def test_some_of_the_cells_are_numbered_anew(tmp_path: Path) -> None:
    """A night has each place once."""
    found = only(cells(tmp_path), lambda test: test.scenario == "m4-lost")
    assert [(one.position, one.test.scenario) for one in found] == [(0, "m4-lost")]


def test_guests_have_their_own_labs_and_one_store(tmp_path: Path) -> None:
    """The runs of all are where the plan's lab has them."""
    (tmp_path / "lab.toml").write_text('[store]\nruns = "kept"\n')
    (tmp_path / "slow.toml").write_text("[limits]\nhandler_s = 9\n")
    guests = [{"name": "usual"}, {"name": "slow", "lab": "slow.toml"}]
    found = cells(tmp_path, guest=guests, scenarios=["plain"])
    assert [one.test.guest for one in found] == ["usual", "slow"]
    assert {str(one.run.lab.store.runs) for one in found} == {"kept"}
    assert [float(one.run.lab.limits.handler_s) for one in found][1] == 9
    assert found[1].run.command.endswith(f"--lab {tmp_path / 'slow.toml'}")


def test_a_test_is_known_by_the_radio_that_its_guest_has(tmp_path: Path) -> None:
    """That of the guest's lab, and no other: its results are compared with its own."""
    (tmp_path / "usb.toml").write_text('[guest]\nradio = "rt3070"\n')
    guests = [{"name": "usual"}, {"name": "usb", "lab": "usb.toml", "radios": ["rt3070"]}]
    found = cells(tmp_path, guest=guests, scenarios=["plain"])
    assert [one.test.radio for one in found] == ["hwsim", "rt3070"]
    (tmp_path / "lab.toml").write_text('[guest]\nradio = "rtl8187l"\n')
    assert [one.test.radio for one in cells(tmp_path)] == ["rtl8187l", "rtl8187l"]
    with pytest.raises(UsageError, match=r"\[\[guest\]\] usb: radios names .* is rtl8187l"):
        cells(tmp_path, guest=[{"name": "usb", "radios": ["hwsim"]}])


def test_what_a_radio_cannot_run_is_known_before_the_night(tmp_path: Path) -> None:
    """With the reason, for each of its cells; a plan of which nothing can be run is refused."""
    (tmp_path / "lab.toml").write_text('[guest]\nradio = "rt3070"\n')
    found = cells(tmp_path, scenarios=["plain", "channel-5ghz"], repetitions=2)
    assert [one.unfit.partition(": ")[0] for one in found] == (
        ["", "cannot be run with the radio rt3070"] * 2
    )
    with pytest.raises(UsageError, match=r"nothing of it can be run: .*channel-5ghz cannot be run"):
        cells(tmp_path, scenarios=["channel-5ghz"])
    assert len(cells(tmp_path, scenarios=["plain", "channel-*", "!channel-*"])) == 1
