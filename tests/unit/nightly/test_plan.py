# SPDX-License-Identifier: GPL-2.0-or-later
"""plan.toml: what is accepted, and what is refused with the field and the fix."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.nightly.plan import Plan, budget_of, duration_s, load_plan
from harness.nightly.selection import select
from harness.scenarios import find_scenario, scenario_names

HEAD = 'name = "night"\nscenarios = ["plain"]\n'


def loaded(tmp_path: Path, text: str) -> Plan:
    """The plan of this text, in a file below tmp_path."""
    path = tmp_path / "plan.toml"
    path.write_text(text)
    return load_plan(path)


@pytest.mark.parametrize(
    ("text", "seconds"), [("8h", 28800), ("90m", 5400), ("1h30m", 5400), ("45s", 45)]
)
def test_a_duration_is_said_in_hours_minutes_and_seconds(text: str, seconds: float) -> None:
    """Any of them, in this order."""
    assert duration_s(text) == seconds == budget_of(text)


@pytest.mark.parametrize("text", ["", "8", "8 h", "30m8h", "0s", "-1h", "1d"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """With the form that is wanted."""
    with pytest.raises(UsageError, match=r"--timeout .*(wanted a duration such as|more than no)"):
        budget_of(text)


def test_paths_begin_at_the_plans_folder(tmp_path: Path) -> None:
    """Those of DLLs and of files of labs; absolute ones stay."""
    plan = loaded(
        tmp_path,
        'lab = "lab.toml"\n' + HEAD + '[[guest]]\nname = "g"\nlab = "g.toml"\n'
        '[[dll]]\nname = "acme"\npath = "a.dll"\nwith = ["b.dll", "/c.dll"]\n',
    )
    assert plan.lab == tmp_path / "lab.toml"
    assert plan.guest[0].lab == tmp_path / "g.toml"
    assert plan.dll[0].path == tmp_path / "a.dll"
    assert plan.dll[0].companions == (tmp_path / "b.dll", Path("/c.dll"))
    assert plan.dll[0].profile is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name = "night"', "scenarios: is missing; give it"),
        (HEAD + "retries = 2", "retries: unknown key; did you mean retry?"),
        (HEAD + "budget = 8", "wanted a duration such as"),
        (HEAD + "[retry]\ncount = 2", "retry.count = 2: wanted 1 or less"),
        (HEAD + '[retry]\nof = ["PASS"]', "retry.of.0 = 'PASS': wanted 'FAIL', 'ERROR' or 'MISS'"),
        (HEAD + "[gate]\nsuccess_rate = 101", "success_rate = 101: wanted 100 or less"),
        (HEAD + '[[dll]]\nname = "a"\nfault = "never-complete"', "no such fault; did you mean nev"),
        (
            HEAD + '[[dll]]\nname = "a"\nfault = "crashes"\npath = "a.dll"',
            "a: fault goes with our sample DLL only",
        ),
        (HEAD + '[[dll]]\nname = "a"\nwith = ["b.dll"]', "a: with wants the path of the DLL"),
        (HEAD + '[[dll]]\nname = "a"\nrules = ["POST-05"]', 'rules go with expect = "FAIL" only'),
        (
            HEAD + '[[dll]]\nname = "a"\nexpect = "FAIL"\nrules = ["POST5"]',
            "no rule 'POST5'; did you mean POST-05?",
        ),
        (HEAD + '[[dll]]\nname = "a"\n[[dll]]\nname = "a"', "two [[dll]] are named 'a'"),
        (HEAD + '[[dll]]\nname = "a/b"', "dll.0.name = 'a/b': wanted letters, digits and . _ @ -"),
        (HEAD + '[[known_issue]]\ntest = "*"\nrules = ["POST-05"]', "expires: is missing; give it"),
        (
            HEAD + '[[known_issue]]\ntest = "*"\nrules = ["POT-*"]\nreason = "x"\n'
            "expires = 2027-01-31",
            "'POT-*' fits no rule",
        ),
    ],
)
def test_a_mistake_is_told_with_its_field_and_its_fix(tmp_path: Path, text: str, said: str) -> None:
    """One line, of the file."""
    with pytest.raises(UsageError) as caught:
        loaded(tmp_path, text)
    assert said in caught.value.message
    assert "plan.toml" in caught.value.message


def test_the_shipped_example_has_every_scenario_but_stress(tmp_path: Path) -> None:
    """A new one is tried every night, whatever its tags."""
    text = files("harness.nightly").joinpath("example.toml").read_text("utf-8")
    chosen = {one.scenario.name for one in select(loaded(tmp_path, text).scenarios, tmp_path)}
    usual = {name for name in scenario_names() if "stress" not in find_scenario(name).tags}
    assert chosen == usual


def test_the_shipped_example_is_a_plan(tmp_path: Path) -> None:
    """And so is it with every line that is optional."""
    text = files("harness.nightly").joinpath("example.toml").read_text("utf-8")
    assert loaded(tmp_path, text).name == "nightly"
    optional = re.sub(r"(?m)^# (?=\w+ = |\[\[)", "", text)
    whole = loaded(tmp_path, optional)
    assert whole.known_issue[0].ticket == "ACME-1234"
    assert whole.quarantine[0].since is not None
    assert whole.guest[0].name == "reference"
