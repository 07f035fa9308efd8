# SPDX-License-Identifier: GPL-2.0-or-later
"""The network and the timers that a ``configure`` call gives, checked strictly; errors are those of
:mod:`hwsim.control.arguments`, and never repeat a passphrase or a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from ipaddress import IPv4Address
from typing import Any, Final, cast

from hil_common.ciphers import DATA_CIPHERS, GROUP_MANAGEMENT_CIPHERS, NetworkCiphers
from hil_common.misfits import ciphers_misfit, rsn_misfit, six_ghz_misfit
from hil_common.network import (
    BEACON_INTERVALS_TU,
    CHANNELS,
    CHANNELS_IN_WORDS,
    MAX_PASSPHRASE,
    MAX_PASSWORD_ID,
    MAX_SSID_BYTES,
    MIN_PASSPHRASE,
    is_printable_ascii,
    is_raw_psk,
    wep_key,
)
from hil_common.security import (
    EC_GROUPS,
    OPEN,
    OWE,
    PMK_CACHING,
    SAE_WAYS,
    SECURITY_CHOICES,
    WITH_WPA2,
    WPA3_SAE,
    Pmf,
    SaeWays,
    SecurityChoice,
    ciphers_of,
)
from hwsim.ap.channels import band_of, channel_number
from hwsim.ap.network import FtOptions, Network, OweCompanion, SaeOptions
from hwsim.ap.timers import Timers
from hwsim.control.arguments import (
    MAX_ACCESS_POINTS,
    MAX_DELAY_MS,
    REQUIRED,
    Arguments,
    bad,
)
from hwsim.errors import WireError
from hwsim.frames import mac_bytes
from hwsim.radius import TROUBLE_KINDS, RadiusServer, Trouble
from hwsim.radius.codec import TroubleKind

DEFAULT_BSSID: Final = "02:48:49:4c:00:01"
"""Locally administered; the middle spells HIL."""
MAX_SECRET: Final = 128
MAX_TRIES: Final = 16
_COMPANION: Final = 0x80
"""What of the fourth byte tells the BSSID of an OWE companion from the open one's."""
_IN_6GHZ: Final = 0x40
"""What of it tells that of an access point of 6 GHz from one on a channel of the same number."""


def networks(value: Any) -> tuple[Network, ...]:
    """The network of a ``configure`` call, once for each of its access points.

    ``more`` lists the access points besides the first, each with what is its own: ``bssid``
    (without one the first's with its last byte counted on, and the channel in the byte before if
    that is another one), ``channel``, ``signal_dbm`` (without one 10 dB less for each), and
    ``ssid_hex`` if it is of another network. With ``owe_transition_ssid_hex`` each open access
    point has a hidden one with OWE beside it, of that name; those come last.
    """
    args = Arguments(value, "network")
    ssid = _ssid(args)
    security = SECURITY_CHOICES[args.choice("security", tuple(SECURITY_CHOICES))]
    passphrase = (
        _passphrase(args.take("passphrase"), security)
        if security.credential == "passphrase"
        else None
    )
    radius = _radius(args.take("radius", None)) if security.credential == "eap" else None
    pmf = cast("Pmf", args.choice("pmf", security.pmf, security.pmf[0]))
    ciphers = _ciphers(args, security, pmf)
    channel = _channel(args, "network")
    bssid = _bssid(args.text("bssid", DEFAULT_BSSID), "network")
    ap_ip = _address("ap_ip", args.text("ap_ip"))
    station_ip = _address("station_ip", args.text("station_ip"))
    sae = args.take("sae", {})
    owe_groups = _groups("network.owe_groups", args.take("owe_groups", list(EC_GROUPS)))
    ft = args.take("ft", {})
    more, owe_ssid = args.take("more", []), args.text("owe_transition_ssid_hex", "")
    options = _options(args)
    args.done()
    if options["beacon_protection"] and pmf == "disabled":
        raise bad("network.beacon_protection: it goes with pmf = 'optional' or 'required' only")
    wrong = rsn_misfit(
        security, pmf, ciphers, ocv=options["ocv"], extended_key_id=options["extended_key_id"]
    )
    if options["uapsd"] and not options["wmm"]:
        wrong = "uapsd goes with wmm only"
    if wrong:
        raise bad(f"network.{wrong}")
    if ap_ip == station_ip:
        raise bad(f"network.station_ip: {station_ip} is the access point's; another is needed")
    first = Network(
        ssid, passphrase, channel, bssid, ap_ip, station_ip,
        radius=radius, security=security.name, pmf=pmf, sae=_sae(sae), owe_groups=owe_groups,
        ft=_ft(ft), pairwise_ciphers=ciphers.pairwise, group_cipher=ciphers.group,
        group_mgmt_cipher=ciphers.management, **options,
    )  # fmt: skip
    every = tuple(_of_band(one) for one in (first, *_more(first, more)))
    return _in_transition(every, owe_ssid)


