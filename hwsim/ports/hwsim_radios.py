# SPDX-License-Identifier: GPL-2.0-or-later
"""Radios of this machine's mac80211_hwsim: made, listed and removed, in this network namespace.

The kernel answers HWSIM_CMD_NEW_RADIO with the new radio's number in the place of an error code,
of which pyroute2 keeps the absolute value: radio 1 reads as EPERM, and radio 105, as ENOBUFS, is an
exception of another class. So a radio's name, which is ours to choose, tells whether it was made.

Source: the Linux kernel, drivers/net/wireless/virtual/mac80211_hwsim.{c,h}.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pyroute2.netlink import NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, genlmsg
from pyroute2.netlink.exceptions import NetlinkError
from pyroute2.netlink.generic import GenericNetlinkSocket

from hwsim.errors import PortError, WireError
from hwsim.frames import mac_bytes
from hwsim.ports.base import Radio

FAMILY: Final = "MAC80211_HWSIM"
CMD_NEW_RADIO: Final = 4
CMD_DEL_RADIO: Final = 5
CMD_GET_RADIO: Final = 6
MODULE: Final = Path("/sys/module/mac80211_hwsim")
WIPHYS: Final = Path("/sys/class/ieee80211")
_REASONS: Final = {
    1: "that is root's alone (CAP_NET_ADMIN)",
    22: "this kernel does not know what is asked of it; Linux 4.1 is the oldest that does",
    95: "this kernel has no such command; Linux 4.1 is the oldest that has",
}


class HwsimMessage(genlmsg):  # type: ignore[misc]
    """A message of the family, as far as radios are made by it; places are attribute numbers."""

    nla_map = (
        ("HWSIM_ATTR_UNSPEC", "none"),
        *((f"HWSIM_ATTR_{number}", "cdata") for number in range(1, 9)),
        ("HWSIM_ATTR_CHANNELS", "uint32"),
        ("HWSIM_ATTR_RADIO_ID", "uint32"),
        *((f"HWSIM_ATTR_{number}", "cdata") for number in range(11, 16)),
        ("HWSIM_ATTR_DESTROY_RADIO_ON_CLOSE", "flag"),
        ("HWSIM_ATTR_RADIO_NAME", "asciiz"),
    )


@dataclass(frozen=True, slots=True)
class ListedRadio:
    """A radio as the kernel lists it: its number, and the name of its wiphy."""

    number: int
    name: str


class HwsimRadios:
    """Makes radios, which are gone when this is closed, or its process ends however it does."""

    def __init__(self) -> None:
        if not MODULE.is_dir():
            raise PortError("mac80211_hwsim is not loaded: modprobe mac80211_hwsim radios=0")
        self._socket = GenericNetlinkSocket()
        try:
            self._socket.bind(FAMILY, HwsimMessage)
        except NetlinkError as error:
            self._socket.close()
            raise _failure("finding the family MAC80211_HWSIM", error.code) from None
        self._made: list[str] = []

    @property
    def family(self) -> int:
        """The number of the generic netlink family."""
        return int(self._socket.prid)

    def make(self, count: int) -> None:
        """Make so many radios, each with an interface; raises :class:`PortError`."""
        answers: dict[str, int] = {}
        for number in range(len(self._made), len(self._made) + count):
            name = f"hil-{os.getpid()}-{number}"
            answers[name] = self._ask(
                CMD_NEW_RADIO,
                ["HWSIM_ATTR_CHANNELS", 1],
                ["HWSIM_ATTR_DESTROY_RADIO_ON_CLOSE", None],
                ["HWSIM_ATTR_RADIO_NAME", name],
            )
        there = {radio.name for radio in self.listed()}
        self._made += [name for name in answers if name in there]
        for name, answer in answers.items():
            if name not in there:
                raise _failure("making a radio", answer)

    def listed(self) -> tuple[ListedRadio, ...]:
        """The radios of this network namespace, whoever made them."""
        request = _request(CMD_GET_RADIO)
        flags = NLM_F_REQUEST | NLM_F_DUMP
        try:
            found = list(self._socket.nlm_request(request, self._socket.prid, flags))
        except NetlinkError as error:
            raise _failure("listing the radios", error.code) from None
        return tuple(
            ListedRadio(
                int(radio.get_attr("HWSIM_ATTR_RADIO_ID")),
                str(radio.get_attr("HWSIM_ATTR_RADIO_NAME")),
            )
            for radio in found
        )

    def close(self) -> None:
        """Remove the radios that were made."""
        while self._made:
            self._ask(CMD_DEL_RADIO, ["HWSIM_ATTR_RADIO_NAME", self._made.pop()])
        self._socket.close()

    def _ask(self, command: int, *attributes: list[Any]) -> int:
        """Give an order; the number that came in the place of an error, 0 for none."""
        request = _request(command, *attributes)
        flags = NLM_F_REQUEST | NLM_F_ACK
        try:
            list(self._socket.nlm_request(request, self._socket.prid, flags))
        except NetlinkError as answer:
            return int(answer.code)
        except OSError as answer:
            return answer.errno or 0
        return 0


def addresses(wiphys: Path = WIPHYS) -> tuple[Radio, ...]:
    """The radios of this network namespace with their addresses, in the order they were made.

    ``wiphys`` has to be the namespace's own, which ``ip netns exec`` sees to.
    """
    found = []
    for wiphy in wiphys.glob("*"):
        try:
            lines = (wiphy / "addresses").read_text().split()
            index = int((wiphy / "index").read_text())
            found.append((index, mac_bytes(lines[0]), mac_bytes(lines[-1])))
        except (OSError, IndexError, ValueError, WireError):
            continue  # it is just going, or no radio of ours
    return tuple(Radio(mac, hw, number) for number, (_, mac, hw) in enumerate(sorted(found), 1))


def _request(command: int, *attributes: list[Any]) -> HwsimMessage:
    message = HwsimMessage()
    message["cmd"] = command
    message["version"] = 1
    message["attrs"] = list(attributes)
    return message


def _failure(doing: str, errno: int) -> PortError:
    return PortError(f"{doing}: {reason(errno)}")


def reason(errno: int) -> str:
    """What an error code of the kernel means here, in words."""
    return _REASONS.get(errno, os.strerror(errno))
