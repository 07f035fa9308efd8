# SPDX-License-Identifier: GPL-2.0-or-later
"""lab.toml: the lab a run uses. Every key has a default, so the file itself is optional."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    field_serializer,
    field_validator,
    model_validator,
)

from harness.config.database import checked, shown
from harness.config.keep import Keep, keep_of
from harness.config.limits import LimitsConfig
from harness.config.overrides import RuleOverride
from harness.config.validation import Strict, load_toml
from harness.errors import UsageError
from harness.local.folders import home, user_name
from hwsim.usb.catalogue import Hidden
from hwsim.usb.plugins import in_a_process, installed, is_a_class

Accel = Literal["kvm", "tcg"]
"""What runs the guest's processor."""

GuestKind = Literal["reference", "windows"]
"""What a guest can be, in files of runs too."""

DEFAULT_GUEST: Final = "reference"

HISTORY: Final = "history.sqlite"
"""The history's file in the folder of the runs."""

HOSTAPD_FIRST_RETRY_MS = 100
"""hostapd src/ap/wpa_auth.c, eapol_key_timeout_first."""

TCG_FIRST_RETRY_MS = 1000


RadioName = Literal["hwsim", "rtl8187l", "rtl8187b", "rt2870", "rt3070", "rt2573", "rtl8192cu"]
"""The guest's radio: its kernel's simulated one, or an emulated USB adapter."""

SIMULATED: Final = "hwsim"


def _a_radio(name: str) -> str:
    """A radio's name as it is; refuses one that can be none."""
    if name in get_args(RadioName) or in_a_process(name) or is_a_class(name) or name in installed():
        return name
    raise ValueError(
        f"{name!r:.60} is no radio (`hil radios` lists them); a device model of your own is "
        "module:Class, exec:PROGRAM or unix:SOCKET"
    )


Radio = Annotated[str, AfterValidator(_a_radio)]
"""A `RadioName`, or a device model of somebody's own: see docs/adding-a-device-model.md."""

USB_RADIOS: Final = tuple(name for name in get_args(RadioName) if name != SIMULATED)
"""The emulated USB adapters that a guest can have."""


REHEARSAL: Final = "rehearsal"
"""The image of a Windows guest that is none: the reference guest's Windows face."""

WINDOWS_MEMORY_MIB: Final = 4096
"""What Windows 10 and 11 start with; the reference guest needs an eighth of it."""


class GuestConfig(Strict):
    """The virtual machine."""

    kind: GuestKind = DEFAULT_GUEST
    image: Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]{0,63})?$")] = ""
    """Of a Windows guest: the image's name; `rehearsal` is the reference guest's Windows face."""
    driver_verifier: bool = False
    """Windows' Driver Verifier watches the adapter's driver, which takes a reboot."""
    radio: Radio = SIMULATED
    hides: tuple[Hidden, ...] = ()
    """What an adapter lets nobody see, besides what is known of it: scenarios that need it are
    refused. For device models that cannot say it themselves."""
    usb_host: Literal["usb-ehci", "qemu-xhci"] = "usb-ehci"
    """Where a USB adapter is plugged in."""
    memory_mib: Annotated[int, Field(ge=384, le=65536)] = 512
    accel: Literal["auto", "kvm", "tcg"] = "auto"
    saved_state: bool = True
    """Start from a state saved after the first boot; false boots each time."""

    @model_validator(mode="before")
    @classmethod
    def _as_windows_needs_it(cls, given: object) -> object:
        if not isinstance(given, dict) or given.get("kind") != "windows":
            return given
        rehearsed = given.get("image") == REHEARSAL
        return given if rehearsed else {"memory_mib": WINDOWS_MEMORY_MIB, **given}

    @model_validator(mode="after")
    def _only_windows_has(self) -> GuestConfig:
        if self.kind == "windows":
            if not self.image:
                raise ValueError(
                    "a Windows guest needs an image: `hil image build windows` makes one, "
                    f'image = "{REHEARSAL}" is the reference guest that looks like Windows'
                )
            if self.image != REHEARSAL and self.radio == SIMULATED:
                raise ValueError(
                    f"Windows has no driver for radio {SIMULATED!r}: `hil radios` names the "
                    "emulated USB adapters that it has drivers for"
                )
        elif self.image or self.driver_verifier:
            raise ValueError("image and driver_verifier are a Windows guest's (kind = 'windows')")
        return self

    @property
    def system(self) -> GuestKind:
        """What really runs in it: a rehearsal is no Windows."""
        return "reference" if self.image == REHEARSAL else self.kind

    @property
    def adapter(self) -> str | None:
        """The emulated USB adapter; None for the kernel's simulated radio."""
        return None if self.radio == SIMULATED else self.radio

    @property
    def radio_name(self) -> str:
        """The radio without the folder of a program or socket: by it tests are known."""
        if not in_a_process(self.radio):
            return self.radio
        scheme, _, path = self.radio.partition(":")
        return f"{scheme}:{Path(path).name}"


