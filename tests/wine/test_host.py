# SPDX-License-Identifier: GPL-2.0-or-later
"""ihvhost.exe: each way of not being a usable DLL is told with its stage and Win32 error, and no
line on its stdin can end it."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.wine.conftest import BUILD_TIMEOUT_S, SOURCES, StartHost, Wine, windows_path
from tests.wine.peer import AP_TEXT, HostGone, HostPeer, profile_args

ERROR_FILE_NOT_FOUND = 2
ERROR_INVALID_DATA = 13
ERROR_ACCESS_DENIED = 5
ERROR_PROC_NOT_FOUND = 127
ERROR_BAD_EXE_FORMAT = 193
ERROR_CALL_NOT_IMPLEMENTED = 120
ERROR_NO_TOKEN = 1008
ERROR_NOT_FOUND = 1168
ERROR_REVISION_MISMATCH = 1306
ERROR_INVALID_FUNCTION = 1
ERROR_INVALID_PARAMETER = 87
EXIT_LOAD, EXIT_EXPORTS, EXIT_VERSION, EXIT_INIT = 10, 11, 12, 13


def failure(host: HostPeer) -> tuple[dict[str, Any], int]:
    """The service event of a failed start, and the exit code."""
    host.wait_for(lambda: bool(host.events), "service event")
    (event,) = host.events
    assert event["event"] == "service"
    assert event["state"] == "failed"
    return event, host.wait_exit()


def test_missing_file(start_host: StartHost) -> None:
    """A path that names nothing: stage load, ERROR_FILE_NOT_FOUND or ERROR_MOD_NOT_FOUND."""
    event, code = failure(start_host("C:\\drivers\\none.dll"))
    assert (event["stage"], code) == ("load", EXIT_LOAD)
    assert event["error"] in (ERROR_FILE_NOT_FOUND, 126)
    assert event["dll"] == "C:\\drivers\\none.dll"


def test_a_host_that_waits_has_read_nothing_yet(
    start_host: StartHost, pe: Path, wine: Wine
) -> None:
    """The DLL is the one that is registered when it is told to go on, and calls sent right behind
    that are not lost."""
    host = start_host("C:\\drivers\\none.dll", "--wait")
    host.wait_for(lambda: host.events == [{"event": "waiting"}], "that it waits")
    assert host.pid == 0
    wine.register(windows_path(pe / "sample.dll"))
    host.send_line(b"")
    host.wait_for(lambda: len(host.events) > 1, "service event")
    assert host.events[1]["state"] == "running"
    assert host.events[1]["dll"] == windows_path(pe / "sample.dll")
    assert host.pid


def test_a_host_that_waits_ends_with_its_service(start_host: StartHost, pe: Path) -> None:
    """It is not left behind, and loads nothing."""
    host = start_host(pe / "sample.dll", "--wait")
    host.wait_for(lambda: bool(host.events), "that it waits")
    assert host.process.stdin is not None
    host.process.stdin.close()
    assert host.wait_exit() == 0
    assert host.events == [{"event": "waiting"}]


def test_elf_file(start_host: StartHost, tmp_path: Path) -> None:
    """A Linux shared object: ERROR_BAD_EXE_FORMAT."""
    foreign = tmp_path / "foreign.dll"
    foreign.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(4096))
    event, code = failure(start_host(foreign))
    assert (event["stage"], event["error"], code) == ("load", ERROR_BAD_EXE_FORMAT, EXIT_LOAD)


def test_dll_of_another_architecture(start_host: StartHost, pe: Path, tmp_path: Path) -> None:
    """A PE file whose machine is i386: refused in stage load."""
    data = bytearray((pe / "sample.dll").read_bytes())
    (at,) = struct.unpack_from("<I", data, 0x3C)
    struct.pack_into("<H", data, at + 4, 0x014C)
    foreign = tmp_path / "x86.dll"
    foreign.write_bytes(data)
    event, code = failure(start_host(foreign))
    assert (event["stage"], event["error"], code) == ("load", ERROR_BAD_EXE_FORMAT, EXIT_LOAD)


@pytest.mark.parametrize(
    ("defines", "stage", "error", "code"),
    [
        ((), "exports", ERROR_PROC_NOT_FOUND, EXIT_EXPORTS),
        (("EXPORTS", "VERSION_MIN=1"), "version", ERROR_REVISION_MISMATCH, EXIT_VERSION),
        (("EXPORTS", "INIT_ERROR=5"), "init", ERROR_ACCESS_DENIED, EXIT_INIT),
        (("EXPORTS", "NO_HANDLERS"), "init", ERROR_INVALID_DATA, EXIT_INIT),
    ],
    ids=["no exports", "version 1 only", "InitService fails", "handlers NULL"],
)
def test_unusable_dll(
    start_host: StartHost,
    compile_dll: Callable[..., Path],
    defines: tuple[str, ...],
    stage: str,
    error: int,
    code: int,
) -> None:
    """Stage, Win32 error and exit code of each."""
    event, exit_code = failure(start_host(compile_dll("odd", *defines)))
    assert (event["stage"], event["error"], exit_code) == (stage, error, code)


def test_api_table_is_dead_after_init_service(
    start_host: StartHost, compile_dll: Callable[..., Path]
) -> None:
    """A DLL that kept the pointer instead of a copy crashes at its first use (LIFE-06)."""
    host = start_host(compile_dll("keeps", "EXPORTS", "KEEPS_TABLE"))
    with pytest.raises(HostGone):
        host.start()


def test_virtual_station_is_optional(
    start_host: StartHost, compile_dll: Callable[..., Path]
) -> None:
    """InitVirtualStation is called where it is exported, with functions that work."""
    host = start_host(compile_dll("station", "EXPORTS", "VIRTUAL_STATION"))
    host.start()


@pytest.mark.parametrize(
    ("call", "args", "status"),
    [
        ("validate_profile", profile_args(), 0),
        ("control", {"out_size": 4}, 0),
        ("is_ui_request_pending", {"guid": "{00000007-0000-0000-0000-000000000000}"}, 0),
        ("process_ui_response", {"guid": "{00000007-0000-0000-0000-000000000000}"}, 0),
        ("adapter_reset", {}, ERROR_NO_TOKEN),
    ],
)
def test_a_handler_called_for_a_user_finds_the_users_token(
    start_host: StartHost,
    compile_dll: Callable[..., Path],
    call: str,
    args: dict[str, Any],
    status: int,
) -> None:
    """OpenThreadToken succeeds in what a user's program brings about, and only there."""
    host = start_host(compile_dll("token", "EXPORTS", "ASKS_FOR_TOKEN"))
    host.start()
    assert host.call(call, ihv_handle=host.adapter, **args)["status"] == status


