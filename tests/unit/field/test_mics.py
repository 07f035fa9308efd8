# SPDX-License-Identifier: GPL-2.0-or-later
"""Verdicts on MICs: on captures of stations that have no code of ours, and on damaged ones."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.captures import CapturedFrame, open_capture
from harness.field.conversations import Conversations
from harness.field.mics import MOST_KEYS, _Judge, judge_mics
from harness.field.model import Message
from harness.field.secrets import Secrets, read_secrets
from hwsim.ap.security.key_suite import HMAC_SHA1
from tests.unit.captures.writing import BSSID, STATION
from tests.unit.field.talk import M1, M2, M3, M4, Talk
from tests.unit.hwsim.ap.security.test_owe import OweStation, OweStation20, OweStation21
from tests.unit.hwsim.ap.security.test_psk_sha256 import Sha256Station
from tests.unit.hwsim.ap.security.test_wpa import STATIONS as WPA
from tests.unit.hwsim.conftest import AirProcess
from tests.unit.hwsim.ft_station import FtStation
from tests.unit.hwsim.sae_station import SaeStation
from tests.unit.hwsim.soft_station import SoftStation
from tests.unit.hwsim.test_air_ciphers import Ccmp256Station

MODES: list[tuple[type[SoftStation], dict[str, Any], str]] = [
    (SoftStation, {}, ""),
    (Ccmp256Station, {"pairwise_ciphers": ["ccmp-256"]}, ""),
    (Sha256Station, {"security": "wpa2-psk-sha256"}, ""),
    (SaeStation, {"security": "wpa3-sae"}, ""),
    (OweStation, {"security": "owe"}, ""),
    (OweStation20, {"security": "owe"}, ""),
    (OweStation21, {"security": "owe"}, ""),
    (FtStation, {"security": "wpa2-ft-psk"}, ""),
    *((kind, {"security": name, **ciphers}, offered) for name, ciphers, kind, offered in WPA),
]
PMK = bytes(range(32))
PSK: list[tuple[type[SoftStation], dict[str, Any], str]] = [(SoftStation, {}, "")]


def capture(
    folder: Path, modes: Sequence[tuple[type[SoftStation], dict[str, Any], str]]
) -> tuple[Path, Secrets]:
    """What the air recorded of stations that associate in those modes, one after the other, and
    the PMKs that they have."""
    process = AirProcess(folder)
    pmks: list[bytes] = []
    try:
        for kind, network, offered in modes:
            process.on_air(**network)
            station = process.station(kind=kind)
            station.offered = bytes.fromhex(offered) or station.offered
            join(station)
            pmks.append(station.pmk)
            assert process.client.state("authorized")
            process.reset()
        process.leave()
    finally:
        process.close()
    return process.run_dir, Secrets(pmks=tuple(pmks))


def join(station: SoftStation) -> None:
    """Associate; with OWE M1 carries more than the usual way looks for."""
    if not isinstance(station, OweStation):
        station.join()
        return
    station.authenticate()
    station.associate()
    station.m2(station.key_message())
    message = station.key_message()
    while message.name == "M1":  # sent again, since the answer took its time
        message = station.key_message()
    station.m4(message)


def verdicts(frames: Sequence[CapturedFrame], secrets: Secrets) -> list[Message]:
    """The EAPOL-Key messages of the one conversation in these frames, judged."""
    known = Conversations()
    known.take(frames)
    (one,) = known.found.values()
    judge_mics(one, known.access_points.get(one.access_point), secrets)
    return [message for message in one.messages if message.counter is not None]


def read(folder: Path) -> list[CapturedFrame]:
    """The frames that a folder's capture has."""
    with open_capture(folder / "air.pcapng") as reader:
        return list(reader.frames())


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Secrets]:
    """A capture of one association, and its key."""
    return capture(tmp_path_factory.mktemp("psk"), PSK)


@pytest.fixture
def frames(captured: tuple[Path, Secrets]) -> list[CapturedFrame]:
    """Its frames."""
    return read(captured[0])


@pytest.fixture
def secrets(captured: tuple[Path, Secrets]) -> Secrets:
    """Its key."""
    return captured[1]


def test_stations_of_each_mode_are_right(tmp_path: Path) -> None:
    """One after the other, in one capture."""
    run, pmks = capture(tmp_path, MODES)
    found = verdicts(read(run), pmks)
    four = [("M1", "none"), ("M2", "right"), ("M3", "right"), ("M4", "right")]
    told = [(one.kind, one.mic) for one in found if one.kind[0] == "M"]
    assert [one for one, _ in itertools.groupby(told)] == four * len(MODES)
    assert {one.mic for one in found if one.kind[0] == "G"} <= {"right"}