def _options(args: Arguments) -> dict[str, Any]:
    """What a network has or has not, whatever its security."""
    first_beacon, last_beacon = BEACON_INTERVALS_TU
    flags = (
        "hidden", "beacon_protection", "bss_transition", "neighbour_reports", "wmm", "uapsd", "ocv",
        "extended_key_id",
    )  # fmt: skip
    return {
        **{name: args.flag(name) for name in flags},
        "beacon_interval_tu": args.integer("beacon_interval_tu", first_beacon, last_beacon, 100),
        "dtim_period": args.integer("dtim_period", 1, 255, 2),
        "pmk_caching": args.choice("pmk_caching", PMK_CACHING, PMK_CACHING[0]),
    }


def _of_band(network: Network) -> Network:
    """The network as an access point of its band may have it; of one in transition 6 GHz has what
    is WPA3."""
    if network.band != "6 GHz":
        return network
    security = SECURITY_CHOICES[network.security]
    ciphers = NetworkCiphers(
        network.pairwise_ciphers, network.group_cipher, network.group_mgmt_cipher
    )
    wrong = six_ghz_misfit(security, network.pmf, ciphers, network.sae.ways)
    if wrong:
        raise bad(f"network: {wrong}")
    if security in WITH_WPA2:
        network = replace(network, security=WPA3_SAE.name, pmf=WPA3_SAE.pmf[0])
    return replace(network, wmm=True, sae=replace(network.sae, ways="hash-to-element"))


def _in_transition(every: tuple[Network, ...], name: str) -> tuple[Network, ...]:
    """Open access points, and behind them a hidden one with OWE for each of the first's name; those
    that were given where there is no ``name`` (in hex) for the hidden ones."""
    if not name:
        return every
    if every[0].security != OPEN.name:
        raise bad(f"network.owe_transition_ssid_hex goes with security = {OPEN.name!r} only")
    owe_ssid = _ssid_bytes(name, "network")
    both = [
        _transition_pair(one, owe_ssid) if one.ssid == every[0].ssid else (one,) for one in every
    ]
    return (*(pair[0] for pair in both), *(owe for pair in both for owe in pair[1:]))


def _transition_pair(one: Network, owe_ssid: bytes) -> tuple[Network, Network]:
    own = bytearray(one.bssid)
    own[3] ^= _COMPANION
    bssid = bytes(own)
    ciphers = ciphers_of(OWE, (), None, None)
    owe = replace(
        one, ssid=owe_ssid, bssid=bssid, security=OWE.name, pmf=OWE.pmf[0], hidden=True,
        owe_companion=OweCompanion(one.bssid, one.ssid),
        pairwise_ciphers=ciphers.pairwise, group_cipher=ciphers.group,
        group_mgmt_cipher=ciphers.management,
    )  # fmt: skip
    return replace(one, owe_companion=OweCompanion(bssid, owe_ssid)), owe


