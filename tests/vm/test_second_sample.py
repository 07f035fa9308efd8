# SPDX-License-Identifier: GPL-2.0-or-later
"""A DLL unlike our first in what the documents leave open is not blamed; broken, it is found.

second.dll asks the user for its passphrase, reads its fragments by MSXML, completes on the stack of
ReceivePacket and has no thread of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from harness.config.lab import Lab
from harness.console import open_console
from harness.evidence import names, segment
from harness.guests.base import GuestImage
from harness.lab.bring_up import open_guest
from harness.lab.recording import open_recording
from harness.lab.session import open_session
from harness.run.vendor import CommandLineDll, vendors_dll
from harness.scenarios import Scenario, find_scenario
from tests.vm.standing import ScenarioResult, StandingLab

ANSWER = {"on": names.POST_ASSOCIATE, "do": "answer-ui", "text": "{passphrase}"}
"""The user answers as soon as the request is known, which is sent inside the handler."""
REFUSED = {"connected": False}
NOT_STOPPED = {"connected": False, "stopped": False}


@pytest.fixture(scope="module")
def second(
    hil_config: Lab, image: GuestImage, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StandingLab]:
    """A lab of this module's own with second.dll behind the recorder."""
    folder = tmp_path_factory.mktemp("second")
    dll = vendors_dll(hil_config, CommandLineDll(image.recorder.parent / "second.dll", ()))
    plain = find_scenario("plain").with_passphrase()
    with (
        open_recording(folder) as recording,
        open_console() as console,
        open_guest(hil_config, console, recording, folder) as guest,
        open_session(
            hil_config, guest, recording, console, dll, oui=plain.ihv.adapter_oui
        ) as session,
    ):
        session.go_on_air(hil_config, plain.network)
        yield StandingLab(hil_config, session, plain.network, folder)


def asking(
    *orders: dict[str, Any], kind: str = "AskUser", defect: str = "", **more: Any
) -> Scenario:
    """A scenario whose profile lets the DLL ask the user, or with another `kind` of network."""
    named = f"<Defect>{defect}</Defect>" if defect else ""
    security = f"<IhvSecurity><{kind}/>{named}</IhvSecurity>"
    if kind == "Open":
        more = {"network": {"security": "open"}, **more}
    return Scenario.model_validate(
        {"name": "second", "summary": "x", "ihv": {"security": security}, "os": orders, **more}
    )


def clean(outcome: ScenarioResult) -> ScenarioResult:
    """No finding at all, not even a warning."""
    assert [str(finding) for finding in outcome.findings] == []
    assert outcome.verdict == "PASS"
    return outcome


def test_wpa2_with_the_users_passphrase(second: StandingLab) -> None:
    """Several associations: each asks the user, and completes on the stack of ReceivePacket."""
    outcome = clean(second.associate(asking(ANSWER), associations=5))
    sessions = segment(outcome.evidence).sessions[-5:]
    for session, association in zip(sessions, outcome.associations, strict=True):
        (completion,) = session.completions
        assert completion.inside(names.RECEIVE_PACKET) is not None
        assert association.messages == {"M1": 1, "M2": 1, "M3": 1, "M4": 1}
        assert association.echo is not None
        assert (association.echo.answered, association.echo.protected) == (1, True)
    for evidence in outcome.evidence.associations:
        called = [record.function for record in evidence.ihv if record.kind == "enter"]
        assert called.count(names.SEND_UI_REQUEST) == called.count(names.UI_RESPONSE) == 1


def test_an_open_network(second: StandingLab) -> None:
    """The shipped scenario: nobody is asked, nothing registered, the completion comes from a work
    item of the thread pool."""
    outcome = clean(second.associate("open", associations=5))
    for association in outcome.associations:
        assert association.messages == {}
        assert association.echo is not None
        assert (association.echo.answered, association.echo.protected) == (1, False)
        assert association.post_association.asynchronous
    called = {record.function for record in outcome.evidence.associations[-1].ihv}
    assert not called & {names.SET_ETHERTYPES, names.SEND_UI_REQUEST, names.SEND_PACKET}


AIR = {
    "m1 lost": [{"message": "M1", "action": "drop"}],
    "m2 lost": [{"message": "M2", "action": "drop"}],
    "m3 lost": [{"message": "M3", "action": "drop"}],
    "m3 retransmitted": [
        {"message": "M3", "action": "drop-ack"},
        {"message": "M4", "action": "drop"},
    ],
    "m4 lost": [{"message": "M4", "action": "drop"}],
    "m3 three times": [{"message": "M3", "action": "repeat", "copies": 2}],
}


@pytest.mark.parametrize("rules", AIR.values(), ids=AIR.keys())
def test_a_disturbed_air(second: StandingLab, rules: list[dict[str, Any]]) -> None:
    """What is lost or comes again is dealt with, and completed once."""
    outcome = clean(second.associate(asking(ANSWER, air=rules)))
    assert outcome.associations[0].post_association.completions == 1


