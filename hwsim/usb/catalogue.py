# SPDX-License-Identifier: GPL-2.0-or-later
"""The adapters that can be emulated: what each is, which drivers bind, what it hides. Data.

What is said of Windows is read, not seen: docs/usb-adapters.md says where.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal, cast

from hwsim.usb.device import Model, ModelUser

Hidden = Literal[
    "5 GHz", "6 GHz", "management frame protection", "WMM", "acknowledgements",
    "statuses of a burst", "replay", "frames in the clear", "GCMP and CCMP-256",
]  # fmt: skip
"""What a chip or its driver lets nobody see or have: a band; robust management frames and WMM,
which its driver has not; that a frame was not acknowledged, or which of several; packet
numbers, where the chip decrypts; that a frame was not encrypted; ciphers that neither has."""

LAST_2_4_GHZ: Final = 14
LAST_5_GHZ: Final = 177
"""The last channels of those bands; one of 6 GHz is told by its centre in MHz."""
_STEP: Final = 4


@dataclass(frozen=True, slots=True)
class AdapterKind:
    """An adapter. ``usb`` are its ids as vendor:product, with the revision that INFs look at."""

    name: str
    chip: str
    usb: tuple[str, ...]
    linux: str
    windows: str
    proven: str
    implementation: tuple[str, str]
    """Module and class of the model."""
    hides: dict[Hidden, str] = field(default_factory=dict)
    """What it hides, and why."""
    channels: tuple[int, ...] = ()
    """The channels that its driver has, if not all of its bands."""

    def lacks_channel(self, channel: int) -> str:
        """Why it cannot be tuned to a channel; empty if it can."""
        if "5 GHz" in self.hides and channel > LAST_2_4_GHZ:
            return self.hides["5 GHz"]
        if "6 GHz" in self.hides and channel > LAST_5_GHZ:
            return self.hides["6 GHz"]
        missing = self.channels and channel not in self.channels
        return f"its driver has the channels {_listed(self.channels)}" if missing else ""


def _listed(channels: tuple[int, ...]) -> str:
    """Channels with those between left out: ``1 to 14, 36 to 64``."""
    starts = [at for at in range(1, len(channels)) if channels[at] - channels[at - 1] > _STEP]
    parts = [channels[begin:end] for begin, end in pairwise((0, *starts, len(channels)))]
    return ", ".join(f"{part[0]} to {part[-1]}" for part in parts)


_NO_5_GHZ: Final = "the chip has the 2.4 GHz band alone"
_NO_PMF: Final = "Linux' driver does not offer it, since its chip would encrypt such frames wrongly"
_NO_REPLAY_CHECK: Final = "the chip decrypts, takes the packet number away, and checks none"
_NETR28UX: Final = "netr28ux.inf (in Windows 10 and 11, by published lists)"

ADAPTERS: Final[dict[str, AdapterKind]] = {
    kind.name: kind
    for kind in (
        AdapterKind(
            name="rtl8187l",
            chip="Realtek RTL8187L (Alfa AWUS036H)",
            usb=("0bda:8187 rev 0100",),
            linux="rtl8187",
            windows="Netrtuw.inf 6.1316 (Windows 7); Microsoft's sample driver usbnwifi",
            proven="Linux' driver: scan, WPA2-PSK, runs. Windows: nothing was run",
            implementation=("hwsim.usb.models.realtek.rtl8187l", "Rtl8187l"),
            hides={
                "5 GHz": _NO_5_GHZ,
                "management frame protection": _NO_PMF,
                "WMM": "Linux' driver has one queue for it, and so no access categories",
                "statuses of a burst": "the chip has one count of retries for all frames, which "
                "the driver divides by their number",
            },
        ),
        AdapterKind(
            name="rtl8187b",
            chip="Realtek RTL8187B",
            usb=("0bda:8189 rev 0200",),
            linux="rtl8187",
            windows="net8187bv64.inf (in Windows 10 x64, by published lists)",
            proven="Linux' driver: scan, WPA2-PSK, runs. Windows: nothing was run",
            implementation=("hwsim.usb.models.realtek.rtl8187b", "Rtl8187b"),
            hides={"5 GHz": _NO_5_GHZ, "management frame protection": _NO_PMF},
        ),
        AdapterKind(
            name="rt2870",
            chip="Ralink RT2870 with RF2820",
            usb=("148f:2870 rev 0101",),
            linux="rt2800usb",
            windows=_NETR28UX,
            proven="Linux' driver: firmware, scan, WPA2-PSK, WPA3-SAE, rekeys, roaming, replug, "
            "all sizes, lost frames seen, runs. Windows: nothing was run",
            implementation=("hwsim.usb.models.ralink.chips", "Rt2870"),
            hides={"5 GHz": _NO_5_GHZ, "replay": _NO_REPLAY_CHECK},
        ),
        AdapterKind(
            name="rt3070",
            chip="Ralink RT3070 with RF3020",
            usb=("148f:3070 rev 0101",),
            linux="rt2800usb",
            windows=_NETR28UX,
            proven="Linux' driver: firmware, scan, WPA2-PSK, WPA3-SAE, rekeys, roaming, replug, "
            "all sizes, lost frames seen, runs, fault matrix; tshark decrypts. Windows: nothing "
            "was run",
            implementation=("hwsim.usb.models.ralink.chips", "Rt3070"),
            hides={"5 GHz": _NO_5_GHZ, "replay": _NO_REPLAY_CHECK},
        ),
        AdapterKind(
            name="rt2573",
            chip="Ralink RT2573 (RT2571W) with RF5226, 2.4 and 5 GHz",
            usb=("148f:2573 rev 0001",),
            linux="rt73usb",
            windows="netr7364.inf (in Windows 10, by published lists)",
            proven="Linux' driver: firmware, scan, WPA2-PSK, rekeys, roaming, replug, all sizes, "
            "both bands, runs; tshark decrypts. Windows: nothing was run",
            implementation=("hwsim.usb.models.ralink.rt73.chip", "Rt2573"),
            hides={
                "6 GHz": "the chip has the bands of 2.4 and 5 GHz alone",
                "management frame protection": "Linux' driver does not offer it",
                "acknowledgements": "Linux' driver takes every frame that it gave to the chip for "
                "acknowledged; the chip counts those that were not, and it does not look",
            },
            channels=(*range(1, 15), *range(36, 65, 4), *range(100, 141, 4), *range(149, 166, 4)),
        ),
        AdapterKind(
            name="rtl8192cu",
            chip="Realtek RTL8192CU",
            usb=("0bda:8178 rev 0200",),
            linux="rtl8192cu",
            windows="netrtwlanu.inf (in Windows 8 and 10, by published lists)",
            proven="Linux' driver: firmware, scan, WPA2-PSK, rekeys, roaming, replug, all sizes, "
            "runs; tshark decrypts. Windows: nothing was run",
            implementation=("hwsim.usb.models.realtek.rtl8192c.chip", "Rtl8192cu"),
            hides={
                "5 GHz": _NO_5_GHZ,
                "acknowledgements": "Linux' driver takes every frame that it gave to the chip for "
                "acknowledged",
                "management frame protection": "Linux' driver takes a protected management frame "
                "for decrypted, which its chip does not do",
                "frames in the clear": "the chip tells of them that they were decrypted, and the "
                "kernel takes them for protected",
                "GCMP and CCMP-256": "Linux' driver takes their keys, and nobody encrypts",
            },
        ),
    )
}


def maker(name: str) -> Callable[[bytes, ModelUser], Model]:
    """The class of an adapter's model, loaded now; raises KeyError for a name that is none."""
    module, attribute = ADAPTERS[name].implementation
    found = getattr(importlib.import_module(module), attribute)
    return cast(Callable[[bytes, ModelUser], Model], found)
