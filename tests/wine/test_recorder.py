# SPDX-License-Identifier: GPL-2.0-or-later
"""recorder.dll: the trace holds every call with its values, no secret, and nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.checks import Evaluation, evaluate
from harness.evidence import ClockModel, RunEvidence, parse_trace
from tests.wine.access_point import RSNE, STATION_MAC, pmk_of
from tests.wine.conftest import Recorder, StartHost
from tests.wine.peer import AP_TEXT, HostGone, HostPeer, fragment, profile_args

MakeRecorder = Callable[[Path], Recorder]
POST = "Dot11ExtIhvPerformPostAssociate"
PASSPHRASE = "correct horse"


def read(recorder: Recorder) -> list[dict[str, Any]]:
    """All records; every line must be whole, ASCII and JSON."""
    raw = recorder.trace.read_bytes()
    assert raw.endswith(b"\n")
    assert raw.isascii()
    return [json.loads(line) for line in raw.splitlines()]


def enters(records: list[dict[str, Any]], function: str) -> list[dict[str, Any]]:
    """Arguments of all calls of a function."""
    return [r["args"] for r in records if r["kind"] == "enter" and r["function"] == function]


def returns(records: list[dict[str, Any]], function: str) -> list[dict[str, Any]]:
    """Return records of a function."""
    return [r for r in records if r["kind"] == "return" and r["function"] == function]


@pytest.fixture
def good(
    start_host: StartHost, recorder: MakeRecorder, pe: Path
) -> tuple[HostPeer, list[dict[str, Any]], bytes]:
    """A good association through the recorder: peer, records, and the raw trace."""
    setup = recorder(pe / "sample.dll")
    host = start_host(setup.dll)
    host.start()
    host.connect()
    host.associate()
    assert host.wait_completion()["dwWin32Error"] == 0
    host.deliver(host.ap.g1())
    host.wait_for(lambda: host.heard[-1] == "G2", "G2")
    host.stop()
    host.reset()
    assert host.shut_down() == 0
    return host, read(setup), setup.trace.read_bytes()


def test_every_call_is_there_with_its_return(
    good: tuple[HostPeer, list[dict[str, Any]], bytes],
) -> None:
    """seq has no gap, call numbers are unique, each entry has one return on the same thread."""
    _, records, _ = good
    assert [r["seq"] for r in records] == list(range(1, len(records) + 1))
    opened = {r["call"]: r for r in records if r["kind"] == "enter"}
    closed = {r["call"]: r for r in records if r["kind"] == "return"}
    assert opened.keys() == closed.keys()
    for number, entry in opened.items():
        assert closed[number]["function"] == entry["function"]
        assert closed[number]["tid"] == entry["tid"]
        assert closed[number]["t"] >= entry["t"]
    assert records[0]["kind"] == "load"
    assert records[-1]["kind"] == "unload"


def test_what_the_service_saw_is_what_the_trace_says(
    good: tuple[HostPeer, list[dict[str, Any]], bytes],
) -> None:
    """Framework calls arrive at the service in the order and with the values of the trace."""
    host, records, _ = good
    names = [
        r["function"] for r in records
        if r["kind"] == "enter" and not r["function"].startswith("Dot11ExtIhv")
    ]  # fmt: skip
    assert names == host.names()
    for name in ("Dot11ExtPreAssociateCompletion", "Dot11ExtPostAssociateCompletion",
                 "Dot11ExtSetEtherTypeHandling", "Dot11ExtSetDefaultKeyId"):  # fmt: skip
        assert enters(records, name) == host.of(name)
    assert [a["pvPacket"]["data"] for a in enters(records, "Dot11ExtSendPacket")] == [
        frame.raw.hex() for frame in host.ap.received
    ]


def test_load_record(good: tuple[HostPeer, list[dict[str, Any]], bytes]) -> None:
    """The vendor, its exports, and the clock's frequency."""
    load = good[1][0]
    assert load["vendor"].endswith("\\sample.dll")
    assert load["error"] == 0
    assert load["exports"] == {
        "Dot11ExtIhvGetVersionInfo": True, "Dot11ExtIhvInitService": True,
        "Dot11ExtIhvInitVirtualStation": False,
    }  # fmt: skip
    assert load["qpc_frequency"] > 0
    assert len(bytes.fromhex(load["salt"])) == 16