MALFORMED = [
    b"", b"{", b"}", b"[]", b"null", b"1", b'"x"', b"\xff\xfe", b"{\"id\":1}", b'{"call":"x"}',
    b'{"id":-1,"call":"x"}', b'{"id":"1","call":"x"}', b'{"id":1.5,"call":"x"}',
    b'{"id":1,"call":2}', b'{"id":1,"call":"' + b"n" * 200 + b'"}', b"[" * 5000,
    b'{"a":' * 5000, b"[" + b"1," * 5000 + b"1]", b"x" * (3 << 20), b'{"id":01,"call":"x"}',
    b'{"id":99999999999999999999,"call":"x"}', b'{"id":1,"call":"\\u00"}', b'{"id":1 "call":1}',
]  # fmt: skip


@pytest.mark.parametrize("line", MALFORMED, ids=range(len(MALFORMED)))
def test_malformed_lines_do_not_end_the_host(host: HostPeer, line: bytes) -> None:
    """After the line the host still runs a whole association."""
    host.send_line(line)
    host.connect()
    host.associate()
    assert host.wait_completion()["dwWin32Error"] == 0


def test_malformed_lines_get_an_error_without_id(host: HostPeer) -> None:
    """Each line that is no call is answered once."""
    for line in (b"{", b"[]", b"nonsense"):
        host.send_line(line)
    host.wait_for(lambda: len(host.errors) == 3, "three errors")
    assert {error["id"] for error in host.errors} == {None}
    assert {error["error"]["code"] for error in host.errors} == {ERROR_INVALID_DATA}


