# SPDX-License-Identifier: GPL-2.0-or-later
"""`python3 -m autoconfig`: puts the parts together and serves until SIGTERM."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

from hil_common.loop import Callback, Loop

from .adapter import AdapterDependencies, AdapterSet, make_adapter, set_context
from .association.connection import StartEap
from .ihv_host.call_queue import Arguments
from .ihv_host.confine import Confinement
from .ihv_host.exit_record import append, clock_ns
from .ihv_host.lifecycle import Lifecycle, Outcome, State
from .ihv_host.process import HostLoss, IhvHost
from .log import defer, flush, note
from .onex.peer import Peer, PeerEvents, SupplicantPeer
from .onex.supplicant import CertificateStores, supplicant_config
from .process_setup import preload_ciphers, raise_priority
from .profile.wlan import Profile
from .radio.extra_radio import new_radio
from .radio.interface import Radio, RadioError
from .radio.nl80211 import Nl80211Radio
from .radio.plugged import PluggedRadio
from .service import WlanService
from .settings import ServiceLimits, SettingError, Settings, from_environment

BOOT_TRIES = 4
BOOT_PAUSE_S = 1.0


class App:
    """Everything, wired, with one adapter to begin with.

    Args:
        loop: serves it all.
        radio: the first adapter's station.
        settings: see Settings.
        make_radio: makes the radio of the adapter with that number; raises RadioError.
    """

    def __init__(
        self, loop: Loop, radio: Radio, settings: Settings, make_radio: Callable[[int], Radio]
    ) -> None:
        self._loop = loop
        self._radio = radio
        self._settings = settings
        self._make_radio = make_radio
        self.service = WlanService(loop, settings)
        self.host = IhvHost(
            loop,
            settings.host_command,
            settings.limits,
            self._framework_call,
            lambda event: self.lifecycle.on_service(event),
            self._host_lost,
            Confinement(loop, settings.limits, clock_ns),
            lambda end: append(end, settings.trace),
            self.service.use_adapter_oui,
        )
        start_eap = eap_starter(loop, CertificateStores(settings.certificates))
        self._dependencies = AdapterDependencies(
            loop, self.host, settings, self.service.notify, start_eap
        )
        self._begin()
        self.address = self.service.listen(settings.address)

    def _begin(self) -> None:
        """One adapter without profiles, connections or stimuli, and a service that is stopped."""
        first = make_adapter(self._dependencies, self._radio, 0)
        self.adapters = AdapterSet(first)
        self.lifecycle = Lifecycle(
            first.guid, first.description, self.adapters, self.adapters.new_host
        )
        self.lifecycle.use(self.host)
        set_context(first, self._loop, self.lifecycle)
        self.service.use(self.adapters.all, self.lifecycle, self.have_adapters, self.forget)
        if isinstance(self._radio, PluggedRadio):
            self._radio.on_presence(self._radio_there)

    def _radio_there(self, there: bool) -> None:
        """The first adapter was pulled out, or plugged in."""
        if there:
            self.lifecycle.adapter_back()
        else:
            self.adapters.all[0].connection.radio_gone(self.lifecycle.adapter_gone)

    def forget(self) -> None:
        """Be as at the start of the guest, but for the adapters' hardware.

        Raises SettingError while the service is not stopped, and where adapters were plugged in.
        """
        if self.lifecycle.state is not State.STOPPED:
            raise SettingError("the service is not stopped")
        if len(self.adapters.all) > 1:
            raise SettingError("adapters were plugged in, and none is ever taken away")
        shutil.rmtree(self._settings.certificates, ignore_errors=True)
        self._settings.limits.change(asdict(ServiceLimits()))
        self._settings.first_mhz.clear()
        self._radio.forget()
        self._begin()

    def have_adapters(self, count: int) -> None:
        """Plug in adapters until there are so many. Raises RadioError."""
        while len(self.adapters.all) < count:
            number = len(self.adapters.all)
            adapter = make_adapter(self._dependencies, self._make_radio(number), number)
            set_context(adapter, self._loop, self.lifecycle)
            note(f"{adapter.description} arrives")
            self.adapters.add(adapter)

    def _framework_call(self, function: str, arguments: Arguments) -> Arguments:
        adapter = self.adapters.of_handle(arguments.get("hDot11SvcHandle"))
        return adapter.framework_call(function, arguments)

    def _host_lost(self, loss: HostLoss) -> None:
        for adapter in self.adapters.all:
            adapter.stimuli.host_lost()
        self.lifecycle.on_lost(loss)

    def close(self) -> None:
        """Drop clients and host at once."""
        self.service.close()
        self.host.kill()


def eap_starter(loop: Loop, stores: CertificateStores) -> StartEap:
    """Starts a wpa_supplicant for a profile. Raises OSError, or LookupError for what is not there:
    the user's data or a certificate."""

    def start(profile: Profile, events: PeerEvents) -> Peer:
        if profile.eap_method is None or profile.eap_user is None:
            raise LookupError("nobody has told who authenticates with this profile")
        config = supplicant_config(profile.eap_method, profile.eap_user, stores)
        return SupplicantPeer(loop, config, events)

    return start