def test_post_associate_is_decoded_whole(
    good: tuple[HostPeer, list[dict[str, Any]], bytes],
) -> None:
    """Structure members, frame bodies and the port state before and after."""
    host, records, _ = good
    (args,) = enters(records, POST)
    (back,) = returns(records, POST)
    state = {"PeerMacAddress": AP_TEXT, "uSessionId": 1, "bPortControlled": 1,
             "bPortAuthorized": 0}  # fmt: skip
    assert args["hSecuritySessionID"] == host.session
    assert args["pPortState"] == back["out"]["pPortState"]
    assert args["pPortState"].items() >= state.items()
    assert args["pPortState"]["size"] == 20
    params = args["pDot11AssocParams"]
    assert params["Header"] == {"Type": 128, "Revision": 2, "Size": 96}
    assert params["MacAddr"] == AP_TEXT
    assert RSNE.hex() in params["bodies"]["AssocReq"]
    assert RSNE.hex() in params["bodies"]["Beacon"]
    assert back["result"] == 0


def test_void_functions_have_no_result(
    good: tuple[HostPeer, list[dict[str, Any]], bytes],
) -> None:
    """DeinitAdapter and DeinitService return nothing: null, not 0."""
    for name in ("Dot11ExtIhvDeinitAdapter", "Dot11ExtIhvDeinitService"):
        assert [r["result"] for r in returns(good[1], name)] == [None]


def test_buffers_of_the_pre_association_are_gone_at_its_end(
    good: tuple[HostPeer, list[dict[str, Any]], bytes],
) -> None:
    """PRE-12 is decided by that; at the end of the service no thread of the sample is left."""
    (done,) = returns(good[1], "Dot11ExtPreAssociateCompletion")
    assert done["out"] == {"inputs": "gone"}
    (end,) = returns(good[1], "Dot11ExtIhvDeinitService")
    assert end["out"] == {"threads": []}


def test_sent_buffers_are_watched(good: tuple[HostPeer, list[dict[str, Any]], bytes]) -> None:
    """At each completion the bytes are compared with those that were sent."""
    completions = enters(good[1], "Dot11ExtIhvSendPacketCompletion")
    assert [each["buffer"] for each in completions] == ["unchanged"] * 3