@pytest.mark.parametrize(
    ("call", "args", "code"),
    [
        ("no_such_call", {}, ERROR_NOT_FOUND),
        ("adapter_reset", {"ihv_handle": "0xdead"}, ERROR_NOT_FOUND),
        ("adapter_reset", {}, ERROR_NOT_FOUND),
        ("send_packet_completion", {"handle": "0x1"}, ERROR_NOT_FOUND),
        ("init_adapter", {"guid": "{}", "description": "x", "svc_handle": "0x1"},
         ERROR_INVALID_PARAMETER),
        ("is_ui_request_pending", {"guid": 7}, ERROR_INVALID_PARAMETER),
    ],
)  # fmt: skip
def test_bad_calls_get_an_error(host: HostPeer, call: str, args: dict[str, Any], code: int) -> None:
    """Unknown calls, stale handles and bad arguments never reach the DLL."""
    reply = host.result(host.post(call, **args))
    assert reply["error"]["code"] == code


@pytest.mark.parametrize(
    ("call", "args"),
    [
        ("no_such_call", {}),
        ("pre_associate", {}),
        ("pre_associate", {"ssids": ["00" * 33], "connect_session": "0x1"}),
        ("pre_associate", {"connect_session": "0x1", "security_xml": "a\u0000b"}),
        ("pre_associate", {"connect_session": "0x1", "bss_list": [{"bssid": "x"}]}),
        ("post_associate", {"session": "0x1"}),
        ("receive_packet", {"data": "abc"}),
        ("receive_packet", {"data": "zz"}),
        ("stop_post_associate", {"peer": "02:00"}),
        ("control", {"out_size": 1 << 30}),
    ],
)
def test_bad_arguments_for_an_adapter_get_an_error(
    host: HostPeer, call: str, args: dict[str, Any]
) -> None:
    """The adapter's thread answers and lives on."""
    reply = host.result(host.post(call, ihv_handle=host.adapter, **args))
    assert reply["error"]["code"] in (ERROR_INVALID_FUNCTION, ERROR_INVALID_PARAMETER)
    host.reset()


def test_calls_before_the_service_runs_are_refused(start_host: StartHost, pe: Path) -> None:
    """A call that overtakes InitService is answered, not run."""
    host = start_host(pe / "sample.dll")
    reply = host.result(host.post("init_adapter", guid="{}", description="", svc_handle="0x1"))
    assert "error" in reply


def test_end_of_stdin_ends_the_host(host: HostPeer) -> None:
    """Without its service the host exits with 0."""
    host.connect()
    assert host.process.stdin is not None
    host.process.stdin.close()
    assert host.wait_exit() == 0


def test_two_adapters_at_once(host: HostPeer) -> None:
    """Each adapter has its own handle and service handle; one can go while the other stays."""
    second = host.call("init_adapter", guid="{D8F2A1C4-77E0-4B6E-9C53-020000000099}",
                       description="Second", mode=4, svc_handle="0x7777")  # fmt: skip
    assert second["status"] == 0
    assert second["ihv_handle"] != host.adapter
    assert host.call("deinit_adapter", ihv_handle=second["ihv_handle"]) == {"status": 0}
    host.connect()
    host.associate()
    assert host.wait_completion()["hDot11SvcHandle"] == host.service


def test_other_handlers_answer(host: HostPeer) -> None:
    """Handlers the sample has no use for return what the documents allow."""
    guid = "{00000000-0000-0000-0000-000000000001}"
    assert host.call("is_ui_request_pending", guid=guid) == {"pending": 0, "status": 0}
    assert host.call("process_ui_response", guid=guid, data="00")["status"] != 0
    assert host.call("process_session_change", event_type=5) == {"status": 0}
    indication = {"ihv_handle": host.adapter, "data": "0102"}
    assert host.call("receive_indication", type=4, **indication) == {"status": 0}
    assert host.call("receive_indication", type=5, **indication)["status"] != 0
    control = host.call("control", ihv_handle=host.adapter, data="00", out_size=4)
    assert control["bytes_returned"] == 0


def test_handlers_whose_results_the_os_frees(host: HostPeer) -> None:
    """The sample offers no discovery profiles and no request, with the reason that goes with it."""
    found = host.call(
        "create_discovery_profiles", ihv_handle=host.adapter, insecure=True, **profile_args()
    )
    assert found["status"] != 0
    assert 0x90000 <= found["reason"] <= 0x9FFFF
    assert (found["count"], found["freed"]) == (0, 0)
    asked = host.call("query_ui_request", ihv_handle=host.adapter, phase=1)
    assert asked == {"status": ERROR_CALL_NOT_IMPLEMENTED, "bytes": 0, "freed": 0}


