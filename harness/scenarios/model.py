# SPDX-License-Identifier: GPL-2.0-or-later
"""The scenario model: a validated TOML file."""

from __future__ import annotations

import secrets
import string
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, SecretStr, field_validator, model_validator

from harness.config.validation import Strict
from harness.scenarios import usb_orders
from harness.scenarios.air import AirRule
from harness.scenarios.air_turns import never_acts
from harness.scenarios.ap_orders import ApOrder, why_hollow
from harness.scenarios.associations import Number
from harness.scenarios.enterprise import EAP_TYPES, EapMethod, misfit
from harness.scenarios.expect import Expect
from harness.scenarios.fragments import check_fragment, whole_profile
from harness.scenarios.network import Network
from harness.scenarios.on_air import OnAir
from harness.scenarios.sample_fragments import SAMPLE_FRAGMENTS, SAMPLE_SECURITY
from harness.scenarios.stimuli import OsParameters, OsStimulus
from harness.scenarios.usb_orders import UsbOrder
from hil_common.network import MAX_PASSPHRASE, WEP_KEY_BYTES
from hil_common.security import names_with
from hil_common.stimuli import MAX_STIMULI
from hwsim.control.arguments import MAX_DELAY_MS
from hwsim.control.order_requests import MAX_ORDERS
from hwsim.control.rule_requests import MAX_RULES
from hwsim.radius.client import TRIES

OPEN_MESSAGES: Final = (
    "beacon", "probe-req", "probe-resp", "auth", "assoc-req", "assoc-resp", "data", "deauth",
    "disassoc", "action",
)  # fmt: skip
"""The messages of a network without EAPOL."""
ONEX_MESSAGES: Final = ("eap", "eapol-start", "rc4-key")
"""Those of 802.1X and dynamic WEP, which has no handshake."""
Tag = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=30)]

PASSPHRASE_ALPHABET = string.ascii_letters + string.digits

SERVER_NAME = r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$"
"""A host's name."""


class Eap(Strict):
    """802.1X of a wpa2-eap network: what the station has, and what answers it."""

    method: EapMethod
    """EAP-TLS, PEAP with EAP-MSCHAPv2, or EAP-TTLS with MSCHAPv2 or PAP."""
    identity: Annotated[str, Field(pattern=r"^[A-Za-z0-9._@-]+$", max_length=64)] = "hil-user"
    """Who authenticates."""
    credentials: Literal["good", "wrong"] = "good"
    """wrong: another password, a certificate of another authority; the server says EAP-Failure."""
    server: Literal["answers", "silent"] = "answers"
    """silent: the access point sends no EAP and answers no EAPOL-Start."""
    radius: Literal["answers", "late", "rejects", "silent", "forged"] = "answers"
    """What the access point finds wrong with its RADIUS server. late: every answer comes
    radius_delay_ms later; rejects: the first answer is an Access-Reject; silent: no answer comes;
    forged: the authenticator of every answer is wrong, so that it is dropped."""
    radius_delay_ms: Annotated[int, Field(ge=0, le=MAX_DELAY_MS)] = 0
    """How much later answers come with radius = 'late'."""
    radius_timeout_ms: Annotated[int, Field(ge=1, le=MAX_DELAY_MS)] = 2000
    """How long the access point waits for an answer before it asks again; behind the fourth time it
    says EAP-Failure."""
    server_name: Annotated[str, Field(pattern=SERVER_NAME, max_length=253)] = "radius.hil.test"
    """The RADIUS server's name in the certificate made for it, `{server}` in the profile."""
    certificates: Path | None = None
    """A folder with certificates of your own (PEM): ca.pem, server.pem and server.key; with method
    = 'tls' client.pem and client.key too. Left out: made for each run. A relative path in a
    scenario file starts at that file's folder."""
    reauthentications: Annotated[int, Field(ge=0, le=100)] = 0
    """Reauthentications the access point starts after each association."""

    @property
    def connects(self) -> bool:
        """Whether a right station gets a connection."""
        answered = self.server == "answers" and self.radius in ("answers", "late")
        return self.credentials == "good" and answered

    @model_validator(mode="after")
    def _fits(self) -> Eap:
        if (self.radius == "late") != bool(self.radius_delay_ms):
            raise ValueError("radius = 'late' goes with radius_delay_ms above 0, and only with it")
        if self.radius != "answers" and self.server == "silent":
            raise ValueError("server = 'silent' asks no RADIUS server: radius says nothing then")
        given_up_ms = TRIES * self.radius_timeout_ms
        if self.radius_delay_ms >= given_up_ms:
            raise ValueError(
                f"radius_delay_ms = {self.radius_delay_ms}: the access point has given up after "
                f"{TRIES} times radius_timeout_ms, which is {given_up_ms} ms; make one of them "
                "fit, or say radius = 'silent'"
            )
        if self.reauthentications and not self.connects:
            raise ValueError(
                "reauthentications want a connection: credentials = 'good', server = 'answers', "
                "radius = 'answers' or 'late'"
            )
        return self


