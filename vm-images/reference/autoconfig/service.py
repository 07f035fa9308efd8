# SPDX-License-Identifier: GPL-2.0-or-later
"""The service wlanapi.dll talks to: JSON lines on a loopback port, many clients.

Each call is one function of the Native Wifi API; an error's code is the Win32 error that function
returns, and `reason` its WLAN reason code where it has one. `service` is the guest's own: what
"net stop|start WlanSvc" does on Windows, and "prepare", for a quick start. So are `orders`,
`orders_done`, `adapters`, `limits`, `channels`, `clock` and `forget`.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from hil_common.jsonlines import Message
from hil_common.loop import Loop

from . import codes, notifications
from .adapter import Adapter
from .association.attempt import Phase
from .association.handler_arguments import profile_arguments
from .calendar_clock import set_calendar_clock
from .client import CallError, Client
from .ihv_host.call_queue import Arguments
from .ihv_host.lifecycle import Lifecycle, Outcome, State
from .log import note
from .notifications import Notification
from .profile.eap import user_of_xml
from .profile.reading import ProfileError
from .profile.wlan import Profile, parse
from .radio.interface import RadioError
from .settings import SettingError, Settings
from .stimuli.plan import StimulusError
from .stimuli.runner import StimulusRunner

MAX_CLIENTS = 16
MAX_ADAPTERS = 4
MAX_PROFILES = 256
OPCODE_INTERFACE_STATE, OPCODE_CURRENT_CONNECTION = 6, 7  # WLAN_INTF_OPCODE

INTERFACE_STATES = {
    Phase.ABSENT: codes.INTERFACE_NOT_READY,
    Phase.INITIALIZING: codes.INTERFACE_NOT_READY,
    Phase.IDLE: codes.INTERFACE_DISCONNECTED,
    Phase.SCANNING: codes.INTERFACE_DISCOVERING,
    Phase.MATCHING: codes.INTERFACE_DISCOVERING,
    Phase.PRE_PENDING: codes.INTERFACE_ASSOCIATING,
    Phase.ASSOCIATING: codes.INTERFACE_ASSOCIATING,
    Phase.POST_PENDING: codes.INTERFACE_AUTHENTICATING,
    Phase.AUTHORIZED: codes.INTERFACE_CONNECTED,
    Phase.UNAUTHORIZED: codes.INTERFACE_AUTHENTICATING,
    Phase.DISCONNECTING: codes.INTERFACE_DISCONNECTING,
    Phase.STOPPING: codes.INTERFACE_DISCONNECTING,
    Phase.RESETTING: codes.INTERFACE_DISCONNECTING,
}


Call = Callable[[Client, object, Arguments], Arguments | None]


class WlanService:
    """Serves WLAN clients.

    Args:
        loop: serves the sockets.
        settings: OUI of profiles; limits and channels, which a client may change.
    """

    def __init__(self, loop: Loop, settings: Settings) -> None:
        self._loop = loop
        self._settings = settings
        self._adapter_oui = settings.adapter_oui
        self._clients: list[Client] = []
        self._listener: socket.socket | None = None
        self._adapters: list[Adapter] = []
        self._more: Callable[[int], None] | None = None
        self._begin_anew: Callable[[], None] = lambda: None
        self._lifecycle: Lifecycle | None = None
        self._calls: dict[str, Call] = {
            "open": self._open,
            "enum_interfaces": self._enum_interfaces,
            "set_profile": self._set_profile,
            "set_profile_eap_user_data": self._set_eap_user_data,
            "delete_profile": self._delete_profile,
            "get_profile_list": self._get_profile_list,
            "connect": self._connect,
            "disconnect": self._disconnect,
            "register": self._register,
            "query_interface": self._query_interface,
            "service": self._service_control,
            "orders": self._stimuli,
            "orders_done": self._stimuli_done,
            "adapters": self._adapter_count,
            "limits": self._change_limits,
            "channels": self._change_channels,
            "clock": lambda _client, _number, arguments: set_calendar_clock(arguments),
            "forget": lambda *_: self._set(self._begin_anew, codes.ERROR_INVALID_STATE),
        }

    def use(
        self,
        adapters: list[Adapter],
        lifecycle: Lifecycle,
        more: Callable[[int], None],
        begin_anew: Callable[[], None],
    ) -> None:
        """What the calls act on; `more` makes it that many adapters, or raises RadioError;
        `begin_anew` forgets all that was, or raises SettingError."""
        self._adapters = adapters
        self._lifecycle = lifecycle
        self._more = more
        self._begin_anew = begin_anew

    def use_adapter_oui(self, oui: int) -> None:
        """Profiles are to be for this OUI from now on (the registry's AdapterOUI)."""
        self._adapter_oui = oui

    def listen(self, address: tuple[str, int]) -> tuple[str, int]:
        """Accept clients at `address` (port 0 = any); the address in use."""
        listener = socket.create_server(address, backlog=8)
        listener.setblocking(False)
        self._listener = listener
        self._loop.watch(listener.fileno(), self._accept)
        host, port = listener.getsockname()[:2]
        return host, port

    def close(self) -> None:
        """Stop listening and drop all clients."""
        if self._listener is not None:
            self._loop.unwatch(self._listener.fileno())
            self._listener.close()
            self._listener = None
        for client in list(self._clients):
            client.close()

    def notify(self, guid: str, notification: Notification) -> None:
        """Send an adapter's notification to every client that registered for its source."""
        event: Message = {
            "event": "notification",
            "source": notification.source,
            "code": notification.code,
            "interface": guid,
        }
        if notification.data is None:
            event["fields"] = notification.fields
        else:
            event["data"] = notification.data
        for client in list(self._clients):
            if client.sources & notification.source:
                client.channel.send(event)

    def serve(self, client: Client, number: object, message: Message) -> None:
        """Carry out one call of a client."""
        name, arguments = message.get("call"), message.get("args", {})
        call = self._calls.get(name) if isinstance(name, str) else None
        if call is None or not isinstance(arguments, dict):
            raise CallError(codes.ERROR_INVALID_PARAMETER, "no such call")
        self._adapter(arguments)  # there must be such an interface
        result = call(client, number, arguments)
        if result is not None:
            client.answer(number, result)

    def forget(self, client: Client) -> None:
        """A client is gone."""
        if client in self._clients:
            self._clients.remove(client)

    def _accept(self) -> None:
        assert self._listener is not None
        try:
            peer, _address = self._listener.accept()
        except OSError:
            return
        if len(self._clients) >= MAX_CLIENTS:
            note("too many clients")
            peer.close()
            return
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._clients.append(Client(self._loop, peer, self))

    # --- calls: None = answered later ---

    def _open(self, _client: Client, _number: object, arguments: Arguments) -> Arguments:
        """WlanOpenHandle: version 1 is Windows XP's, 2 Vista's and later."""
        return {"negotiated_version": 1 if int(arguments["client_version"]) == 1 else 2}

    def _enum_interfaces(self, _client: Client, _number: object, _args: Arguments) -> Arguments:
        listed = [
            {
                "guid": adapter.guid,
                "description": adapter.description,
                "state": INTERFACE_STATES[adapter.connection.phase],
            }
            for adapter in self._adapters
        ]
        return {"interfaces": listed}

    def _register(self, client: Client, _number: object, arguments: Arguments) -> Arguments:
        client.sources = int(arguments["sources"])
        return {}

    def _set_profile(self, client: Client, number: object, arguments: Arguments) -> None:
        """WlanSetProfile: the DLL has its say by ValidateProfile before anything is stored."""
        xml, overwrite = arguments["xml"], bool(arguments["overwrite"])
        if not isinstance(xml, str):
            raise CallError(codes.ERROR_INVALID_PARAMETER, "xml is text")
        try:
            profile = parse(xml, self._adapter_oui)
        except ProfileError as error:
            note(f"profile refused: {error} (reason {error.reason:#x})")
            raise CallError(codes.ERROR_BAD_PROFILE, str(error), error.reason) from None
        adapter = self._adapter(arguments)
        if profile.name in adapter.profiles and not overwrite:
            raise CallError(codes.ERROR_ALREADY_EXISTS, "a profile of this name exists")
        if len(adapter.profiles) >= MAX_PROFILES:
            raise CallError(codes.ERROR_NOT_ENOUGH_MEMORY, "too many profiles")
        self._life().ensure(partial(self._validate, client, number, adapter, profile))

    def _validate(
        self, client: Client, number: object, adapter: Adapter, profile: Profile, outcome: Outcome
    ) -> None:
        if outcome.error == codes.ERROR_SERVICE_NOT_ACTIVE:
            client.refuse(number, CallError(outcome.error, "the WLAN service is stopped"))
            return
        if outcome.error:
            text = f"the IHV service is not available ({outcome.stage}, {outcome.error})"
            reason = codes.REASON_IHV_SECURITY_NOT_SUPPORTED
            client.refuse(number, CallError(codes.ERROR_BAD_PROFILE, text, reason))
            return

        def validated(result: Arguments) -> None:
            reason = int(result.get("reason") or 0)
            if result.get("status") != codes.ERROR_SUCCESS:
                text = "the IHV DLL refuses the profile"
                client.refuse(number, CallError(codes.ERROR_BAD_PROFILE, text, reason))
                return
            adapter.profiles[profile.name] = profile
            client.answer(number, {"reason": reason})

        def dropped() -> None:
            text = "the IHV host ended before it had validated the profile"
            error = CallError(codes.ERROR_BAD_PROFILE, text, codes.REASON_IHV_NOT_RESPONDING)
            client.refuse(number, error)

        arguments = profile_arguments(adapter.connection.ihv_handle, profile)
        adapter.queue.call("validate_profile", arguments, validated, dropped)

    def _set_eap_user_data(
        self, _client: Client, _number: object, arguments: Arguments
    ) -> Arguments:
        """WlanSetProfileEapXmlUserData: who authenticates with a profile."""
        name, xml = arguments["profile"], arguments["xml"]
        profiles_of_adapter = self._adapter(arguments).profiles
        profile = profiles_of_adapter.get(name)
        if profile is None:
            raise CallError(codes.ERROR_NOT_FOUND, "no such profile")
        try:
            user = user_of_xml(xml)
        except ProfileError as error:
            raise CallError(codes.ERROR_INVALID_PARAMETER, str(error)) from None
        if profile.eap_method is None or profile.eap_method.kind != user.kind:
            raise CallError(codes.ERROR_BAD_PROFILE, "the profile has another EAP method, or none")
        profiles_of_adapter[name] = replace(profile, eap_user=user)
        return {}

    def _delete_profile(self, _client: Client, _number: object, arguments: Arguments) -> Arguments:
        if self._adapter(arguments).profiles.pop(arguments["name"], None) is None:
            raise CallError(codes.ERROR_NOT_FOUND, "no such profile")
        return {}

    def _get_profile_list(
        self, _client: Client, _number: object, arguments: Arguments
    ) -> Arguments:
        found = self._adapter(arguments).profiles
        return {"profiles": [{"name": name, "flags": 0} for name in found]}

    def _connect(self, client: Client, number: object, arguments: Arguments) -> None:
        """WlanConnect returns once the request is taken; the rest comes by notifications."""
        adapter = self._adapter(arguments)
        profile = adapter.profiles.get(arguments["profile"])
        if int(arguments["mode"]) != notifications.MODE_PROFILE or profile is None:
            raise CallError(codes.ERROR_NOT_FOUND, "no such profile")
        life = self._life()
        if life.state in (State.STOPPED, State.STOPPING):
            raise CallError(codes.ERROR_SERVICE_NOT_ACTIVE, "the WLAN service is stopped")
        client.answer(number, {})
        connection = adapter.connection
        connection.connect(profile)
        # A host that failed gets another chance.
        life.ensure(lambda outcome: connection.unavailable() if outcome.error else None)

    def _disconnect(self, _client: Client, _number: object, arguments: Arguments) -> Arguments:
        self._adapter(arguments).connection.disconnect_by_client()
        return {}

    def _query_interface(self, _client: Client, _number: object, arguments: Arguments) -> Arguments:
        opcode = int(arguments["opcode"])
        adapter = self._adapter(arguments).connection
        found: dict[str, Any] = {"state": INTERFACE_STATES[adapter.phase]}
        if opcode == OPCODE_INTERFACE_STATE:
            return found
        if opcode != OPCODE_CURRENT_CONNECTION:
            raise CallError(codes.ERROR_NOT_SUPPORTED, "no such opcode here")
        attempt = adapter.attempt
        if attempt is None or attempt.bss is None or not attempt.completed:
            raise CallError(codes.ERROR_INVALID_STATE, "not connected")
        fields = notifications.connection_fields(
            attempt.profile.name, attempt.ssid, codes.REASON_SUCCESS, attempt.bss.bssid
        )
        chosen = adapter.algorithms
        return {
            **found, **fields, "bssid": fields["peer"],
            "auth": chosen.auth, "cipher": chosen.unicast,
        }  # fmt: skip

    def _service_control(self, client: Client, number: object, arguments: Arguments) -> None:
        life = self._life()
        action = arguments["action"]

        def done(outcome: Outcome) -> None:
            if outcome.error:
                text = f"{outcome.stage}: error {outcome.error}"
                client.refuse(number, CallError(outcome.error, text))
            else:
                client.answer(number, {"state": life.state.value})

        if action == "start":
            life.start(done)
        elif action == "stop":
            life.stop(done)
        elif action == "prepare":
            life.prepare(done)
        elif action == "state":
            last = life.last
            state = {"state": life.state.value, "stage": last.stage, "error": last.error}
            client.answer(number, state)
        else:
            raise CallError(codes.ERROR_INVALID_PARAMETER, "no such action")

    def _stimuli(self, _client: Client, _number: object, arguments: Arguments) -> Arguments:
        """The guest's own: what to do out of the ordinary in the next association."""
        try:
            self._stimulus_runner().give(arguments["orders"], arguments.get("association"))
        except StimulusError as error:
            raise CallError(codes.ERROR_INVALID_PARAMETER, str(error)) from None
        return {}

    def _stimuli_done(self, client: Client, number: object, _args: Arguments) -> None:
        """What of it was done, once none of it is in progress."""
        self._stimulus_runner().collect(lambda done: client.answer(number, {"done": done}))

    def _stimulus_runner(self) -> StimulusRunner:
        """Stimuli are the first adapter's."""
        return self._adapters[0].stimuli

    def _change_limits(self, _client: Client, _number: object, arguments: Arguments) -> Arguments:
        """The guest's own: the limits of lab.toml, from now on; all of them are answered."""
        self._set(lambda: self._settings.limits.change(arguments))
        return asdict(self._settings.limits)

    def _change_channels(self, _client: Client, _number: object, arguments: Arguments) -> Arguments:
        """The guest's own: where access points are to be looked for first, from now on."""
        return self._set(lambda: self._settings.look_first(arguments.get("mhz")))

    @staticmethod
    def _set(change: Callable[[], None], refused: int = codes.ERROR_INVALID_PARAMETER) -> Arguments:
        try:
            change()
        except SettingError as error:
            raise CallError(refused, str(error)) from None
        return {}

    def _adapter_count(self, _client: Client, _number: object, arguments: Arguments) -> Arguments:
        """The guest's own: as if so many adapters were plugged in; none is ever taken away."""
        count = int(arguments["count"])
        if not 1 <= count <= MAX_ADAPTERS or self._more is None:
            text = f"the guest can have 1 to {MAX_ADAPTERS} adapters"
            raise CallError(codes.ERROR_INVALID_PARAMETER, text)
        try:
            self._more(count)
        except RadioError as error:
            raise CallError(codes.ERROR_GEN_FAILURE, str(error)) from None
        return {"adapters": len(self._adapters)}

    def _adapter(self, arguments: Arguments) -> Adapter:
        """The adapter a call is for: the first, if it names none."""
        if "interface" not in arguments:
            return self._adapters[0]
        named = str(arguments["interface"]).upper()
        for adapter in self._adapters:
            if adapter.guid.upper() == named:
                return adapter
        raise CallError(codes.ERROR_NOT_FOUND, "no such interface")

    def _life(self) -> Lifecycle:
        assert self._lifecycle is not None, "use() comes first"
        return self._lifecycle
