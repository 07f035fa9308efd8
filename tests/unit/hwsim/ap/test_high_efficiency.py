# SPDX-License-Identifier: GPL-2.0-or-later
"""6 GHz: the elements there, field by field, and what other bands tell of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hwsim.ap import templates
from hwsim.ap.high_efficiency import he_elements, reduced_neighbour_report, short_ssid
from hwsim.ap.network import Network
from hwsim.frames import elements
from tests.unit.hwsim.ap.environment import mode_of
from tests.unit.hwsim.ap.test_templates import network

OTHER = bytes.fromhex("02484a4c0502")


def in_6ghz(channel: int = 5975) -> Network:
    """A network there."""
    base = replace(network(), security="wpa3-sae", pmf="required", wmm=True)
    return replace(base, channel=channel, bssid=OTHER)


def extensions(body: bytes) -> dict[int, bytes]:
    """The extended elements by their identifier."""
    return {one[2]: one[3:] for found, one in elements(body) if found == 255}


def test_he_elements() -> None:
    """Capabilities of 21 bytes (9.4.2.247), an operation with the information of 6 GHz, and the
    band's capabilities."""
    found = extensions(he_elements(in_6ghz()))
    assert list(found) == [35, 36, 59]
    assert (len(found[35]), found[35][17:].hex()) == (21, "fefffeff")
    operation = found[36]
    parameters = int.from_bytes(operation[:3], "little")
    assert parameters >> 17 & 1  # 6 GHz Operation Information Present
    assert not parameters >> 14 & 3  # neither VHT operation nor co-hosted BSS
    assert operation[4:6] == b"\xfc\xff"
    primary, control, first, second, rate = operation[6:]
    assert (primary, control, first, second, rate) == (5, 0, 5, 0, 6)
    assert found[59] == b"\0\x06"


def test_frames_there() -> None:
    """Rates of OFDM, and neither a DS parameter set nor ERP; WMM, without which there is no HE."""
    there = in_6ghz()
    security = mode_of(there)
    head, last = templates.beacon(there, security)
    for body in (head[36:] + last, templates.association_response(there, security)[30:]):
        found = [identifier for identifier, _ in elements(body)]
        assert not {3, 42, 50} & set(found)
        assert list(extensions(body)) == [35, 36, 59]
        assert 221 in found


def test_a_reduced_neighbour_report() -> None:
    """Each access point of 6 GHz once, with its short SSID; nothing else is told of, and nothing in
    6 GHz itself."""
    here, there = network(), in_6ghz()
    told = reduced_neighbour_report(here, [there, replace(here, channel=36)])
    assert told[:6] == bytes.fromhex("c911000d8305")
    assert told[6:] == b"\xff" + OTHER + short_ssid(b"hil") + b"\x52\x7f"
    assert reduced_neighbour_report(here, [here]) == b""
    assert reduced_neighbour_report(there, [there]) == b""


@pytest.mark.parametrize(("name", "short"), [(b"123456789", "2639f4cb"), (b"", "00000000")])
def test_short_ssids(name: bytes, short: str) -> None:
    """The check value of CRC-32, lowest byte first."""
    assert short_ssid(name).hex() == short
