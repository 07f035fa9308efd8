# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference guest's certificate stores: where its 802.1X looks, closed to all but services."""

from __future__ import annotations

from pathlib import PureWindowsPath

from harness.eap import make_credentials, thumbprint
from harness.guests.reference.certificates import STORES, place_certificates


class FakeSsh:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.folders: list[PureWindowsPath] = []
        self.files: dict[PureWindowsPath, tuple[bytes, bool]] = {}

    def mkdir(self, target: PureWindowsPath) -> None:
        """See Ssh."""
        self.folders.append(target)

    def write(self, data: bytes, target: PureWindowsPath, *, private: bool = False) -> None:
        """See Ssh."""
        self.files[target] = (data, private)


def test_certificates_lie_under_their_thumbprints_and_are_private() -> None:
    """Root and My; all of it readable by the services alone."""
    ssh, credentials = FakeSsh(), make_credentials("me")
    place_certificates(ssh, credentials)  # type: ignore[arg-type]
    root, own = thumbprint(credentials.ca_pem), thumbprint(credentials.client_pem)
    assert ssh.folders == [STORES / "Root", STORES / "My"]
    assert ssh.files == {
        STORES / "Root" / f"{root}.pem": (credentials.ca_pem, True),
        STORES / "My" / f"{own}.pem": (credentials.client_pem, True),
        STORES / "My" / f"{own}.key": (credentials.client_key_pem, True),
    }
