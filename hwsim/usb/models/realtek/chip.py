# SPDX-License-Identifier: GPL-2.0-or-later
"""What RTL8187L and RTL8187B share: the register file, and frames between driver and air.

Registers lie at 0xFE00 to 0xFFFF, those from 0xFF00 on in four pages. A driver that has written one
reads it back, and hardly a register does more than that; :meth:`Chip._written` and
:meth:`Chip._read` have those that do.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Final

from hwsim.errors import WireError
from hwsim.frames import BROADCAST, CONTROL, DATA, MANAGEMENT, MacHeader, parse_header
from hwsim.usb.device import AirFrame, ModelUser, SentFrame, Setup, Stall, Transfer, UsbIdentity
from hwsim.usb.models.realtek import eeprom, rf
from hwsim.usb.models.realtek.cam import Cam

REGISTER_REQUEST: Final = 5
READ_TYPE: Final = 0xC0
WRITE_TYPE: Final = 0x40
RF_INDEX: Final = 0x8225
"""wIndex of a request that writes a register of the RF chip; wValue is which."""

RATES_KBPS: Final = (
    1000, 2000, 5500, 11000, 6000, 9000, 12000, 18000, 24000, 36000, 48000, 54000
)  # fmt: skip
"""By the number that descriptors have for them."""
NO_ENCRYPTION: Final = 1 << 15
RX_ICV_ERROR: Final = 1 << 12
RX_BROADCAST: Final = 1 << 16
RX_OWN_ADDRESS: Final = 1 << 17
RX_MULTICAST: Final = 1 << 18
LENGTH_MASK: Final = 0xFFF
"""Of both directions' descriptors, in their first word."""
RATE_MASK: Final = 0xF
FCS: Final = 4

_MAC: Final = 0xFF00
_TSF: Final = 0xFF18
_BSSID: Final = 0xFF2E
_COMMAND: Final = 0xFF37
_TX_ENABLE: Final = 1 << 2
_RX_ENABLE: Final = 1 << 3
_RESET: Final = 1 << 4
_TX_CONFIG: Final = 0xFF40
_LOOPBACK: Final = 1 << 17
_HARDWARE_VERSION: Final = 0xFF43
"""The byte of TX_CONF whose bits 1 to 3 tell the revision of an RTL8187L."""
_VERSION_MASK: Final = 7 << 1
_VERSION_D: Final = 5 << 1
_RX_CONFIG: Final = 0xFF44
_MONITOR, _OWN, _MULTICAST, _BROADCAST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_EEPROM_93C66: Final = 1 << 6
_WANTED_TYPES: Final = {DATA: 1 << 18, CONTROL: 1 << 19, MANAGEMENT: 1 << 20}
_EEPROM_COMMAND: Final = 0xFF50
_MODE_MASK: Final = 3 << 6
_AUTOLOAD: Final = 1 << 6
_PROGRAM: Final = 2 << 6
_PAGE_SELECT: Final = 0xFF5E
_SECOND_PAGE: Final = 1
_ASIC_REVISION: Final = 0xFFFE
"""Of the second page that PGSELECT opens: by 1 RF registers are written by a request."""
_RF_OUTPUT: Final = 0xFF80
_RF_INPUT: Final = 0xFF86
_GPIO_INPUT: Final = 0xFF92
_RADIO_SWITCH_ON: Final = 1 << 1
_CAM_COMMAND: Final = 0xFFA0
_CAM_IN: Final = 0xFFA4
_CAM_OUT: Final = 0xFFA8
_SECURITY: Final = 0xFFB0
_PAGES: Final = 4


