# SPDX-License-Identifier: GPL-2.0-or-later
"""802.1X through the guest's OS, end to end: the DLL asks for it, the guest's wpa_supplicant and
hostapd's RADIUS server carry it out, and the handshake runs under what the DLL was given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.evidence import names
from harness.evidence.model import IhvRecord
from harness.scenarios import find_scenario, scenario_names
from tests.vm.shell import GuestShell
from tests.vm.standing import ScenarioResult, StandingLab

SUCCESS, FAILURE, IN_PROGRESS = 0, 1, 2


def passed(outcome: ScenarioResult) -> list[IhvRecord]:
    """A passed outcome without findings; its only association's calls, as they were entered."""
    assert [str(finding) for finding in outcome.findings] == []
    assert outcome.verdict == "PASS"
    (association,) = outcome.evidence.associations
    return [record for record in association.ihv if record.kind == "enter"]


def results(calls: list[IhvRecord]) -> list[int]:
    """What OneXIndicateResult told, in order."""
    return [int(call.args["msOneXResult"]) for call in calls if call.function == names.ONEX_RESULT]


def completions(calls: list[IhvRecord]) -> list[int]:
    """The errors the session was completed with."""
    found = [call for call in calls if call.function == names.POST_COMPLETION]
    return [int(call.args["dwWin32Error"]) for call in found]


def test_every_scenario_with_802_1x_is_tested_here() -> None:
    """A scenario with [eap] added to the catalogue needs a test below."""
    scenarios = (find_scenario(name) for name in scenario_names())
    assert {one.name for one in scenarios if one.eap is not None} == {
        "eap-tls", "eap-peap", "eap-failure", "eap-no-authenticator", "eap-reauthentication",
        "eap-stopped", "eap-whole-profile", "eap-bare-result", "eap-packet-lost",
        "eap-pairwise-rekey", "eap-tls-sha256", "eap-ttls",
        "eap-radius-late", "eap-radius-rejects", "eap-radius-silent", "eap-radius-forged",
        "wep-dynamic", "wep-dynamic-key-lost", "wpa-eap-tkip",
    }  # fmt: skip


def test_a_result_without_parameters_is_survived(lab: StandingLab) -> None:
    """802.1X ends as failed and its result's parameters are NULL: the DLL completes with an
    error."""
    calls = passed(lab.associate("eap-bare-result"))
    assert results(calls) == [FAILURE]
    (told,) = [call for call in calls if call.function == names.ONEX_RESULT]
    assert told.args["pDot11MsOneXResultParams"] is None
    assert [bool(error) for error in completions(calls)] == [True]


def test_wep_keys_are_handed_out(lab: StandingLab) -> None:
    """The DLL takes both keys from RC4 key frames, signed by the OS's MPPE keys, and sets them;
    once more when each is renewed, and after a reauthentication. Data goes under them."""
    outcome = lab.associate("wep-dynamic")
    calls = passed(outcome)
    assert results(calls) == [SUCCESS, IN_PROGRESS, SUCCESS]
    assert completions(calls) == [0, 0]
    (association,) = outcome.associations
    assert association.echo is not None
    assert (association.echo.answered, association.echo.protected) == (1, True)
    wanted = (names.SET_DEFAULT_KEY, names.SET_KEY_MAPPING_KEY)
    done = [call.function for call in calls if call.function in wanted]
    assert sorted(done) == sorted(wanted * 3)


def test_a_wep_key_that_is_lost(lab: StandingLab) -> None:
    """It is sent once: the DLL gives up, says so, and opens no port."""
    calls = passed(lab.associate("wep-dynamic-key-lost"))
    assert results(calls) == [SUCCESS]
    assert [bool(error) for error in completions(calls)] == [True]


def test_wpa_with_8021x(lab: StandingLab) -> None:
    """The 4-way handshake, and the group key's: once of its own and once renewed."""
    outcome = lab.associate("wpa-eap-tkip")
    calls = passed(outcome)
    assert (results(calls), completions(calls)) == ([SUCCESS], [0])
    (association,) = outcome.associations
    assert association.messages["G2"] == 2


@pytest.mark.parametrize(
    "name",
    [
        "eap-tls", "eap-tls-sha256", "eap-peap", "eap-ttls", "eap-whole-profile", "eap-packet-lost",
        "eap-radius-late",
    ],
)  # fmt: skip
def test_it_authenticates_and_connects(lab: StandingLab, name: str) -> None:
    """EAP succeeds, the DLL gets the keys, the handshake completes and data flows; the rules of
    802.1X are put to the test and hold. M1 overtakes the result, and is kept (ONEX-12)."""
    outcome = lab.associate(name)
    calls = passed(outcome)
    assert results(calls) == [SUCCESS]
    (association,) = outcome.associations
    assert association.echo is not None
    assert association.echo.answered == 1
    assert {"M1", "M2", "M3", "M4"} <= set(association.messages)
    assert completions(calls) == [0]