def first_radio(loop: Loop, settings: Settings) -> Nl80211Radio:
    """The radio of the first adapter. Raises RadioError if it has to be there and is not."""
    if settings.plugged_mac:
        return PluggedRadio(loop, settings.interface, settings.limits, settings.plugged_mac)
    return Nl80211Radio(loop, settings.interface, settings.limits)


def make_extra_radio(loop: Loop, settings: Settings, number: int) -> Radio:
    """Make the radio of the adapter with this number. Raises RadioError."""
    if settings.plugged_mac:
        raise RadioError(19, "this guest's adapter is a USB device, and there is no other")
    return Nl80211Radio(loop, new_radio(number), settings.limits)


def main() -> int:
    """Run the service; the exit code is 2 for a setting that cannot be used, 1 without a radio."""
    loop = Loop()
    try:
        settings = from_environment()
        radio = first_radio(loop, settings)
    except SettingError as error:
        note(str(error))
        return 2
    except RadioError as error:
        note(f"no radio: {error.strerror}")
        return 1
    raise_priority()
    preload_ciphers()
    app = App(loop, radio, settings, partial(make_extra_radio, loop, settings))
    # SIGTERM ends in order, so that the DLL sees DeinitAdapter and DeinitService (LIFE-10).
    on_signal(loop, signal.SIGTERM, lambda: app.lifecycle.stop(lambda _outcome: loop.stop()))
    note(f"serving {settings.interface} at {app.address[0]}:{app.address[1]}")
    start_at_boot(loop, app.lifecycle)
    # A collection of everything pauses for milliseconds under emulation, in the midst of EAPOL.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)
    defer(loop.call_after_s)
    try:
        loop.run()
    finally:
        app.close()
        radio.close()
        flush()
    return 0


def on_signal(loop: Loop, number: signal.Signals, callback: Callback) -> None:
    """Let the loop run `callback` when the process gets a signal."""
    ours, pythons = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def arrived() -> None:
        os.read(ours, 64)
        callback()

    signal.signal(number, lambda _number, _frame: None)
    signal.set_wakeup_fd(pythons, warn_on_full_buffer=False)
    loop.watch(ours, arrived)


def start_at_boot(loop: Loop, life: Lifecycle, tries: int = BOOT_TRIES) -> None:
    """Start the IHV service; again when the host did not come up in time, since Wine's very first
    start on a busy machine can take longer than any later one."""

    def done(outcome: Outcome) -> None:
        if outcome.stage == "lost" and tries > 1:
            loop.call_after_s(BOOT_PAUSE_S, lambda: start_at_boot(loop, life, tries - 1))
        elif outcome.error:
            note(f"IHV service not available: {outcome.stage}, error {outcome.error}")

    if tries == BOOT_TRIES:
        life.start(done)
    else:
        life.ensure(done)  # not if it was stopped meanwhile


if __name__ == "__main__":
    sys.exit(main())
