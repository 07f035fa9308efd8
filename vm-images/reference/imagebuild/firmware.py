# SPDX-License-Identifier: GPL-2.0-or-later
"""Firmware for emulated adapters: files that a driver accepts, and that do nothing.

Drivers of real chips upload a maker's program, which is not free. An emulated chip has no processor
that would run it, so the guest gets files of ours: of the length and with the checksum that the
driver looks at, and otherwise empty. On a real adapter they would make nothing work.
"""

from __future__ import annotations

from typing import Final

FIRMWARE_FOLDER: Final = "usr/lib/firmware"
_RT2870_LENGTH: Final = 4096
_RT73_LENGTH: Final = 2048
_RTL8192CU_LENGTH: Final = 32 + 4096
_CRC_POLYNOMIAL: Final = 0x8408


def firmware_files() -> dict[str, bytes]:
    """The files by their path in the guest."""
    files = {
        "rt2870.bin": rt2870(),
        "rt73.bin": rt73(),
        "rtlwifi/rtl8192cufw_TMSC.bin": rtl8192cu(),
    }
    return {f"{FIRMWARE_FOLDER}/{name}": content for name, content in files.items()}


def rt2870() -> bytes:
    """For RT2870 and RT3070: version 0.0, and the checksum that Linux' rt2800usb checks.

    Source: rt2800_check_firmware in drivers/net/wireless/ralink/rt2x00/rt2800lib.c of the kernel.
    """
    program = bytes(_RT2870_LENGTH - 2)
    return program + _crc_ccitt(program).to_bytes(2, "little")


def rt73() -> bytes:
    """For RT2573: the checksum that Linux' rt73usb checks is 0 of a program of zeros.

    Source: rt73usb_check_firmware in drivers/net/wireless/ralink/rt2x00/rt73usb.c of the kernel.
    """
    return bytes(_RT73_LENGTH)


def rtl8192cu() -> bytes:
    """For RTL8192CU: the signature by which drivers know a header of 32 bytes, and version 0.

    Source: struct rtlwifi_firmware_header in drivers/net/wireless/realtek/rtlwifi/wifi.h.
    """
    return b"\xc1\x92" + bytes(_RTL8192CU_LENGTH - 2)


def _crc_ccitt(data: bytes) -> int:
    """CRC-16 with CCITT's polynomial, the lowest bit first, from all ones (crc_ccitt of Linux)."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (_CRC_POLYNOMIAL if crc & 1 else 0)
    return crc
