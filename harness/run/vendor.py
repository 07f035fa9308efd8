# SPDX-License-Identifier: GPL-2.0-or-later
"""The vendor's DLL, its companions and its profile: from the command line, or lab.toml's [dll]."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from harness.config.lab import Lab
from harness.config.validation import validated
from harness.errors import Unfit, UsageError
from harness.guests.common.companions import in_system
from harness.guests.common.dll import Dll, inspect
from harness.guests.common.given_by import LAB, OPTIONS, GivenBy, named
from harness.guests.registry import guest_of
from harness.scenarios import Network, Scenario
from harness.scenarios.fragments import MAX_BYTES
from harness.scenarios.model import Ihv
from harness.scenarios.sample_fragments import SAMPLE_FRAGMENTS, SAMPLE_SECURITY
from hil_common.ciphers import ALL_CIPHERS, CCMP_128, DATA_CIPHERS, TKIP
from hil_common.security import SECURITY_CHOICES, SecurityChoice


@dataclass(frozen=True, slots=True)
class CommandLineDll:
    """The options --dll, --with and --profile, as paths; each goes before lab.toml's [dll]."""

    dll: Path | None = None
    companions: tuple[Path, ...] = ()
    profile: Path | None = None
    by: GivenBy = OPTIONS
    """What they were given by, if it was no command line."""


def apply_vendor_profile(scenario: Scenario, lab: Lab, given: CommandLineDll) -> Scenario:
    """`scenario` with the vendor's profile, or fragments of one, in the place of its own.

    Raises `UsageError` for XML that is no profile, or no fragment of one, and `Unfit` where it does
    not go with what else this scenario says.
    """
    path, vendor = given.profile or lab.dll.profile, lab.dll
    own_dll = (given.dll or vendor.path) is not None
    by = given.by.profile if given.profile else LAB.profile
    said: dict[str, object] = {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name in ("security", "connectivity", "use_ms_onex", "oui", "type")
        if (value := getattr(vendor, name)) is not None
    }
    if path is not None:
        with named(by):
            said["profile"] = _xml(path)
    if not said:
        return _read_by_its_dll(scenario, own_dll)
    source = f"{by} {path}" if path is not None else "lab.toml [dll]"
    ihv = validated({**scenario.ihv.model_dump(), **said}, Ihv, source=source)
    try:
        whole = validated({**dict(scenario), "ihv": ihv}, Scenario, source=source)
    except UsageError as error:
        raise Unfit(scenario.name, f"with {error.message}", hint=error.hint) from None
    return _read_by_its_dll(whole, own_dll)


def _read_by_its_dll(scenario: Scenario, own_dll: bool) -> Scenario:
    """The scenario, if neither our sample DLL nor its fragment is for a mode the sample lacks."""
    network, ihv = scenario.network, scenario.ihv
    if not network.choice.by_guest:
        raise UsageError(
            f"[network] security = '{network.security}': the WLAN service of the reference guest "
            "does not authenticate by it, and no other guest is there yet",
            hint=f"take {_others(network.choice)}",
        )
    _check_ciphers(network)
    _check_pmks(scenario)
    known = network.choice.credential == "eap" or network.security in SAMPLE_FRAGMENTS
    samples = not ihv.profile and ihv.security == SAMPLE_SECURITY
    if not known and (samples or not own_dll):
        raise UsageError(
            f"[network] security = '{network.security}': our sample DLL does not know it",
            hint="name a DLL that does (--dll), and give its fragment: [ihv] security",
        )
    if not own_dll and ihv.security == SAMPLE_FRAGMENTS.get(network.security):
        _check_samples_ciphers(network)
    return scenario


def _check_pmks(scenario: Scenario) -> None:
    """Raise `UsageError` for what only a station that names a PMK would notice."""
    said = [f"[[ap]] do = '{one.do}'" for one in scenario.ap if one.do == "forget-pmks"]
    if scenario.network.pmk_caching != "own":
        said.append(f"[network] pmk_caching = '{scenario.network.pmk_caching}'")
    if said:
        raise UsageError(
            f"{said[0]}: the WLAN service of the reference guest names no PMK of an earlier "
            "association, so nothing would be tried, and no other guest is there yet",
            hint="leave it out",
        )


def _check_samples_ciphers(network: Network) -> None:
    """Raise `UsageError` where WPA or WPA2 comes with none of the ciphers our sample has with it:
    with WPA TKIP, with WPA2 the others."""
    choice = network.choice
    if choice.wpa_akm is None:
        return
    wpa_alone = choice.akm == choice.wpa_akm
    if any((name == TKIP.name) == wpa_alone for name in network.ciphers.pairwise):
        return
    wanted = TKIP.name if wpa_alone else CCMP_128.name
    raise UsageError(
        f"[network] security = '{choice.name}' with pairwise_ciphers = "
        f"{list(network.ciphers.pairwise)}: our sample DLL has {'WPA' if wpa_alone else 'WPA2'} "
        f"with {'TKIP only' if wpa_alone else 'any cipher but TKIP'}",
        hint=f"add '{wanted}', or name a DLL that has it (--dll)",
    )


def _others(choice: SecurityChoice) -> str:
    """The security modes that the guest has for stations with the same credential."""
    names = [
        one.name
        for one in SECURITY_CHOICES.values()
        if one.by_guest and one.credential == choice.credential
    ]
    return " or ".join(f"'{name}'" for name in names)


def _check_ciphers(network: Network) -> None:
    """Raise `UsageError` for ciphers whose keys no DLL can hand over.

    It has one of its own choice among the pairwise ciphers, and must have the others.
    """
    ciphers = network.ciphers
    needed = [ciphers.group, ciphers.management] if network.choice.has_keys else []
    if network.protection == "disabled":
        needed = needed[:1]
    if not any(DATA_CIPHERS[name].by_ihv for name in ciphers.pairwise):
        needed.append(ciphers.pairwise[0])
    for strange in needed:
        if ALL_CIPHERS[strange].by_ihv:
            continue
        choice = network.choice
        data = strange in DATA_CIPHERS
        kind = choice.data_ciphers if data else choice.management_ciphers
        known = [name for name in kind if ALL_CIPHERS[name].by_ihv]
        raise UsageError(
            f"[network] names the cipher {strange}, of whose keys windot11.h has no structure: "
            "no DLL can set them",
            hint=f"take {' or '.join(known)}",
        )


def _xml(path: Path) -> str:
    """The text of an XML file, in UTF-8 or, as Windows' own tools write it, in UTF-16."""
    try:
        data = path.read_bytes()[: MAX_BYTES * 2 + 2]
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror}", hint="give the XML file of a WLAN profile"
        ) from None
    wide = data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    try:
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is neither UTF-8 nor UTF-16 text") from None


def vendors_dll(lab: Lab, given: CommandLineDll) -> Dll | None:
    """The DLL to test, looked at with its companions; None for the one the guest comes with.

    Raises `UsageError` for one that the guest cannot load, naming what is missing.
    """
    path = given.dll or lab.dll.path
    of_lab = lab.dll.companions if path == lab.dll.path else ()
    companions = given.companions or of_lab
    by = GivenBy(
        given.by.dll if given.dll else LAB.dll,
        given.by.companions if given.companions or given.dll else LAB.companions,
        given.by.profile,
    )
    if path is None:
        if companions:
            raise UsageError(
                f"{by.companions} {companions[0]}: there is no DLL of yours that it comes with",
                hint="name the DLL too: --dll, or [dll] path in lab.toml",
            )
        return None
    system = in_system(guest_of(lab.guest.kind).system_dlls())
    return inspect(path, companions, system, by)
