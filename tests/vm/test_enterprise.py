# SPDX-License-Identifier: GPL-2.0-or-later
"""802.1X on the air: the guest's real wpa_supplicant, our access point, hostapd's RADIUS server.

Nothing of it is ours but the access point in the middle: what both of them accept is right.
"""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from harness.eap import Credentials, RadiusServer, make_credentials, radius_server
from harness.eap.radius import Method
from harness.local.deadline import Deadline
from harness.scenarios import AirRule, Network
from hwsim import FrameRecord
from tests.vm.shell import GuestShell
from tests.vm.standing import StandingLab
from tests.vm.supplicant import await_heard

NUMBERS = count(910_000)
"""Association numbers of these tests, away from those of others."""
NETWORK = Network(ssid="hil-eap", security="wpa2-eap")

SECOND = "02:48:49:4c:00:02"
"""The access point beside the first."""

METHODS: dict[Method, str] = {
    "tls": 'eap=TLS\nclient_cert="/run/eap/client.pem"\nprivate_key="/run/eap/client.key"\n',
    "peap-mschapv2": 'eap=PEAP\nphase2="auth=MSCHAPV2"\npassword="{password}"\n',
    "ttls-mschapv2": 'eap=TTLS\nphase2="auth=MSCHAPV2"\npassword="{password}"\n',
}


class Station:
    """wpa_supplicant on the guest's radio, and the air it is on."""

    def __init__(self, lab: StandingLab, shell: GuestShell, number: int) -> None:
        self.air = lab.session.air
        self.number = number
        self._lab = lab
        self._shell = shell

    def status(self) -> dict[str, str]:
        """wpa_supplicant's own word."""
        lines = self._shell.run("wpa_cli -i wlan0 status").output.splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def await_status(self, key: str, value: str) -> None:
        """Wait until it says that."""
        deadline = Deadline(f"wpa_supplicant's {key}={value}", 60)

        def there() -> bool | None:
            status = self.status()
            deadline.state = str({k: v for k, v in status.items() if k in ("wpa_state", key)})
            return status.get(key) == value or None

        deadline.poll(there, every_s=0.2)

    def frames(self, kind: str = "") -> list[FrameRecord]:
        """The frames of this association, of one kind or all."""
        frames = self._lab.session.recording.frames(self.number)
        return [frame for frame in frames if kind in ("", frame.kind)]

    def await_frame(self, kind: str, nth: int = 1) -> FrameRecord:
        """The nth frame of a kind, when it is there."""
        deadline = Deadline(f"{kind} number {nth} on the air", 60)

        def there() -> FrameRecord | None:
            found = self.frames(kind)
            deadline.state = f"{len(found)} of {len(self.frames())} frames"
            return found[nth - 1] if len(found) >= nth else None

        return deadline.poll(there)

    def tell(self, *commands: str) -> None:
        """Give wpa_supplicant commands, in another association."""
        *before, last = (f"wpa_cli -i wlan0 {command}" for command in commands)
        for command in before:
            self._shell.run(command)
        self.number = next(NUMBERS)
        self.air.begin(self.number, ())
        self._shell.run(last)

    def codes(self) -> list[str]:
        """Code and type of every EAP packet, in order."""
        details = (frame.detail for frame in self.frames("eap"))
        return [f"{d['code']} {d.get('eap_type', '')}".strip() for d in details]


@contextlib.contextmanager
def station(
    lab: StandingLab,
    shell: GuestShell,
    method: Method,
    credentials: Credentials,
    radius: RadiusServer | None,
    rules: tuple[AirRule, ...] = (),
    network: Network = NETWORK,
    block: str = "",
) -> Iterator[Station]:
    """wpa_supplicant in the WLAN service's place, sent to an access point with 802.1X; ``block``
    are further lines of its network block."""
    air, number = lab.session.air, next(NUMBERS)
    files = {
        "ca.pem": credentials.ca_pem,
        "client.pem": credentials.client_pem,
        "client.key": credentials.client_key_pem,
        "wpa.conf": (
            'ctrl_interface=/run/wpa_supplicant\nnetwork={\nssid="hil-eap"\nkey_mgmt=WPA-EAP\n'
            f'identity="{credentials.identity}"\nca_cert="/run/eap/ca.pem"\n'
            f"{METHODS[method].format(password=credentials.password)}{block}}}\n"
        ).encode(),
    }
    air.take_off_air()
    air.configure(network, 1000, radius)
    air.start()
    air.begin(number, rules)
    shell.run("mkdir -p -m 700 /run/eap; ip link set wlan0 up")
    for name, content in files.items():
        shell.run(f"printf %s {shlex.quote(content.decode())} > /run/eap/{name}")
    started = shell.run("wpa_supplicant -B -i wlan0 -c /run/eap/wpa.conf -D nl80211")
    assert started.status == 0, started
    try:
        yield Station(lab, shell, number)
    finally:
        shell.run("wpa_cli -i wlan0 terminate; rm -rf /run/eap")


