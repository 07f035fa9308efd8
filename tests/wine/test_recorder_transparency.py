# SPDX-License-Identifier: GPL-2.0-or-later
"""recorder.dll changes nothing of what passes through it.

The same script of calls is played with and without it. Each end notes what it gives and gets:
arguments to the bit, thread, last error both ways, floating point control both ways, alignment of
the stack, result, what out parameters hold, exceptions, and every byte of every buffer.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.wine.conftest import PlayProbe
from tests.wine.probe import WILD, Argument, At, Guid, Narrow, Script, Wide
from tests.wine.structures import CASES, SESSION
from tests.wine.structures import GUID as GUID_OF_REQUEST

GUID = bytes(range(16))
SIGNATURES = {
    "Dot11ExtIhvDeinitService": "",
    "Dot11ExtIhvInitAdapter": "php",
    "Dot11ExtIhvDeinitAdapter": "h",
    "Dot11ExtIhvPerformPreAssociate": "hhppppp",
    "Dot11ExtIhvAdapterReset": "h",
    "Dot11ExtIhvPerformPostAssociate": "hhpdp",
    "Dot11ExtIhvStopPostAssociate": "hpd",
    "Dot11ExtIhvValidateProfile": "hpppp",
    "Dot11ExtIhvPerformCapabilityMatch": "hppppp",
    "Dot11ExtIhvCreateDiscoveryProfiles": "hdpppp",
    "Dot11ExtIhvProcessSessionChange": "dp",
    "Dot11ExtIhvReceiveIndication": "hddp",
    "Dot11ExtIhvReceivePacket": "hdp",
    "Dot11ExtIhvSendPacketCompletion": "h",
    "Dot11ExtIhvIsUIRequestPending": "gp",
    "Dot11ExtIhvProcessUIResponse": "gdp",
    "Dot11ExtIhvQueryUIRequest": "hdp",
    "Dot11ExtIhvOnexIndicateResult": "hdp",
    "Dot11ExtIhvControl": "hdpdpp",
    "Dot11ExtAllocateBuffer": "dp",
    "Dot11ExtFreeBuffer": "h",
    "Dot11ExtSetProfileCustomUserData": "hhddp",
    "Dot11ExtGetProfileCustomUserData": "hhdpp",
    "Dot11ExtSetCurrentProfile": "hhpp",
    "Dot11ExtSendUIRequest": "hp",
    "Dot11ExtPreAssociateCompletion": "hhdd",
    "Dot11ExtPostAssociateCompletion": "hhpdd",
    "Dot11ExtSendNotification": "hp",
    "Dot11ExtSendPacket": "hdph",
    "Dot11ExtSetEtherTypeHandling": "hddpdp",
    "Dot11ExtSetAuthAlgorithm": "hd",
    "Dot11ExtSetUnicastCipherAlgorithm": "hd",
    "Dot11ExtSetMulticastCipherAlgorithm": "hd",
    "Dot11ExtSetDefaultKey": "hpd",
    "Dot11ExtSetKeyMappingKey": "hp",
    "Dot11ExtSetDefaultKeyId": "hd",
    "Dot11ExtNicSpecificExtension": "hdppp",
    "Dot11ExtSetExcludeUnencrypted": "hd",
    "Dot11ExtStartOneX": "hp",
    "Dot11ExtStopOneX": "h",
    "Dot11ExtProcessSecurityPacket": "hdp",
    "Dot11ExtRequestVirtualStation": "hp",
    "Dot11ExtReleaseVirtualStation": "hp",
    "Dot11ExtQueryVirtualStationProperties": "hppp",
    "Dot11ExtSetVirtualStationAPProperties": "hhdpp",
}
"""Of every handler and framework function: h handle, p pointer, d 32 bits, g GUID by value."""

OUTS = {
    "Dot11ExtIhvInitAdapter": {2: 8},
    "Dot11ExtIhvPerformPreAssociate": {6: 4},
    "Dot11ExtIhvValidateProfile": {4: 4},
    "Dot11ExtIhvPerformCapabilityMatch": {5: 4},
    "Dot11ExtIhvCreateDiscoveryProfiles": {4: 16, 5: 4},
    "Dot11ExtIhvIsUIRequestPending": {1: 4},
    "Dot11ExtIhvQueryUIRequest": {2: 8},
    "Dot11ExtIhvControl": {4: 16, 5: 4},
    "Dot11ExtAllocateBuffer": {1: 8},
    "Dot11ExtGetProfileCustomUserData": {3: 4, 4: 8},
    "Dot11ExtNicSpecificExtension": {3: 4, 4: 16},
    "Dot11ExtQueryVirtualStationProperties": {1: 4, 2: 16},
}
"""Out parameters by their place, with their size in bytes."""


def arguments(script: Script, kinds: str, how: str) -> list[Argument]:
    """Values with every bit in use; pointers to a block each, NULL, or wild."""
    given: list[Argument] = []
    for place, kind in enumerate(kinds):
        if kind == "h":
            given.append(Wide(0xFEDC_BA98_7654_3210 + place))
        elif kind == "d":
            given.append(Narrow(0xFFFF_FF00 + place if how == "wild" else 16 + place))
        elif kind == "g":
            given.append(Guid(GUID))
        elif how == "blocks":
            given.append(At(script.block(bytes(range(place, place + 128)))))
        else:
            given.append(Wide(0 if how == "null" else WILD + place))
    return given


def everything() -> Iterator[tuple[str, str, int, tuple[str, ...]]]:
    """Each function with each kind of pointer, succeeding, failing, raising; on either thread."""
    for function in SIGNATURES:
        for how in ("null", "blocks", "wild"):
            written: tuple[str, ...] = ()
            if how == "blocks":
                outs = OUTS.get(function, {}).items()
                written = tuple(f"o {place} {'a5' * size}" for place, size in outs)
            yield function, how, 1168, ("x",)
            yield function, how, 0, written
            yield function, how, 0, (*written, "t")
            yield function, how, 0x80004005, ()


@pytest.fixture(scope="module")
def script() -> Script:
    """All of it, and the structures as they are handed over in truth."""
    made = Script()
    for function, how, answer, before in everything():
        given = arguments(made, SIGNATURES[function], how)
        made.call(function, answer, *given, before=before)
    for case in CASES:
        made.call(case.function, case.answer, *case.arguments)
    return made


def test_nothing_differs(script: Script, play_probe: PlayProbe) -> None:
    """With the recorder every call comes through as without it: the hosts' reports are equal."""
    direct = play_probe(script, recorder=False)
    recorded = play_probe(script)
    assert len(script.calls) == len(SIGNATURES) * 12 + len(CASES)
    assert direct.output == [f"ok {name}" for name in script.calls]
    assert recorded.output == direct.output
    assert recorded.code == direct.code == 0


