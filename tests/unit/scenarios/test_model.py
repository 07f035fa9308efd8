# SPDX-License-Identifier: GPL-2.0-or-later
"""Scenarios and lab.toml: bad input is one clear line with the field, the value and the fix."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from harness.config.lab import Lab, load_lab
from harness.config.validation import load_toml, validated
from harness.errors import UsageError
from harness.scenarios import AirRule, Scenario, find_scenario, scenario_names

EAP_NETWORK = '[network]\nsecurity = "wpa2-eap"\n'
WEP_EAP_NETWORK = '[network]\nsecurity = "wep-eap"\n[eap]\nmethod = "tls"\n'
OPEN_NETWORK = '[network]\nsecurity = "open"\n'
GOOD = 'name = "x"\nsummary = "y"\n'
REFUSED_IN = '[[air]]\nmessage = "assoc-req"\naction = "refuse"\nstatus = 53\nassociation = {}\n'
EXCEPTION = "[[expect.exceptions]]\nassociation = 1\nconnected = false\n"


def refused(tmp_path: Path, text: str) -> str:
    """The one line with which a scenario of this text is refused."""
    path = tmp_path / "s.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        load_toml(path, Scenario)
    assert "\n" not in caught.value.message
    return caught.value.message.removeprefix(f"{path}: ")


def test_every_shipped_scenario_is_valid_and_named_as_its_file() -> None:
    """The catalogue loads, and a name finds the scenario of that name."""
    assert {"plain", "m1-retransmitted", "m2-lost", "m3-retransmitted", "m4-lost",
            "deauthentication", "group-rekey"} <= set(scenario_names())  # fmt: skip
    for name in scenario_names():
        assert find_scenario(name).name == name


def test_every_shipped_scenario_has_tags_and_the_stress_ones_say_so() -> None:
    """A plan that takes `tag:stress` gets all that goes beyond the documents, and nothing else."""
    for name in scenario_names():
        found = find_scenario(name)
        assert found.tags, name
        assert ("stress" in found.tags) == found.beyond_documents, name


def test_an_open_networks_profile_asks_for_no_passphrase() -> None:
    """Without [ihv] our sample is told that the network is open; what is given stays as it is."""
    given = {"name": "x", "summary": "y", "network": {"security": "open"}}
    assert "<Open/>" in Scenario.model_validate(given).ihv.security
    own = {"security": "<Own/>"}
    assert Scenario.model_validate({**given, "ihv": own}).ihv.security == "<Own/>"
    assert "{passphrase}" in find_scenario("plain").ihv.security


@pytest.mark.parametrize("security", ["open", "wep-open", "wpa-psk"])
def test_another_oui_leaves_the_sample_what_it_is_told(security: str) -> None:
    """Its fragment goes with the network's security, whatever else [ihv] says."""
    said = f'[network]\nsecurity = "{security}"\n'
    alone = validated(tomllib.loads(GOOD + said), Scenario, source="x")
    with_oui = tomllib.loads(GOOD + said + '[ihv]\noui = "00a1b2"\n')
    assert validated(with_oui, Scenario, source="x").ihv.security == alone.ihv.security


@pytest.mark.parametrize("security", ["wpa2-eap", "wpa2-eap-sha256", "wpa2-ft-eap"])
def test_802_1x_without_ihv_is_for_our_sample(security: str) -> None:
    """It is told to leave the authentication to the OS."""
    text = GOOD + f'[network]\nsecurity = "{security}"\n[eap]\nmethod = "tls"\n'
    assert "<Enterprise/>" in validated(tomllib.loads(text), Scenario, source="x").ihv.security


