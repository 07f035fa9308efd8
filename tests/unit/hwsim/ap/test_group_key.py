# SPDX-License-Identifier: GPL-2.0-or-later
"""The group key and its successor."""

from __future__ import annotations

from hwsim.ap.environment import ApEnvironment
from hwsim.ap.group_key import GroupKey
from hwsim.ciphers.suites import DATA_SUITES, INTEGRITY_SUITES


class Counted:
    """Random bytes that are told apart."""

    def __init__(self) -> None:
        self.calls = 0

    def random(self, size: int) -> bytes:
        """So many times the number of the call."""
        self.calls += 1
        return bytes((self.calls,)) * size


def group_key(*, integrity: str = "", cipher: str = "ccmp-128", beacons: bool = False) -> GroupKey:
    """A group key of ones; its successor is of twos. With an IGTK: one more of each."""
    environment: ApEnvironment = Counted()  # type: ignore[assignment]
    suites = DATA_SUITES[cipher], INTEGRITY_SUITES.get(integrity)
    return GroupKey(environment, *suites, beacons=beacons)


def test_the_kde_holds_identifier_and_key() -> None:
    """12.7.2, figure 12-35: type DD, length 22, OUI and type, key identifier, reserved, GTK."""
    key = group_key()
    assert key.kdes().hex() == "dd16000fac010100" + "01" * 16
    assert key.kdes(integrity=True) == key.kdes()


def test_stations_are_given_the_successor_before_it_is_used() -> None:
    """Under the other identifier, its packet number from 0; the old key sends until the switch."""
    key = group_key()
    key.tx_pn = 7
    key.prepare()
    assert key.newest == (2, b"\2" * 16, 0)
    assert (key.key_id, key.tx_pn) == (1, 7)
    key.switch()
    assert (key.key_id, key.gtk, key.tx_pn, key.cipher.key_id) == (2, b"\2" * 16, 0, 2)
    key.switch()
    assert key.key_id == 2


def test_the_integrity_key_goes_with_the_group_key() -> None:
    """12.7.2, figure 12-40: identifier 4 or 5, packet number last sent, IGTK; new at a rekey."""
    key = group_key(integrity="bip-cmac-128")
    assert key.bip is not None
    key.bip.tx_pn = 0x0102
    igtk = "dd1c000fac090400020100000000" + "02" * 16
    assert key.kdes(integrity=True).hex() == "dd16000fac010100" + "01" * 16 + igtk
    assert key.kdes().hex() == "dd16000fac010100" + "01" * 16
    key.prepare()
    renewed = "dd16000fac010200" + "03" * 16 + "dd1c000fac090500000000000000" + "04" * 16
    assert key.kdes(integrity=True).hex() == renewed
    assert key.bip.key_id == 4
    key.switch()
    assert (key.bip.key_id, key.bip.tx_pn) == (5, 0)


def test_keys_are_as_long_as_their_ciphers_want() -> None:
    """Group key and integrity key, at first and after a rekey."""
    key = group_key(cipher="gcmp-256", integrity="bip-gmac-256")
    for first in (1, 3):
        gtk, igtk = key.kdes(integrity=True)[8:40], key.kdes(integrity=True)[54:]
        assert (gtk, igtk) == (bytes((first,)) * 32, bytes((first + 1,)) * 32)
        key.prepare()
        key.switch()


def test_the_key_of_beacons_goes_with_the_others() -> None:
    """12.7.2, figure 12-45: identifier 6 or 7, packet number last sent, BIGTK; new at a rekey."""
    key = group_key(integrity="bip-cmac-128", beacons=True)
    beacon = b"\x80\0" + bytes(40)
    protected = key.protected_beacon(beacon)
    assert protected[: len(beacon) + 10] == beacon + bytes.fromhex("4c100600010000000000")
    bigtk = "dd1c000fac0e0600010000000000" + "03" * 16
    assert key.kdes(integrity=True).hex().endswith(bigtk)
    key.prepare()
    assert key.kdes(integrity=True).hex().endswith("dd1c000fac0e0700000000000000" + "06" * 16)
    assert key.protected_beacon(beacon)[-16:-14] == b"\x06\0"
    key.switch()
    assert key.protected_beacon(beacon)[-16:-8] == bytes.fromhex("0700010000000000")


def test_beacons_are_as_they_are_without_a_key_for_them() -> None:
    """Whether management frames are protected or not."""
    for integrity in ("", "bip-cmac-128"):
        assert group_key(integrity=integrity).protected_beacon(b"\x80") == b"\x80"