def _ciphers(args: Arguments, security: SecurityChoice, pmf: Pmf) -> NetworkCiphers:
    pairwise = args.take("pairwise_ciphers", [])
    names = pairwise if isinstance(pairwise, list) else [None]
    if not all(isinstance(one, str) and one in DATA_CIPHERS for one in names):
        known = ", ".join(DATA_CIPHERS)
        raise bad(f"network.pairwise_ciphers: a list out of {known} is needed")
    group = args.choice("group_cipher", ("", *DATA_CIPHERS), "")
    management = args.choice("group_mgmt_cipher", ("", *GROUP_MANAGEMENT_CIPHERS), "")
    wrong = ciphers_misfit(security, pmf, pairwise, group, management)
    if wrong:
        raise bad(f"network: {wrong}")
    return ciphers_of(security, pairwise, group, management)


def _more(first: Network, value: Any) -> Iterator[Network]:
    if not isinstance(value, list) or len(value) > MAX_ACCESS_POINTS - 1:
        raise bad(f"network.more: a list of at most {MAX_ACCESS_POINTS - 1} is needed")
    taken = {first.bssid}
    for index, one in enumerate(value):
        where = f"network.more[{index}]"
        args = Arguments(one, where)
        channel = _channel(args, where, first.channel)
        usual = bytearray(first.bssid)
        usual[5] = usual[5] + index + 1 & 0xFF
        if channel != first.channel:  # so that none is looked for where it was in another run
            usual[4] = channel_number(channel)
            usual[3] ^= _IN_6GHZ if band_of(channel) == "6 GHz" else 0
        bssid = _bssid(args.text("bssid", usual.hex(":")), where)
        signal_dbm = args.integer("signal_dbm", -100, 0, first.signal_dbm - 10 * (index + 1))
        ssid = _ssid_bytes(args.text("ssid_hex", first.ssid.hex()), where)
        args.done()
        if bssid in taken:
            raise bad(f"{where}.bssid: {bssid.hex(':')} is another access point's")
        taken.add(bssid)
        yield replace(first, ssid=ssid, channel=channel, bssid=bssid, signal_dbm=signal_dbm)


def _channel(args: Arguments, where: str, default: Any = REQUIRED) -> int:
    channel = args.integer("channel", 1, max(CHANNELS), default)
    if channel not in CHANNELS:
        raise bad(f"{where}.channel: {channel} is none of {CHANNELS_IN_WORDS}")
    return channel


def timers(value: Any) -> Timers:
    """The timers of a ``configure`` call; what is left out is as in hostapd."""
    args = Arguments(value, "timers")
    chosen = {
        name: args.integer(name, 1, MAX_TRIES if name == "tries" else MAX_DELAY_MS, usual)
        for name, usual in asdict(Timers()).items()
    }
    args.done()
    return Timers(**chosen)


def _ssid(args: Arguments) -> bytes:
    """From ``ssid``, a text, or from ``ssid_hex``: an SSID is bytes and need not be text."""
    digits = args.text("ssid_hex", "")
    text = "" if digits else args.text("ssid")
    try:
        return _ssid_bytes(digits or text.encode().hex(), "network")
    except UnicodeEncodeError:
        raise bad("network.ssid: it holds half a surrogate pair") from None


def _ssid_bytes(digits: str, where: str) -> bytes:
    try:
        ssid = bytes.fromhex(digits)
    except ValueError:
        raise bad(f"{where}.ssid_hex: not bytes in hex") from None
    if not 1 <= len(ssid) <= MAX_SSID_BYTES:
        raise bad(f"{where}.ssid: {len(ssid)} bytes; 1 to {MAX_SSID_BYTES} are needed")
    return ssid