def test_a_message_that_was_changed_is_wrong(frames: list[CapturedFrame], secrets: Secrets) -> None:
    """That one, and no other."""
    place = next(n for n, one in enumerate(frames) if b"\x88\x8e" in one.frame[30:34])
    changed = []
    for n, one in enumerate(frames):
        frame = one.frame[:-1] + bytes((one.frame[-1] ^ 1,)) if n == place + 2 else one.frame
        changed.append(one._replace(frame=frame))
    found = [(one.kind, one.mic) for one in verdicts(changed, secrets)]
    assert found[:4] == [("M1", "none"), ("M2", "right"), ("M3", "wrong"), ("M4", "right")]


@pytest.mark.parametrize("missing", ["M1", "M2", "M3", "M4"])
def test_a_message_that_was_not_captured(
    frames: list[CapturedFrame], secrets: Secrets, missing: str
) -> None:
    """The others are judged by what is there: M3 has the nonce of M1; without M2 nobody knows."""
    gone = next(one.number for one in verdicts(frames, secrets) if one.kind == missing)
    left = [one for one in frames if one.number != gone]
    found = {one.kind: one.mic for one in verdicts(left, secrets) if one.kind[0] == "M"}
    verdict = "unknown" if missing == "M2" else "right"
    assert {kind: mic for kind, mic in found.items() if kind != "M1"} == dict.fromkeys(
        {"M2", "M3", "M4"} - {missing}, verdict
    )


def test_the_keys_beside_a_capture_do(captured: tuple[Path, Secrets]) -> None:
    """As the air has written them."""
    keys = read_secrets(captured[0] / "air.keys")
    assert {one.mic for one in verdicts(read(captured[0]), keys)} == {"none", "right"}


def test_without_a_key_nothing_is_said(frames: list[CapturedFrame]) -> None:
    """Nor with the key of another network; with a wrong one of this network all are wrong."""
    elsewhere = Secrets(passphrases=((b"correct horse", b"elsewhere"),))
    for given, verdict in (
        (Secrets(), "unknown"),
        (elsewhere, "unknown"),
        (Secrets(pmks=(bytes(32),)), "wrong"),
        (Secrets(passphrases=((b"correct horse", None),)), "right"),
    ):
        found = {one.mic for one in verdicts(frames, given) if one.kind != "M1"}
        assert found == {verdict}


def signed(pdu: bytes, nonces: tuple[bytes, bytes], *, down: bool, pmk: bytes = PMK) -> bytes:
    """The PDU with its sender's nonce, and the MIC that both nonces make."""
    anonce, snonce = nonces
    pdu = pdu[:17] + (anonce if down else snonce) + pdu[49:81] + bytes(16) + pdu[97:]
    kck = HMAC_SHA1.derive_ptk(pmk, BSSID, STATION, anonce, snonce, 16).kck
    return pdu[:81] + HMAC_SHA1.mic(kck, pdu) + pdu[97:]


def test_each_of_many_handshakes_has_nonces_of_its_own() -> None:
    """Without an association between them, as the station's own interface shows them."""
    talk = Talk()
    for number in range(12):
        nonces = bytes((1, number)) * 16, bytes((2, number)) * 16
        talk.key(M1[:17] + nonces[0] + M1[49:], down=True)
        for pdu, down in ((M2, False), (M3, True), (M4, False)):
            talk.key(signed(pdu, nonces, down=down), down=down)
    found = verdicts(talk.frames, Secrets(pmks=(PMK,)))
    assert [one.mic for one in found] == ["none", "right", "right", "right"] * 12
    without_m1 = [one for n, one in enumerate(talk.frames) if n % 4]
    assert {one.mic for one in verdicts(without_m1, Secrets(pmks=(PMK,)))} == {"right"}


def test_a_flood_of_wrong_messages_costs_so_much_each() -> None:
    """The nonces that are tried for one do not grow with their number."""
    talk = Talk().key(M1[:17] + bytes(31) + b"\1" + M1[49:], down=True)
    for number in range(1, 600):
        nonces = number.to_bytes(32, "big"), number.to_bytes(32, "big")
        talk.key(signed(M2, nonces, down=False, pmk=bytes(32)), down=False)
    one = talk.conversation()
    judge = _Judge(one, None, Secrets(pmks=(PMK,)))
    for message in one.messages:
        judge.see(message)
    judge.judge()
    assert len(judge._kcks) <= MOST_KEYS
    assert {message.mic for message in one.messages[1:]} == {"wrong"}