def test_no_secret_is_in_the_trace(good: tuple[HostPeer, list[dict[str, Any]], bytes]) -> None:
    """Neither passphrase, PMK, PTK nor GTK, as text, as bytes, or as hex in either case."""
    host, records, raw = good
    pmk = pmk_of(PASSPHRASE, host.ap.ssid)
    assert host.ap.ptk is not None
    secrets = [PASSPHRASE.encode(), PASSPHRASE.encode("utf-16-le"), pmk, host.ap.gtk,
               host.ap.ptk[:16], host.ap.ptk[16:32], host.ap.ptk[32:48]]  # fmt: skip
    for secret in secrets:
        for part in (secret, secret[: len(secret) // 2]):
            assert part not in raw
            assert part.hex().encode() not in raw.lower()
    shown = {"address", "size", "length", "hash"}
    (pre,) = enters(records, "Dot11ExtIhvPerformPreAssociate")
    assert pre["pIhvSecProfile"]["pszXmlFragmentIhvSecurity"].keys() == shown
    (key,) = enters(records, "Dot11ExtSetKeyMappingKey")
    assert key["pKey"]["ucKey"].keys() == shown
    assert key["pKey"]["usKeyLength"] == key["pKey"]["ucKey"]["length"] == 28


def test_hash_tells_equal_secrets_from_different_ones(
    start_host: StartHost, recorder: MakeRecorder, pe: Path
) -> None:
    """One passphrase twice has one hash, another has another."""
    setup = recorder(pe / "sample.dll")
    host = start_host(setup.dll)
    host.start()
    for passphrase in (PASSPHRASE, PASSPHRASE, "another one"):
        host.connect(passphrase=passphrase)
        host.reset()
    hashes = [
        args["pIhvSecProfile"]["pszXmlFragmentIhvSecurity"]["hash"]
        for args in enters(read(setup), "Dot11ExtIhvPerformPreAssociate")
    ]
    assert hashes[0] == hashes[1] != hashes[2]


def test_port_state_written_by_the_vendor_shows(
    start_host: StartHost, recorder: MakeRecorder, pe: Path
) -> None:
    """The fault writes-port-state differs between entry and return."""
    setup = recorder(pe / "sample.dll")
    host = start_host(setup.dll)
    host.start()
    host.connect(fault="writes-port-state")
    host.associate()
    host.wait_completion()
    records = read(setup)
    assert enters(records, POST)[0]["pPortState"]["bPortAuthorized"] == 0
    assert returns(records, POST)[0]["out"]["pPortState"]["bPortAuthorized"] == 1


def test_crash_is_recorded_and_passed_on(
    start_host: StartHost, recorder: MakeRecorder, pe: Path
) -> None:
    """A record names code, module, what was touched and the handler; the host still dies."""
    setup = recorder(pe / "sample.dll")
    host = start_host(setup.dll)
    host.start()
    host.connect(fault="crashes")
    with pytest.raises(HostGone):
        host.result(host.post_associate())
    assert host.wait_exit() != 0
    # Not the last one by right: other threads go on while the process dies.
    (told,) = (record for record in read(setup) if record["kind"] == "exception")
    assert (told["code"], told["module"], told["access"]) == ("0xc0000005", "sample.dll", "0x0")
    assert told["function"] == POST
    assert told["call"] == next(
        r["call"] for r in read(setup) if r["kind"] == "enter" and r["function"] == POST
    )


def test_trace_survives_a_killed_host(
    start_host: StartHost, recorder: MakeRecorder, pe: Path
) -> None:
    """A hang: the entry is in the file although nothing was ever closed."""
    setup = recorder(pe / "sample.dll")
    host = start_host(setup.dll)
    host.start()
    host.connect(fault="hangs")
    with pytest.raises(TimeoutError):
        host.result(host.post_associate(), timeout_s=1.0)
    host.process.kill()
    host.wait_exit()
    records = read(setup)
    assert enters(records, POST)
    assert not returns(records, POST)


def test_second_process_appends(start_host: StartHost, recorder: MakeRecorder, pe: Path) -> None:
    """A restarted host writes behind what is there and counts from 1 again."""
    setup = recorder(pe / "sample.dll")
    for _ in range(2):
        host = start_host(setup.dll)
        host.start()
        assert host.shut_down() == 0
    starts = [r for r in read(setup) if r["kind"] == "load"]
    assert [r["seq"] for r in starts] == [1, 1]
    assert starts[0]["salt"] != starts[1]["salt"]


def test_late_use_of_the_api_table_still_crashes(
    start_host: StartHost, recorder: MakeRecorder, compile_dll: Callable[..., Path]
) -> None:
    """The recorder does not shield a vendor that kept the pointer; the record shows the table."""
    setup = recorder(compile_dll("keeps", "EXPORTS", "KEEPS_TABLE"))
    host = start_host(setup.dll)
    with pytest.raises(HostGone):
        host.start()
    records = read(setup)
    (init,) = enters(records, "Dot11ExtIhvInitService")
    assert returns(records, "Dot11ExtIhvInitService")[0]["out"]["table_poisoned"] is True
    (told,) = (record for record in records if record["kind"] == "exception")
    touched = int(told["access"], 16)
    assert 0 <= touched - int(init["pDot11ExtAPI"], 16) < 176


def test_recovered_probe_is_no_crash(
    start_host: StartHost, recorder: MakeRecorder, compile_dll: Callable[..., Path]
) -> None:
    """A vendor that handles its own access violation leaves no exception record."""
    setup = recorder(compile_dll("probes", "EXPORTS", "PROBES"))
    host = start_host(setup.dll)
    host.start()
    host.reset()
    records = read(setup)
    assert returns(records, "Dot11ExtIhvAdapterReset")[0]["result"] == 0
    assert "exception" not in {r["kind"] for r in records}


@pytest.mark.parametrize(
    ("defines", "stage", "error"),
    [((), "exports", None), (("EXPORTS", "VERSION_MIN=1"), "version", None),
     (("EXPORTS", "INIT_ERROR=5"), "init", 5), (("EXPORTS", "NO_HANDLERS"), "init", 13)],
    ids=["no exports", "version", "InitService fails", "handlers NULL"],
)  # fmt: skip
def test_vendor_errors_reach_the_os(
    start_host: StartHost,
    recorder: MakeRecorder,
    compile_dll: Callable[..., Path],
    defines: tuple[str, ...],
    stage: str,
    error: int | None,
) -> None:
    """What is wrong with the vendor is wrong with the recorder, with the same error."""
    setup = recorder(compile_dll("odd", *defines))
    host = start_host(setup.dll)
    host.wait_for(lambda: bool(host.events), "event")
    event = host.events[0]
    assert event["state"] == "failed"
    # An export that is missing cannot be missing in the recorder: its call fails instead.
    assert event["stage"] == ("version" if stage == "exports" else stage)
    assert error is None or event["error"] == error


def test_missing_vendor_is_told(
    start_host: StartHost, recorder: MakeRecorder, tmp_path: Path
) -> None:
    """LoadLibrary's error is in the load record and is what the OS gets."""
    setup = recorder(tmp_path / "none.dll")
    host = start_host(setup.dll)
    host.wait_for(lambda: bool(host.events), "event")
    load = read(setup)[0]
    assert load["error"] != 0
    assert host.events[0]["error"] == load["error"]


def test_optional_export_follows_the_vendor(
    start_host: StartHost, recorder: MakeRecorder, compile_dll: Callable[..., Path]
) -> None:
    """InitVirtualStation is called through the recorder exactly if the vendor exports it."""
    setup = recorder(compile_dll("station", "EXPORTS", "VIRTUAL_STATION"))
    start_host(setup.dll).start()
    functions = [r["function"] for r in read(setup) if r["kind"] == "enter"]
    assert "Dot11ExtIhvInitVirtualStation" in functions
    assert "Dot11ExtQueryVirtualStationProperties" in functions
    without = recorder(compile_dll("plain", "EXPORTS"))
    without.trace.unlink()
    start_host(without.dll).start()
    assert "Dot11ExtIhvInitVirtualStation" not in without.trace.read_text().split("kind", 2)[2]


def test_station_address_is_not_asked_of_the_os(
    good: tuple[HostPeer, list[dict[str, Any]], bytes],
) -> None:
    """The sample needs no framework call to learn its address: it is in the adapter's GUID."""
    (args,) = enters(good[1], "Dot11ExtIhvInitAdapter")
    assert args["pDot11Adapter"]["gAdapterId"].endswith(STATION_MAC.hex() + "}")


def judged(recorder: Recorder) -> Evaluation:
    """The rules on a recorder's trace."""
    trace, damage = parse_trace(recorder.trace.read_bytes())
    return evaluate(RunEvidence(trace, (), ClockModel(0, 0), damage))


@pytest.mark.parametrize("ends", [False, True])
def test_thread_left_behind_is_listed(
    start_host: StartHost, recorder: MakeRecorder, compile_dll: Callable[..., Path], ends: bool
) -> None:
    """LIFE-11: with where it began; one about to end when DeinitService returns is not."""
    setup = recorder(compile_dll("lingers", "EXPORTS", "THREAD", *(["ENDS"] if ends else [])))
    host = start_host(setup.dll)
    host.start()
    host.shut_down()
    (end,) = returns(read(setup), "Dot11ExtIhvDeinitService")
    listed = [(item["module"], item["vendor"]) for item in end["out"]["threads"]]
    assert listed == ([] if ends else [("lingers.dll", True)])
    found = {item.rule for item in judged(setup).findings}
    assert ("LIFE-11" in found) == (not ends)


def test_late_use_of_a_fragment_is_told(
    start_host: StartHost, recorder: MakeRecorder, compile_dll: Callable[..., Path]
) -> None:
    """PRE-12: the crash's address lies in the fragment of the pre-association before."""
    setup = recorder(compile_dll("keeps", "EXPORTS", "KEEPS_FRAGMENT"))
    host = start_host(setup.dll)
    host.start()
    host.pre_associate()
    for _ in range(3):  # whose buffers must not come to lie where the fragment lay
        again = profile_args() | {"security_xml": fragment("another one")}
        host.call("validate_profile", ihv_handle=host.adapter, **again)
    with pytest.raises(HostGone):
        host.reset()
    found = {item.rule: item.message for item in judged(setup).findings}
    assert "pIhvSecProfile.pszXmlFragmentIhvSecurity of PerformPreAssociate" in found["PRE-12"]
    assert "pszXmlFragmentIhvSecurity" in found["HOST-01"]


@pytest.mark.parametrize("how", ["answer", "reset", "logoff"])
@pytest.mark.parametrize("forgets", [False, True])
def test_memory_of_a_request_is_looked_at_again(
    start_host: StartHost,
    recorder: MakeRecorder,
    compile_dll: Callable[..., Path],
    how: str,
    forgets: bool,
) -> None:
    """UI-03: at the answer, the reset, the log-off; changed bytes are told."""
    more = ["FORGETS"] if forgets else []
    setup = recorder(compile_dll("asks", "EXPORTS", "ASKS_USER", *more))
    host = start_host(setup.dll)
    host.start()
    if how == "answer":
        guid = "{00000007-0000-0000-0000-000000000000}"
        host.call("process_ui_response", ihv_handle=host.adapter, guid=guid)
    elif how == "reset":
        host.reset()
    else:
        host.call("process_session_change", event_type=6, session_id=1)
    result = judged(setup)
    assert "UI-03" in result.checked
    assert ("UI-03" in {item.rule for item in result.findings}) == forgets
