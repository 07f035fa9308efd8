# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients that wait until the guest's radios are there."""

from __future__ import annotations

from typing import Any, NamedTuple

from hwsim.control.server import Reply, failure
from hwsim.frames import mac_text
from hwsim.loop import Loop, Timer
from hwsim.ports.base import Port


class _Waiter(NamedTuple):
    reply: Reply
    timer: Timer
    radios: int


class RadioWaiters:
    """Replies to ``wait_radio`` calls: with the radios, or with what is missing."""

    def __init__(self, loop: Loop, port: Port) -> None:
        self._loop = loop
        self._port = port
        self._waiters: list[_Waiter] = []
        self._reason = ""

    def wait(self, radios: int, timeout_s: float, reply: Reply) -> dict[str, Any] | None:
        """The port's radios if there are so many; otherwise ``None``, and ``reply`` is called.

        It gets the radios as soon as there are enough, or after ``timeout_s`` the error
        ``timeout``, which tells what the port has seen last.
        """
        if len(self._port.radios) >= radios:
            return self._radios()
        if self._reason:
            return failure("radio-failed", self._reason)

        def give_up() -> None:
            self._waiters.remove(waiter)
            message = f"waited {timeout_s:g} s for {self._port.missing(radios)}"
            reply(failure("timeout", message))

        waiter = _Waiter(reply, self._loop.call_after(int(timeout_s * 1e9), give_up), radios)
        self._waiters.append(waiter)
        self._port.ask_radios()
        return None

    def fail(self, reason: str) -> None:
        """There will be no radio: who waits for one, from now on too, is told why."""
        self._reason = reason
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            waiter.timer.cancel()
            waiter.reply(failure("radio-failed", reason))

    def radios_came(self) -> None:
        """Reply to those who waited for no more radios than there are now."""
        self._reason = ""
        for waiter in [one for one in self._waiters if len(self._port.radios) >= one.radios]:
            self._waiters.remove(waiter)
            waiter.timer.cancel()
            waiter.reply(self._radios())

    def _radios(self) -> dict[str, Any]:
        radios = [{"mac": mac_text(r.mac), "hw": mac_text(r.hw)} for r in self._port.radios]
        return {"relay": 1, "radios": radios}