@pytest.fixture(scope="module")
def vacant(lab: StandingLab, shell: GuestShell) -> Iterator[GuestShell]:
    """A shell in a guest whose WLAN service has left the radio; later all is as it was."""
    assert lab.session.ssh.run("net stop WlanSvc").status == 0
    yield shell
    air = lab.session.air
    air.take_off_air()
    lab.session.go_on_air(lab.config, lab.network)
    assert lab.session.ssh.run("net start WlanSvc").status == 0


@pytest.mark.parametrize("method", ["tls", "peap-mschapv2", "ttls-mschapv2"])
def test_it_authenticates_and_passes_data(
    lab: StandingLab, vacant: GuestShell, method: Method, tmp_path: Path
) -> None:
    """EAP ends in success, the handshake under its PMK too, and so again after a reauthentication.

    The capture's key file gets the PMK of each, and no secret is told.
    """
    credentials = make_credentials("hil-user")
    log, keys = tmp_path / "radius.log", lab.folder / "air.keys"
    before = keys.read_text().count("wpa-psk")
    with (
        radius_server(credentials, method, log) as radius,
        station(lab, vacant, method, credentials, radius) as client,
    ):
        client.await_status("wpa_state", "COMPLETED")
        echo = client.air.echo(3, limit_s=10)
        assert (echo.answered, echo.arp, echo.protected) == (3, True, True)
        codes = client.codes()
        name = method.partition("-")[0].upper()
        assert codes[:2] == ["Request Identity", "Response Identity"]
        assert {f"Request {name}", f"Response {name}"} < set(codes)
        assert codes[-1] == "Success"
        client.air.reauthenticate()
        assert client.codes().count("Success") == 2
        assert [frame.protected for frame in client.frames("M1")] == [False, True]
        echo = client.air.echo(3, limit_s=10)
        assert (echo.answered, echo.arp, echo.protected) == (3, True, True)
        assert client.status()["wpa_state"] == "COMPLETED"
    assert keys.read_text().count("wpa-psk") == before + 2
    hidden = (*credentials.secrets(), radius.secret.encode())
    told = b"".join(path.read_bytes() for path in (lab.folder / "events.jsonl", log))
    assert not any(secret in told for secret in hidden)


SUITE_B = """key_mgmt=WPA-EAP-SUITE-B-192
pairwise=GCMP-256
group=GCMP-256
group_mgmt=BIP-GMAC-256
ieee80211w=2
openssl_ciphers="SUITEB192"
"""


def test_the_192_bit_suite(lab: StandingLab, vacant: GuestShell, tmp_path: Path) -> None:
    """TLS with certificates on P-384, keys by SHA-384, and the ciphers that go with them; after a
    reauthentication and a group rekey too."""
    credentials = make_credentials("hil-user", suite_b=True)
    network = Network(ssid="hil-eap", security="wpa3-eap-192")
    with (
        radius_server(credentials, "tls", tmp_path / "radius.log") as radius,
        station(lab, vacant, "tls", credentials, radius, (), network, SUITE_B) as client,
    ):
        client.await_status("wpa_state", "COMPLETED")
        told = client.status()
        assert told["key_mgmt"] == "WPA2-EAP-SUITE-B-192"
        assert (told["pairwise_cipher"], told["group_cipher"]) == ("GCMP-256", "GCMP-256")
        assert (told["pmf"], told["mgmt_group_cipher"]) == ("2", "BIP-GMAC-256")
        assert told["EAP TLS cipher"] == "ECDHE-ECDSA-AES256-GCM-SHA384"
        client.air.reauthenticate()
        client.air.rekey_group()
        echo = client.air.echo(2, limit_s=10)
        assert (echo.answered, echo.arp, echo.protected) == (2, True, True)


SUITE_B_128 = """key_mgmt=WPA-EAP-SUITE-B
pairwise=GCMP
group=GCMP
group_mgmt=BIP-GMAC-128
ieee80211w=2
"""
OTHERS = {
    "wpa2-eap-suite-b": (SUITE_B_128, "WPA2-EAP-SUITE-B", "GCMP"),
    "wep-eap": ("key_mgmt=IEEE8021X\n", "IEEE 802.1X (no WPA)", "NONE"),
}


@pytest.mark.parametrize("security", OTHERS)
def test_keys_of_other_kinds(
    lab: StandingLab, vacant: GuestShell, tmp_path: Path, security: str
) -> None:
    """The 128-bit suite, and WEP keys that are handed out: wpa_supplicant names them itself. Data
    passes under the first keys, and under those of a reauthentication and of a group rekey."""
    block, key_mgmt, cipher = OTHERS[security]
    credentials = make_credentials("hil-user")
    network = Network(ssid="hil-eap", security=security)
    with (
        radius_server(credentials, "tls", tmp_path / "radius.log") as radius,
        station(lab, vacant, "tls", credentials, radius, (), network, block) as client,
    ):
        client.await_status("wpa_state", "COMPLETED")
        told = client.status()
        assert (told["key_mgmt"], told["pairwise_cipher"]) == (key_mgmt, cipher)
        client.air.reauthenticate()
        client.air.rekey_group()
        echo = client.air.echo(2, limit_s=10)
        assert (echo.answered, echo.arp, echo.protected) == (2, True, True)
        handed_out = [frame.detail["key"] for frame in client.frames("rc4-key")]
        wanted = ["broadcast", "unicast", "broadcast", "unicast", "broadcast"]
        assert handed_out == (wanted if security == "wep-eap" else [])


