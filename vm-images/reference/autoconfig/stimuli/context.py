# SPDX-License-Identifier: GPL-2.0-or-later
"""What the actions of stimuli have in common: what they act on, and how they report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hil_common.loop import Loop

from ..association.connection import Connection
from ..association.framework import Framework
from ..ihv_host.call_queue import Arguments, Caller
from ..ihv_host.lifecycle import Lifecycle


@dataclass
class StimulusContext:
    """What actions act on.

    Attributes:
        host: the IHV host, past the stimuli.
    """

    loop: Loop
    host: Caller
    connection: Connection
    framework: Framework
    lifecycle: Lifecycle

    def adapter(self) -> Arguments:
        """The argument every handler of an adapter has."""
        return {"ihv_handle": self.connection.ihv_handle}


Report = Callable[[Arguments], None]
Action = Callable[[StimulusContext, Arguments, Report], None]
