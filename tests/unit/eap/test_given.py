# SPDX-License-Identifier: GPL-2.0-or-later
"""Certificates of the user's own, and profiles that trust somebody: checked up front."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from harness.config.validation import validated
from harness.eap import Credentials, check_profile, credentials_of, make_credentials
from harness.errors import UsageError
from harness.scenarios import Eap, Scenario
from tests.unit.autoconfig.texts import INNER, eap_profile

NAME = "radius.example.org"
SECURITY = "<IhvSecurity><Enterprise/></IhvSecurity>"


@pytest.fixture(scope="module")
def own() -> Credentials:
    """An authority of the user's own, and what it issued."""
    return make_credentials("me", server_name=NAME)


@pytest.fixture
def folder(tmp_path: Path, own: Credentials) -> Path:
    """Its folder."""
    files = {
        "ca.pem": own.ca_pem, "server.pem": own.server_pem, "server.key": own.server_key_pem,
        "client.pem": own.client_pem, "client.key": own.client_key_pem,
    }  # fmt: skip
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def scenario(profile: str = "", method: str = "peap-mschapv2", **eap: Any) -> Scenario:
    """A scenario with 802.1X, and a whole profile or none."""
    data = {
        "name": "s", "summary": "x", "network": {"security": "wpa2-eap"},
        "eap": {"method": method, **eap}, "ihv": {"security": SECURITY, "profile": profile},
    }  # fmt: skip
    return validated(data, Scenario, source="x.toml")


def refused(one: Scenario) -> UsageError:
    """Why it is refused."""
    with pytest.raises(UsageError) as caught:
        check_profile(one)
    return caught.value


def test_own_certificates_are_taken(folder: Path, own: Credentials) -> None:
    """Root, server and client are the user's; the password is the run's."""
    found = credentials_of(Eap(method="tls", certificates=folder))
    same = ("ca_pem", "server_pem", "server_key_pem", "client_pem", "client_key_pem")
    assert all(getattr(found, name) == getattr(own, name) for name in same)
    assert (found.server_name, found.root) == (NAME, own.root)
    assert found.password
    assert found.password != own.password


def test_a_client_certificate_is_of_eap_tls_alone(folder: Path, own: Credentials) -> None:
    """PEAP needs none; with wrong credentials it is one the server does not know."""
    wrong = Eap(method="tls", certificates=folder, credentials="wrong")
    assert credentials_of(wrong).client_pem != own.client_pem
    (folder / "client.pem").unlink()
    assert credentials_of(Eap(method="peap-mschapv2", certificates=folder)).root == own.root
    assert (
        "client.pem: No such file" in refused(scenario(method="tls", certificates=folder)).message
    )


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("ca.pem", b"text", "ca.pem: is no certificate in PEM"),
        ("server.key", b"text", "server.key: is no private key"),
        ("server.key", "client_key_pem", "server.key: is not the key of server.pem"),
        ("ca.pem", "other", "server.pem: is not issued by ca.pem"),
    ],
)
def test_certificates_that_do_not_fit_are_named(
    folder: Path, own: Credentials, name: str, content: bytes | str, said: str
) -> None:
    """File and fault; nothing was started."""
    other = make_credentials("me").ca_pem
    data = content if isinstance(content, bytes) else getattr(own, content, other)
    (folder / name).write_bytes(data)
    assert said in refused(scenario(certificates=folder)).message


def test_an_expired_certificate_says_since_when(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its days are in the message."""
    monkeypatch.setattr("harness.eap.credentials.VALID", timedelta(hours=-1))
    old = make_credentials("me")
    (folder / "ca.pem").write_bytes(old.ca_pem)
    assert "valid from" in refused(scenario(certificates=folder)).message


def test_a_root_the_guest_does_not_have_is_told_with_the_fix(
    folder: Path, own: Credentials
) -> None:
    """The run's authority is new each time; {root}, or own certificates, can be trusted."""
    strange = eap_profile(25, INNER, "00 11" * 10)
    told = refused(scenario(strange))
    assert "the root 0011001100110011001100110011001100110011" in told.message
    assert "{root}" in told.hint
    assert "[eap] certificates" in told.hint
    check_profile(scenario(eap_profile(25, INNER, "{root}")))
    check_profile(scenario(eap_profile(25, INNER, own.root.upper()), certificates=folder))
    assert "TrustedRootCA" in refused(scenario(strange, certificates=folder)).message


@pytest.mark.parametrize(
    ("names", "fits"),
    [
        ("radius.hil.test", True), ("{server}", True), ("a.example;RADIUS.hil.test", True),
        (r".*\.hil\.test", True), ("radius.example.org", False), ("[", False), ("", True),
    ],
)  # fmt: skip
def test_a_server_of_another_name_is_told_with_the_fix(names: str, fits: bool) -> None:
    """Names, or regular expressions; {server} is the run's."""
    listed = f"<ServerNames>{names}</ServerNames><TrustedRootCA>"
    profile = eap_profile(25, INNER, "{root}").replace("<TrustedRootCA>", listed)
    if fits:
        check_profile(scenario(profile))
        return
    told = refused(scenario(profile))
    assert f"a server named {names}" in told.message
    assert "radius.hil.test" in told.message
    assert "{server}" in told.hint
    check_profile(scenario(profile, server_name=names)) if names != "[" else None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"eap": {"method": "tls"}}, "EAP method 25 and [eap] has 'tls': method = 'peap-mschapv2'"),
        ({"eap": None, "network": {}}, "goes with a scenario that has [eap]"),
    ],
)
def test_a_profile_and_a_scenario_that_do_not_fit(changes: dict[str, Any], said: str) -> None:
    """Told by what is wanted."""
    data = {
        "name": "s", "summary": "x", "network": {"security": "wpa2-eap"},
        "eap": {"method": "peap-mschapv2"}, "ihv": {"profile": eap_profile(25, INNER)},
    }  # fmt: skip
    with pytest.raises(UsageError) as caught:
        validated({name: value for name, value in (data | changes).items() if value is not None},
                  Scenario, source="x.toml")  # fmt: skip
    assert said in caught.value.message


def test_root_and_server_are_of_802_1x_alone() -> None:
    """There is no RADIUS server to name in another network."""
    with pytest.raises(UsageError, match=r"\{root\} is of the RADIUS server"):
        validated({"name": "s", "summary": "x", "ihv": {"security": "<a>{root}</a>"}}, Scenario,
                  source="x.toml")  # fmt: skip


def test_intermediate_certificates_come_along(folder: Path, own: Credentials) -> None:
    """A chain in server.pem is taken whole; the authority at its end is no harm."""
    (folder / "server.pem").write_bytes(own.server_pem + own.ca_pem)
    found = credentials_of(Eap(method="peap-mschapv2", certificates=folder))
    assert found.server_pem == own.server_pem + own.ca_pem
    assert found.server_name == NAME
