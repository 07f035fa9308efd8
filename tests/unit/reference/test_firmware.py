# SPDX-License-Identifier: GPL-2.0-or-later
"""The files that stand for firmware."""

import binascii

from imagebuild import firmware


def test_rt2870_has_the_length_and_checksum_that_its_driver_checks():
    """The driver runs its CRC over all but the last two bytes, and compares it with those."""
    content = firmware.rt2870()
    assert len(content) == 4096
    assert content[-2:] == firmware._crc_ccitt(content[:-2]).to_bytes(2, "little")


def test_the_checksum_is_crc_ccitt_as_linux_has_it():
    """Of the nine digits, the check value of CRC-16/MCRF4XX, which that is."""
    assert firmware._crc_ccitt(b"123456789") == 0x6F91


def test_rt73_has_the_length_and_checksum_that_its_driver_checks():
    """The driver runs CRC-16 of ITU-T over all but the last two bytes, and two zeros behind."""
    content = firmware.rt73()
    assert len(content) == 2048
    assert binascii.crc_hqx(content[:-2] + bytes(2), 0).to_bytes(2, "big") == content[-2:]


def test_rtl8192cu_has_the_signature_of_a_header():
    """Without one a driver would take the header for a part of the program."""
    content = firmware.rtl8192cu()
    assert int.from_bytes(content[:2], "little") & 0xFFF0 == 0x92C0
    assert len(content) <= 0x4000


def test_it_lies_where_the_kernel_looks():
    """On a disk whose /lib is a link."""
    names = ("rt2870.bin", "rt73.bin", "rtlwifi/rtl8192cufw_TMSC.bin")
    assert set(firmware.firmware_files()) == {f"usr/lib/firmware/{name}" for name in names}
