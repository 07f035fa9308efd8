# SPDX-License-Identifier: GPL-2.0-or-later
"""second.dll under Wine: written from the documents, and unlike the first sample."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.wine.conftest import StartHost
from tests.wine.peer import HostPeer, assoc_params

ASK_USER = "<IhvSecurity><AskUser/></IhvSecurity>"
OPEN = "<IhvSecurity><Open/></IhvSecurity>"
PASSPHRASE = "correct horse"
ERROR_CANCELLED = 1223
ERROR_INVALID_PARAMETER = 87


@pytest.fixture
def second(start_host: StartHost, pe: Path) -> HostPeer:
    """A host with second.dll and one adapter."""
    peer = start_host(pe / "second.dll")
    peer.start()
    return peer


def pre_associated(host: HostPeer, xml: str = ASK_USER) -> None:
    """Pre-association has succeeded."""
    before = len(host.of("Dot11ExtPreAssociateCompletion"))
    assert host.pre_associate(xml=xml) == {"reason": 0, "status": 0}
    host.wait_for(lambda: len(host.of("Dot11ExtPreAssociateCompletion")) > before, "completion")
    assert host.of("Dot11ExtPreAssociateCompletion")[-1]["dwWin32Error"] == 0


def asked(host: HostPeer) -> str:
    """The user has been asked: the GUID of the request."""
    return str(host.of("Dot11ExtSendUIRequest")[-1]["pIhvUIRequest"]["guidUIRequest"])


def answer(host: HostPeer, guid: str, data: str | None = PASSPHRASE) -> int:
    """ProcessUIResponse; its status."""
    text = None if data is None else data.encode().hex()
    return int(host.call("process_ui_response", guid=guid, data=text)["status"])


def is_pending(host: HostPeer, guid: str) -> bool:
    """IsUIRequestPending."""
    return bool(host.call("is_ui_request_pending", guid=guid)["pending"])


def test_the_user_is_asked_and_the_handshake_completes(second: HostPeer) -> None:
    """The key is asked for in post-association; with it M1 and M3 are answered and it completes."""
    pre_associated(second)
    second.result(second.post_associate())
    guid = asked(second)
    assert is_pending(second, guid)
    assert answer(second, guid) == 0
    assert not is_pending(second, guid)
    second.deliver(second.ap.m1())
    completion = second.wait_completion()
    assert (completion["dwReasonCode"], completion["dwWin32Error"]) == (0, 0)
    assert second.names()[-4:] == [
        "Dot11ExtSetKeyMappingKey", "Dot11ExtSetDefaultKey", "Dot11ExtSetDefaultKeyId",
        "Dot11ExtPostAssociateCompletion",
    ]  # fmt: skip


def test_an_m1_before_the_answer_is_passed_over(second: HostPeer) -> None:
    """Without a key nothing can be answered; the access point's next M1 is."""
    pre_associated(second)
    second.result(second.post_associate())
    second.deliver(second.ap.m1())
    assert second.of("Dot11ExtSendPacket") == []
    answer(second, asked(second))
    second.deliver(second.ap.m1())
    assert second.wait_completion()["dwWin32Error"] == 0


def test_the_passphrase_lasts_as_long_as_the_connection(second: HostPeer) -> None:
    """A second session asks nobody; after a reset the user is asked again, under another GUID."""
    pre_associated(second)
    second.result(second.post_associate())
    first = asked(second)
    answer(second, first)
    second.stop()
    second.result(second.post_associate())
    second.deliver(second.ap.m1())
    assert second.wait_completion()["dwWin32Error"] == 0
    assert len(second.of("Dot11ExtSendUIRequest")) == 1
    second.stop()
    second.reset()
    pre_associated(second)
    second.result(second.post_associate())
    assert asked(second) != first


@pytest.mark.parametrize(
    "data", [None, "", "short", "x" * 64], ids=["NULL", "empty", "short", "long"]
)
def test_a_user_who_gives_no_passphrase(second: HostPeer, data: str | None) -> None:
    """The operation ends as cancelled, with a reason of the DLL's own."""
    pre_associated(second)
    second.result(second.post_associate())
    answer(second, asked(second), data)
    completion = second.wait_completion()
    assert completion["dwWin32Error"] == ERROR_CANCELLED
    assert 0x90000 <= completion["dwReasonCode"] <= 0x9FFFF


def test_a_reset_cancels_request_and_operation(second: HostPeer) -> None:
    """RST-03 and RST-04, while the user thinks."""
    pre_associated(second)
    second.result(second.post_associate())
    guid = asked(second)
    second.reset()
    assert second.wait_completion()["dwWin32Error"] == ERROR_CANCELLED
    assert not is_pending(second, guid)


def test_a_stop_completes_nothing(second: HostPeer) -> None:
    """STOP-04; and the DLL ends in order."""
    pre_associated(second)
    second.result(second.post_associate())
    second.stop()
    assert second.completions() == []
    assert second.shut_down() == 0


def test_an_open_network_completes_elsewhere(second: HostPeer) -> None:
    """Neither the user nor a packet is needed; the completion comes from the thread pool."""
    pre_associated(second, OPEN)
    second.result(second.post_associate(assoc_params(request_rsne=b"", beacon_rsne=b"")))
    assert second.wait_completion()["dwWin32Error"] == 0
    assert second.of("Dot11ExtSetEtherTypeHandling") == second.of("Dot11ExtSendUIRequest") == []


@pytest.mark.parametrize(
    "xml",
    [
        "<IhvSecurity/>", "<Other><Open/></Other>", "garbage", "<IhvSecurity><Open/>",
        "<IhvSecurity><Open/><AskUser/></IhvSecurity>",
        "<IhvSecurity><Open/><New/></IhvSecurity>",
        "<IhvSecurity>text</IhvSecurity>",
        "<IhvSecurity><Open/><Defect>none</Defect></IhvSecurity>",
        "<!DOCTYPE x [<!ENTITY e 'x'>]><IhvSecurity><Open/></IhvSecurity>", "<a" * 5000,
    ],
)  # fmt: skip
def test_other_fragments_are_refused(second: HostPeer, xml: str) -> None:
    """MSXML reads them, and what is not of this DLL's form is an invalid parameter."""
    result = second.pre_associate(xml=xml)
    assert result["status"] == ERROR_INVALID_PARAMETER
    assert 0x90000 <= result["reason"] <= 0x9FFFF
    assert second.calls == []