def test_a_scenario_makes_its_own_passphrase() -> None:
    """Without one in the file each run has a fresh one, and no text form shows it."""
    first, second = (find_scenario("plain").with_passphrase() for _ in range(2))
    assert first.network.passphrase is not None
    assert first.network.passphrase != second.network.passphrase
    assert first.network.passphrase.get_secret_value() not in repr(first) + first.model_dump_json()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + "colour = 1\n", "colour: unknown key (known here: adapters, air,"),
        (
            GOOD + "[network]\nchanel = 1\n",
            "network.chanel: unknown key; did you mean channel? (known here: access_points,",
        ),
        (GOOD + "[network]\naccess_points = 5\n", "network.access_points = 5: "),
        (
            GOOD + "[network]\naccess_points = 2\nfurther_channels = [1, 6]\n",
            "further_channels has 2 entries; 2 access points need 1",
        ),
        (GOOD + 'associations = "many"\n', "associations = 'many': "),
        (GOOD + "associations = 0\n", "associations = 0: "),
        (GOOD + "adapters = 9\n", "adapters = 9: "),
        (GOOD + "[network]\nmedia = 2\n", "nobody would be on the last, adapters is 1"),
        (
            GOOD + 'adapters = 2\n[network]\nmedia = 2\n[[ap]]\non = "echoed"\ndo = "stop"\n',
            "[[ap]] speaks of one medium",
        ),
        (
            GOOD + 'adapters = 2\n[[os]]\non = "connected"\ndo = "roam"\n',
            "[[os]] and [eap] speak of one adapter",
        ),
        (GOOD + "[network]\nchannel = 14\n", "network.channel = 14: "),
        (GOOD + f'[network]\nssid = "{"x" * 33}"\n', "is 33 bytes long; an SSID has 1 to 32"),
        (GOOD + '[network]\nssid = "äääääääääääääääää"\n', "is 34 bytes long"),
        (
            GOOD + f'[network]\npassphrase = "{"ab" * 32}"\nsecurity = "wpa2-eap"\n',
            "has a passphrase, and no PSK in hex",
        ),
        (GOOD + '[network]\nneighbours = [""]\n', "is 0 bytes long"),
        (GOOD + '[network]\nneighbours = ["hil"]\n', "the network's own name is among them"),
        (
            GOOD + '[[ap]]\non = "begin"\ndo = "move"\nchannel = 1\n',
            "it is on channel 1 already; give another channel",
        ),
        (GOOD + '[[ap]]\non = "switched"\ndo = "stop"\n', "on = 'switched' never comes"),
        (
            GOOD
            + "".join(
                f'[[air]]\nmessage = "M3"\naction = "drop"\nnth = {nth}\n' for nth in range(1, 66)
            ),
            "at most 64",
        ),
        (GOOD + "[network]\nbeacon_interval_tu = 5\n", "wanted 15 or more"),
        (GOOD + '[network]\npassphrase = "short"\n', "has 5 characters; a WPA2 passphrase has 8"),
        (GOOD + '[[air]]\nmessage = "M9"\naction = "drop"\n', "air.0.message = 'M9'"),
        (
            GOOD + '[[air]]\nmessage = "M3"\naction = "drop"\nnth = "every"\n'
            '[[air]]\nmessage = "M3"\naction = "repeat"\nnth = 2\n',
            "rule 2 (repeat M3 1 times (number 2)) never acts: rule 1 (drop M3 (every one)) takes",
        ),
        (GOOD + '[[air]]\nmessage = "G2"\naction = "drop"\n', "without group_rekeys the access"),
        (GOOD + '[[air]]\nmessage = "eap"\naction = "drop"\n', "the network has no 802.1X"),
        (
            GOOD + '[[air]]\nmessage = "M3"\naction = "drop"\nafter = "M4"\nbefore = "M4"\n',
            "rule 1 (drop M3 (number 1, after M4, before M4)) never acts",
        ),
        (
            "echoes = 0\n" + GOOD + '[[ap]]\non = "echoed"\ndo = "stop"\n',
            "on = 'echoed' never comes with echoes = 0",
        ),
        (GOOD + '[[ap]]\non = "begin"\ndo = "rekey-group"\n', "no station is there yet"),
        (GOOD + '[[ap]]\non = "begin"\ndo = "deauthenticate"\n', "no station is there yet"),
        (GOOD + '[[ap]]\non = "begin"\ndo = "bss-transition"\n', "no station is there yet"),
        (
            GOOD + '[[ap]]\non = "echoed"\ndo = "bss-transition"\ncandidates = [2]\n',
            "candidate 2 is no other one of 1",
        ),
        (
            GOOD + '[[ap]]\non = "echoed"\ndo = "forget-pmks"\n',
            "PMKs are kept with 802.1X, SAE and OWE, not with 'wpa2-psk'",
        ),
        (GOOD + '[network]\npmk_caching = "refuse"\n', "pmk_caching goes with 802.1X, SAE and OWE"),
        (
            GOOD + OPEN_NETWORK + 'owe_transition = true\nneighbours = ["hil-owe"]\n',
            "the OWE network would be named b'hil-owe' as another is",
        ),
        (
            GOOD + OPEN_NETWORK + f'owe_transition = true\nssid = "{28 * "x"}-owe"\n',
            "as another is; give another ssid",
        ),
        (
            GOOD + EAP_NETWORK + '[eap]\nmethod = "tls"\nradius = "late"\n'
            "radius_delay_ms = 400\nradius_timeout_ms = 100\n",
            "radius_delay_ms = 400: the access point has given up after 4 times radius_timeout_ms",
        ),
        (GOOD + '[[air]]\nmessage = "M1"\naction = "delay"\n', "action = 'delay' wants 'delay_ms'"),
        (
            GOOD + OPEN_NETWORK + 'passphrase = "12345678"\n',
            "[network] passphrase goes with security = 'wpa2-psk'",
        ),
        (GOOD + '[[ap]]\non = "echoed"\ndo = "stop"\naccess_point = 2\n', "access_points is 1"),
        (GOOD + '[[ap]]\non = "echoed"\ndo = "stop"\nchannel = 1\n', "channel does not go with"),
        (GOOD + '[[ap]]\non = "echoed"\ndo = "move"\n', "do = 'move' needs channel"),
        (GOOD + '[[ap]]\non = "echoed"\ndo = "move"\nchannel = 14\n', "is none of 1 to 13"),
        (
            GOOD + '[[ap]]\non = "echoed"\ndo = "move"\nchannel = 5975\n',
            "no access point goes to 6 GHz",
        ),
        (
            GOOD + OPEN_NETWORK + '[[ap]]\non = "echoed"\ndo = "rekey-group"\n',
            "security = 'open' has no handshake that renews keys",
        ),
        (
            "group_rekeys = 1\n" + GOOD + OPEN_NETWORK,
            "security = 'open' has no group key handshake",
        ),
        (
            GOOD + OPEN_NETWORK + 'group_cipher = "ccmp-128"\n',
            "security = 'open' leaves no cipher to choose",
        ),
        (GOOD + "[network]\nbeacon_protection = true\n", "beacon_protection goes with pmf ="),
        (
            GOOD + '[network]\npmf = "required"\nbeacon_protection = true\n[[air]]\n'
            'message = "beacon"\naction = "edit"\nfields = {trailing = "00"}\n',
            "does not make the integrity code",
        ),
        ("pairwise_rekeys = 1\n" + GOOD + OPEN_NETWORK, "security = 'open' has no 4-way handshake"),
        (
            GOOD + OPEN_NETWORK + '[[air]]\nmessage = "M3"\naction = "drop"\n',
            "[[air]] message = 'M3' never comes in a network with security = 'open'; it has",
        ),
        (
            GOOD + WEP_EAP_NETWORK + '[[air]]\nmessage = "M3"\naction = "drop"\n',
            "security = 'wep-eap'; it has beacon, probe-req, probe-resp, auth, assoc-req, "
            "assoc-resp, data, deauth, disassoc, action, eap, eapol-start, rc4-key",
        ),
        (GOOD + EAP_NETWORK, "wants an [eap] section with method = 'tls' or 'peap"),
        (GOOD + '[eap]\nmethod = "tls"\n', "[eap] goes with [network] security = 'wpa2-eap'"),
        (GOOD + EAP_NETWORK + '[eap]\nmethod = "md5"\n', "eap.method = 'md5': "),
        (GOOD + EAP_NETWORK + '[eap]\nmethod = "tls"\nidentity = "a b"\n', "eap.identity"),
        (GOOD + EAP_NETWORK + '[eap]\nmethod = "tls"\nretries = 1\n', "known here: certificates,"),
        (
            GOOD + EAP_NETWORK + 'passphrase = "12345678"\n[eap]\nmethod = "tls"\n',
            "[network] passphrase goes with security = 'wpa2-psk'",
        ),
        (
            GOOD + EAP_NETWORK + '[eap]\nmethod = "tls"\ncredentials = "wrong"\n',
            "[expect] connected = false is wanted",
        ),
        (
            GOOD + EAP_NETWORK + '[eap]\nmethod = "tls"\nserver = "silent"\n'
            "reauthentications = 1\n[expect]\nconnected = false\n",
            "reauthentications want a connection",
        ),
        (GOOD + "associations = 2\n" + REFUSED_IN.format(3), "names association 3"),
        (GOOD + REFUSED_IN.format("[1, 0]"), "air.0.association"),
        (GOOD + REFUSED_IN.format("[]"), "air.0.association"),
        (GOOD + EXCEPTION, "an [[air]] rule with association"),
        (GOOD + REFUSED_IN.format(1) + 2 * EXCEPTION, "association 1 has two"),
        (GOOD + "x = [\n", "not valid TOML"),
        (GOOD + "[[os]]\n", "os.0.on"),
        ("", "name"),
    ],
)
def test_bad_scenarios_are_refused(tmp_path: Path, text: str, said: str) -> None:
    """Each wrong value is named with its field; an unknown key comes with the known ones."""
    assert said in refused(tmp_path, text)


