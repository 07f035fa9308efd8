# SPDX-License-Identifier: GPL-2.0-or-later
"""Each action: what it calls in which state, and that the adapter comes back to idle."""

from __future__ import annotations

from autoconfig import codes
from autoconfig.attempt import Phase
from autoconfig.host import HostLoss

from .doubles import AP, PROFILE, Rig

ACM, MSM = 8, 16
POST = "Dot11ExtIhvPerformPostAssociate"
SET_AUTH = "Dot11ExtSetAuthAlgorithm"
CRASH = HostLoss(hung=False, function="adapter_reset", text="process ended")


def connects_again(rig: Rig) -> None:
    """The next association is good."""
    rig.performer.give([])
    assert rig.connection.phase is Phase.IDLE
    rig.to_connected()
    assert rig.connection.phase is Phase.AUTHORIZED


def test_reset_with_pre_association_pending(rig: Rig) -> None:
    """PRE-11: AdapterReset while the worker is at it; the cancelled completion is taken inside."""
    rig.order(SET_AUTH, "reset")
    rig.to_pre_pending()
    rig.host.answer("pre_associate", reason=0)
    assert rig.dll("SetAuthAlgorithm", dwAuthAlgo=7) == 0
    assert rig.host.pending() == "adapter_reset"
    assert rig.complete_pre(reason=0x90001, error=codes.ERROR_CANCELLED) == 0
    rig.finish_down("adapter_reset")
    assert rig.radio.names() == []
    assert rig.codes()[-2:] == [(ACM, 11), (ACM, 10)]
    connects_again(rig)


def test_reset_with_post_association_pending(rig: Rig) -> None:
    """POST-13: no StopPostAssociate; the cancelled completion is taken inside, the port stays
    closed, and the radio disconnects after it."""
    rig.order(POST, "reset")
    rig.to_post_pending()
    assert rig.radio.asked[-1] == ("listen", frozenset())  # ETH-04
    assert rig.complete_post(reason=0x90001, error=codes.ERROR_CANCELLED) == 0
    assert rig.radio.names() == ["connect"]
    rig.finish_down("adapter_reset")
    assert rig.radio.names() == ["connect", "disconnect"]
    assert rig.connection.phase is Phase.DISCONNECTING
    assert rig.complete_post(session="0x1") == codes.ERROR_INVALID_PARAMETER
    rig.lost()
    assert "stop_post_associate" not in rig.host.names()
    assert rig.codes()[-3:] == [(MSM, 10), (ACM, 11), (ACM, 10)]
    connects_again(rig)


def test_reset_of_a_connection(rig: Rig) -> None:
    """The client is told that the connection is over."""
    rig.order("connected", "reset")
    rig.to_connected()
    rig.finish_down("adapter_reset")
    rig.lost()
    assert rig.codes()[-2:] == [(MSM, 10), (ACM, 21)]
    connects_again(rig)


def test_reset_of_an_idle_adapter(rig: Rig) -> None:
    """RST-06: the association goes on after it."""
    rig.order("idle", "reset")
    rig.connection.connect(PROFILE)
    rig.host.answer("adapter_reset")
    assert rig.host.pending() == "capability_match"
    assert rig.done() == [{"order": 1, "on": "idle", "do": "reset", "status": 0}]


def test_two_resets_in_a_row(rig: Rig) -> None:
    """RST-06: ordered for the ordinary AdapterReset's return, a second one follows."""
    rig.order("Dot11ExtIhvAdapterReset", "reset")
    rig.to_connected()
    rig.connection.disconnect()
    rig.lost()
    rig.finish_down("stop_post_associate", "adapter_reset", "adapter_reset")
    connects_again(rig)


def test_station_lost_inside_an_ordered_reset(rig: Rig) -> None:
    """The access point gives up meanwhile: nothing is left to disconnect."""
    rig.order(POST, "reset")
    rig.to_post_pending()
    rig.lost(by_peer=True)
    rig.finish_down("adapter_reset")
    rig.loop.advance(3)
    connects_again(rig)


def test_host_lost_inside_an_ordered_reset(rig: Rig) -> None:
    """A DLL that dies in it: the radio still disconnects."""
    rig.order(POST, "reset")
    rig.to_post_pending()
    rig.host.drop()
    rig.connection.host_lost(CRASH)
    assert rig.radio.names() == ["connect", "disconnect"]
    rig.lost()
    assert rig.reason(ACM, 10) == codes.REASON_DRIVER_DISCONNECTED
    rig.initialise()
    connects_again(rig)


def test_disconnect_with_post_association_pending(rig: Rig) -> None:
    """STOP-02: as a client's disconnect, Stop comes though nothing was completed."""
    rig.order(POST, "disconnect")
    rig.to_post_pending()
    rig.lost()
    rig.finish_down("stop_post_associate", "adapter_reset")
    assert (ACM, 11) in rig.codes()
    connects_again(rig)


def test_roam_and_reassociate(rig: Rig) -> None:
    """One order after the other: what the second one makes due begins before the first is over."""
    rig.order("connected", "reassociate")
    rig.to_connected()
    told: list[object] = []
    rig.performer.collect(told.append)
    rig.host.answer("stop_post_associate")
    rig.associated()
    rig.host.answer("post_associate")
    assert told == []
    assert rig.complete_post() == 0
    (done,) = told
    assert done == [{
        "order": 1, "on": "connected", "do": "reassociate", "roamed": True, "bssid": AP.hex(":"),
    }]  # fmt: skip


def test_a_roam_that_makes_another_one_due(rig: Rig) -> None:
    """Nobody who waits for the orders is told before the last one is over."""
    orders = [{"on": on, "do": "reassociate"} for on in ("connected", "roamed")]
    rig.performer.give(orders)
    rig.to_connected()
    told: list[list[object]] = []
    rig.performer.collect(told.append)
    for _ in orders:
        assert told == []
        rig.host.answer("stop_post_associate")
        rig.associated()
        rig.host.answer("post_associate")
        assert rig.complete_post() == 0
    assert len(told[0]) == 2


def test_roam_without_another_access_point(rig: Rig) -> None:
    """The order is answered, and the connection stays."""
    rig.order("connected", "roam")
    rig.to_connected()
    for _ in range(2):
        assert rig.radio.scan_done is not None
        rig.radio.scan_done(True)
    told: list[list[dict[str, object]]] = []
    rig.performer.collect(told.append)
    assert told[0][0]["roamed"] is False
    assert rig.connection.phase is Phase.AUTHORIZED
