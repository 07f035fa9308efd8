# SPDX-License-Identifier: GPL-2.0-or-later
"""`[[os]]` in a scenario: what it takes, what it refuses, and that the guest knows the same."""

from __future__ import annotations

import typing
from pathlib import Path

import pytest

from harness.config.validation import load_toml
from harness.errors import UsageError
from harness.scenarios import Scenario, find_scenario
from harness.scenarios.catalogue import scenario_names
from harness.scenarios.stimuli import PARAMETERS, AssociationForm, OsParameters, OsStimulus
from hil_common.stimuli import Action, AssociationHostility

GOOD = 'name = "x"\nsummary = "y"\n[[os]]\n'
POST = "Dot11ExtIhvPerformPostAssociate"


def loaded(tmp_path: Path, text: str) -> Scenario:
    """The scenario of this text."""
    path = tmp_path / "s.toml"
    path.write_text(GOOD + text)
    return load_toml(path, Scenario)


def test_an_order_in_the_form_the_guest_takes(tmp_path: Path) -> None:
    """Defaults are filled in; parameters not given are left out."""
    (first,) = loaded(tmp_path, f'on = "{POST}"\ndo = "reset"\n').os
    assert first.to_json() == {"on": POST, "nth": 1, "do": "reset"}
    text = 'on = "Dot11ExtSendPacket"\nnth = "every"\ndo = "refuse"\nerror = 50\n'
    (second,) = loaded(tmp_path, text).os
    assert second.to_json() == {
        "on": "Dot11ExtSendPacket", "nth": "every", "do": "refuse", "error": 50,
    }  # fmt: skip


def test_every_order_a_scenario_can_give_is_taken_by_the_guest(tmp_path: Path) -> None:
    """When and how much later too."""
    from autoconfig.stimuli.plan import parse

    text = 'on = "Dot11ExtSendUIRequest"\nafter_ms = 500\nwhen = "return"\ndo = "answer-ui"\n'
    (order,) = loaded(tmp_path, text).os
    assert order.phrase() == (
        "answer-ui on Dot11ExtSendUIRequest (number 1, once answered, 500 ms later)"
    )
    (taken,) = parse([order.to_json()])
    assert (taken.when, taken.after_s, taken.parameters) == ("return", 0.5, {})


def test_every_order_of_the_shipped_scenarios_is_taken_by_the_guest() -> None:
    """As a whole plan."""
    from autoconfig.stimuli.plan import parse

    for name in scenario_names():
        orders = find_scenario(name).os
        assert len(parse([order.to_json() for order in orders])) == len(orders)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('on = "Dot11ExtFly"\ndo = "reset"\n', "os.0.on = 'Dot11ExtFly': is no event"),
        (f'on = "{POST}"\ndo = "fly"\n', "os.0.do = 'fly'"),
        (f'on = "{POST}"\ndo = "reset"\nnth = 0\n', "os.0.nth"),
        (f'on = "{POST}"\ndo = "reset"\nerror = 5\n', "error does not go with do = 'reset'"),
        ('on = "Dot11ExtSendPacket"\ndo = "refuse"\n', "do = 'refuse' needs error"),
        (f'on = "{POST}"\ndo = "refuse"\nerror = 5\n', "only a framework function can be refused"),
        (f'on = "{POST}"\ndo = "packet"\n', "needs data or form"),
        (f'on = "{POST}"\ndo = "answer-ui"\ndata = "01"\ntext = "x"\n', "data or text, not both"),
        (f'on = "{POST}"\ndo = "packet"\ndata = "8"\n', "os.0.data"),
        (f'on = "{POST}"\ndo = "packet"\nform = "below-header"\n', "beyond_documents = true"),
        (f'on = "{POST}"\ndo = "packet"\ndata = "0102"\n', "beyond_documents = true"),
        (f'on = "{POST}"\ndo = "indicate"\ntype = 5\n', "beyond_documents = true"),
        (f'on = "{POST}"\ndo = "second-pre-associate"\n', "beyond_documents = true"),
        (f'on = "{POST}"\ndo = "disassociate"\n', "do = 'disassociate' needs status"),
        (f'on = "{POST}"\ndo = "reset"\nwhen = "return"\n', "is of framework functions"),
        ('on = "idle"\ndo = "reset"\nwhen = "call"\n', "is of framework functions"),
        (
            'on = "Dot11ExtSendPacket"\ndo = "refuse"\nerror = 5\nafter_ms = 5\n',
            "only when it is called, and at once",
        ),
        (f'on = "{POST}"\ndo = "reset"\nafter_ms = 60001\n', "os.0.after_ms"),
        ('on = "connected"\ndo = "answer-ui"\nrequest = "zero"\n', "beyond_documents = true"),
        (
            'on = "Dot11ExtStartOneX"\ndo = "onex-result"\nresult = "success"\n',
            "beyond_documents = true",
        ),
        (f'on = "{POST}"\ndo = "hold-delivery"\ndelay_ms = 10001\n', "os.0.delay_ms"),
        (
            f'on = "{POST}"\ndo = "reset"\n[os_parameters.association]\nhostile = "truncated"\n',
            "hostile association parameters needs beyond_documents = true",
        ),
        (f'on = "{POST}"\ndo = "reset"\ncolour = 1\n', "os.0.colour: unknown key (known here: "),
    ],
)
def test_bad_orders_are_refused(tmp_path: Path, text: str, said: str) -> None:
    """Each in one line with its place and the fix."""
    with pytest.raises(UsageError) as caught:
        loaded(tmp_path, text)
    assert said in caught.value.message
    assert "\n" not in caught.value.message


def test_a_scenario_has_a_key_for_every_parameter_of_the_guest() -> None:
    """And for `text`, which goes there as data; every action is one of the table's."""
    keys = frozenset(OsStimulus.model_fields)
    assert all(known <= keys for known in PARAMETERS.values())
    assert set(typing.get_args(Action)) == set(PARAMETERS)
    assert "text" in PARAMETERS["answer-ui"]


def test_guest_and_harness_know_the_same_forms() -> None:
    """Of the association's parameters."""
    from autoconfig.association import assoc_params

    usual = assoc_params.parse_form(OsParameters().to_json())
    assert usual == assoc_params.Form()
    assert tuple(assoc_params.HOSTILE) == typing.get_args(AssociationHostility)
    for hostile in assoc_params.HOSTILE:
        form = AssociationForm.model_validate({"hostile": hostile, "size": 88, "revision": 1})
        told = OsParameters(association=form).to_json()
        assert assoc_params.parse_form(told) == assoc_params.Form(88, 1, hostile)


def test_a_text_of_the_user_goes_to_the_guest_as_bytes() -> None:
    """With the passphrase in it, which the order in words does not show."""
    order = OsStimulus(on=POST, do="answer-ui", text="<{passphrase}>")
    assert order.to_json("secret")["data"] == b"<secret>".hex()
    assert "text" not in order.to_json("secret")
    assert order.phrase() == f"answer-ui on {POST} (number 1, text <{{passphrase}}>)"


def test_an_order_in_words() -> None:
    """For the report."""
    order = OsStimulus(on="idle", do="disassociate", status=7)
    assert order.phrase() == "disassociate on idle (number 1, status 7)"