Port = Literal["virtio_serial", "vhost_user"]
"""The way of the guest's frames to the air."""

USUAL_PORT: Final = "virtio_serial"


class AirConfig(Strict):
    """The access point, and the way to it."""

    port: Port = USUAL_PORT
    """`vhost_user` is virtio device 29, mac80211_hwsim's own; it wants QEMU 10.2, and a guest that
    is booted for each run: QEMU saves no state of such a machine."""
    first_retry_ms: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """When an unanswered M3 is first sent again. Left out: 100 ms as in hostapd, but 1000 ms under
    TCG, whose guest is so slow that hostapd's timer would fire in the midst of good exchanges."""

    def retry_ms(self, accel: Accel) -> int:
        """`first_retry_ms`, or its default for an accelerator."""
        if self.first_retry_ms is not None:
            return self.first_retry_ms
        return HOSTAPD_FIRST_RETRY_MS if accel == "kvm" else TCG_FIRST_RETRY_MS


class DllConfig(Strict):
    """The vendor's DLL and what comes with it. Paths are as the command line takes them."""

    path: Path | None = None
    """The IHV Extensions DLL; the command line's --dll comes first."""
    companions: tuple[Path, ...] = ()
    """Files, or folders with all they hold, put beside it; --with comes first."""
    profile: Path | None = None
    """A WLAN profile (XML) for it; --profile comes first."""
    security: SecretStr | None = None
    connectivity: SecretStr | None = None
    use_ms_onex: bool | None = None
    oui: str | None = None
    type: str | None = None
    """These five as in a scenario's [ihv], in whose place they stand."""


def usual_cache() -> Path:
    """Where built things go unless lab.toml says otherwise; raises `UsageError` for no place."""
    given = os.environ.get("XDG_CACHE_HOME")
    folder = home()
    if given:
        return Path(given) / "wlan-hil"
    if folder is None:
        raise UsageError(
            f"no place for the cache: HOME is not set, and user {user_name()} has no home",
            hint="set XDG_CACHE_HOME to a folder, or [store] cache in lab.toml",
        )
    return folder / ".cache" / "wlan-hil"


class StoreConfig(Strict):
    """Where results and built things go."""

    runs: Path = Path("runs")
    cache: Path = Field(default_factory=usual_cache)
    database: SecretStr | None = None
    """The history: a SQLite file, or postgresql://user@host/database, which may hold a password.
    Left out: history.sqlite in the folder of the runs."""

    keep: Keep | None = None
    """What `hil runs prune` leaves: "30 days", "500 runs" or "20 GiB". Left out: all."""

    @field_validator("keep", mode="before")
    @classmethod
    def _is_an_amount(cls, value: object) -> object:
        return keep_of(value) if isinstance(value, str) else value

    @field_serializer("keep")
    def _as_written(self, value: Keep | None) -> str | None:
        return None if value is None else str(value)

    @field_validator("database")
    @classmethod
    def _is_a_place(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else SecretStr(checked(value.get_secret_value()))

    @field_serializer("database")
    def _without_password(self, value: SecretStr | None) -> str | None:
        return None if value is None else shown(value.get_secret_value())

    @property
    def place(self) -> str:
        """Where the history is: a file or a URL, with its password. Not to be shown."""
        if self.database is None:
            return str(self.runs / HISTORY)
        return self.database.get_secret_value()


class Lab(Strict):
    """A whole lab.toml."""

    guest: GuestConfig = GuestConfig()
    air: AirConfig = AirConfig()
    dll: DllConfig = DllConfig()
    limits: LimitsConfig = LimitsConfig()
    store: StoreConfig = Field(default_factory=StoreConfig)
    rules: tuple[RuleOverride, ...] = ()

    @model_validator(mode="after")
    def _one_override_each(self) -> Lab:
        ids = [item.id for item in self.rules]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"[[rules]] names {', '.join(twice)} more than once")
        return self


def load_lab(path: Path | None) -> Lab:
    """The lab described by `path`; without one by ./lab.toml if there is one, else the defaults."""
    if path is None:
        path = Path("lab.toml")
        if not path.exists():
            return Lab()
    return load_toml(path, Lab)
