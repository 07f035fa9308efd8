# SPDX-License-Identifier: GPL-2.0-or-later
"""`[network]` of a scenario: the network, and the access points it has."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator

from harness.config.validation import Strict
from harness.scenarios.channels import Channel
from harness.scenarios.links import Link
from harness.scenarios.security import (
    SECURITY_MEANINGS,
    DataCipher,
    Ft,
    Groups,
    ManagementCipher,
    Sae,
    Security,
    security_misfit,
)
from hil_common.ciphers import NetworkCiphers
from hil_common.misfits import ciphers_misfit, rsn_misfit, six_ghz_misfit
from hil_common.network import (
    BEACON_INTERVALS_TU,
    MAX_PASSPHRASE,
    MAX_SSID_BYTES,
    MIN_PASSPHRASE,
    is_printable_ascii,
    is_raw_psk,
    wep_key,
)
from hil_common.security import (
    EC_GROUPS,
    SECURITY_CHOICES,
    WITH_WPA2,
    WPA2_PSK,
    Pmf,
    PmkCaching,
    SecurityChoice,
    ciphers_of,
)
from hwsim.ap.channels import band_of
from hwsim.control.link_requests import MAX_LINKS
from hwsim.ports.shared import MAX_MEDIA

SSID_HEX = rf"^([0-9a-fA-F]{{2}}){{1,{MAX_SSID_BYTES}}}$"


def _of_ssid_length(value: str) -> str:
    size = len(value.encode())
    if not 1 <= size <= MAX_SSID_BYTES:
        raise ValueError(f"is {size} bytes long; an SSID has 1 to {MAX_SSID_BYTES} bytes of UTF-8")
    return value


Name = Annotated[str, AfterValidator(_of_ssid_length)]
BEACON_MIN, BEACON_MAX = BEACON_INTERVALS_TU
OWE_SUFFIX = b"-owe"


class Network(Strict):
    """The network, and the access points it has."""

    ssid: Name = "hil"
    """The name: 1 to 32 bytes of UTF-8, any character."""
    ssid_hex: Annotated[str, Field(pattern=SSID_HEX)] = ""
    """The name as bytes in hex, in place of `ssid`: 1 to 32, which need not be text."""
    security: Annotated[Security, Field(description=SECURITY_MEANINGS)] = WPA2_PSK.name
    sae: Sae = Sae()
    owe_groups: Groups = EC_GROUPS
    """The curves of an `owe` network, by IANA group number."""
    ft: Ft = Ft()
    owe_transition: bool = False
    """Beside each access point of an open network stands a hidden one with OWE, whose name has
    `-owe` behind; each names the other (OWE transition mode)."""
    pmf: Pmf | None = None
    """Management frame protection (802.11w): what the access points offer or require. Left out:
    what goes with the security, which is `disabled` but for those that require it."""
    pairwise_ciphers: tuple[DataCipher, ...] = ()
    """The ciphers that the access points offer for what goes between them and one station, which
    chooses. Left out: `ccmp-128`; of wpa3-eap-192 `gcmp-256`, which takes no other."""
    group_cipher: DataCipher | None = None
    """The cipher of data to all. Left out: the pairwise cipher; of several, `ccmp-128`."""
    group_mgmt_cipher: ManagementCipher | None = None
    """The cipher of robust management frames to all, where pmf has them protected. Left out:
    `bip-cmac-128`; of wpa3-eap-192 `bip-gmac-256`, which takes no other."""
    beacon_protection: bool = False
    """Beacons have an integrity code, by the cipher of management frames to all, where pmf has
    those protected. (A DLL has no function to hand that key over.)"""
    channel: Channel = 1
    """The channel of the first access point: 1 to 13, or one of 5 GHz (36 to 64 and 100 to 144 in
    steps of four, 149 to 165), those with radar detection (52 to 144) included; or one of 6 GHz by
    its centre in MHz, 5955 to 7115 in steps of 20. In 6 GHz there are no WPA2, open, WEP or TKIP,
    and SAE by hash to element alone; of a wpa3-transition network the access points there have SAE.
    The others tell of them (reduced neighbour report)."""
    access_points: Annotated[int, Field(ge=1, le=4)] = 1
    """Each further one is heard 10 dB more weakly than the one before."""
    further_channels: tuple[Channel, ...] = ()
    """The channels of the access points after the first; empty: all are on `channel`."""
    neighbours: Annotated[tuple[Name, ...], Field(max_length=4)] = ()
    """The names of other networks, each with one access point on the channel of the first, heard as
    strongly; they have the same security and passphrase."""
    media: Annotated[int, Field(ge=1, le=MAX_MEDIA)] = 1
    """Isolated media, which hear nothing of each other. Each has access points as they are said
    here, with the same BSSIDs and keys of its own; the adapters are dealt out to the media in
    turns. `[[air]]` and `[[network.links]]` act on each medium by itself, with a seed of its own;
    what is on the second is in `air-2.pcapng`."""
    hidden: bool = False
    """The access points beacon without the name, and answer those only who ask for it; the profile
    says nonBroadcast."""
    beacon_interval_tu: Annotated[int, Field(ge=BEACON_MIN, le=BEACON_MAX)] = 100
    """Between beacons, in time units of 1.024 ms."""
    dtim_period: Annotated[int, Field(ge=1, le=255)] = 2
    """Every how many beacons group-addressed frames follow."""
    bss_transition: bool = False
    """The access points have BSS transition management (802.11v): they say so, and answer stations
    that ask where to go. An `[[ap]]` order asks stations to go whether or not they say so."""
    neighbour_reports: bool = False
    """They have radio measurement (802.11k) as far as neighbour reports, and answer who asks."""
    pmk_caching: PmkCaching = "own"
    """What becomes of a PMK of an earlier association that a station names by its PMKID, with
    802.1X, SAE and OWE: own: an access point takes those it has made itself; opportunistic: those
    of all access points of the network; none: it takes none, so a station is authenticated anew;
    refuse: the association is refused with status 53. The reference guest's WLAN service names
    none."""
    ocv: bool = False
    """Operating channel validation, with stations that have it: both say their channel under the
    keys (M2, M3, group key handshake, SA Query, fast transitions). With pmf only."""
    extended_key_id: bool = False
    """Extended Key ID, with stations that have it: pairwise keys have the identifiers 0 and 1 in
    turn, so that data goes on under the old key until the new one is there on both sides."""
    wmm: bool = False
    """The access points have WMM: data to and from stations that have it, too, goes with QoS. In
    6 GHz they always have."""
    uapsd: bool = False
    """With wmm: they have automatic power save delivery, so that a station which dozes may fetch
    what waits for it by trigger frames."""
    links: Annotated[tuple[Link, ...], Field(max_length=MAX_LINKS)] = ()
    """How well they and the stations hear each other. Left out: perfectly, each further access
    point 10 dB more weakly."""
    passphrase: SecretStr | None = None
    """8 to 63 printable ASCII characters, or 64 hex digits: the PSK itself, of every security
    that has a passphrase and no SAE. With WEP its key: 5 or 13 characters, or 10 or 26 hex digits.
    Without one each run makes its own. Of a security that has one only."""

    @model_validator(mode="after")
    def _passphrase_fits(self) -> Network:
        secret = self.passphrase
        text = secret.get_secret_value() if secret else ""
        if secret and self.choice.wep and wep_key(text) is None:
            raise ValueError(
                f"security = '{self.security}' has a WEP key in the passphrase's place: 5 or 13 "
                "characters, or 10 or 26 hex digits"
            )
        if secret and not self.choice.wep and len(text) < MIN_PASSPHRASE:
            raise ValueError(
                f"passphrase: has {len(text)} characters; a WPA2 passphrase has {MIN_PASSPHRASE} "
                f"to {MAX_PASSPHRASE}"
            )
        if secret and is_raw_psk(secret.get_secret_value()) and not self.choice.takes_raw_psk:
            raise ValueError(f"security = '{self.security}' has a passphrase, and no PSK in hex")
        return self

    @model_validator(mode="after")
    def _channels(self) -> Network:
        given, needed = len(self.further_channels), self.access_points - 1
        if given not in (0, needed):
            raise ValueError(
                f"further_channels has {given} entries; {self.access_points} access points need "
                f"{needed}, or none at all"
            )
        return self

    @property
    def all_channels(self) -> tuple[int, ...]:
        """The channel of each access point."""
        return (
            self.channel,
            *(self.further_channels or (self.channel,) * (self.access_points - 1)),
        )

    def adapters_misfit(self, adapters: int, *, ordered: bool) -> str | None:
        """Why the network is none for so many adapters, or for `[[ap]]` if that is ``ordered``."""
        for link in self.links:
            if (link.station or 1) > adapters:
                return f"links: station {link.station}: adapters is {adapters}"
        if self.media > adapters:
            return (
                f"[network] media = {self.media}: nobody would be on the last, adapters is "
                f"{adapters}; adapters = {self.media} puts one on each"
            )
        if self.media > 1 and ordered:
            return "[[ap]] speaks of one medium; [network] media = 1 goes with it"
        return None

    @model_validator(mode="after")
    def _links_fit(self) -> Network:
        there = self.access_points + len(self.neighbours)
        for link in self.links:
            if (link.access_point or 1) > there:
                raise ValueError(f"links: access_point {link.access_point}: there are {there}")
        return self

    def links_json(self) -> list[dict[str, Any]]:
        """The links in the form that the air takes."""
        channels = (*self.all_channels, *(self.channel for _ in self.neighbours))
        return [link.to_json(channels[(link.access_point or 1) - 1]) for link in self.links]

    @model_validator(mode="after")
    def _security_fits(self) -> Network:
        wrong = security_misfit(self.choice, self.pmf, self.model_fields_set) or ciphers_misfit(
            self.choice, self.protection, *self._named_ciphers
        )
        wrong = wrong or self._six_ghz_misfit()
        if self.uapsd and not self.wmm:
            wrong = "uapsd goes with wmm = true only"
        wrong = wrong or rsn_misfit(
            self.choice, self.protection, self.ciphers, ocv=self.ocv,
            extended_key_id=self.extended_key_id,
        )  # fmt: skip
        if self.beacon_protection and self.protection == "disabled":
            wrong = "beacon_protection goes with pmf = 'optional' or 'required' only"
        if wrong:
            raise ValueError(wrong)
        return self

    def _six_ghz_misfit(self) -> str | None:
        channels = self.all_channels
        if not any(band_of(one) == "6 GHz" for one in channels):
            return None
        if self.choice in WITH_WPA2 and band_of(channels[0]) == "6 GHz":
            return (
                f"{self.security} has its first access point below 6 GHz, for stations without "
                "SAE; wpa3-sae goes there"
            )
        return six_ghz_misfit(self.choice, self.protection, self.ciphers, self.sae.ways)

    @property
    def _named_ciphers(self) -> tuple[tuple[str, ...], str | None, str | None]:
        return self.pairwise_ciphers, self.group_cipher, self.group_mgmt_cipher

    @property
    def ciphers(self) -> NetworkCiphers:
        """Its ciphers, those too that are left out."""
        return ciphers_of(self.choice, *self._named_ciphers)

    @property
    def protection(self) -> Pmf:
        """The management frame protection that the access points offer."""
        return self.pmf or self.choice.pmf[0]

    @property
    def choice(self) -> SecurityChoice:
        """What the choice of `security` means."""
        return SECURITY_CHOICES[self.security]

    @property
    def keeps_pmks(self) -> bool:
        """Whether its access points may keep PMKs for stations that come back."""
        return self.choice.keeps_pmks or self.owe_transition

    @property
    def ssid_bytes(self) -> bytes:
        """The name as it is in the air."""
        return bytes.fromhex(self.ssid_hex) if self.ssid_hex else self.ssid.encode()

    @property
    def owe_ssid(self) -> bytes:
        """The name of the OWE network beside an open one in transition; empty without."""
        room = MAX_SSID_BYTES - len(OWE_SUFFIX)
        return self.ssid_bytes[:room] + OWE_SUFFIX if self.owe_transition else b""

    @model_validator(mode="after")
    def _one_name(self) -> Network:
        if self.ssid_hex and "ssid" in self.model_fields_set:
            raise ValueError("ssid and ssid_hex are two ways to say the name: give one of them")
        if self.ssid_bytes in [name.encode() for name in self.neighbours]:
            raise ValueError(
                "neighbours: the network's own name is among them; access_points = 2 makes another "
                "access point of it"
            )
        names = (self.ssid_bytes, *(name.encode() for name in self.neighbours))
        if self.owe_transition and self.owe_ssid in names:
            raise ValueError(
                f"owe_transition: the OWE network would be named {self.owe_ssid!r} as another is; "
                "give another ssid"
            )
        return self

    @field_validator("passphrase")
    @classmethod
    def _passphrase(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:  # IEEE 802.11-2020 J.4.1
            text = value.get_secret_value()
            low, high = MIN_PASSPHRASE, MAX_PASSPHRASE
            if is_raw_psk(text) or wep_key(text) is not None:
                return value  # whether it goes with the security is seen later
            if not low <= len(text) <= high:
                raise ValueError(
                    f"has {len(text)} characters; a WPA2 passphrase has {low} to {high}, a WEP "
                    "key 5 or 13, or 10 or 26 hex digits"
                )
            if not is_printable_ascii(text):
                raise ValueError("holds a character outside printable ASCII (32 to 126)")
        return value
