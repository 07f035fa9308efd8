# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/scenarios.md says of each key what the model says of it."""

from __future__ import annotations

import tomllib
import typing
from pathlib import Path

import pytest

from harness.config.validation import Strict, validated
from harness.scenarios import Scenario
from harness.scenarios.action_meanings import ACTIONS
from harness.scenarios.reference import EXAMPLES, SECTIONS, reference
from harness.scenarios.stimuli import Action

FILE = Path(__file__).parents[3] / "docs" / "scenarios.md"


def test_the_file_is_what_the_model_says() -> None:
    """Mend it by `python -m harness.scenarios.reference > docs/scenarios.md`."""
    assert FILE.read_text(encoding="utf-8") == reference()


@pytest.mark.parametrize(("section", "model"), SECTIONS)
def test_every_key_has_a_meaning(section: str, model: type[Strict]) -> None:
    """A docstring below the field, in words; sections have their own heading."""
    lacking = [
        name
        for name, value in model.model_json_schema()["properties"].items()
        if not value.get("description") and "$ref" not in str(value)
    ]
    assert lacking == [], section


def test_every_table_has_a_section() -> None:
    """What a scenario file may have, down to the innermost table."""
    models = Scenario.model_json_schema()["$defs"]
    within = {"OsParameters"}  # a table that holds no key but another table
    assert set(models) - within == {model.__name__ for _, model in SECTIONS} - {"Scenario"}


def test_a_number_has_the_limits_of_the_model() -> None:
    """`[[network.links]]`: 1 m is a distance, 0.5 m is none."""
    text = reference()
    assert "| `distance_m` | 1 to 100000 |" in text
    assert "| `loss` | 0 to 1 |" in text
    assert "| `probability` | above 0 to 1 |" in text


def test_every_action_has_a_meaning() -> None:
    """No more and no less than a scenario can order."""
    assert set(ACTIONS) == set(typing.get_args(Action))


@pytest.mark.parametrize("section", [name for name, _ in SECTIONS])
def test_every_example_is_a_scenario(section: str) -> None:
    """As it stands in the file."""
    text = EXAMPLES[section]
    head = "" if section == "top level" else 'name = "x"\nsummary = "y"\n'
    data = tomllib.loads(head + text)
    validated(data, Scenario, source=section)
