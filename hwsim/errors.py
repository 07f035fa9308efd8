# SPDX-License-Identifier: GPL-2.0-or-later
"""Our exception hierarchy:

AirError
├── WireError (ValueError)          bytes from outside are no well-formed message
├── UndecryptableError (ValueError) a protected frame does not open with the key at hand
│   ├── MichaelError                only its Michael MIC is wrong (TKIP)
│   └── OtherKeyError               it names another key
├── RecordError (ValueError)        JSON that is no frame record
├── ModelFault                      a device model does what no device can; says what
├── PortError                       a radio port cannot be opened; says what to do
└── RequestError (ValueError)       a control call that cannot be served; carries a code
"""

from __future__ import annotations


class AirError(Exception):
    """Base of every error this package raises on purpose."""


class WireError(AirError, ValueError):
    """Bytes that are no well-formed radio-port, hwsim, 802.11 or EAPOL message."""


class UndecryptableError(AirError, ValueError):
    """A protected frame whose integrity code does not verify with the key at hand."""


class MichaelError(UndecryptableError):
    """A TKIP frame that its key opens, with a Michael MIC that does not verify: an active attack,
    in the standard's eyes (IEEE 802.11-2020, 12.5.2.4)."""


class OtherKeyError(UndecryptableError):
    """A protected frame whose Key ID is that of another key; ``named`` is the one it has."""

    def __init__(self, named: int, own: int) -> None:
        super().__init__(f"the frame names key {named}, this is key {own}")
        self.named = named


class RecordError(AirError, ValueError):
    """A JSON object that is no frame record; the message names the field."""


class ModelFault(AirError):
    """A device model that failed or does what no device can; the message says what it did."""


class PortError(AirError):
    """A radio port that cannot be opened; the message says why, and what to do about it."""


class RequestError(AirError, ValueError):
    """A control call that cannot be served; ``code`` is for programs, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
