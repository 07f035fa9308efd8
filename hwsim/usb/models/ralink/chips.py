# SPDX-License-Identifier: GPL-2.0-or-later
"""The chips of the family that can be plugged in, as reference sticks with Ralink's own ids.

Descriptors: one interface of Ralink's own class, a bulk IN and six bulk OUT endpoints, of which
drivers use one for each access category and one for management.
"""

from __future__ import annotations

from typing import ClassVar, Final

from hwsim.usb.device import Endpoint, UsbIdentity
from hwsim.usb.models.ralink.radio_frequency import Rf2820, Rf3020
from hwsim.usb.models.ralink.rt2800 import Rt2800, Variant

_ENDPOINTS: Final = tuple(Endpoint(address) for address in (0x81, 1, 2, 3, 4, 5, 6))


def _identity(product: int) -> UsbIdentity:
    return UsbIdentity(
        vendor=0x148F,
        product=product,
        release=0x0101,
        endpoints=_ENDPOINTS,
        manufacturer="Ralink",
        product_name="802.11 n WLAN",
        serial="1.0",
        max_power_ma=450,
    )


class Rt2870(Rt2800):
    """RT2870 with RF2820, two chains, EEPROM."""

    variant: ClassVar[Variant] = Variant(
        usb=_identity(0x2870),
        revision=0x28720200,
        chip=0x2870,
        rf=1,
        tuner=Rf2820,
        chains=2,
        efuse=False,
    )


class Rt3070(Rt2800):
    """RT3070 with RF3020, one chain, fuses."""

    variant: ClassVar[Variant] = Variant(
        usb=_identity(0x3070),
        revision=0x30700201,
        chip=0x3070,
        rf=5,
        tuner=Rf3020,
        chains=1,
        efuse=True,
    )