class Chip:
    """The part of a :class:`hwsim.usb.device.Model` that both chips share.

    ``transmitted`` and ``received`` are what a chip does with its descriptors, in its subclass.
    """

    usb: UsbIdentity
    tx_header: int
    """Bytes of the descriptor before a frame that is to be transmitted."""

    def __init__(self, mac: bytes, user: ModelUser) -> None:
        self.mac = mac
        self._user = user
        self._epoch = 0
        self._power_on()

    def _power_on(self) -> None:
        self._pages = [bytearray(512) for _ in range(_PAGES)]
        self._eeprom = eeprom.Eeprom(eeprom.contents(self.mac))
        self._rf = rf.Rf()
        self._cam = Cam()
        self._tsf_origin_ns = self._user.now_ns()
        self.started = False
        self._load()

    @property
    def freq_mhz(self) -> int | None:
        """The centre of the channel it is tuned to."""
        channel = self._rf.channel
        if channel is None:
            return None
        return 2484 if channel == 14 else 2407 + 5 * channel

    def reset(self) -> None:
        """See :class:`hwsim.usb.device.Model`."""
        self._epoch += 1
        self._power_on()

    def control(self, setup: Setup, data: bytes) -> bytes:
        """See :class:`hwsim.usb.device.Model`: a register is read or written."""
        if setup.request != REGISTER_REQUEST:
            raise Stall
        if setup.request_type == READ_TYPE:
            return self._read(setup.value, setup.index & 3, min(setup.length, 4))
        if setup.request_type != WRITE_TYPE or not 1 <= len(data) <= 4:
            raise Stall
        if setup.index == RF_INDEX:
            self._rf.write(setup.value, int.from_bytes(data, "little"))
        else:
            self._write(setup.value, setup.index & 3, data)
        return b""

    def bulk_out(self, endpoint: int, data: bytes, complete: Callable[[], None]) -> None:
        """See :class:`hwsim.usb.device.Model`."""
        first = int.from_bytes(data[:4], "little")
        frame = data[self.tx_header :]
        if first & LENGTH_MASK != len(frame):
            raise WireError(f"TX descriptor: {first & LENGTH_MASK} bytes, {len(frame)} came")
        parse_header(frame)
        if not first & NO_ENCRYPTION:
            frame = self._cam.encrypt(frame)
        epoch = self._epoch

        def done(acked: bool) -> None:
            if epoch == self._epoch:
                self.transmitted(frame, acked=acked, complete=complete)
            else:
                complete()

        if not self._byte(_COMMAND) & _TX_ENABLE:
            done(False)
        elif self._word(_TX_CONFIG) & _LOOPBACK:
            done(True)
        else:
            rate = first >> 24 & RATE_MASK
            kbps = RATES_KBPS[rate] if rate < len(RATES_KBPS) else None
            self._user.on_frame(SentFrame(frame, self.freq_mhz, kbps), done)

    def transmitted(self, frame: bytes, *, acked: bool, complete: Callable[[], None]) -> None:
        """Tell the driver of a frame that was transmitted, and complete its transfer."""
        raise NotImplementedError

    def receive(self, frame: AirFrame) -> Transfer | None:
        """See :class:`hwsim.usb.device.Model`."""
        if not self._byte(_COMMAND) & _RX_ENABLE or frame.freq_mhz != self.freq_mhz:
            return None
        try:
            header = parse_header(frame.frame)
            if not self._wanted(header):
                return None
            inside, decrypted, broken = self._cam.decrypt(frame.frame)
        except WireError:
            return None
        whole = inside + zlib.crc32(inside).to_bytes(FCS, "little")
        if len(whole) > LENGTH_MASK or frame.rate_kbps not in RATES_KBPS:
            return None
        flags = len(whole) | RATES_KBPS.index(frame.rate_kbps) << 20
        flags |= RX_ICV_ERROR if broken else 0
        if header.receiver == BROADCAST:
            flags |= RX_BROADCAST
        elif header.receiver[0] & 1:
            flags |= RX_MULTICAST
        elif header.receiver == self._bytes(_MAC, 6):
            flags |= RX_OWN_ADDRESS
        return self.received(whole, flags, frame.signal_dbm, decrypted=decrypted)

    def received(self, frame: bytes, flags: int, signal_dbm: int, *, decrypted: bool) -> Transfer:
        """A frame with its FCS as the driver gets it; ``flags`` are what every chip tells of it."""
        raise NotImplementedError

    def tsf_us(self) -> int:
        """The timing synchronisation function (microseconds)."""
        return (self._user.now_ns() - self._tsf_origin_ns) // 1000

    def _wanted(self, header: MacHeader) -> bool:
        """Whether the filter of RX_CONF lets a frame pass."""
        config = self._word(_RX_CONFIG)
        if not config & _WANTED_TYPES.get(header.type, 0):
            return False
        if config & _MONITOR:
            return True
        if header.receiver == BROADCAST:
            return bool(config & _BROADCAST)
        if header.receiver[0] & 1:
            return bool(config & _MULTICAST)
        return bool(config & _OWN) and header.receiver == self._bytes(_MAC, 6)

    # registers

    def _bytes(self, address: int, count: int) -> bytes:
        return bytes(self._pages[0][address - 0xFE00 : address - 0xFE00 + count])

    def _byte(self, address: int) -> int:
        return self._pages[0][address - 0xFE00]

    def _word(self, address: int) -> int:
        return int.from_bytes(self._bytes(address, 4), "little")

    def _set(self, address: int, data: bytes) -> None:
        at = address - 0xFE00
        self._pages[0][at : at + len(data)] = data

    def _load(self) -> None:
        """Take the address from the EEPROM, as at power on."""
        self._set(_MAC, self.mac)

    def _place(self, address: int, page: int, count: int) -> tuple[bytearray, int]:
        if not 0xFE00 <= address <= 0x10000 - count:
            raise Stall
        return self._pages[page if address >= 0xFF00 else 0], address - 0xFE00

    def _read(self, address: int, page: int, count: int) -> bytes:
        registers, at = self._place(address, page, count)
        if page == 0:
            self._before_read()
        found = bytearray(registers[at : at + count])
        if page == 0 and address == _ASIC_REVISION and self._byte(_PAGE_SELECT) & _SECOND_PAGE:
            found[0] = found[0] & ~3 | 1
        return bytes(found)

    def _before_read(self) -> None:
        """Bring the registers that change by themselves up to date."""
        self._set(_TSF, self.tsf_us().to_bytes(8, "little"))
        command = self._byte(_EEPROM_COMMAND) & ~eeprom.DATA_OUT | self._eeprom.data_out
        self._set(_EEPROM_COMMAND, bytes((command,)))
        version = self._byte(_HARDWARE_VERSION) & ~_VERSION_MASK | _VERSION_D
        self._set(_HARDWARE_VERSION, bytes((version,)))
        self._set(_RX_CONFIG, bytes((self._byte(_RX_CONFIG) & ~_EEPROM_93C66,)))
        self._set(_RF_INPUT, bytes((self._rf.input,)))
        self._set(_GPIO_INPUT, bytes((self._byte(_GPIO_INPUT) | _RADIO_SWITCH_ON,)))

    def _write(self, address: int, page: int, data: bytes) -> None:
        registers, at = self._place(address, page, len(data))
        registers[at : at + len(data)] = data
        if page == 0:
            self._written(range(address, address + len(data)))

    def _written(self, addresses: range) -> None:
        """Do what a write to these registers of page 0 brings about."""
        if _COMMAND in addresses:
            self._on_command(self._byte(_COMMAND))
        if _EEPROM_COMMAND in addresses:
            self._on_eeprom_command(self._byte(_EEPROM_COMMAND))
        if _RF_OUTPUT in addresses:
            self._rf.set_pins(self._byte(_RF_OUTPUT))
        if _SECURITY in addresses:
            self._cam.mode = self._byte(_SECURITY)
        if _CAM_COMMAND + 3 in addresses:
            found = self._cam.command(self._word(_CAM_COMMAND), self._word(_CAM_IN))
            self._set(_CAM_OUT, found.to_bytes(4, "little"))
            self._set(_CAM_COMMAND + 3, bytes((self._byte(_CAM_COMMAND + 3) & 0x7F,)))

    def _on_command(self, command: int) -> None:
        if command & _RESET:
            command &= ~(_RESET | _TX_ENABLE | _RX_ENABLE)
        self._set(_COMMAND, bytes((command,)))
        if command & _TX_ENABLE and command & _RX_ENABLE:
            self.started = True

    def _on_eeprom_command(self, command: int) -> None:
        mode = command & _MODE_MASK
        if mode == _PROGRAM:
            self._eeprom.set_pins(command)
        elif mode == _AUTOLOAD:
            self._load()
            self._set(_EEPROM_COMMAND, bytes((command & ~_MODE_MASK,)))
