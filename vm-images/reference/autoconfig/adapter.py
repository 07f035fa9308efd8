# SPDX-License-Identifier: GPL-2.0-or-later
"""One WLAN adapter, put together: its radio's connection, the functions its DLL may call, its
stimuli; and the adapters that come besides the first.

The IHV host and the service are one for all of them (I:dot11extihv_init_service); each has its own
two handles, its own queue of handler calls and its own profiles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from hil_common.loop import Loop

from . import codes
from .association.connection import Connection, StartEap
from .association.framework import Framework
from .handles import new_handle
from .ihv_host.call_queue import Arguments, Caller
from .ihv_host.lifecycle import EXTENSIBLE_STATION, Lifecycle
from .ihv_host.process import HostLoss, IhvHost
from .log import note
from .notifications import Notification
from .profile.wlan import Profile
from .radio.interface import Radio
from .settings import Settings
from .stimuli.context import StimulusContext
from .stimuli.runner import ObservedCalls, StimulusRunner

DESCRIPTION = "Reference WLAN adapter (mac80211_hwsim)"


def adapter_guid(mac: bytes) -> str:
    """The adapter's GUID, the same for the same MAC address."""
    return f"{{D8F2A1C4-77E0-4B6E-9C53-{mac.hex().upper()}}}"


@dataclass
class Adapter:
    """One adapter.

    Attributes:
        guid: its GUID, in braces.
        description: its name for people.
        queue: calls its handlers, past the stimuli.
        calls: calls its handlers.
        profiles: what WlanSetProfile stored, by name.
    """

    guid: str
    description: str
    queue: Caller
    calls: Caller
    connection: Connection
    framework: Framework
    stimuli: StimulusRunner
    profiles: dict[str, Profile] = field(default_factory=dict)

    def framework_call(self, function: str, arguments: Arguments) -> Arguments:
        """The DLL calls a framework function with this adapter's handle."""
        refused = self.stimuli.framework_call(function)
        if refused is not None:
            return {"status": refused}
        answer = self.framework.answer(function, arguments)
        self.stimuli.framework_answered(function, answer["status"])
        return answer

    def has_handle(self, handle: object) -> bool:
        """Whether this hDot11SvcHandle is its own."""
        try:
            given = handle if isinstance(handle, int) else int(str(handle), 16)
        except ValueError:
            return False
        own = self.connection.svc_handle
        return bool(own) and given == int(own, 16)


@dataclass(frozen=True)
class AdapterDependencies:
    """What every adapter is given: the loop, the one IHV host, the settings, where notifications go
    and how an EAP peer is started."""

    loop: Loop
    host: IhvHost
    settings: Settings
    notify: Callable[[str, Notification], None]
    start_eap: StartEap


def make_adapter(given: AdapterDependencies, radio: Radio, number: int) -> Adapter:
    """The adapter of this radio; the first has number 0."""
    guid = adapter_guid(radio.mac)
    description = DESCRIPTION if not number else f"{DESCRIPTION} #{number + 1}"
    runner = StimulusRunner()
    queue = given.host if not number else given.host.queue(guid)
    calls = ObservedCalls(queue, runner)
    connection = Connection(
        given.loop, radio, calls, given.settings, partial(given.notify, guid), given.start_eap,
        runner.event,
    )  # fmt: skip
    framework = Framework(connection)
    return Adapter(guid, description, queue, calls, connection, framework, runner)


def set_context(adapter: Adapter, loop: Loop, lifecycle: Lifecycle) -> None:
    """Let stimuli act on the adapter."""
    context = StimulusContext(loop, adapter.queue, adapter.connection, adapter.framework, lifecycle)
    adapter.stimuli.use(context)


class AdapterSet:
    """All adapters as the life of the service sees them: the first one, which the others follow.

    An `AdapterLife`. The first is initialized and removed by the lifecycle itself; the others come
    when it is ready and go before it does (LIFE-10: DeinitAdapter for every adapter).
    """

    def __init__(self, first: Adapter) -> None:
        self.all = [first]

    def add(self, adapter: Adapter) -> None:
        """A further adapter arrives."""
        self.all.append(adapter)
        if self._first.ihv_handle:
            self._initialize(adapter)

    def new_host(self) -> None:
        """A host starts: nothing of the one before counts any more."""
        for adapter in self.all:
            adapter.framework.new_host()

    def of_handle(self, handle: object) -> Adapter:
        """The adapter with this hDot11SvcHandle; the first, which refuses it, if there is none."""
        found = (adapter for adapter in self.all if adapter.has_handle(handle))
        return next(found, self.all[0])

    # --- AdapterLife ---

    def initializing(self, svc_handle: str) -> None:
        """InitAdapter is about to be called for the first."""
        self._first.initializing(svc_handle)

    def ready(self, ihv_handle: str) -> None:
        """The first is there; the others follow."""
        self._first.ready(ihv_handle)
        for adapter in self.all[1:]:
            self._initialize(adapter)

    def removed(self) -> None:
        """DeinitAdapter is about to be called for the first: the others go before it."""
        for adapter in self.all[1:]:
            handle = adapter.connection.ihv_handle
            adapter.connection.removed()
            if handle:
                adapter.queue.call("deinit_adapter", {"ihv_handle": handle})
        self._first.removed()

    def host_lost(self, loss: HostLoss) -> None:
        """Tell every adapter's connection that the IHV host crashed, hung or was stopped."""
        for adapter in self.all:
            adapter.connection.host_lost(loss)

    def unavailable(self) -> None:
        """The host cannot be started, for none of them."""
        for adapter in self.all:
            adapter.connection.unavailable()

    def shut_down(self, done: Callable[[], None]) -> None:
        """End every connection, then call `done`."""
        open_ones = len(self.all)

        def one_done() -> None:
            nonlocal open_ones
            open_ones -= 1
            if not open_ones:
                done()

        for adapter in self.all:
            adapter.connection.shut_down(one_done)

    @property
    def _first(self) -> Connection:
        return self.all[0].connection

    def _initialize(self, adapter: Adapter) -> None:
        svc_handle = new_handle()
        adapter.connection.initializing(svc_handle)
        arguments = {
            "guid": adapter.guid,
            "description": adapter.description,
            "mode": EXTENSIBLE_STATION,
            "svc_handle": svc_handle,
        }
        adapter.queue.call("init_adapter", arguments, partial(self._initialized, adapter))

    def _initialized(self, adapter: Adapter, result: Arguments) -> None:
        status = int(result.get("status", codes.ERROR_GEN_FAILURE))
        if status == codes.ERROR_SUCCESS:
            adapter.connection.ready(str(result["ihv_handle"]))
            return
        note(f"{adapter.description}: InitAdapter failed with error {status}")
        adapter.connection.removed()
        adapter.connection.unavailable()
