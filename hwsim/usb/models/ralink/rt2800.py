# SPDX-License-Identifier: GPL-2.0-or-later
"""The chip: vendor requests, registers that behave, frames in both directions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final

from hwsim.errors import WireError
from hwsim.frames import parse_header
from hwsim.usb.device import AirFrame, ModelUser, SentFrame, Setup, Transfer, UsbIdentity
from hwsim.usb.models.memory import Memory
from hwsim.usb.models.ralink.eeprom import Efuse, eeprom_image
from hwsim.usb.models.ralink.keys import KeyTables
from hwsim.usb.models.ralink.radio_frequency import BBP_ACCESS, Baseband, Tuner
from hwsim.usb.models.ralink.receive import receive_transfer
from hwsim.usb.models.ralink.receive_filter import ReceiveFilter
from hwsim.usb.models.ralink.sequence_numbers import SequenceNumbers
from hwsim.usb.models.ralink.transmit import TransmitRequest, transmit_requests
from hwsim.usb.models.ralink.transmit_status import TransmitStatus
from hwsim.usb.models.ralink.vendor_requests import VendorRequests

_DMA_STATE: Final = 0x0208
_USB_DMA: Final = 0x02A0
_SYSTEM: Final = 0x0400
_HOST_COMMAND: Final = 0x0404
_REVISION: Final = 0x1000
_MAC_CONTROL: Final = 0x1004
_TSF_LOW: Final = 0x111C
_TSF_HIGH: Final = 0x1120
_BUSY: Final = 0x1200
_FAILED: Final = 0x170C
_SENT: Final = 0x1710
_STATUS_FIFO: Final = 0x1718
_MAILBOX: Final = 0x7010
_MAILBOX_TOKENS: Final = 0x7014
_MAILBOX_RESULTS: Final = 0x701C
_BBP_MAILBOX: Final = 0x7028

_DMA_BUSY: Final = 1 << 1 | 1 << 3
_USB_DMA_BUSY: Final = 3 << 30
_READY: Final = 1 << 7
_ENABLE_TX: Final = 1 << 2
_ENABLE_RX: Final = 1 << 3
_RESET: Final = 3
_COMMAND_BBP: Final = 0x80
_NO_TOKEN: Final = 0xFF

_IN: Final = 0x81


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """In what the chips differ.

    ``revision`` is what MAC_CSR0 reads, ``rf`` the number of the RF part in the EEPROM, ``tuner``
    makes it; ``chains`` is how many receivers and transmitters there are.
    """

    usb: UsbIdentity
    revision: int
    chip: int
    rf: int
    tuner: Callable[[], Tuner]
    chains: int
    efuse: bool


class Rt2800:
    """A :class:`hwsim.usb.device.Model`; a subclass says which chip."""

    variant: ClassVar[Variant]

    def __init__(self, mac: bytes, user: ModelUser) -> None:
        chip = self.variant
        self._mac = mac
        self._user = user
        self._eeprom = eeprom_image(mac, chip=chip.chip, rf=chip.rf, chains=chip.chains)
        self.reset()

    @property
    def usb(self) -> UsbIdentity:
        """The descriptors."""
        return self.variant.usb

    @property
    def mac(self) -> bytes:
        """The address in the EEPROM."""
        return self._mac

    @property
    def started(self) -> bool:
        """Whether the driver has switched the transmitter on since the last reset."""
        return self._started

    def reset(self) -> None:
        """A reset of the bus; see :meth:`hwsim.usb.device.Model.reset`."""
        self._started = False
        self._sequence_numbers = SequenceNumbers()
        self._memory = Memory()
        self._requests = VendorRequests(self._memory, self._eeprom)
        self._keys = KeyTables(self._memory)
        self._filter = ReceiveFilter(self._memory)
        self._status = TransmitStatus()
        self._baseband = Baseband()
        self._tuner = self.variant.tuner()
        self._let_registers_behave()

    def _let_registers_behave(self) -> None:
        memory = self._memory
        self._tuner.attach(memory)
        Efuse(memory, self._eeprom, present=self.variant.efuse)
        memory.on_write(BBP_ACCESS, self._baseband.access)
        memory.on_write(_DMA_STATE, lambda word: word & ~_DMA_BUSY)
        memory.on_write(_USB_DMA, lambda word: word & ~_USB_DMA_BUSY)
        memory.on_write(_HOST_COMMAND, self._command)
        memory.on_write(_MAC_CONTROL, self._control_mac)
        memory.on_read(_SYSTEM, self._system)
        memory.on_read(_REVISION, lambda: self.variant.revision)
        memory.on_read(_BUSY, lambda: 0)
        memory.on_read(_TSF_LOW, lambda: self._tsf_us() & 0xFFFFFFFF)
        memory.on_read(_TSF_HIGH, lambda: self._tsf_us() >> 32 & 0xFFFFFFFF)
        memory.on_read(_FAILED, self._status.pop_failed)
        memory.on_read(_SENT, self._status.pop_sent)
        memory.on_read(_STATUS_FIFO, self._status.pop)

    # requests

    def control(self, setup: Setup, data: bytes) -> bytes:
        """A vendor request; see :meth:`hwsim.usb.device.Model.control`."""
        return self._requests.control(setup, data)

    # registers

    def _system(self) -> int:
        word = self._memory.word(_SYSTEM) & ~_READY
        return word | (_READY if self._requests.firmware_runs else 0)

    def _control_mac(self, word: int) -> int:
        self._started |= bool(word & _ENABLE_TX)
        return word & ~_RESET

    def _command(self, word: int) -> int:
        """A command for the firmware, whose arguments lie in the mailbox: done at once.

        One with a token leaves it in the first free place, and its result in the same one.
        """
        memory = self._memory
        if word & 0xFF == _COMMAND_BBP:
            memory.set_word(_BBP_MAILBOX, self._baseband.access(memory.word(_BBP_MAILBOX)))
        mailbox = memory.word(_MAILBOX)
        token, tokens = mailbox >> 16 & 0xFF, bytearray(memory.bytes_at(_MAILBOX_TOKENS, 4))
        free = tokens.find(_NO_TOKEN)
        if token != _NO_TOKEN and free >= 0:
            memory.set_bytes(_MAILBOX_TOKENS + free, bytes((token,)))
            memory.set_bytes(_MAILBOX_RESULTS + free, b"\x01")
        memory.set_word(_MAILBOX, mailbox & 0x00FFFFFF)
        return word

    def _tsf_us(self) -> int:
        return self._user.now_ns() // 1000

    def _is_on(self, part: int) -> bool:
        return bool(self._memory.word(_MAC_CONTROL) & part)

    # frames

    def bulk_out(self, endpoint: int, data: bytes, complete: Callable[[], None]) -> None:
        """Frames to be sent; the transfer ends when what became of the last of them is known."""
        requests = transmit_requests(data)
        if not self._is_on(_ENABLE_TX):
            complete()
            return
        sealed = [(one, self._keys.protect(self._numbered(one))) for one in requests]
        waiting, status = [len(sealed)], self._status

        def done(request: TransmitRequest, acked: bool) -> None:
            status.done(request, acked=acked)
            waiting[0] -= 1
            if not waiting[0]:
                complete()

        for request, frame in sealed:
            sent = SentFrame(frame, self._tuner.frequency_mhz, request.rate_kbps)
            self._user.on_frame(sent, partial(done, request))

    def _numbered(self, request: TransmitRequest) -> TransmitRequest:
        """The request with a sequence number of the chip's own, if the driver asks for one."""
        if not request.assign_sequence:
            return request
        return request._replace(frame=self._sequence_numbers.assign(request.frame))

    def receive(self, frame: AirFrame) -> Transfer | None:
        """A frame on the air; see :meth:`hwsim.usb.device.Model.receive`."""
        if not self._is_on(_ENABLE_RX) or frame.freq_mhz != self._tuner.frequency_mhz:
            return None
        try:
            header = parse_header(frame.frame)
        except WireError:
            return None
        if not self._filter.takes(frame.frame, header):
            return None
        data = receive_transfer(
            self._keys.open(frame.frame, header),
            rate_kbps=frame.rate_kbps,
            signal_dbm=frame.signal_dbm,
            to_me=self._filter.is_to_me(header),
            my_bss=self._filter.is_of_my_bss(header),
            chains=self.variant.chains,
        )
        return Transfer(_IN, data)
