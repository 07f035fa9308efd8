# SPDX-License-Identifier: GPL-2.0-or-later
"""RTL8192CU, two chains, as a reference stick with Realtek's own ids: registers, frames both ways.

Not modelled: HT rates with aggregates, power saving, several frames in one transfer, reports of
the firmware, an access point's side.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hwsim.errors import WireError
from hwsim.frames import parse_header
from hwsim.usb.device import (
    AirFrame,
    Endpoint,
    ModelUser,
    SentFrame,
    Setup,
    Stall,
    Transfer,
    UsbIdentity,
)
from hwsim.usb.models.memory import Memory
from hwsim.usb.models.realtek.rtl8192c.cam import Cam
from hwsim.usb.models.realtek.rtl8192c.efuse import Efuse, burnt, contents
from hwsim.usb.models.realtek.rtl8192c.radio_frequency import RadioFrequency
from hwsim.usb.models.realtek.rtl8192c.receive import receive_transfer
from hwsim.usb.models.realtek.rtl8192c.receive_filter import ReceiveFilter
from hwsim.usb.models.realtek.rtl8192c.transmit import transmit_request

_REGISTER_REQUEST: Final = 5
_READ_TYPE, _WRITE_TYPE = 0xC0, 0x40

_FUNCTIONS: Final = 0x00
_CPU_ENABLED: Final = 1 << 26
_POWER: Final = 0x04
_AUTOLOAD_DONE: Final = 1 << 1
_SWITCH_MAC_ON: Final = 1 << 8
_EEPROM: Final = 0x08
_AUTOLOAD_OK: Final = 1 << 21
"""Bit 5 of the byte at 0x0A; its bit 4 would be an EEPROM in the fuses' place."""
_FIRMWARE: Final = 0x80
_DOWNLOAD, _RUN, _CHECKSUM_OK, _RUNS = 1 << 0, 1 << 1, 1 << 2, 1 << 6
_CONFIGURATION: Final = 0xF0
_TWO_CHAINS: Final = 1 << 27
_COMMAND: Final = 0x100
_TRANSMITTER, _RECEIVER = 1 << 6, 1 << 7
_TO_FIRMWARE: Final = 0x1CC
_RESET_CPU: Final = 1 << 29
_LINKED_LIST: Final = 0x1E0
_LIST_BUSY: Final = 3 << 30
_TSF_LOW, _TSF_HIGH = 0x560, 0x564
_CCK: Final = 0x824
_CCK_HIGH_POWER: Final = 1 << 9
_QUEUES: Final = 0xFE64
_HIGH_AND_LOW: Final = 0x01010000
"""Bytes 2 and 3: which queues there are an endpoint each for."""
_IN: Final = 0x81


