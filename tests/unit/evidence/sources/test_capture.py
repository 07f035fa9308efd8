# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture alone is a source: its frames are those of the run, and nothing else is known.

The recording is of a run of the scenario plain with one association, whose passphrase was made for
it alone: its capture, and what its events say of the frames.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.checks import RULES, CheckLimits, Expectation, eapol_timing, evaluate
from harness.errors import UsageError
from harness.evidence import FrameRecord, RunEvidence
from harness.evidence.sources import CaptureFile, EvidenceSource
from harness.evidence.sources.capture import from_frames
from harness.run.judge import Judge
from hwsim.rc4_key import Rc4Key, rc4_key_pdu
from tests.unit.captures.writing import captured, data_frame, handshake

RECORDED = Path(__file__).parent / "recorded"
ON_AIR = Expectation(connected=None, messages=("M1", "M2", "M3", "M4"), protected=False)
"""What can be expected of the air alone."""


@pytest.fixture(scope="module")
def evidence() -> RunEvidence:
    """What the recorded capture gives."""
    source: EvidenceSource = CaptureFile(RECORDED / "air.pcapng")
    return source.read()


def known(frame: FrameRecord) -> tuple[object, ...]:
    """What a capture tells of a frame as the run does; what is encrypted stays data."""
    kind = "data" if frame.protected and frame.kind in ("arp", "icmp") else frame.kind
    return (
        kind, frame.direction, frame.transmitter, frame.receiver, frame.length, frame.retry,
        frame.protected, frame.replay_counter,
    )  # fmt: skip


def test_the_frames_are_those_of_the_run(evidence: RunEvidence) -> None:
    """Each one, in order, as the air told it while the run lasted."""
    lines = (RECORDED / "frames.jsonl").read_text("utf-8").splitlines()
    told = [FrameRecord.from_json(json.loads(line)) for line in lines]
    (association,) = evidence.associations
    assert [known(frame) for frame in association.frames] == [known(frame) for frame in told]
    gaps = [b.air_ns - a.air_ns for a, b in itertools.pairwise(told)]
    frames = association.frames
    assert [b.air_ns - a.air_ns for a, b in itertools.pairwise(frames)] == gaps


def test_rules_of_the_air_are_decided_and_no_other(evidence: RunEvidence) -> None:
    """Messages are seen; of all that needs the trace is said that evidence is missing."""
    found = evaluate(evidence, expect=ON_AIR)
    assert found.findings == ()
    assert "EXPECT-03" in found.held
    decided = set(found.checked)
    assert decided <= {"EXPECT-01", "EXPECT-03"}
    assert {item.rule for item in found.undecided} == RULES.keys() - decided
    assert all(item.lacking for item in found.undecided)


def test_what_is_absent_from_a_capture_blames_nobody(evidence: RunEvidence) -> None:
    """A handshake that is cut out of it may have gone on: the DLL fails nothing, MISS."""
    (association,) = evidence.associations
    first = next(place for place, one in enumerate(association.frames) if one.kind == "M1")
    cut = RunEvidence(
        evidence.trace,
        (replace(association, frames=association.frames[: first + 1]),),
        evidence.clock,
        evidence.damage,
    )
    (result,), found = Judge(CheckLimits(), ON_AIR).all(cut, {})
    assert not [item for item in found.findings if item.severity == "FAIL"]
    assert result.verdict == "MISS"


def test_the_air_is_measured(evidence: RunEvidence) -> None:
    """Figures of the air alone; none of the station's answers, whose delivery is not known."""
    (timing,) = eapol_timing(evidence.associations[0], evidence.clock)
    assert timing.station == "02:00:00:00:00:00"
    assert set(timing.values) == {"assoc_to_m1", "m2_to_m3", "handshake"}


@pytest.mark.parametrize("mic", [16, 24, 32])
def test_the_length_of_a_mic_is_seen(mic: int) -> None:
    """It moves the key data by whose presence M2 and M4 are told apart (IEEE 802.11-2020, 12.7.2);
    bytes behind the EAPOL frame are no part of it."""
    found = [
        captured(place, place, data_frame(pdu, down=place % 2 == 1) + bytes(4))
        for place, pdu in enumerate(handshake(mic), 1)
    ]
    (association,) = from_frames(found).associations
    kinds = [one.kind for one in association.frames]
    assert kinds == ["M1", "M2", "M3", "M4"]


def test_a_wep_key_that_is_handed_out_is_known() -> None:
    """By its descriptor type; no MIC is looked for in it."""
    pdu = rc4_key_pdu(Rc4Key(b"13 characters", 1, unicast=False), bytes(64), 7, bytes(16))
    frame = b"\x08\x02\0\0" + bytes(range(18)) + b"\0\0" + bytes.fromhex("aaaa03000000888e") + pdu
    (association,) = from_frames([captured(1, 1, frame)]).associations
    found = association.frames[0]
    assert (found.kind, found.direction, found.replay_counter) == ("rc4-key", "down", 7)


def test_no_capture_is_the_users_mistake(tmp_path: Path) -> None:
    """It is named."""
    with pytest.raises(UsageError, match="no such capture"):
        CaptureFile(tmp_path / "air.pcapng").read()


@pytest.mark.parametrize("size", [300, 1000])
def test_a_cut_capture_gives_what_it_has(tmp_path: Path, evidence: RunEvidence, size: int) -> None:
    """Never an exception; the frames before the cut are those of the whole."""
    path = tmp_path / "air.pcapng"
    path.write_bytes((RECORDED / "air.pcapng").read_bytes()[:size])
    found = CaptureFile(path).read()
    frames = [frame for one in found.associations for frame in one.frames]
    assert frames == list(evidence.associations[0].frames[: len(frames)])
    assert not [one for one in evaluate(found, expect=ON_AIR).findings if one.severity == "FAIL"]


def test_short_messages_of_a_stations_own_interface() -> None:
    """EAPOL-Start has four bytes, and EAP's success eight."""
    station, access_point = b"\2" * 6, b"\4" * 6
    sent = [
        (b"\2\1\0\0", (station, access_point)),
        (b"\2\0\0\4\3\7\0\4", (access_point, station)),
    ]
    found = [captured(n, n, pdu)._replace(ends=ends) for n, (pdu, ends) in enumerate(sent)]
    (association,) = from_frames(found).associations
    assert [(one.kind, one.direction) for one in association.frames] == [
        ("eapol-start", "up"), ("eap", "down"),
    ]  # fmt: skip


def test_four_addresses_do_not_tell_the_direction() -> None:
    """Both DS bits are set in either; the message tells."""
    frames = [
        data_frame(pdu, down=n % 2 == 0, sequence=n, flags=3, header=bytes(6))
        for n, pdu in enumerate(handshake())
    ]
    (association,) = from_frames(captured(n, n, one) for n, one in enumerate(frames)).associations
    assert [one.direction for one in association.frames] == ["down", "up"] * 2


def test_a_frame_between_nobody_and_nobody() -> None:
    """Zeros are no address; among two stations nothing is made up for it."""
    nobody = data_frame(b"", down=True)
    nobody = nobody[:4] + bytes(12) + nobody[16:]
    frames = [data_frame(handshake()[0], down=True), nobody]
    (association,) = from_frames(captured(n, n, one) for n, one in enumerate(frames)).associations
    assert association.frames[1].receiver == "00:00:00:00:00:00"
