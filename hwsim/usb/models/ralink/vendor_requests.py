# SPDX-License-Identifier: GPL-2.0-or-later
"""The vendor requests, which all chips of the family have: registers, EEPROM, firmware."""

from __future__ import annotations

from typing import Final

from hwsim.usb.device import Setup, Stall
from hwsim.usb.models.memory import Memory

_TO_DEVICE: Final = 0x40
_FROM_DEVICE: Final = 0xC0
_MODE: Final = 1
_SINGLE_WRITE: Final = 2
_MULTI_WRITE: Final = 6
_MULTI_READ: Final = 7
_EEPROM_READ: Final = 9
_LED: Final = 10
_RX_CONTROL: Final = 12
_MODE_FIRMWARE: Final = 8


class VendorRequests:
    """They read and write a memory, and read an EEPROM, whose image is given."""

    def __init__(self, memory: Memory, eeprom: bytes) -> None:
        self._memory = memory
        self._eeprom = eeprom
        self.firmware_runs = False
        """Whether the driver has started the firmware that it wrote."""

    def control(self, setup: Setup, data: bytes) -> bytes:
        """See :meth:`hwsim.usb.device.Model.control`."""
        if setup.request_type == _FROM_DEVICE:
            return self._answer(setup)
        if setup.request_type != _TO_DEVICE:
            raise Stall(f"request type {setup.request_type:#04x}")
        if setup.request == _MULTI_WRITE:
            self._memory.write(setup.index, data)
        elif setup.request == _SINGLE_WRITE:
            self._memory.write(setup.index, setup.value.to_bytes(2, "little"))
        elif setup.request == _MODE:
            self.firmware_runs |= setup.value == _MODE_FIRMWARE
        elif setup.request not in (_LED, _RX_CONTROL):
            raise Stall(f"vendor request {setup.request} to the device")
        return b""

    def _answer(self, setup: Setup) -> bytes:
        if setup.request == _MULTI_READ:
            return self._memory.read(setup.index, setup.length)
        if setup.request == _EEPROM_READ:
            if setup.index > len(self._eeprom):
                raise Stall(f"EEPROM: byte {setup.index} of {len(self._eeprom)}")
            return self._eeprom[setup.index : setup.index + setup.length]
        if setup.request == _MODE:  # which one it is in: 2 would be firmware of its own
            return bytes(4)[: setup.length]
        raise Stall(f"vendor request {setup.request} from the device")
