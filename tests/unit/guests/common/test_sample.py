# SPDX-License-Identifier: GPL-2.0-or-later
"""sample.ini is beside the DLL while the service runs with a fault of its own, else not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PureWindowsPath
from typing import cast

import pytest

from harness.errors import PeerGone
from harness.faults import FAULTS
from harness.guests.common.sample import fault_in_place, settings
from harness.guests.common.ssh import Ssh
from tests.unit.guests.common.test_recorder import VENDOR, FakeSsh

PLACE = PureWindowsPath(r"C:\drivers\ihvsample\sample.ini")
OF_SERVICE = replace(FAULTS["crashes"], name="of-the-service", where="service")


def test_a_fault_of_the_service_is_written_and_removed() -> None:
    """The DLL reads it when the service starts; the next run finds none."""
    guest = FakeSsh()
    with fault_in_place(cast(Ssh, guest), OF_SERVICE, VENDOR):
        assert guest.files[PLACE] == b"[sample]\r\nfault=of-the-service\r\n" == settings(OF_SERVICE)
    assert PLACE not in guest.files


@pytest.mark.parametrize("fault", [None, FAULTS["crashes"]])
def test_any_other_needs_no_file(fault: None) -> None:
    """A fault of one connection stands in the profile."""
    guest = FakeSsh()
    with fault_in_place(cast(Ssh, guest), fault, VENDOR):
        assert guest.done == []


def test_a_guest_that_is_gone_is_left() -> None:
    """What broke is told, not that the file could not be removed."""
    guest = FakeSsh()

    def die(place: PureWindowsPath) -> None:
        raise PeerGone("SSH of the guest", 1, "closed")

    guest.remove = die  # type: ignore[method-assign]
    with fault_in_place(cast(Ssh, guest), OF_SERVICE, VENDOR):
        pass
