# SPDX-License-Identifier: GPL-2.0-or-later
"""Which cipher is which: by name, by suite selector, and with how long a key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Generic, TypeVar

from hil_common.ciphers import (
    BIP_CMAC_128,
    BIP_CMAC_256,
    BIP_GMAC_128,
    BIP_GMAC_256,
    CCMP_128,
    CCMP_256,
    GCMP_128,
    GCMP_256,
    TKIP,
    Cipher,
)
from hwsim.ciphers.bip_cmac import BipCmac128Key, BipCmac256Key
from hwsim.ciphers.bip_gmac import BipGmacKey
from hwsim.ciphers.ccmp import CcmpKey
from hwsim.ciphers.data_key import DataKey
from hwsim.ciphers.gcmp import GcmpKey
from hwsim.ciphers.integrity_key import IntegrityKey
from hwsim.ciphers.tkip import TkipKey

Key = TypeVar("Key", covariant=True)


@dataclass(frozen=True, slots=True)
class Suite(Generic[Key]):
    """A cipher that the access point has.

    Attributes:
        cipher: what it means to all who name it.
        key: one in use, from its bytes (``cipher.key_length``) and its key identifier.
    """

    cipher: Cipher
    key: Callable[[bytes, int], Key]


DataSuite = Suite[DataKey]
IntegritySuite = Suite[IntegrityKey]

_DATA: tuple[DataSuite, ...] = (
    Suite(CCMP_128, CcmpKey),
    Suite(GCMP_128, GcmpKey),
    Suite(GCMP_256, GcmpKey),
    Suite(CCMP_256, CcmpKey),
    Suite(TKIP, TkipKey),
)
_INTEGRITY: tuple[IntegritySuite, ...] = (
    Suite(BIP_CMAC_128, BipCmac128Key),
    Suite(BIP_GMAC_128, BipGmacKey),
    Suite(BIP_GMAC_256, BipGmacKey),
    Suite(BIP_CMAC_256, BipCmac256Key),
)

DATA_SUITES: Final[Mapping[str, DataSuite]] = MappingProxyType({
    one.cipher.name: one for one in _DATA
})  # fmt: skip
"""One for each of :data:`hil_common.ciphers.DATA_CIPHERS`."""
INTEGRITY_SUITES: Final[Mapping[str, IntegritySuite]] = MappingProxyType({
    one.cipher.name: one for one in _INTEGRITY
})  # fmt: skip
"""One for each of :data:`hil_common.ciphers.GROUP_MANAGEMENT_CIPHERS`."""

_BY_SELECTOR: Final = {one.cipher.selector: one for one in _DATA}


def data_suite(selector: bytes) -> DataSuite:
    """The cipher of data frames with that selector; KeyError for one that is not there."""
    return _BY_SELECTOR[selector]
