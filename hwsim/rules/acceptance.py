# SPDX-License-Identifier: GPL-2.0-or-later
"""What IEEE 802.11-2020 asks of a station that is given an edited EAPOL-Key frame. Pure.

What a rule of the air does to a station is never the driver's fault; but a station that completes
a handshake over a frame that it must not take has a fault, and so has one that stops at a frame
that it is to pass over.
"""

from __future__ import annotations

from typing import Final, Literal

from hwsim.records import FrameKind
from hwsim.rules.frame_fields import ELEMENT_IDS, KDE, ElementEdit, FrameFields

Acceptable = Literal["yes", "discard", "refuse", "open"]
"""yes: a station must take it. discard: it must pass it over in silence, and wait for a better one.
refuse: it must not complete the handshake over it; it may end it. open: the standard leaves it, or
says nothing."""

OFFERS: Final = ("beacon", "probe-resp", "assoc-resp")
"""Frames that say what the network has, with which a station compares M3."""
_MESSAGES: Final = ("M3", "G1")
"""Those under a MIC, with a key in them."""
_PASSED_OVER: Final = ("eapol_version", "trailing")
"""IEEE 802.1X-2010, 11.4: a version is no reason to refuse, octets behind the body are passed
over."""


_GTK_KDE_LENGTHS: Final = (2 + 5, 2 + 13, 2 + 16, 2 + 32)
"""Of the data of a GTK KDE: two bytes, and a key of any cipher (table 12-10)."""


_COMPARED_IDS: Final = frozenset(ELEMENT_IDS[name] for name in ("rsne", "rsnxe", "mde", "fte"))
"""The elements of an access point that M3 repeats."""
_WPA_HEAD: Final = bytes.fromhex("0050f201")
"""OUI and type of the WPA element, which M3 repeats in an RSNE's place."""


def acceptable(kind: FrameKind, fields: FrameFields, last_counter: int, counter: int) -> Acceptable:
    """What a station is to do with an edited M1, M3 or G1.

    ``last_counter`` is the highest replay counter it was given before, ``counter`` the edited
    frame's own.
    """
    return _worst([
        _by_field(kind, name, fields, counter_is_old=counter <= last_counter)
        for name in fields.given
    ])  # fmt: skip


def acceptable_corrupted(kind: FrameKind, fields: FrameFields) -> Acceptable:
    """What it is to do with one whose bytes were changed under its MIC (12.7.6.4, 12.7.7.2)."""
    if fields.given == ("trailing",):
        return "yes"
    return "discard" if kind in _MESSAGES else "open"


def acceptable_copy(kind: FrameKind, as_it_is: Acceptable, *, elsewhere: bool) -> Acceptable:
    """What it is to do with the copy of one: whether it had the original is not known.

    An M1 from another source (``elsewhere``) is no message of the station's Authenticator, whose
    address goes into the PTK (12.7.1.3), and it has no MIC: it is not to be answered.
    """
    if elsewhere and kind == "M1":
        return "discard"
    return "open" if as_it_is == "yes" else as_it_is


def acceptable_offer(fields: FrameFields) -> Acceptable:
    """What it is to do with the handshake after a beacon, probe or association response that says
    something else: M3 is held against it (12.7.6.4), so it may end it."""
    compared = any(
        one.identifier in _COMPARED_IDS or _is_wpas(one, loosely=True) for one in fields.elements
    )
    return "open" if compared or fields.bytes_at else "yes"


def _worst(found: list[Acceptable]) -> Acceptable:
    """What comes of several fields: not to be taken counts most, and it may be ended if any of
    them is a reason to."""
    for answer in ("refuse", "discard"):
        if answer in found:
            return "refuse" if "open" in found or "refuse" in found else "discard"
    return "open" if "open" in found else "yes"


def _by_field(
    kind: FrameKind, name: str, fields: FrameFields, *, counter_is_old: bool
) -> Acceptable:
    if name in _PASSED_OVER:
        return "yes"
    if name == "padding":  # 12.7.2: DD, then zeros, of what is wrapped
        right = kind in _MESSAGES and fields.padding[:1] == b"\xdd" and not any(fields.padding[1:])
        return "yes" if right else "open"
    if name == "elements":
        return _worst([_by_element(kind, one) for one in fields.elements])
    if kind not in _MESSAGES:
        return "open"
    if name in ("replay_counter", "replay_counter_add"):
        # 12.7.2: what counts is the last one under a MIC that fitted, which may never have come.
        return "open" if counter_is_old else "yes"
    if name == "mic":  # 12.7.6.4, 12.7.7.2
        return "discard"
    if name == "nonce":  # 12.7.6.4: it is to be M1's; wpa_supplicant leaves. In G1 it says nothing.
        return "refuse" if kind == "M3" else "open"
    if name == "encrypt":  # 12.7.2: a key is not sent in the clear
        return "open" if fields.encrypt else "refuse"
    return "open"


def _by_element(kind: FrameKind, edit: ElementEdit) -> Acceptable:
    if edit.do == "add":  # 12.7.2: KDEs that are not known are passed over
        known = edit.name in ("rsne", "rsnxe", "gtk", "igtk", "pmkid") or _is_wpas(edit)
        return "open" if known or edit.length is not None else "yes"
    if kind == "M3" and (
        edit.name == "rsne" or _is_wpas(edit)
    ):  # 12.7.6.4: that of beacon or probe response
        return "refuse"
    if kind in _MESSAGES and edit.name == "oci":  # 12.2.9; it is there with OCV alone
        return "refuse"
    if kind in _MESSAGES and edit.name == "gtk" and len(edit.data) not in _GTK_KDE_LENGTHS:
        return "refuse"  # there is no group key to install: 12.7.6.4, 12.7.7.2
    return "open"


def _is_wpas(edit: ElementEdit, *, loosely: bool = False) -> bool:
    """Whether it is of the WPA element; ``loosely``: or of every vendor's."""
    return edit.identifier == KDE and (edit.head == _WPA_HEAD or (loosely and not edit.head))