@pytest.mark.parametrize("method", ["tls", "peap-mschapv2"])
def test_wrong_credentials_are_refused(
    lab: StandingLab, vacant: GuestShell, method: Method, tmp_path: Path
) -> None:
    """EAP-Failure, then a deauthentication that says why; no handshake."""
    credentials = make_credentials("hil-user", good=False)
    with (
        radius_server(credentials, method, tmp_path / "radius.log") as radius,
        station(lab, vacant, method, credentials, radius) as client,
    ):
        gone = client.await_frame("deauth")
        assert gone.detail["reason"] == 23
        assert client.codes()[-1] == "Failure"
        assert not client.frames("M1")
        assert client.status()["wpa_state"] != "COMPLETED"


def test_silent_access_point(lab: StandingLab, vacant: GuestShell) -> None:
    """Nobody answers EAPOL-Start, however often it comes; the association stays."""
    credentials = make_credentials("hil-user")
    with station(lab, vacant, "tls", credentials, None) as client:
        start = client.await_frame("eapol-start", 2)
        assert start.acked
        assert start.detail["ignored"] == "silent"
        assert not client.frames("eap")
        assert not [frame for frame in client.frames("deauth") if frame.direction == "down"]


def test_lost_eap_is_sent_again(lab: StandingLab, vacant: GuestShell, tmp_path: Path) -> None:
    """A request that nobody heard comes again, and the authentication succeeds."""
    credentials = make_credentials("hil-user")
    rule = AirRule.model_validate({"message": "eap", "nth": 3, "action": "drop"})
    with (
        radius_server(credentials, "tls", tmp_path / "radius.log") as radius,
        station(lab, vacant, "tls", credentials, radius, (rule,)) as client,
    ):
        client.await_status("wpa_state", "COMPLETED")
        dropped = [frame for frame in client.frames("eap") if frame.rule == "drop"]
        assert len(dropped) == 1
        assert sum(frame.retry for frame in client.frames("eap")) >= 1


def test_a_kept_pmk(lab: StandingLab, vacant: GuestShell, tmp_path: Path) -> None:
    """It comes back, and goes to the other access point, by the PMK of the first: no EAP.

    Once the network has forgotten it, the station is authenticated anew.
    """
    network = Network(
        ssid="hil-eap", security="wpa2-eap", access_points=2, pmk_caching="opportunistic"
    )
    credentials = make_credentials("hil-user")
    okc = "proactive_key_caching=1\n"
    with (
        radius_server(credentials, "tls", tmp_path / "radius.log") as radius,
        station(lab, vacant, "tls", credentials, radius, (), network, okc) as client,
    ):
        client.await_status("wpa_state", "COMPLETED")
        client.tell("disconnect", "reconnect")
        client.await_status("wpa_state", "COMPLETED")
        assert not client.frames("eap")
        await_heard(vacant, SECOND)
        client.tell(f"roam {SECOND}")
        client.await_status("bssid", SECOND)
        client.await_status("wpa_state", "COMPLETED")
        assert not client.frames("eap")
        assert [frame.detail for frame in client.frames("assoc-resp")] == [
            {"status": 0, "pmk": "kept"}
        ]
        assert client.air.echo(1, limit_s=10).protected
        client.air.order("forget-pmks")
        client.tell("disconnect", "reconnect")
        client.await_status("wpa_state", "COMPLETED")
        assert client.codes()[-1] == "Success"


def test_a_fast_transition(lab: StandingLab, vacant: GuestShell, tmp_path: Path) -> None:
    """EAP once; the other access point is reached without, and without a 4-way handshake."""
    network = Network(ssid="hil-eap", security="wpa2-ft-eap", access_points=2)
    credentials = make_credentials("hil-user")
    fast = "key_mgmt=FT-EAP\n"
    with (
        radius_server(credentials, "tls", tmp_path / "radius.log") as radius,
        station(lab, vacant, "tls", credentials, radius, (), network, fast) as client,
    ):
        client.await_status("wpa_state", "COMPLETED")
        assert client.status()["key_mgmt"] == "FT-EAP"
        await_heard(vacant, SECOND)
        client.tell(f"roam {SECOND}")
        client.await_status("bssid", SECOND)
        client.await_status("wpa_state", "COMPLETED")
        assert not client.frames("eap")
        assert not client.frames("M1")
        assert client.air.echo(1, limit_s=10).protected
