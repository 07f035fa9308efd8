# SPDX-License-Identifier: GPL-2.0-or-later
"""The authenticator: 4-way handshake and group key handshake.

Source: IEEE 802.11-2020, 12.7.6 (4-way), 12.7.7 (group). Where the standard leaves room it does
as hostapd does (src/ap/wpa_auth.c), the access point most drivers were tried against:

- four tries, the first wait 100 ms, later ones 1000 ms, 500 ms for the first G1; an acknowledged
  first M1 waits 1000 ms, since some supplicants take a new SNonce per M1;
- every try has a new replay counter, and an answer to any outstanding one is accepted;
- an M2 that comes again during the wait for M4 is ignored, unless its SNonce is new: then the
  keys are derived anew and M3 sent again;
- messages with a wrong MIC or a stale replay counter are ignored and counted.

An M2 whose RSNE differs from that of the association request ends with reason 17 (the standard's
table 9-49; hostapd says 2).

With WPA (:mod:`hwsim.ap.security.wpa`) the group key comes in a group key handshake of its own,
right after the 4-way handshake, and the station is authorized once it has it.

What depends on the AKM (key derivation, MIC, key wrap, lengths, descriptor version) is the key
suite's; whether M1 names the PMK by its PMKID (12.7.6.2) is the security mode's. The handshake can
be done again while keys are in use, as after a reauthentication or to renew the PTK: it then goes
under the old keys until M4.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final, Literal

from hwsim import eapol
from hwsim.ap import templates
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.frame_info import FrameInfo
from hwsim.ap.group_key import GroupKey
from hwsim.ap.key_remake import KeyFrameParts, digest
from hwsim.ap.network import Network
from hwsim.ap.pairwise_keys import PairwiseKeys
from hwsim.ap.security.key_suite import KeySuite
from hwsim.ap.security.mode import SecurityMode
from hwsim.ap.security.oci import key_data_fits, oci_kde
from hwsim.ap.station import Station
from hwsim.ap.timers import Timers
from hwsim.ciphers.suites import DATA_SUITES
from hwsim.eapol import KeyFrame
from hwsim.errors import WireError
from hwsim.loop import Timer
from hwsim.records import FrameKind

REASON_4WAY_TIMEOUT: Final = 15
REASON_GROUP_TIMEOUT: Final = 16
REASON_ELEMENT_DIFFERS: Final = 17

_M1 = eapol.INFO_PAIRWISE | eapol.INFO_ACK
_G1 = eapol.INFO_ACK | eapol.INFO_MIC | eapol.INFO_SECURE | eapol.INFO_ENCRYPTED
_M3 = _G1 | eapol.INFO_PAIRWISE | eapol.INFO_INSTALL
_WPA_G1 = eapol.INFO_ACK | eapol.INFO_MIC | eapol.INFO_SECURE
_WPA_M3 = eapol.INFO_ACK | eapol.INFO_MIC | eapol.INFO_PAIRWISE | eapol.INFO_INSTALL
"""Key information of what is sent, without the descriptor version."""

_AT_REPLAY = templates.AT_EAPOL + eapol.OFFSET_REPLAY_COUNTER
_AT_NONCE = templates.AT_EAPOL + eapol.OFFSET_NONCE
_AT_INFO = templates.AT_EAPOL + eapol.OFFSET_INFO
_AT_IV = templates.AT_EAPOL + eapol.OFFSET_IV
_AT_RSC = templates.AT_EAPOL + eapol.OFFSET_RSC
_AT_MIC = templates.AT_EAPOL + eapol.OFFSET_MIC
_U64 = struct.Struct(">Q")


class KeyTemplates:
    """The three EAPOL-Key frames an authenticator sends, without key data; where the MIC is.

    ``key_length`` is that of the station's pairwise cipher. G1 has none in an RSN, and that of the
    group's cipher with WPA, where the key is bare (12.7.7.2; hostapd does the same).
    """

    def __init__(self, network: Network, suite: KeySuite, key_length: int) -> None:
        self.m1 = templates.eapol_key(network, suite, _M1, key_length)
        m3, g1 = (_WPA_M3, _WPA_G1) if suite.wpa else (_M3, _G1)
        self.m3 = templates.eapol_key(network, suite, m3, key_length)
        group = DATA_SUITES[network.group_cipher].cipher
        group_length = group.key_length if suite.wpa else 0
        self.g1 = templates.eapol_key(network, suite, g1, group_length)
        self.mic = slice(_AT_MIC, _AT_MIC + suite.mic_length)


Phase = Literal["idle", "M2", "M4", "done", "G2"]
"""What is waited for; in ``done`` nothing, the keys are in use."""


@dataclass(frozen=True, slots=True)
class HandshakeContext:
    """What the handshakes of all stations of one access point share.

    Attributes:
        templates: the frames to be sent where stations have that key suite and length of key.
        transmit: sends a frame made from a template, sealed under the station's key if it has one.
        authorized: the 4-way handshake is complete and its keys are in use.
        group_done: the station has the newest group key.
        failed: the station is to be deauthenticated with that reason.
    """

    network: Network
    security: SecurityMode
    timers: Timers
    group: GroupKey
    templates: Callable[[KeySuite, int], KeyTemplates]
    environment: ApEnvironment
    transmit: Callable[[Station, bytearray, FrameInfo], None]
    authorized: Callable[[Station], None]
    group_done: Callable[[Station], None]
    failed: Callable[[Station, int], None]


class Authenticator:
    """One station's handshakes, from the association to the next."""

    def __init__(self, station: Station, shared: HandshakeContext) -> None:
        self._station = station
        self._shared = shared
        self._timers = shared.timers
        suite = shared.security.suite_of(station)
        assert suite is not None
        assert station.cipher is not None
        self._suite, self._cipher = suite, station.cipher
        self._templates = shared.templates(suite, self._key_length)
        self._group = shared.group
        self._offer = b""
        self._pmk = b""
        self._pmkid = b""
        self._anonce = b""
        self._snonce = b""
        self._replay_counter = 0
        self._outstanding: list[int] = []
        self._answered: list[int] = []
        self._tries = 0
        self._timer: Timer | None = None
        self._rearm_on_ack = False
        self._offered_gtk: dict[int, bytes] = {}
        self._given_gtk = b""
        self._opening = False
        self.phase: Phase = "idle"
        self.ignored = 0

    @property
    def _key_length(self) -> int:
        return self._cipher.cipher.key_length

    def start(self, pmk: bytes) -> None:
        """Send the first M1, with a new ANonce; replay counters go on from those used before."""
        self._take(pmk)
        self.renew()

    def _take(self, pmk: bytes) -> None:
        """Have what goes with a PMK ready before a station waits for it."""
        security, station = self._shared.security, self._station
        name = security.pmkid(station, pmk)
        self._pmk, self._pmkid = pmk, eapol.kde(eapol.KDE_PMKID, name) if name else b""
        self._offer = security.repeated_elements(station)

    def renew(self) -> None:
        """Begin the 4-way handshake again with the PMK there is: new nonces, so a new PTK."""
        self._anonce = self._shared.environment.random(32)
        self._outstanding.clear()
        self._opening = False
        self.phase = "M2"
        self._tries = 0
        self._try()

    def adopt(self, pmk: bytes, gtk: bytes) -> None:
        """Go on from keys that are in use without a 4-way handshake; that GTK was given."""
        self._take(pmk)
        self._given_gtk = gtk
        self.phase = "done"

    def start_group(self) -> None:
        """Send the newest group key; only while nothing else is waited for."""
        if self.phase == "done":
            self.phase = "G2"
            self._tries = 0
            self._outstanding.clear()
            self._try()

    @property
    def has_newest_gtk(self) -> bool:
        """Whether the group key that the station has taken is still the newest."""
        return self._given_gtk == self._group.newest[1]

    def stop(self) -> None:
        """Cancel the timer; nothing more is sent."""
        if self._timer is not None:
            self._timer.cancel()
        self.phase = "idle"

    def transmitted(self, kind: FrameKind, acked: bool) -> None:
        """An EAPOL-Key frame went out, acknowledged or not."""
        if kind == "M1" and acked and self._rearm_on_ack and self.phase == "M2":
            self._wait(self._timers.next_ms)
        self._rearm_on_ack = False

    def receive(self, key: KeyFrame, info: FrameInfo) -> None:
        """An EAPOL-Key frame of the station; what is wrong with it goes to its info."""
        reason = self._receive(key, info)
        if reason is not None:
            self.ignored += 1
            info.detail["ignored"] = reason

    # what is sent

    def _try(self) -> None:
        self._tries += 1
        if self._tries > self._timers.tries:
            reason = REASON_GROUP_TIMEOUT if self.phase == "G2" else REASON_4WAY_TIMEOUT
            self.stop()
            self._shared.failed(self._station, reason)
            return
        self._replay_counter += 1
        self._outstanding.append(self._replay_counter)
        del self._outstanding[: -self._timers.tries]
        if self.phase == "M2":
            self._rearm_on_ack = self._tries == 1
            self._send_m1()
        elif self.phase == "M4":
            self._send_m3()
        else:
            self._send_g1()
        first = self._timers.group_first_ms if self.phase == "G2" else self._timers.first_ms
        self._wait(first if self._tries == 1 else self._timers.next_ms)

    def _wait(self, wait_ms: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._shared.environment.call_after(wait_ms * 1_000_000, self._try)

    def _send_m1(self) -> None:
        frame = templates.with_key_data(self._templates.m1, self._pmkid)
        frame[_AT_NONCE : _AT_NONCE + 32] = self._anonce
        self._send("M1", frame, self._pmkid)

    def _send_m3(self) -> None:
        key_data = self._offer
        if self._suite.wpa:
            frame = templates.with_key_data(self._templates.m3, key_data)
        else:
            key_data += self._group_keys() + self._station.key_id_kde
            frame = self._with_keys(self._templates.m3, key_data)
        frame[_AT_NONCE : _AT_NONCE + 32] = self._anonce
        self._send("M3", frame, key_data)

    def _send_g1(self) -> None:
        key_data = self._group_keys()
        frame = self._with_keys(self._templates.g1, key_data)
        if self._suite.wpa:
            frame[_AT_INFO + 1] |= self._group.newest[0] << eapol.INFO_INDEX_SHIFT
            frame[_AT_NONCE : _AT_NONCE + 32] = self._shared.environment.random(32)
        self._send("G1", frame, key_data)

    def _group_keys(self) -> bytes:
        if self._suite.wpa:
            return self._group.newest[1]
        kdes = self._group.kdes(integrity=self._station.protects_management)
        return kdes + oci_kde(self._shared.security.oci) if self._station.ocv else kdes

    def _with_keys(self, template: bytes, key_data: bytes) -> bytearray:
        """The template with wrapped key data that holds the newest group key."""
        assert self._station.keys is not None
        iv = self._shared.environment.random(eapol.IV_LENGTH) if self._suite.arc4 else b""
        wrapped = self._suite.wrap(self._station.keys.kek, key_data, iv)
        frame = templates.with_key_data(template, wrapped)
        frame[_AT_IV : _AT_IV + len(iv)] = iv
        self._offered_gtk[self._replay_counter] = self._group.newest[1]
        frame[_AT_RSC : _AT_RSC + 6] = self._group.newest[2].to_bytes(6, "little")
        return frame

    def _send(self, kind: FrameKind, frame: bytearray, key_data: bytes = b"") -> None:
        _U64.pack_into(frame, _AT_REPLAY, self._replay_counter)
        keys = self._station.keys if kind != "M1" else None
        if keys is not None:
            mic = self._suite.mic(keys.kck, bytes(frame[templates.AT_EAPOL :]))
            frame[self._templates.mic] = mic
        info = FrameInfo(kind, retry=self._tries > 1, replay_counter=self._replay_counter)
        if kind == "M1":  # tells which of several adapters of the guest was given it
            info.detail["digest"] = digest(bytes(frame[templates.AT_EAPOL :]))
        wrapped = not (self._suite.wpa and kind == "M3")
        parts = KeyFrameParts(
            kind, self._replay_counter, frame, key_data, self._suite, keys, wrapped=wrapped
        )
        info.remake = parts.remake
        self._shared.transmit(self._station, frame, info)

    # what is received

    def _receive(self, key: KeyFrame, info: FrameInfo) -> str | None:
        """Deal with a message; returns why it is ignored, or ``None``."""
        if key.descriptor != self._suite.descriptor:
            return "key descriptor type"
        if key.info & eapol.INFO_VERSION != self._suite.descriptor_version:
            return "key descriptor version"
        if info.kind == "M2":
            return self._receive_m2(key, info)
        if info.kind == "M4":
            return self._receive_m4(key, info)
        if info.kind == "G2":
            return self._receive_g2(key, info)
        return "not for an authenticator"

    def _receive_m2(self, key: KeyFrame, info: FrameInfo) -> str | None:
        fresh = self.phase == "M2" and key.replay_counter in self._outstanding
        renewed = (
            self.phase == "M4"
            and key.replay_counter in self._answered
            and key.nonce != self._snonce
        )
        if not (fresh or renewed):
            return self._stale(key)
        station, bssid = self._station, self._shared.network.bssid
        keys = self._suite.derive_ptk(
            self._pmk, bssid, station.mac, self._anonce, key.nonce, self._key_length
        )
        if not self._mic_fits(keys, key, info):
            return "MIC"
        if not self._same_rsne(key):
            self.stop()
            self._shared.failed(station, REASON_ELEMENT_DIFFERS)
            return "RSNE differs from the association request's"
        if not self._on_our_channel(key):
            return "OCI"
        station.keys = keys
        station.candidate = self._cipher.key(keys.tk, station.next_key_id)
        self._snonce = key.nonce
        if fresh:
            self._answered = self._outstanding
        self._answered.remove(key.replay_counter)
        self._outstanding = []
        self.phase = "M4"
        self._tries = 0
        self._try()
        return None

    def _receive_m4(self, key: KeyFrame, info: FrameInfo) -> str | None:
        station = self._station
        if self.phase != "M4" or key.replay_counter not in self._outstanding:
            return self._stale(key)
        if station.keys is None or not self._mic_fits(station.keys, key, info):
            return "MIC"
        self._finish(key.replay_counter)
        station.use_candidate()
        if self._suite.wpa:  # the group key is still to come
            self._opening = True
            self.start_group()
        else:
            self._shared.authorized(station)
        return None

    def _receive_g2(self, key: KeyFrame, info: FrameInfo) -> str | None:
        station = self._station
        if self.phase != "G2" or key.replay_counter not in self._outstanding:
            return self._stale(key)
        if station.keys is None or not self._mic_fits(station.keys, key, info):
            return "MIC"
        if not self._on_our_channel(key):
            return "OCI"
        self._finish(key.replay_counter)
        if self._opening:
            self._opening = False
            self._shared.authorized(station)
        else:
            self._shared.group_done(station)
        return None

    def _finish(self, answered: int) -> None:
        """The station has what went under that replay counter, whatever was sent since."""
        self._given_gtk = self._offered_gtk.get(answered, self._given_gtk)
        self._offered_gtk.clear()
        if self._timer is not None:
            self._timer.cancel()
        self._outstanding = []
        self.phase = "done"

    def _stale(self, key: KeyFrame) -> str:
        if key.replay_counter in self._outstanding:
            return f"waiting for {self.phase}"
        return "replay counter"

    def _same_rsne(self, key: KeyFrame) -> bool:
        try:
            return self._shared.security.m2_fits(self._station, key.key_data)
        except WireError:
            return False

    def _on_our_channel(self, key: KeyFrame) -> bool:
        """Whether M2 or G2 of a station with OCV says the channel that the access point is on."""
        return not self._station.ocv or key_data_fits(key.key_data, self._shared.security.oci)

    def _mic_fits(self, keys: PairwiseKeys, key: KeyFrame, info: FrameInfo) -> bool:
        info.mic_ok = compare_digest(self._suite.mic(keys.kck, eapol.without_mic(key)), key.mic)
        return info.mic_ok
