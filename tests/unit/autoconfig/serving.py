# SPDX-License-Identifier: GPL-2.0-or-later
"""The whole service over TCP: a process as IHV host, a double of the radio, and a client."""

from __future__ import annotations

import json
import socket
import sys
import threading
from typing import Any

from autoconfig.__main__ import App
from autoconfig.adapter import adapter_guid
from autoconfig.radio.interface import Associated, Lost, RadioError, RadioEvents
from autoconfig.settings import ServiceLimits, Settings

from hil_common.loop import Loop
from tests.unit.autoconfig.doubles import (
    AP,
    FAKE_HOST,
    REQUEST_BODY,
    RESPONSE_BODY,
    STATION,
    FakeRadio,
)
from tests.unit.autoconfig.texts import xml

GUID = adapter_guid(STATION)
ACM, MSM = 8, 16
PROFILE = xml(ssid="<SSID><name>hil-lab</name></SSID>")


class WillingRadio(FakeRadio):
    """A radio whose network always answers."""

    def __init__(self, loop: Loop) -> None:
        super().__init__()
        self._loop = loop

    def connect(self, request: Any) -> None:
        """Associate at once."""
        super().connect(request)
        found = Associated(AP, REQUEST_BODY, RESPONSE_BODY)
        self._loop.later(lambda: self._to().on_associated(found))

    def disconnect(self) -> None:
        """Be gone at once."""
        super().disconnect()
        self._loop.later(lambda: self._to().on_lost(Lost(False, True, 3)))

    def _to(self) -> RadioEvents:
        assert self.events is not None
        return self.events


class Lab:
    """A running service and one client of it."""

    def __init__(self, fault: str = "good") -> None:
        self.loop = Loop()
        self.radio = WillingRadio(self.loop)
        self.extra_radios: list[WillingRadio] = []
        self.settings = Settings(
            host_command=(sys.executable, "-S", FAKE_HOST, fault),
            address=("127.0.0.1", 0),
            limits=ServiceLimits(handler_s=1.0),
        )
        self.app = App(self.loop, self.radio, self.settings, self._plug_in)
        self.app.lifecycle.start(lambda _outcome: None)
        self._thread = threading.Thread(target=self.loop.run)
        self._thread.start()
        self.client = Client(self.app.address)

    def _plug_in(self, number: int) -> WillingRadio:
        if number > 1:
            raise RadioError(19, "no more radios")
        radio = WillingRadio(self.loop)
        radio.mac = STATION[:4] + bytes((number, 0))
        self.extra_radios.append(radio)
        return radio

    def close(self) -> None:
        """End the service."""
        self.loop.stop()
        self.client.send({"id": 0, "call": "enum_interfaces"})  # wakes the loop
        self._thread.join(10)
        assert not self._thread.is_alive()
        self.client.close()
        self.app.close()


class Client:
    """A blocking client, ten seconds at most for anything."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._socket = socket.create_connection(address, timeout=10)
        self._lines = self._socket.makefile("rb")
        self._last = 0
        self.events: list[dict[str, Any]] = []

    def call(self, function: str, /, **arguments: Any) -> dict[str, Any]:
        """The whole answer."""
        self._last += 1
        self.send({"id": self._last, "call": function, "args": arguments})
        while True:
            message = self.read()
            if message.get("id") == self._last:
                return message

    def send(self, message: Any) -> None:
        """One message, without awaiting an answer."""
        self._socket.sendall(json.dumps(message).encode() + b"\n")

    def read(self) -> dict[str, Any]:
        """The next message; events are kept."""
        message = json.loads(self._lines.readline())
        if "event" in message:
            self.events.append(message)
        assert isinstance(message, dict)
        return message

    def until(self, source: int, code: int, guid: str = "") -> dict[str, Any]:
        """The fields of this notification, once it is there; of this interface, if one is named."""
        while True:
            for event in self.events:
                if guid not in ("", event["interface"]):
                    continue
                if (event["source"], event["code"]) == (source, code):
                    fields = event["fields"]
                    assert isinstance(fields, dict)
                    return fields
            self.read()

    def set_up(self, guid: str = GUID) -> None:
        """Register and store the profile."""
        assert self.call("open", client_version=2)["result"] == {"negotiated_version": 2}
        self.call("register", sources=0xFFFF)
        answer = self.call("set_profile", interface=guid, flags=0, xml=PROFILE, overwrite=True)
        assert answer["result"] == {"reason": 0}

    def connect(self, guid: str = GUID) -> dict[str, Any]:
        """WlanConnect with the profile."""
        return self.call("connect", interface=guid, mode=0, profile="lab")

    def close(self) -> None:
        """Close the connection."""
        self._lines.close()
        self._socket.close()