def test_the_group_key_is_renewed(second: StandingLab) -> None:
    """G1 is answered, and the echo goes under the new key."""
    outcome = clean(second.associate(asking(ANSWER, group_rekeys=2)))
    assert outcome.associations[0].messages["G2"] == 2


def test_a_user_who_answers_late(second: StandingLab) -> None:
    """Two M1 go by without a key; the third is answered."""
    late = {**ANSWER, "on": names.RECEIVE_PACKET, "nth": 2}
    outcome = clean(second.associate(asking(late)))
    assert outcome.associations[0].messages["M1"] == 3


def test_a_user_who_does_not_answer(second: StandingLab) -> None:
    """The access point gives up, the OS stops the operation, and nothing is completed."""
    outcome = clean(second.associate(asking(expect=REFUSED)))
    assert outcome.associations[0].messages == {"M1": 4}
    assert outcome.associations[0].post_association.completions == 0


@pytest.mark.parametrize("data", [None, "", "736f"], ids=["NULL", "empty", "too short"])
def test_a_user_who_gives_no_passphrase(second: StandingLab, data: str | None) -> None:
    """The operation ends as cancelled by the user."""
    order = {"on": names.POST_ASSOCIATE, "do": "answer-ui"} | (
        {"data": data} if data is not None else {}
    )
    outcome = clean(second.associate(asking(order, expect=REFUSED)))
    assert outcome.associations[0].post_association.completions == 1


WHILE_THE_USER_THINKS = {
    "reset": NOT_STOPPED,
    "reset-then-stop": NOT_STOPPED,
    "disconnect": REFUSED,
    "remove-adapter": REFUSED,
    "stop-service": REFUSED,
}


@pytest.mark.parametrize(("do", "expect"), WHILE_THE_USER_THINKS.items())
def test_an_end_while_the_user_thinks(second: StandingLab, do: str, expect: dict[str, Any]) -> None:
    """However the operation ends, and the next one is as good as ever."""
    clean(second.associate(asking({"on": names.POST_ASSOCIATE, "do": do}, expect=expect)))
    clean(second.associate(asking(ANSWER)))


def test_a_user_who_logs_off(second: StandingLab) -> None:
    """The request is cancelled, and the operation that needs its answer ends."""
    order = {"on": names.POST_ASSOCIATE, "do": "session-change", "event": 6}
    clean(second.associate(asking(order, expect=REFUSED)))


ENDS = {
    "reset": {"on": "disconnect", "do": "reset"},
    "reset, then stop": {"on": "disconnect", "do": "reset-then-stop"},
    "disassociated by the system": {"on": "disconnect", "do": "disassociate", "status": 0xA},
    "reassociation": {"on": "connected", "do": "reassociate"},
}


@pytest.mark.parametrize("order", ENDS.values(), ids=ENDS.keys())
def test_an_end_of_what_is_connected(second: StandingLab, order: dict[str, Any]) -> None:
    """A connected session ends, or goes on to another one with the same passphrase."""
    clean(second.associate(asking(ANSWER, order), associations=2))


def test_roaming_asks_the_user_once(second: StandingLab) -> None:
    """Another access point of the connection: the passphrase is known."""
    roams = asking(
        ANSWER, {"on": "connected", "do": "roam"}, network={"access_points": 2}
    )  # fmt: skip
    (evidence,) = clean(second.associate(roams)).evidence.associations
    called = [record.function for record in evidence.ihv if record.kind == "enter"]
    assert called.count(names.SEND_UI_REQUEST) == 1
    assert called.count(names.POST_ASSOCIATE) == 2


THINKS = {"on": names.POST_ASSOCIATE, "do": "disconnect"}
BROKEN: dict[str, tuple[str, Scenario]] = {
    "wrong-session": ("POST-07", asking(ANSWER, defect="wrong-session")),
    "completes-inside": ("POST-06", asking(kind="Open", defect="completes-inside")),
    "spoils-request": ("UI-03", asking(ANSWER, defect="spoils-request")),
    "reuses-request-id": ("UI-02", asking(ANSWER, defect="reuses-request-id")),
    "forgets-to-complete": ("POST-05", asking(ANSWER, defect="forgets-to-complete")),
    "bad-m2-mic": ("EXPECT-01", asking(ANSWER, defect="bad-m2-mic")),
    "outbound-group-key": ("KEY-01", asking(ANSWER, defect="outbound-group-key")),
    "completes-after-stop": (
        "STOP-04", asking(THINKS, defect="completes-after-stop", expect=REFUSED),
    ),
}  # fmt: skip


ONLY_WARNED = {"UI-02"}
"""The request whose GUID comes again is over by then."""


@pytest.mark.parametrize(("rule", "scenario"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_it_is_found(second: StandingLab, rule: str, scenario: Scenario) -> None:
    """Each defect by its rule, and by no other."""
    outcome = second.associate(scenario, associations=2)
    severity = "WARN" if rule in ONLY_WARNED else "FAIL"
    assert {(found.rule, found.severity) for found in outcome.findings} == {(rule, severity)}
    assert outcome.verdict == ("PASS" if rule in ONLY_WARNED else "FAIL")