def _passphrase(value: Any, security: SecurityChoice) -> str:
    """Checked as IEEE 802.11-2020, J.4.1 has it; the error says nothing of its content."""
    if not isinstance(value, str):
        raise bad("network.passphrase: a string is needed")
    if security.takes_raw_psk and is_raw_psk(value):
        return value
    if security.wep:
        if wep_key(value) is None:
            raise bad(
                f"network.passphrase: {len(value)} characters; a WEP key has 5 or 13, or 10 or 26 "
                "hex digits"
            )
        return value
    low, high = MIN_PASSPHRASE, MAX_PASSPHRASE
    if not low <= len(value) <= high:
        raise bad(f"network.passphrase: {len(value)} characters; {low} to {high} are needed")
    if not is_printable_ascii(value):
        raise bad("network.passphrase: only printable ASCII characters are allowed")
    return value


def _sae(value: Any) -> SaeOptions:
    """The options of SAE; what is left out is as in hostapd."""
    args, usual = Arguments(value, "network.sae"), SaeOptions()
    groups = _groups("network.sae.groups", args.take("groups", list(usual.groups)))
    ways = cast("SaeWays", args.choice("ways", SAE_WAYS, usual.ways))
    open_exchanges = args.integer("open_exchanges", 0, 1000, usual.open_exchanges)
    password_id = args.text("password_id", usual.password_id)
    args.done()
    if len(password_id.encode(errors="replace")) > MAX_PASSWORD_ID:
        raise bad(f"network.sae.password_id: up to {MAX_PASSWORD_ID} bytes of UTF-8 are allowed")
    return SaeOptions(groups, ways, open_exchanges, password_id)


def _ft(value: Any) -> FtOptions:
    """The options of fast transitions."""
    args, usual = Arguments(value, "network.ft"), FtOptions()
    digits = args.text("mobility_domain", usual.mobility_domain.hex())
    if re.fullmatch("[0-9a-fA-F]{4}", digits) is None:
        raise bad("network.ft.mobility_domain: two bytes in hex are needed")
    over_ds = args.flag("over_ds", usual=usual.over_ds)
    deadline_tu = args.integer("deadline_tu", 1000, 65535, usual.deadline_tu)
    args.done()
    return FtOptions(bytes.fromhex(digits), over_ds, deadline_tu)


def _groups(where: str, value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or not value or any(one not in EC_GROUPS for one in value):
        raise bad(f"{where}: a list out of {', '.join(map(str, EC_GROUPS))} is needed")
    return tuple(value)


def _radius(value: Any) -> RadiusServer | None:
    """The server of a network with 802.1X; without one its access point is silent."""
    if value is None:
        return None
    args = Arguments(value, "network.radius")
    address = _address("radius.address", args.text("address", "127.0.0.1"))
    port = args.integer("port", 1, 65535)
    secret = args.take("secret")
    trouble = _trouble(args.take("trouble", None))
    args.done()
    if not isinstance(secret, str) or not 1 <= len(secret) <= MAX_SECRET or not secret.isascii():
        raise bad(f"network.radius.secret: 1 to {MAX_SECRET} ASCII characters are needed")
    return RadiusServer(address, port, secret.encode(), trouble)


def _trouble(value: Any) -> Trouble | None:
    if value is None:
        return None
    args = Arguments(value, "network.radius.trouble")
    kind = cast("TroubleKind", args.choice("kind", TROUBLE_KINDS))
    trouble = Trouble(kind, args.integer("delay_ms", 0, MAX_DELAY_MS, 0))
    args.done()
    return trouble


def _bssid(text: str, where: str) -> bytes:
    try:
        bssid = mac_bytes(text)
    except WireError as error:
        raise bad(f"{where}.bssid: {error}") from None
    if bssid[0] & 1 or bssid == bytes(6):
        raise bad(f"{where}.bssid: {text} is no address of one station")
    return bssid


def _address(name: str, text: str) -> IPv4Address:
    try:
        return IPv4Address(text)
    except ValueError:
        raise bad(f"network.{name}: {text!r:.40} is no IPv4 address such as 10.77.0.1") from None
