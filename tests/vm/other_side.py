# SPDX-License-Identifier: GPL-2.0-or-later
"""The security modes in which hostapd is the other side: each as hostapd, wpa_supplicant and our
access point are told of it, and the messages that the standard has it consist of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pydantic import SecretStr

from harness.scenarios import Network
from tests.vm.kernel_radios import CHANNEL, FOLDER

PASSPHRASE: Final = "of this test alone"
WEP_KEY: Final = "13 characters"
SSID: Final = "hil-other-side"

ASSOCIATION: Final = ("station auth", "ap auth", "station assoc-req", "ap assoc-resp")
CHALLENGE: Final = ASSOCIATION[:2] * 2 + ASSOCIATION[2:]
"""With shared key authentication: the key is proved in two messages more."""
SAE_ASSOCIATION: Final = CHALLENGE
"""Commits, and then confirms."""
HANDSHAKE: Final = ("ap M1", "station M2", "ap M3", "station M4")
WEP_KEYS: Final = ("ap rc4-key", "ap rc4-key")
"""The broadcast key, and the unicast key."""


@dataclass(frozen=True)
class Mode:
    """A security mode.

    Attributes:
        name: of the row in docs/kernel-port.md.
        hostapd: lines of its configuration, besides name, radio and channel.
        station: lines of wpa_supplicant's network block, besides the name.
        network: our access point's, likewise.
        messages: what the standard has; of 802.1X without EAP, which stands behind the association.
        suite_b: certificates are those of the 192-bit suite.
    """

    name: str
    hostapd: str
    station: str
    network: dict[str, Any] = field(default_factory=dict)
    messages: tuple[str, ...] = ASSOCIATION + HANDSHAKE
    suite_b: bool = False

    @property
    def ours(self) -> Network:
        """Our access point's network."""
        made = Network(ssid=SSID, channel=CHANNEL, **self.network)
        if made.choice.credential != "passphrase":
            return made
        secret = SecretStr(WEP_KEY if made.choice.wep else PASSPHRASE)
        return made.model_copy(update={"passphrase": secret})

    @property
    def block(self) -> str:
        """wpa_supplicant's network block."""
        return f'ssid="{SSID}"\n{self.station}'


_WPA2 = "wpa=2\nrsn_pairwise=CCMP\n"
_PHRASE = f"\nwpa_passphrase={PASSPHRASE}"
_PSK = f'psk="{PASSPHRASE}"\nkey_mgmt='
_SAE = f"{_WPA2}wpa_key_mgmt=SAE\nieee80211w=2\n"
_FT = "\nmobility_domain=484c\nnas_identifier=hostapd\nft_psk_generate_local=1"
_FT_EAP = f"{_FT}\nr1_key_holder=000102030405"


def _with_ciphers(mode: Mode, data: str, management: str) -> Mode:
    """The same with that cipher of data, and that one of management frames to all."""
    suite = {"gcmp-128": "GCMP"}.get(data, data.upper())
    offered = f"rsn_pairwise={suite}\ngroup_mgmt_cipher={management.upper()}\nieee80211w=2"
    taken = f"pairwise={suite}\ngroup={suite}\ngroup_mgmt={management.upper()}\nieee80211w=2"
    ciphers = {"pmf": "required", "pairwise_ciphers": (data,), "group_mgmt_cipher": management}
    return replace(
        mode, name=f"{mode.name}, {data}, {management}", hostapd=f"{mode.hostapd}\n{offered}",
        station=f"{mode.station}\n{taken}", network={**mode.network, **ciphers},
    )  # fmt: skip


def _sae(name: str, hostapd: str, more: dict[str, Any], station: str = "") -> Mode:
    return Mode(
        f"wpa3-sae, {name}", f"{_SAE}{hostapd}", f"{_PSK}SAE\nieee80211w=2{station}",
        {"security": "wpa3-sae", "sae": more}, SAE_ASSOCIATION + HANDSHAKE,
    )  # fmt: skip