class Ihv(Strict):
    """The `<IHV>` part of the profile: what the vendor's DLL gets to read."""

    oui: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{6}$")] = "123456"
    """The vendor's OUI, of the profile and of the adapter (AdapterOUI)."""
    type: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{2}$")] = "00"
    """The type in the profile's OUIHeader."""
    security: str = SAMPLE_SECURITY
    """XML fragment. `{passphrase}` in it becomes the passphrase, escaped, and `{fault}` a `<Fault>`
    element or nothing. Empty: the profile has none."""
    connectivity: Annotated[str, Field(repr=False)] = ""
    """XML fragment of the connectivity settings. Empty: the profile has none."""
    use_ms_onex: bool | None = None
    """Whether the DLL uses Microsoft's 802.1X. Left out: it does with [eap]."""
    profile: Annotated[str, Field(repr=False)] = ""
    """A whole WLANProfile in place of all of the above; its name and SSIDs are replaced."""

    @field_validator("security", "connectivity")
    @classmethod
    def _fragment(cls, value: str) -> str:
        if value:
            check_fragment(value)
        return value

    @model_validator(mode="after")
    def _something(self) -> Ihv:
        if self.profile:
            whole_profile(self.profile)
        elif not self.security and not self.connectivity:
            raise ValueError("has neither security nor connectivity: the DLL would not be asked")
        return self

    @property
    def takes_a_fault(self) -> bool:
        """Whether there is a place in it to tell our sample DLL which fault to have."""
        return "{fault}" in self.security and not self.profile

    @property
    def adapter_oui(self) -> str:
        """The OUI of the adapter the profile is for, as the INF's AdapterOUI."""
        return whole_profile(self.profile).oui if self.profile else self.oui