class Rtl8192cu:
    """A :class:`hwsim.usb.device.Model`."""

    usb = UsbIdentity(
        vendor=0x0BDA,
        product=0x8178,
        release=0x0200,
        endpoints=(Endpoint(_IN), Endpoint(2), Endpoint(3)),
        manufacturer="Realtek",
        product_name="802.11n WLAN Adapter",
        serial="00e04c000001",
    )

    def __init__(self, mac: bytes, user: ModelUser) -> None:
        self.mac = mac
        self._user = user
        usb = self.usb
        self._fuses = burnt(contents(mac, vendor=usb.vendor, product=usb.product))
        self.reset()

    @property
    def started(self) -> bool:
        """Whether the driver has run its firmware and switched the receiver on since a reset."""
        return self._started

    def reset(self) -> None:
        """A reset of the bus; see :meth:`hwsim.usb.device.Model.reset`."""
        self._started = self._downloading = self._downloaded = False
        self._memory = memory = Memory()
        self._cam = Cam(memory)
        self._filter = ReceiveFilter(memory)
        self._radio = RadioFrequency(memory)
        Efuse(memory, self._fuses)
        memory.on_read(_POWER, lambda: memory.word(_POWER) | _AUTOLOAD_DONE)
        memory.on_read(_EEPROM, lambda: memory.word(_EEPROM) & ~(1 << 20) | _AUTOLOAD_OK)
        memory.on_read(_CONFIGURATION, lambda: _TWO_CHAINS)
        memory.on_read(_QUEUES, lambda: _HIGH_AND_LOW)
        memory.on_read(_TSF_LOW, lambda: self._tsf_us() & 0xFFFFFFFF)
        memory.on_read(_TSF_HIGH, lambda: self._tsf_us() >> 32 & 0xFFFFFFFF)
        memory.on_write(_POWER, lambda word: word & ~_SWITCH_MAC_ON)
        memory.on_write(_LINKED_LIST, lambda word: word & ~_LIST_BUSY)
        memory.on_write(_FIRMWARE, self._on_firmware)
        memory.on_write(_TO_FIRMWARE, self._on_message)
        memory.on_write(_COMMAND, self._on_command)

    # registers

    def control(self, setup: Setup, data: bytes) -> bytes:
        """See :class:`hwsim.usb.device.Model`: registers are read or written."""
        if setup.request != _REGISTER_REQUEST:
            raise Stall(f"vendor request {setup.request}")
        if setup.request_type == _READ_TYPE:
            return self._memory.read(setup.value, setup.length)
        if setup.request_type != _WRITE_TYPE:
            raise Stall(f"request type {setup.request_type:#04x}")
        self._memory.write(setup.value, data)
        return b""

    def _on_firmware(self, word: int) -> int:
        """What the boot code does: it finds the program good when the download has ended, and lets
        it run when it is told to. A zero in the lowest byte then takes it back."""
        ended = self._downloading and not word & _DOWNLOAD
        self._downloading = bool(word & _DOWNLOAD)
        self._downloaded = ended or (self._downloaded and bool(word & 0xFF))
        if not self._downloaded:
            return word & ~(_CHECKSUM_OK | _RUNS)
        return word | _CHECKSUM_OK | (_RUNS if word & _RUN else 0)

    def _on_message(self, word: int) -> int:
        """Boxes are emptied at once; one message has the processor reset itself."""
        if word & _RESET_CPU:
            memory = self._memory
            memory.set_word(_FUNCTIONS, memory.word(_FUNCTIONS) & ~_CPU_ENABLED)
        return 0

    def _on_command(self, word: int) -> int:
        runs = self._memory.word(_FIRMWARE) & _RUNS
        self._started |= bool(word & _RECEIVER and runs)
        return word

    def _tsf_us(self) -> int:
        return self._user.now_ns() // 1000

    def _is_on(self, part: int) -> bool:
        return bool(self._memory.word(_COMMAND) & part)

    # frames

    def bulk_out(self, endpoint: int, data: bytes, complete: Callable[[], None]) -> None:
        """A frame to be sent; the transfer ends when what became of it is known, and tells not."""
        request = transmit_request(data)
        if not self._is_on(_TRANSMITTER):
            complete()
            return
        frame = self._cam.protect(request)
        sent = SentFrame(frame, self._radio.frequency_mhz, request.rate_kbps)
        self._user.on_frame(sent, lambda acked: complete())

    def receive(self, frame: AirFrame) -> Transfer | None:
        """A frame on the air; see :meth:`hwsim.usb.device.Model.receive`."""
        if not self._is_on(_RECEIVER) or frame.freq_mhz != self._radio.frequency_mhz:
            return None
        try:
            header = parse_header(frame.frame)
        except WireError:
            return None
        if not self._filter.takes(header):
            return None
        data = receive_transfer(
            self._cam.open(frame.frame, header),
            rate_kbps=frame.rate_kbps,
            signal_dbm=frame.signal_dbm,
            cck_high_power=bool(self._memory.word(_CCK) & _CCK_HIGH_POWER),
            tsf_us=self._tsf_us(),
        )
        return Transfer(_IN, data)