@pytest.mark.parametrize("recorder", [False, True])
def test_the_comparison_can_fail(play_probe: PlayProbe, recorder: bool) -> None:
    """A callee that does other than it was told is noticed, with and without the recorder."""
    script = Script()
    block = At(script.block(bytes(8)))
    before = ("o 1 0102", "m")
    script.call("Dot11ExtIhvProcessSessionChange", 0, Narrow(1), block, before=before)
    (said,) = play_probe(script, recorder=recorder).output
    assert said == (
        "differs: result, last error returned, floating point returned, buffer "
        "in Dot11ExtIhvProcessSessionChange"
    )


def test_good_input_raises_nothing(play_probe: PlayProbe) -> None:
    """No exception is raised on the way, not even a handled one: a vendor's vectored handler that
    takes every fault for a crash would see it. Nor where memory is gone that may be."""
    script = Script()
    for case in CASES:
        script.call(case.function, case.answer, *case.arguments)
    completed = ("Dot11ExtIhvSendPacketCompletion", 0, Wide(0x77))
    script.call(*completed)  # of the packet among the cases, which is freed
    script.call("Dot11ExtPreAssociateCompletion", 0, *(Wide(0x5000), SESSION), Narrow(0), Narrow(0))
    script.call("Dot11ExtIhvProcessUIResponse", 0, Guid(GUID_OF_REQUEST), Narrow(0), Wide(0))
    script.lines.append("e")
    played = play_probe(script)
    assert played.output == [*(f"ok {name}" for name in script.calls), "0 exceptions"]
    answers = len(CASES)
    assert played.call(answers)[0]["args"]["buffer"] == "unreadable"
    assert played.call(answers + 1)[1]["out"]["inputs"] == "gone"
    assert played.call(answers + 2)[0]["args"]["request"] != "unchanged"


def test_every_call_is_recorded(script: Script, play_probe: PlayProbe) -> None:
    """What came through unchanged was recorded all the same; what raised has ended, unwound."""
    records = play_probe(script).records
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    entered = {record["call"]: record for record in records if record["kind"] == "enter"}
    returned = {record["call"]: record for record in records if record["kind"] == "return"}
    names = [record["function"] for record in entered.values()]
    assert names[3:] == script.calls
    raised = [record["call"] for record in returned.values() if record.get("unwound")]
    assert len(raised) == len(SIGNATURES) * 3
    assert entered.keys() == returned.keys()