MODES: Final = (
    Mode("open", "", "key_mgmt=NONE", {"security": "open"}, ASSOCIATION),
    Mode("wpa2-psk", f"{_WPA2}wpa_key_mgmt=WPA-PSK{_PHRASE}", f"{_PSK}WPA-PSK"),
    _with_ciphers(
        Mode(
            "wpa2-psk-sha256",
            f"{_WPA2}wpa_key_mgmt=WPA-PSK-SHA256{_PHRASE}",
            f"{_PSK}WPA-PSK-SHA256",
            {"security": "wpa2-psk-sha256"},
        ),
        "gcmp-128",
        "bip-gmac-128",
    ),
    Mode(
        "wpa2-psk, PMF required, beacons protected",
        f"{_WPA2}wpa_key_mgmt=WPA-PSK{_PHRASE}\nieee80211w=2\nbeacon_prot=1",
        f"{_PSK}WPA-PSK\nieee80211w=2\nbeacon_prot=1",
        {"pmf": "required", "beacon_protection": True},
    ),
    _sae(
        "hunting and pecking",
        f"sae_password={PASSPHRASE}\nsae_pwe=0",
        {"ways": "hunting-and-pecking"},
    ),
    _sae(
        "hash to element, password identifier",
        f"sae_password={PASSPHRASE}|id=of this test\nsae_pwe=1",
        {"password_id": "of this test"},
        '\nsae_password_id="of this test"',
    ),
    Mode(
        "wpa3-transition",
        f"{_WPA2}wpa_key_mgmt=WPA-PSK SAE{_PHRASE}\nieee80211w=1\nsae_require_mfp=1\nsae_pwe=2",
        f"{_PSK}SAE WPA-PSK\nieee80211w=1",
        {"security": "wpa3-transition"},
        SAE_ASSOCIATION + HANDSHAKE,
    ),
    Mode(
        "owe",
        f"{_WPA2}wpa_key_mgmt=OWE\nieee80211w=2",
        "key_mgmt=OWE\nieee80211w=2",
        {"security": "owe"},
    ),
    _with_ciphers(
        Mode(
            "wpa2-ft-psk",
            f"{_WPA2}wpa_key_mgmt=FT-PSK WPA-PSK{_PHRASE}{_FT}",
            f"{_PSK}FT-PSK",
            {"security": "wpa2-ft-psk"},
        ),
        "gcmp-256",
        "bip-gmac-256",
    ),
    _with_ciphers(
        Mode(
            "wpa3-ft-sae",
            f"{_SAE}wpa_key_mgmt=FT-SAE SAE\nsae_password={PASSPHRASE}\nsae_pwe=2{_FT}",
            f"{_PSK}FT-SAE\nieee80211w=2",
            {"security": "wpa3-ft-sae"},
            SAE_ASSOCIATION + HANDSHAKE,
        ),
        "ccmp-256",
        "bip-cmac-256",
    ),
    Mode(
        "wpa-psk, TKIP",
        f"wpa=1\nwpa_pairwise=TKIP\nwpa_key_mgmt=WPA-PSK{_PHRASE}",
        f"{_PSK}WPA-PSK\nproto=WPA\npairwise=TKIP\ngroup=TKIP",
        {"security": "wpa-psk"},
    ),
    Mode(
        "wpa-wpa2-psk, CCMP and TKIP",
        f"wpa=3\nwpa_pairwise=TKIP\nrsn_pairwise=CCMP\nwpa_key_mgmt=WPA-PSK{_PHRASE}",
        f"{_PSK}WPA-PSK\nproto=RSN\npairwise=CCMP\ngroup=TKIP",
        {"security": "wpa-wpa2-psk"},
    ),
    Mode(
        "wep-open",
        f'auth_algs=1\nwep_default_key=0\nwep_key0="{WEP_KEY}"',
        f'key_mgmt=NONE\nauth_alg=OPEN\nwep_tx_keyidx=0\nwep_key0="{WEP_KEY}"',
        {"security": "wep-open"},
        ASSOCIATION,
    ),
    Mode(
        "wep-shared",
        f'auth_algs=2\nwep_default_key=0\nwep_key0="{WEP_KEY}"',
        f'key_mgmt=NONE\nauth_alg=SHARED\nwep_tx_keyidx=0\nwep_key0="{WEP_KEY}"',
        {"security": "wep-shared"},
        CHALLENGE,
    ),
)
"""Those without 802.1X."""

EAP_MODES: Final = (
    Mode(
        "wpa2-eap",
        f"{_WPA2}wpa_key_mgmt=WPA-EAP",
        "key_mgmt=WPA-EAP",
        {"security": "wpa2-eap"},
    ),
    Mode(
        "wpa2-eap-sha256",
        f"{_WPA2}wpa_key_mgmt=WPA-EAP-SHA256",
        "key_mgmt=WPA-EAP-SHA256",
        {"security": "wpa2-eap-sha256"},
    ),
    Mode(
        "wpa2-ft-eap",
        f"{_WPA2}wpa_key_mgmt=FT-EAP WPA-EAP{_FT_EAP}",
        "key_mgmt=FT-EAP",
        {"security": "wpa2-ft-eap"},
    ),
    Mode(
        "wpa3-eap-192",
        "wpa=2\nrsn_pairwise=GCMP-256\nwpa_key_mgmt=WPA-EAP-SUITE-B-192\nieee80211w=2\n"
        "group_mgmt_cipher=BIP-GMAC-256",
        "key_mgmt=WPA-EAP-SUITE-B-192\nieee80211w=2\npairwise=GCMP-256\ngroup=GCMP-256\n"
        'group_mgmt=BIP-GMAC-256\nopenssl_ciphers="SUITEB192"',
        {"security": "wpa3-eap-192"},
        suite_b=True,
    ),
    Mode(
        "wpa2-eap-suite-b",
        "wpa=2\nrsn_pairwise=GCMP\nwpa_key_mgmt=WPA-EAP-SUITE-B\nieee80211w=2\n"
        "group_mgmt_cipher=BIP-GMAC-128",
        "key_mgmt=WPA-EAP-SUITE-B\nieee80211w=2\npairwise=GCMP\ngroup=GCMP\n"
        "group_mgmt=BIP-GMAC-128",
        {"security": "wpa2-eap-suite-b"},
    ),
    Mode(
        "wpa-eap, TKIP",
        "wpa=1\nwpa_pairwise=TKIP\nwpa_key_mgmt=WPA-EAP",
        "key_mgmt=WPA-EAP\nproto=WPA\npairwise=TKIP\ngroup=TKIP",
        {"security": "wpa-eap"},
    ),
    Mode(
        "wep-eap",
        "wep_key_len_broadcast=13\nwep_key_len_unicast=13\nwep_rekey_period=300",
        "key_mgmt=IEEE8021X",
        {"security": "wep-eap"},
        ASSOCIATION + WEP_KEYS,
    ),
)
"""Those with 802.1X, by EAP-TLS."""


def hostapd_lines(mode: Mode, server: str = "") -> str:
    """hostapd's configuration besides what it always has; ``server`` are the RADIUS server's."""
    return f"ssid={SSID}\n{mode.hostapd}\n{server}"


def tls_lines(identity: str) -> Iterator[str]:
    """wpa_supplicant's lines of EAP-TLS."""
    yield f'eap=TLS\nidentity="{identity}"\nca_cert="{FOLDER}/ca.pem"'
    yield f'client_cert="{FOLDER}/client.pem"\nprivate_key="{FOLDER}/client.key"'