def test_what_a_dll_hands_over_is_freed(
    start_host: StartHost, compile_dll: Callable[..., Path]
) -> None:
    """MEM-01, UI-07: the list with both its texts, the request with its data."""
    host = start_host(compile_dll("gives", "EXPORTS", "GIVES=1"))
    host.start()
    found = host.call("create_discovery_profiles", ihv_handle=host.adapter, **profile_args())
    assert found == {"status": 0, "reason": 0, "count": 2, "freed": 3}
    asked = host.call("query_ui_request", ihv_handle=host.adapter)
    assert asked == {"status": 0, "bytes": 6, "freed": 2}


def test_what_is_no_buffer_is_left_alone(
    start_host: StartHost, compile_dll: Callable[..., Path]
) -> None:
    """A DLL that hands over memory of its own does not bring the host down."""
    host = start_host(compile_dll("gives", "EXPORTS", "GIVES=2"))
    host.start()
    found = host.call("create_discovery_profiles", ihv_handle=host.adapter, **profile_args())
    assert found["freed"] == 0
    assert host.call("query_ui_request", ihv_handle=host.adapter)["freed"] == 0


@pytest.mark.parametrize(
    ("call", "args"),
    [
        ("adapter_reset", {}),
        ("stop_post_associate", {"peer": AP_TEXT, "assoc_status": 7}),
        ("receive_packet", {"data": AP_TEXT.replace(":", "") + "888e0203"}),
        ("receive_indication", {"type": 0}),
        ("capability_match", profile_args()),
        ("validate_profile", profile_args()),
        ("pre_associate", {"connect_session": "0x99990", **profile_args()}),
    ],
)
def test_a_stale_handle_reaches_the_dll_and_is_refused(
    host: HostPeer, call: str, args: dict[str, Any]
) -> None:
    """ADPT-10: the handler is called with the handle given, and the adapter is none the worse."""
    reply = host.call(call, ihv_handle=host.adapter, pass_handle="0xdead0", **args)
    assert reply["status"] == ERROR_NOT_FOUND
    host.connect()
    host.associate()
    assert host.wait_completion()["dwWin32Error"] == 0


def test_deinit_of_a_stale_handle_keeps_the_adapter(host: HostPeer) -> None:
    """The adapter's own thread goes on."""
    stale = host.call("deinit_adapter", ihv_handle=host.adapter, pass_handle="0xdead0")
    assert stale == {"status": 0}
    host.connect()


def test_output_is_the_same_wherever_it_is_built(pe: Path, tmp_path: Path) -> None:
    """A second build in another folder gives the same bytes."""
    subprocess.run(["make", "-s", "-j2", "-C", str(SOURCES), f"BUILD={tmp_path / 'again'}"],
                   check=True, capture_output=True, timeout=BUILD_TIMEOUT_S)  # fmt: skip
    for name in ("agent.exe", "ihvhost.exe", "recorder.dll", "sample.dll", "wlanapi.dll"):
        assert (pe / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name
    shutil.rmtree(tmp_path / "again")


def test_standard_output_is_not_the_protocol(
    start_host: StartHost, compile_dll: Callable[..., Path]
) -> None:
    """A DLL that prints what looks like our lines and closes its standard handles changes nothing.

    The peer fails on any line that is not a message of the host.
    """
    host = start_host(compile_dll("garbage", source="hostile.c"))
    host.start()
    arguments = {
        "ihv_handle": host.adapter, "connect_session": host.new_handle(), "ssids": ["68696c"],
        "bss_type": 1, "connectivity_xml": None, "security_xml": None, "use_ms_onex": False,
        "bss_list": [],
    }  # fmt: skip
    assert host.call("pre_associate", **arguments)["status"] == 0
    host.wait_for(lambda: "Dot11ExtPreAssociateCompletion" in host.names(), "completion")
    assert host.call("deinit_adapter", ihv_handle=host.adapter)["status"] == 0
    assert host.call("deinit_service")["status"] == 0
    assert host.wait_exit() == 0
    assert host.pid
    assert host.errors == []