def test_a_refusal_ends_in_an_error(lab: StandingLab) -> None:
    """The server says EAP-Failure: result FAILURE with the EAP method's reason, no handshake."""
    calls = passed(lab.associate("eap-failure"))
    (told,) = [call for call in calls if call.function == names.ONEX_RESULT]
    params = told.args["pDot11MsOneXResultParams"]
    assert (told.args["msOneXResult"], params["Dot11OneXReasonCode"]) == (FAILURE, 0x50005)
    assert completions(calls) == [5]


@pytest.mark.parametrize("name", ["eap-radius-rejects", "eap-radius-silent", "eap-radius-forged"])
def test_a_server_in_trouble_ends_in_an_error(lab: StandingLab, name: str) -> None:
    """EAP-Failure before any method began, which no one takes for a fault of the lab: the run is a
    PASS of a DLL that completes with an error."""
    outcome = lab.associate(name)
    calls = passed(outcome)
    assert results(calls) == [FAILURE]
    assert completions(calls) == [5]
    (association,) = outcome.evidence.associations
    said = [frame.detail for frame in association.frames if frame.kind == "eap"]
    assert "Failure" in [detail["code"] for detail in said]
    assert {detail.get("eap_type", "Identity") for detail in said} == {"Identity"}


def test_nobody_there_ends_in_an_error(lab: StandingLab) -> None:
    """ONEX-08: three EAPOL-Start on the air, then NoAuthenticatorFound."""
    outcome = lab.associate("eap-no-authenticator")
    calls = passed(outcome)
    (association,) = outcome.evidence.associations
    assert [frame.kind for frame in association.frames].count("eapol-start") == 3
    (told,) = [call for call in calls if call.function == names.ONEX_RESULT]
    assert told.args["pDot11MsOneXResultParams"]["Dot11OnexAuthStatus"] == 2
    assert completions(calls) == [5]


def test_authenticated_again_the_keys_are_new(lab: StandingLab) -> None:
    """Each round: IN_PROGRESS, SUCCESS, a handshake, a key of its own, a completion (POST-10)."""
    outcome = lab.associate("eap-reauthentication")
    calls = passed(outcome)
    assert results(calls) == [SUCCESS, IN_PROGRESS, SUCCESS, IN_PROGRESS, SUCCESS]
    assert completions(calls) == [0, 0, 0]
    keys = [call.args["pKey"] for call in calls if call.function == names.SET_KEY_MAPPING_KEY]
    assert len({json.dumps(key, sort_keys=True) for key in keys}) == 3
    (association,) = outcome.evidence.associations
    again = [frame for frame in association.frames if frame.kind == "eap" and frame.protected]
    assert again, "a further round runs under the keys in use"


def test_a_pairwise_rekey_needs_no_authentication(lab: StandingLab) -> None:
    """M1 to M4 come again under the PMK that 802.1X left: no EAP, another key."""
    outcome = lab.associate("eap-pairwise-rekey")
    calls = passed(outcome)
    assert results(calls) == [SUCCESS]
    assert outcome.associations[0].messages["M4"] == 2
    keys = [call.args["pKey"] for call in calls if call.function == names.SET_KEY_MAPPING_KEY]
    assert len({json.dumps(key, sort_keys=True) for key in keys}) == 2


def test_stopped_in_the_midst_of_it(lab: StandingLab) -> None:
    """ONEX-05: StopOneX once, inside StopPostAssociate; no result, no completion; and the next
    association is none the worse for it."""
    calls = passed(lab.associate("eap-stopped"))
    assert [call.function for call in calls].count(names.STOP_ONEX) == 1
    assert (results(calls), completions(calls)) == ([], [])
    assert results(passed(lab.associate("eap-tls"))) == [SUCCESS]


def test_no_supplicant_and_no_secret_stay_behind(
    lab: StandingLab, shell: GuestShell, tmp_path: Path
) -> None:
    """After the association no wpa_supplicant runs; the guest's logs and the lab's evidence show
    neither password nor private key."""
    outcome = lab.associate("eap-peap")
    passed(outcome)
    assert shell.run("pidof wpa_supplicant").output.strip() == ""
    credentials = lab.session.credentials
    assert credentials is not None
    texts = [path.read_bytes() for path in lab.folder.rglob("*") if path.is_file()]
    assert texts
    for secret in credentials.secrets():
        assert not [text for text in texts if secret in text]
