# SPDX-License-Identifier: GPL-2.0-or-later
"""Which station on the air an adapter is, where several are associated at the same time.

Nothing the DLL is given names the adapter's own address. But an M1 that is handed to an adapter by
ReceivePacket is one that the air sent to some station, and no two M1 are alike: their ANonce is
random. So the air's digest of each M1 tells whose it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from harness.evidence import fields, names
from harness.evidence.calls import Call
from harness.evidence.model import AssociationEvidence, FrameRecord

DIGEST_CHARACTERS = 16
"""Of SHA-256 in hex, as the air writes it into M1's detail."""


def associated_stations(frames: Iterable[FrameRecord]) -> list[str]:
    """The stations whose association was answered, in that order."""
    answered = [frame.receiver for frame in frames if frame.kind == "assoc-resp"]
    return list(dict.fromkeys(answered))


def station_of(association: AssociationEvidence, calls: Iterable[Call]) -> str | None:
    """The station of the adapter that these calls are of; None if its M1 was not seen."""
    asked = {
        str(frame.detail["digest"]): frame.receiver
        for frame in association.frames
        if frame.kind == "M1" and "digest" in frame.detail
    }
    for call in calls:
        if call.function == names.RECEIVE_PACKET:
            found = asked.get(_digest(call) or "")
            if found is not None:
                return found
    return None


def _digest(call: Call) -> str | None:
    packet = fields.mapping(call.args, "pvInBuffer") or {}
    data = fields.text(packet, "data")
    try:
        payload = bytes.fromhex(data or "")
    except ValueError:
        return None
    return hashlib.sha256(payload).hexdigest()[:DIGEST_CHARACTERS]
