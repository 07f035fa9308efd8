# SPDX-License-Identifier: GPL-2.0-or-later
"""Each fault of sample.dll breaks its rule, and nothing else of the association."""

from __future__ import annotations

import pytest

from tests.wine.peer import HostGone, HostPeer

ERROR_INVALID_PARAMETER = 87
IHV_REASONS = range(0x90000, 0xA0000)
KEYS = ["Dot11ExtSetKeyMappingKey", "Dot11ExtSetDefaultKey", "Dot11ExtSetDefaultKeyId"]


def handshake(host: HostPeer, fault: str) -> None:
    """Connect with a fault and go through the handshake until the last key is set."""
    host.connect(fault=fault)
    host.associate()
    host.wait_for(lambda: KEYS[-1] in host.names(), "keys")
    assert [name for name in host.names() if name in KEYS] == KEYS


def pairs(host: HostPeer) -> list[tuple[str, int, int]]:
    """Session, reason and error of every post-association completion."""
    return [
        (each["hSecuritySessionID"], each["dwReasonCode"], each["dwWin32Error"])
        for each in host.completions()
    ]


def test_never_completes(host: HostPeer) -> None:
    """Keys are set, no completion comes, not even at AdapterReset."""
    handshake(host, "never-completes")
    host.stop()
    host.reset()
    assert host.shut_down() == 0
    assert host.completions() == []


def test_completes_inside_handler(host: HostPeer) -> None:
    """The completion's call arrives before the handler's reply, and it is the only one."""
    host.connect(fault="completes-inside-handler")
    host.hold("Dot11ExtPostAssociateCompletion")
    call = host.post_associate()
    host.wait_completion()
    host.release()
    assert host.result(call)["result"] == {"status": 0}
    host.deliver(host.ap.m1())
    host.wait_for(lambda: KEYS[-1] in host.names(), "keys")
    host.stop()
    assert pairs(host) == [(host.session, 0, 0)]


def test_wrong_session(host: HostPeer) -> None:
    """First a handle nobody gave, then the right one."""
    handshake(host, "wrong-session")
    host.wait_completion(2)
    first, second = pairs(host)
    assert first[0] != host.session
    assert second == (host.session, 0, 0)


def test_error_and_completes(host: HostPeer) -> None:
    """The handler returns an error and a completion for the session comes all the same."""
    host.connect(fault="error-and-completes")
    assert host.result(host.post_associate())["result"]["status"] != 0
    host.reset()
    host.wait_completion()
    ((session, reason, error),) = pairs(host)
    assert session == host.session
    assert reason in IHV_REASONS
    assert error != 0


def test_reason_out_of_range(host: HostPeer) -> None:
    """Success with a reason of MSM's block."""
    handshake(host, "reason-out-of-range")
    host.wait_completion()
    assert pairs(host) == [(host.session, 0x38005, 0)]


def test_completes_after_stop(host: HostPeer) -> None:
    """Nothing before StopPostAssociate has returned, one completion after it."""
    host.connect(fault="completes-after-stop")
    host.after_m2 = lambda: None
    host.associate()
    host.wait_for(lambda: host.heard == ["M2"], "M2")
    host.stop()
    assert host.completions() == []
    host.wait_completion()
    assert [session for session, _, _ in pairs(host)] == [host.session]


def test_completes_after_stop_comes_before_a_reset_ends(host: HostPeer) -> None:
    """An AdapterReset right behind Stop does not swallow the late completion."""
    host.connect(fault="completes-after-stop")
    host.associate()
    host.stop()
    host.reset()
    assert len(host.completions()) == 1


def test_broken_ethertype(host: HostPeer) -> None:
    """A packet with bytes 8e 88 precedes the right M2; the association succeeds."""
    handshake(host, "broken-ethertype")
    assert host.wait_completion()["dwWin32Error"] == 0
    assert host.heard == ["broken 8e88", "M2", "M4"]


def test_crashes(host: HostPeer) -> None:
    """The host process ends at once, without a dialog or debugger in between."""
    host.connect(fault="crashes")
    call = host.post_associate()
    with pytest.raises(HostGone):
        host.result(call)
    assert host.wait_exit() != 0


def test_hangs(host: HostPeer) -> None:
    """PerformPostAssociate does not return while the host lives; it can be killed."""
    host.connect(fault="hangs")
    call = host.post_associate()
    with pytest.raises(TimeoutError):
        host.result(call, timeout_s=1.0)
    host.process.kill()
    with pytest.raises(HostGone):
        host.result(call)


def test_unknown_fault_is_refused(host: HostPeer) -> None:
    """A misspelt fault must not run as a good association."""
    result = host.pre_associate(fault="never-complete")
    assert result["status"] == ERROR_INVALID_PARAMETER
    assert result["reason"] in IHV_REASONS


def test_the_next_association_is_good_again(host: HostPeer) -> None:
    """A fault lasts for one connection."""
    handshake(host, "never-completes")
    host.stop()
    host.reset()
    host.ap = type(host.ap)()
    host.connect()
    host.associate()
    assert host.wait_completion()["dwWin32Error"] == 0
