# SPDX-License-Identifier: GPL-2.0-or-later
"""A correct DLL on an undisturbed air: nothing is found, and everything has been seen."""

from __future__ import annotations

import hmac
import json
import re
from pathlib import Path

import pytest
from scapy.utils import RawPcapNgReader

from tests.vm.standing import ScenarioResult, StandingLab

ASSOCIATIONS = 5

EAPOL = bytes.fromhex("aaaa03000000888e")
KEY_PACKET = bytes([2, 3])
"""Version and packet type of an EAPOL-Key PDU (IEEE 802.1X-2010 11.3)."""
"""LLC/SNAP of EAPOL, and its protocol version (IEEE 802.1X-2004)."""


@pytest.fixture(scope="module")
def outcome(lab: StandingLab) -> ScenarioResult:
    """Some associations of the sample DLL."""
    return lab.associate("plain", associations=ASSOCIATIONS)


def test_it_passes_without_findings(outcome: ScenarioResult) -> None:
    """Verdict PASS, and not so much as a warning."""
    assert [str(finding) for finding in outcome.findings] == []
    assert outcome.verdict == "PASS"
    assert len(outcome.associations) == ASSOCIATIONS


def test_the_handler_ran_and_completed_as_documented(outcome: ScenarioResult) -> None:
    """Called, ERROR_SUCCESS, one completion, asynchronous, win32_error 0 — in each association."""
    for association in outcome.associations:
        post = association.post_association
        assert (post.called, post.return_code, post.completions) == (True, 0, 1)
        assert (post.win32_error, post.reason_code, post.asynchronous) == (0, 0, True)


def test_the_four_messages_crossed_the_air(outcome: ScenarioResult) -> None:
    """One each of M1 to M4, nothing retransmitted."""
    for association in outcome.associations:
        assert association.messages == {"M1": 1, "M2": 1, "M3": 1, "M4": 1}
        assert association.retries == {"m1": 0, "m3": 0}


def test_protected_data_flows_both_ways(outcome: ScenarioResult) -> None:
    """ARP and ICMP echo, CCMP-protected in both directions, are answered."""
    for association in outcome.associations:
        assert association.echo is not None
        assert (association.echo.sent, association.echo.answered) == (1, 1)
        assert association.echo.arp
        assert association.echo.protected


def test_every_timing_figure_was_measured(outcome: ScenarioResult) -> None:
    """All figures of an association are there, and those of one clock carry no uncertainty; the
    air's beside the station's are never the shorter ones."""
    for association in outcome.associations:
        assert set(association.timing_us) == {
            "assoc_to_m1", "m1_to_m2", "m2_to_m3", "m3_to_m4", "handshake", "assoc_to_handler",
            "handler", "handler_to_completion", "m4_to_completion", "completion_to_data",
            "m1_to_m2_air", "m3_to_m4_air",
        }  # fmt: skip
        assert not {"m1_to_m2", "m2_to_m3", "m3_to_m4"} & set(association.timing_uncertainty_us)
        for name in ("m1_to_m2", "m3_to_m4"):
            assert association.timing_us[f"{name}_air"] >= association.timing_us[name]


def test_handler_time_lies_within_the_association(outcome: ScenarioResult) -> None:
    """Radio port and trace are on one clock: M1 comes after the association response, the handler
    is entered after it too, and the completion comes after M4."""
    for association in outcome.associations:
        timing = association.timing_us
        assert timing["assoc_to_handler"] > 0
        assert timing["m4_to_completion"] > 0
        assert timing["completion_to_data"] > 0


def test_no_secret_is_in_the_evidence(lab: StandingLab, outcome: ScenarioResult) -> None:
    """Passphrase, every PMK and the keys of every association appear nowhere but in the capture's
    own key file, neither as text nor as bytes."""
    assert outcome.verdict == "PASS"
    listed = re.findall(
        r'^"wpa-psk","([0-9a-f]{64})"$', (lab.folder / "air.keys").read_text(), re.M
    )
    pmks = [bytes.fromhex(key) for key in listed]
    assert pmks
    transient = [
        key for handshake in handshakes(lab.folder) for pmk in pmks for key in keys(pmk, *handshake)
    ]
    assert len(transient) >= 3 * ASSOCIATIONS
    secrets = [lab.passphrase.encode(), *pmks, *transient]
    for path in files(lab.folder):
        if path.name != "air.keys":
            content = path.read_bytes().lower()
            for secret in secrets:
                assert secret.lower() not in content, path
                assert secret.hex().encode() not in content, path


def test_the_events_are_json_lines(lab: StandingLab, outcome: ScenarioResult) -> None:
    """events.jsonl can be read by anyone: one object a line, each with the host's time."""
    assert outcome.associations
    lines = (lab.folder / "events.jsonl").read_text().splitlines()
    assert lines
    assert all(isinstance(json.loads(line)["host_ns"], int) for line in lines)


def handshakes(folder: Path) -> list[tuple[bytes, bytes, bytes, bytes]]:
    """AP, station, ANonce and the EAPOL PDU of M2, of every M1 answered in the capture."""
    found, asked = [], None
    with RawPcapNgReader(str(folder / "air.pcapng")) as capture:
        for packet, *_ in capture:
            at = packet.find(EAPOL + KEY_PACKET)
            if at < 0:
                continue
            mac = packet[int.from_bytes(packet[2:4], "little") :]  # after radiotap
            body = packet[at + len(EAPOL) :]
            info, nonce = int.from_bytes(body[5:7], "big"), body[17:49]
            if info & 0x0180 == 0x0080:  # Ack without MIC: M1
                asked = nonce
            elif info & 0x0180 == 0x0100 and any(nonce) and asked:  # MIC without Ack: M2
                size = 4 + int.from_bytes(body[2:4], "big")
                found.append((mac[4:10], mac[10:16], asked, body[:size]))
    return found


def keys(pmk: bytes, ap: bytes, station: bytes, anonce: bytes, m2: bytes) -> list[bytes]:
    """KCK, KEK and TK of a handshake (IEEE 802.11-2020 12.7.1.3, PRF-384); none where the MIC says
    that it was made with another PMK."""
    snonce = m2[17:49]
    label = b"Pairwise key expansion\0"
    data = min(ap, station) + max(ap, station) + min(anonce, snonce) + max(anonce, snonce)
    blocks = [hmac.digest(pmk, label + data + bytes([count]), "sha1") for count in range(3)]
    ptk = b"".join(blocks)
    unsigned = m2[:81] + bytes(16) + m2[97:]
    if hmac.digest(ptk[0:16], unsigned, "sha1")[:16] != m2[81:97]:
        return []
    return [ptk[0:16], ptk[16:32], ptk[32:48]]


def files(folder: Path) -> list[Path]:
    """All files below a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]
