# SPDX-License-Identifier: GPL-2.0-or-later
"""Win32 error codes and L2 reason codes as the completions and handlers use them.

Sources: winerror.h; l2cmn.h (reason blocks of 0x10000 each, GEN 0x10000 to WIMAX 0xa0000, IHV
0x90000-0x9ffff); I:dot11ext_post_associate_completion, I:dot11ext_pre_associate_completion.
"""

from __future__ import annotations

from typing import Final

from harness.evidence import names

_WIN32_LAST: Final = 0xFFFF

ERROR_CANCELLED: Final = 1223
ERROR_INVALID_STATE: Final = 5023
"""winerror.h. The latter is the one refusal that speaks of the moment and not of the request."""


def is_winerror(code: int) -> bool:
    """True for what winerror.h can hold: a Win32 error of 16 bits, or a plain failure HRESULT.

    NTSTATUS values (0xc…) and customer codes are neither.
    """
    return code & 0xFFFFFFFF <= _WIN32_LAST or is_hresult(code)


def is_hresult(code: int) -> bool:
    """True for a plain failure HRESULT, such as COM gives."""
    return (code & 0xFFFFFFFF) >> 28 == 0x8


def is_ihv_reason(reason: int) -> bool:
    """True for a reason in the range l2cmn.h sets aside for vendors, 0x90000 to 0x9ffff."""
    return names.REASON_IHV_FIRST <= reason <= names.REASON_IHV_LAST


def is_success_reason(reason: int) -> bool:
    """True for a reason a success may carry: 0 or the vendors' range."""
    return reason == 0 or is_ihv_reason(reason)


def is_failure_reason(reason: int) -> bool:
    """True for a reason a failure may carry: any L2 block, the vendors' one included."""
    return names.REASON_L2_FIRST <= reason <= names.REASON_L2_LAST


def hexed(value: int | None) -> str:
    """A handle or code for a message; an unreadable one says so."""
    return "an unreadable value" if value is None else f"{value:#x}"