class Scenario(Strict):
    """One scenario file: network, profile, what goes out of the ordinary, what must come of it."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
    """What it is called in results and reports."""
    summary: Annotated[str, Field(min_length=1, max_length=300)]
    """What it is about, in a sentence."""
    tags: tuple[Tag, ...] = ()
    """By what a plan of a nightly selects it (`tag:handshake`); it means nothing else."""
    source: Annotated[str, Field(max_length=200)] = ""
    """Where the case is known from: a test of a public suite by its name, a field report."""
    associations: Number = 20
    """How many of them a run has; `-n` comes first."""
    echoes: Annotated[int, Field(ge=0, le=1000)] = 1
    """ICMP echo requests the access point sends after each association."""
    adapters: Annotated[int, Field(ge=1, le=4)] = 1
    """WLAN adapters that connect at the same time; the reference guest gets those it lacks."""
    group_rekeys: Annotated[int, Field(ge=0, le=100)] = 0
    """Group key handshakes the access point starts after each association."""
    pairwise_rekeys: Annotated[int, Field(ge=0, le=100)] = 0
    """Renewals of the pairwise key (M1 to M4 again, under the key in use) that the access point
    starts after each association, before the group key's."""
    seed: Annotated[int, Field(ge=0, le=(1 << 63) - 1)] = 1
    """What `[[air]]` leaves to chance is decided by it and the association's number: the same seed,
    the same outcome."""
    network: Network = Network()
    eap: Eap | None = None
    ihv: Ihv = Ihv()
    air: Annotated[tuple[AirRule, ...], Field(max_length=MAX_RULES)] = ()
    ap: Annotated[tuple[ApOrder, ...], Field(max_length=MAX_ORDERS)] = ()
    """What the access points do of themselves."""
    usb: Annotated[tuple[UsbOrder, ...], Field(max_length=usb_orders.MAX_ORDERS)] = ()
    """What the guest's emulated USB adapter does of itself."""
    os: Annotated[tuple[OsStimulus, ...], Field(max_length=MAX_STIMULI)] = ()
    """What the reference guest's WLAN service does out of the ordinary."""
    os_parameters: OsParameters = OsParameters()
    beyond_documents: bool = False
    """A stress scenario: the documents do not say that the WLAN service ever does this."""
    expect: Expect = Expect()

    @model_validator(mode="before")
    @classmethod
    def _sample_fits(cls, given: Any) -> Any:
        """What [ihv] leaves out is for our sample DLL, which is told how a network is secured."""
        if not isinstance(given, dict) or not isinstance(given.get("network"), dict):
            return given
        ihv, security = given.get("ihv", {}), given["network"].get("security")
        if not isinstance(ihv, dict) or ihv.keys() & {"security", "profile"}:
            return given
        if isinstance(security, str) and security in SAMPLE_FRAGMENTS:
            return {**given, "ihv": {"security": SAMPLE_FRAGMENTS[security], **ihv}}
        return given

    @model_validator(mode="after")
    def _eap_fits(self) -> Scenario:
        credential = self.network.choice.credential
        enterprise = credential == "eap"
        if enterprise and self.eap is None:
            raise ValueError(
                f"[network] security = '{self.network.security}' wants an [eap] section with "
                f"method = {' or '.join(repr(name) for name in EAP_TYPES)}"
            )
        if self.eap is not None and not enterprise:
            raise ValueError(
                f"[eap] goes with [network] security = {names_with('eap')}, and only with it"
            )
        if self.ihv.use_ms_onex and self.eap is None:
            raise ValueError(
                "[ihv] use_ms_onex = true wants [eap]: Windows refuses a profile with useMSOneX "
                "and without its own 802.1X settings (reason 0x80012)"
            )
        if self.network.passphrase is not None and credential != "passphrase":
            raise ValueError(
                f"[network] passphrase goes with security = {names_with('passphrase')} only"
            )
        wanted = any(outcome.connected for outcome in self.expect.outcomes)
        if self.eap is not None and wanted and not self.eap.connects:
            raise ValueError(
                "no station gets in with credentials = 'wrong', server = 'silent', or radius = "
                "'rejects', 'silent' or 'forged': "
                "[expect] connected = false is wanted"
            )
        return self

    @model_validator(mode="after")
    def _profile_fits(self) -> Scenario:
        ihv, method = self.ihv, self.eap.method if self.eap is not None else None
        wrong = misfit(f"{ihv.security}{ihv.connectivity}{ihv.profile}", ihv.profile, method)
        if wrong:
            raise ValueError(wrong)
        return self

    @property
    def disassociation_s(self) -> float:
        """How long behind a BSS transition request stations are sent away, at most."""
        beacons = max((order.disassociate_after or 0 for order in self.ap), default=0)
        return beacons * self.network.beacon_interval_tu * 1.024e-3

    @property
    def uses_onex(self) -> bool:
        """Whether the DLL is to have use of Windows' own 802.1X."""
        if self.ihv.profile:
            return whole_profile(self.ihv.profile).uses_onex
        return self.eap is not None if self.ihv.use_ms_onex is None else self.ihv.use_ms_onex

    @model_validator(mode="after")
    def _open_fits(self) -> Scenario:
        if self.network.choice.has_keys:
            return self
        such = f"a network with security = '{self.network.security}'"
        renewed = self.network.choice.renews_keys
        if self.group_rekeys and not renewed:
            raise ValueError(f"group_rekeys: {such} has no group key handshake")
        if self.pairwise_rekeys and not renewed:
            raise ValueError(f"pairwise_rekeys: {such} has no 4-way handshake")
        known = OPEN_MESSAGES + (ONEX_MESSAGES if self.eap is not None else ())
        eapol = [rule.message for rule in self.air if rule.message not in known]
        if eapol:
            raise ValueError(
                f"[[air]] message = '{eapol[0]}' never comes in {such}; it has {', '.join(known)}"
            )
        return self

    def _on_air(self) -> OnAir:
        eap = self.eap
        ordered = sum(order.do == "rekey-group" for order in self.ap)
        return OnAir(
            keys=self.network.choice.has_keys,
            onex=eap is not None,
            wep_keys=self.network.choice.hands_out_wep_keys,
            answers=eap is not None and eap.server == "answers",
            admits=eap is None or eap.connects,
            group_rekeys=self.group_rekeys + ordered,
            group_key_apart=self.network.choice.wpa_akm is not None,
            protected=self.network.protection != "disabled",
            announcements=any(order.announces_by_action for order in self.ap),
            access_points=self.network.access_points,
            adapters=self.adapters,
        )

    @model_validator(mode="after")
    def _air_rules_act(self) -> Scenario:
        wrong = never_acts(self.air, self._on_air())
        if wrong:
            raise ValueError(wrong)
        return self

    @property
    def last_named(self) -> int:
        """The last association that a rule or an exception names; 0 if none does."""
        ruled = (number for rule in self.air for number in rule.only_in)
        return max((*ruled, *self.expect.named), default=0)

    @property
    def fewest(self) -> int:
        """So many associations it takes to try all that is said of single ones, and of others."""
        return max(self.last_named, self.expect.first_usual(self.associations))

    @model_validator(mode="after")
    def _associations_fit(self) -> Scenario:
        if self.last_named > self.associations:
            raise ValueError(
                f"association: a rule or exception names association {self.last_named}, but there "
                f"are {self.associations}; associations = {self.last_named} makes it"
            )
        if self.expect.exceptions and not any(rule.only_in for rule in self.air):
            raise ValueError(
                "[[expect.exceptions]] wants an [[air]] rule with association: without one the "
                "same is done in each"
            )
        return self

    @model_validator(mode="after")
    def _protected_beacons_fit(self) -> Scenario:
        edits = any(rule.message == "beacon" and rule.action == "edit" for rule in self.air)
        if edits and self.network.beacon_protection:
            raise ValueError(
                "[[air]] message = 'beacon', action = 'edit' does not make the integrity code of "
                "[network] beacon_protection anew: say action = 'corrupt'"
            )
        return self

    @model_validator(mode="after")
    def _ap_orders_fit(self) -> Scenario:
        for place, order in enumerate(self.ap, 1):
            if order.access_point > self.network.access_points:
                raise ValueError(
                    f"[[ap]] order {place} ({order.phrase()}): [network] access_points is "
                    f"{self.network.access_points}"
                )
            if order.do.startswith("rekey") and not self.network.choice.renews_keys:
                raise ValueError(
                    f"[[ap]] order {place} ({order.phrase()}): [network] security = "
                    f"'{self.network.security}' has no handshake that renews keys"
                )
            if order.do == "forget-pmks" and not self.network.keeps_pmks:
                raise ValueError(
                    f"[[ap]] order {place} ({order.phrase()}): PMKs are kept with 802.1X, SAE and "
                    f"OWE, not with '{self.network.security}'"
                )
        wrong = why_hollow(self.ap, self.network.all_channels, echoes=self.echoes)
        if wrong:
            raise ValueError(wrong)
        return self

    @model_validator(mode="after")
    def _usb_orders_fit(self) -> Scenario:
        keys = ("M1", "M2", "M3", "M4", "G1", "G2") if self.network.choice.has_keys else ()
        onex = ONEX_MESSAGES if self.eap is not None else ()
        wrong = usb_orders.why_hollow(self.usb, (*OPEN_MESSAGES, *keys, *onex), echoes=self.echoes)
        if wrong:
            raise ValueError(wrong)
        return self

    @model_validator(mode="after")
    def _adapters_fit(self) -> Scenario:
        if self.adapters > 1 and (self.os or self.eap is not None):
            raise ValueError("[[os]] and [eap] speak of one adapter; adapters = 1 goes with them")
        wrong = self.network.adapters_misfit(self.adapters, ordered=bool(self.ap))
        if wrong:
            raise ValueError(wrong)
        return self

    @property
    def roams(self) -> int:
        """How often each association goes on to another of the same connection."""
        return sum(order.do in ("roam", "reassociate") for order in self.os)

    @model_validator(mode="after")
    def _says_what_it_is(self) -> Scenario:
        beyond = [order.phrase() for order in self.os if order.beyond_documents]
        if self.os_parameters.association.hostile:
            beyond.append("hostile association parameters")
        if beyond and not self.beyond_documents:
            raise ValueError(f"{beyond[0]} needs beyond_documents = true")
        return self

    @property
    def orders_the_guest(self) -> bool:
        """It can be run on the reference guest only."""
        return bool(self.os) or not self.os_parameters.usual

    def with_passphrase(self) -> Scenario:
        """The same scenario with a passphrase of its own (63 characters) if it wants one."""
        network = self.network
        if network.passphrase is not None or network.choice.credential != "passphrase":
            return self
        text = "".join(secrets.choice(PASSPHRASE_ALPHABET) for _ in range(MAX_PASSPHRASE))
        made = SecretStr(secrets.token_hex(WEP_KEY_BYTES[-1]) if network.choice.wep else text)
        network = network.model_copy(update={"passphrase": made})
        return self.model_copy(update={"network": network})
