# SPDX-License-Identifier: GPL-2.0-or-later
"""RT2573 with RF5226, as a reference stick with Ralink's own ids: registers, frames both ways.

Not modelled: sleep (the chip hears all the time), and an access point's side.
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
    Transfer,
    UsbIdentity,
)
from hwsim.usb.models.memory import Memory
from hwsim.usb.models.ralink.rt73.eeprom import eeprom_image
from hwsim.usb.models.ralink.rt73.keys import KeyTables
from hwsim.usb.models.ralink.rt73.receive import receive_transfer
from hwsim.usb.models.ralink.rt73.receive_filter import CONTROL_REGISTER, ReceiveFilter
from hwsim.usb.models.ralink.rt73.synthesizer import Rf5226
from hwsim.usb.models.ralink.rt73.transmit import transmit_request
from hwsim.usb.models.ralink.rt73.transmit_count import TransmitCount
from hwsim.usb.models.ralink.sequence_numbers import SequenceNumbers
from hwsim.usb.models.ralink.vendor_requests import VendorRequests

_REVISION: Final = 0x3000
_REVISION_A: Final = 0x2573A
_SYSTEM: Final = 0x3004
_RESETS: Final = 3
_HOST_READY: Final = 1 << 2
_POWER: Final = 0x3030
_PUT_TO_SLEEP: Final = 1 << 1
_FORCE_WAKEUP: Final = 1 << 2
_AWAKE: Final = 1 << 0 | 1 << 3
"""Of the MAC and of the baseband."""
_GPIO: Final = 0x3034
_RADIO_SWITCH_ON: Final = 1 << 7
_TSF_LOW: Final = 0x3070
_TSF_HIGH: Final = 0x3074
_BBP_ACCESS: Final = 0x308C
_BBP_BUSY: Final = 1 << 16
_BBP_READ: Final = 1 << 15
_BBP_VERSION: Final = 0x23
"""Of register 0: neither 0 nor 255, by which drivers see that there is a baseband."""
_SENT: Final = 0x30D0
_FAILED: Final = 0x30D4
_ASSIGN_SEQUENCES: Final = 1 << 15
_IN: Final = 0x81
_BAND_5_MHZ: Final = 5000


class Rt2573:
    """A :class:`hwsim.usb.device.Model`."""

    usb = UsbIdentity(
        vendor=0x148F,
        product=0x2573,
        release=0x0001,
        endpoints=tuple(Endpoint(address) for address in (_IN, 1, 2, 3, 4)),
        manufacturer="Ralink",
        product_name="54M.USB.......",
        max_power_ma=300,
    )
    """A bulk OUT endpoint for each access category."""

    def __init__(self, mac: bytes, user: ModelUser) -> None:
        self.mac = mac
        self._user = user
        self._eeprom = eeprom_image(mac)
        self.reset()

    @property
    def started(self) -> bool:
        """Whether the driver has told the chip, since the last reset, that it is ready."""
        return self._started

    def reset(self) -> None:
        """A reset of the bus; see :meth:`hwsim.usb.device.Model.reset`."""
        self._started = False
        self._memory = memory = Memory()
        self._requests = VendorRequests(memory, self._eeprom)
        self._keys = KeyTables(memory)
        self._filter = ReceiveFilter(memory)
        self._synthesizer = Rf5226()
        self._sequence_numbers = SequenceNumbers()
        self._count = TransmitCount()
        self._baseband = bytearray(128)
        self._baseband[0] = _BBP_VERSION
        self._let_registers_behave()

    def _let_registers_behave(self) -> None:
        memory = self._memory
        self._synthesizer.attach(memory)
        memory.on_write(_SYSTEM, self._on_system)
        memory.on_write(_POWER, _powered)
        memory.on_write(_BBP_ACCESS, self._access_baseband)
        memory.on_read(_REVISION, lambda: _REVISION_A)
        memory.on_read(_GPIO, lambda: memory.word(_GPIO) | _RADIO_SWITCH_ON)
        memory.on_read(_TSF_LOW, lambda: self._tsf_us() & 0xFFFFFFFF)
        memory.on_read(_TSF_HIGH, lambda: self._tsf_us() >> 32 & 0xFFFFFFFF)
        memory.on_read(_SENT, self._count.pop_sent)
        memory.on_read(_FAILED, self._count.pop_failed)

    # registers

    def control(self, setup: Setup, data: bytes) -> bytes:
        """A vendor request; see :meth:`hwsim.usb.device.Model.control`."""
        return self._requests.control(setup, data)

    def _on_system(self, word: int) -> int:
        self._started |= bool(word & _HOST_READY) and not word & _RESETS
        return word

    def _access_baseband(self, word: int) -> int:
        """Carry out a word that was written for the baseband (BBP), and what it reads as then."""
        if not word & _BBP_BUSY:
            return word
        number = word >> 8 & 0x7F
        if word & _BBP_READ:
            word = word & ~0xFF | self._baseband[number]
        else:
            self._baseband[number] = word & 0xFF
        return word & ~_BBP_BUSY

    def _tsf_us(self) -> int:
        return self._user.now_ns() // 1000

    @property
    def _is_on(self) -> bool:
        return self._started and bool(self._memory.word(_POWER) & _AWAKE)

    # frames

    def bulk_out(self, endpoint: int, data: bytes, complete: Callable[[], None]) -> None:
        """A frame to be sent; the transfer ends when what became of it is known."""
        request, count = transmit_request(data), self._count
        if not self._is_on:
            complete()
            return
        assigns = self._memory.word(CONTROL_REGISTER) & _ASSIGN_SEQUENCES
        if request.assign_sequence and assigns:
            request = request._replace(frame=self._sequence_numbers.assign(request.frame))
        frame = self._keys.protect(request)

        def done(acked: bool) -> None:
            count.done(acked=acked or not request.wants_ack)
            complete()

        freq_mhz = self._synthesizer.frequency_mhz
        self._user.on_frame(SentFrame(frame, freq_mhz, request.rate_kbps), done)

    def receive(self, frame: AirFrame) -> Transfer | None:
        """A frame on the air; see :meth:`hwsim.usb.device.Model.receive`."""
        if not self._is_on or frame.freq_mhz != self._synthesizer.frequency_mhz:
            return None
        try:
            header = parse_header(frame.frame)
        except WireError:
            return None
        if not self._filter.takes(header):
            return None
        data = receive_transfer(
            self._keys.open(frame.frame, header),
            header,
            rate_kbps=frame.rate_kbps,
            signal_dbm=frame.signal_dbm,
            is_5_ghz=frame.freq_mhz >= _BAND_5_MHZ,
            to_me=self._filter.is_to_me(header),
            my_bss=self._filter.is_of_my_bss(header),
        )
        return Transfer(_IN, data)


def _powered(word: int) -> int:
    """The state that was asked for is reached at once; waking up has the precedence."""
    if word & _FORCE_WAKEUP:
        return word | _AWAKE
    return word & ~_AWAKE if word & _PUT_TO_SLEEP else word