def test_a_wrong_passphrase_is_not_repeated(tmp_path: Path) -> None:
    """The message about a passphrase says its length, never the passphrase."""
    assert "hunter2" not in refused(tmp_path, GOOD + '[network]\npassphrase = "hunter2"\n')
    text = GOOD + '[network]\npassphrase = "hunter2hunter2"\nfurther_channels = [1]\n'
    assert "hunter2" not in refused(tmp_path, text)


def test_a_missing_file_and_an_unknown_name_say_so(tmp_path: Path) -> None:
    """A path that is not there, and a name that is no scenario, each have their own line."""
    with pytest.raises(UsageError, match="cannot be read"):
        find_scenario(str(tmp_path / "no.toml"))
    with pytest.raises(UsageError, match="no scenario 'plan'") as caught:
        find_scenario("plan")
    assert "plain" in caught.value.hint


def test_lab_toml_is_optional_and_strict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file means defaults; a wrong key or type in one is refused."""
    monkeypatch.chdir(tmp_path)
    assert load_lab(None) == Lab()
    (tmp_path / "lab.toml").write_text("[limits]\nboot_s = 90\n")
    assert load_lab(None).limits.boot_s == 90
    (tmp_path / "lab.toml").write_text("[guest]\nkind = 'windows'\n")
    with pytest.raises(UsageError, match="a Windows guest needs an image"):
        load_lab(None)


def test_8021x_has_no_passphrase(tmp_path: Path) -> None:
    """Nothing is made up for it, and what is left out is the usual."""
    path = tmp_path / "s.toml"
    path.write_text(GOOD + EAP_NETWORK + '[eap]\nmethod = "peap-mschapv2"\n')
    scenario = load_toml(path, Scenario).with_passphrase()
    assert scenario.network.passphrase is None
    assert scenario.eap is not None
    assert (scenario.eap.credentials, scenario.eap.server) == ("good", "answers")
    assert scenario.eap.connects


def test_what_the_scenario_brings_about_lets_its_rules_act() -> None:
    """A group key handshake by an order, and channel switches that are announced by a frame."""
    by_order = '[[ap]]\non = "authorized"\ndo = "rekey-group"\n'
    by_order += '[[air]]\nmessage = "G1"\naction = "drop"\n'
    Scenario.model_validate(tomllib.loads(GOOD + by_order))
    with_wpa = '[[air]]\nmessage = "G1"\naction = "drop"\n[network]\nsecurity = "wpa-psk"\n'
    Scenario.model_validate(tomllib.loads(GOOD + with_wpa))
    announced = '[[ap]]\non = "echoed"\ndo = "switch-channel"\nchannel = 6\n'
    announced += 'announce = ["csa-action"]\n'
    down = '[[air]]\nmessage = "action"\ndirection = "down"\naction = "drop"\n'
    Scenario.model_validate(tomllib.loads(GOOD + down + announced))
    Scenario.model_validate(tomllib.loads(GOOD + down + '[network]\npmf = "required"\n'))


def test_a_rule_is_of_the_associations_it_names(tmp_path: Path) -> None:
    """One, several, or each; and so is what must come of them."""
    file = tmp_path / "s.toml"
    file.write_text(GOOD + REFUSED_IN.format("[1, 3]") + EXCEPTION)
    found = find_scenario(str(file))
    (rule,) = found.air
    assert [rule.acts_in(number) for number in (1, 2, 3)] == [True, False, True]
    assert "associations 1, 3" in rule.phrase()
    assert [found.expect.of(number).connected for number in (1, 2)] == [False, True]
    assert AirRule(message="M3", action="drop").acts_in(7)
