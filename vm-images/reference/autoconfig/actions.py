# SPDX-License-Identifier: GPL-2.0-or-later
"""The actions an order can name, and how each is carried out.

Every action gets the scene and its parameters, and reports once what came of it: what the handler
returned, or nothing where the teardown goes on by itself. What an action calls in the DLL goes to
the IHV host directly, so that no order makes another one due.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import codes
from .attempt import Cause, End, Way
from .host import Arguments
from .loop import Loop
from .packets import Caller

if TYPE_CHECKING:
    from .connection import Connection
    from .framework import Framework
    from .lifecycle import Lifecycle


@dataclass
class Scene:
    """What actions act on.

    Attributes:
        host: the IHV host, past the orders.
    """

    loop: Loop
    host: Caller
    connection: Connection
    framework: Framework
    lifecycle: Lifecycle


Report = Callable[[Arguments], None]
Action = Callable[[Scene, Arguments, Report], None]


def reset(scene: Scene, _parameters: Arguments, report: Report) -> None:
    """AdapterReset now, whatever is pending; an attempt the DLL takes part in ends as failed."""
    attempt = scene.connection.attempt
    if attempt is not None and attempt.pre_called and attempt.end is None:
        scene.connection.end(
            End(Cause.FAILURE, codes.REASON_DRIVER_DISCONNECTED, way=Way.RESET_FIRST)
        )
        report({})
        return
    if attempt is None or attempt.end is None:
        scene.connection.packets.clear_handling()  # ETH-04
    scene.host.call("adapter_reset", {"ihv_handle": scene.connection.ihv_handle}, report)


def disconnect(scene: Scene, _parameters: Arguments, report: Report) -> None:
    """As WlanDisconnect by a client."""
    scene.connection.disconnect()
    report({})


def roam(scene: Scene, _parameters: Arguments, report: Report) -> None:
    """Another access point of the network; reports when the port is open there, or why not."""
    scene.connection.roam(True, report)


def reassociate(scene: Scene, _parameters: Arguments, report: Report) -> None:
    """The same access point anew; reports as `roam`."""
    scene.connection.roam(False, report)


ACTIONS: dict[str, Action] = {
    "reset": reset,
    "disconnect": disconnect,
    "roam": roam,
    "reassociate": reassociate,
}
"""Every action of `orders.PARAMETERS` but "refuse", which is the performer's own."""
