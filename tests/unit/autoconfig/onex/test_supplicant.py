# SPDX-License-Identifier: GPL-2.0-or-later
"""wpa_supplicant's configuration of an authentication."""

from __future__ import annotations

from pathlib import Path

import pytest
from autoconfig.onex.supplicant import CertificateMissing, CertificateStores, supplicant_config
from autoconfig.profile.eap import EapMethod, EapUser

from tests.unit.autoconfig.texts import OWN, ROOT


@pytest.fixture
def stores(tmp_path: Path) -> CertificateStores:
    """Stores with the root and the user's certificate."""
    for name in (f"Root/{ROOT}.pem", f"My/{OWN}.pem", f"My/{OWN}.key"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    return CertificateStores(tmp_path)


def test_configuration_of_peap(stores: CertificateStores) -> None:
    """Strings are in hex, so no quote or newline in a password can add a line."""
    evil = 'p"\n}\nctrl_interface=/tmp'
    text = supplicant_config(EapMethod(25, (ROOT,)), EapUser(25, "me", password=evil), stores)
    assert "ctrl_interface" not in text
    assert f"password={evil.encode().hex()}\n" in text
    assert "eap=PEAP\n" in text
    assert 'phase1="peapver=0"\n' in text


def test_configuration_of_tls(stores: CertificateStores) -> None:
    """Certificate and key of the store My, the root of the store Root."""
    text = supplicant_config(EapMethod(13, (ROOT,)), EapUser(13, "me", certificate=OWN), stores)
    paths = [str(stores.folder / name) for name in (f"Root/{ROOT}.pem", f"My/{OWN}.key")]
    assert all(path.encode().hex() in text for path in paths)
    assert "password" not in text


def test_configuration_of_ttls(stores: CertificateStores) -> None:
    """What is inside as the profile says, and the name before the tunnel if there is another."""
    method = EapMethod(21, (ROOT,), inner="auth=PAP", anonymous="nobody")
    text = supplicant_config(method, EapUser(21, "me", password="p"), stores)
    assert "eap=TTLS\n" in text
    assert 'phase2="auth=PAP"\n' in text
    assert f"anonymous_identity={b'nobody'.hex()}\n" in text
    assert "phase1" not in text


def test_the_server_is_validated_as_the_profile_says(stores: CertificateStores) -> None:
    """Any root of the store, names that are names, or nothing at all."""
    user = EapUser(25, "me", password="p")
    root = f"ca_cert={str(stores.folder / 'Root' / f'{ROOT}.pem').encode().hex()}\n"
    assert root in supplicant_config(EapMethod(25), user, stores)
    named = EapMethod(25, (ROOT,), server_names=("a.example", "b.example"))
    assert f"domain_match={b'a.example;b.example'.hex()}\n" in supplicant_config(
        named, user, stores
    )
    pattern = EapMethod(25, (ROOT,), server_names=(r".*\.example",))
    assert "domain_match" not in supplicant_config(pattern, user, stores)
    text = supplicant_config(EapMethod(25, (OWN,), validates_server=False), user, stores)
    assert "ca_cert" not in text


def test_missing_certificates_are_told(stores: CertificateStores) -> None:
    """A thumbprint without a file."""
    with pytest.raises(CertificateMissing):
        supplicant_config(EapMethod(13, (OWN,)), EapUser(13, "me", certificate=OWN), stores)
    with pytest.raises(CertificateMissing):
        supplicant_config(EapMethod(13, (ROOT,)), EapUser(13, "me", certificate=ROOT), stores)
