# SPDX-License-Identifier: GPL-2.0-or-later
"""What a vendor brings, from the command line or lab.toml: the one that counts, and its notices."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.config.lab import Lab
from harness.errors import UsageError
from harness.run.vendor import CommandLineDll, apply_vendor_profile, vendors_dll
from harness.scenarios import Network, find_scenario
from harness.scenarios.ap_orders import ApOrder
from harness.scenarios.sample_fragments import SAMPLE_FRAGMENTS
from hil_common.security import SECURITY_CHOICES
from tests.unit.guests.common.test_dll import EXPORTS, compiled
from tests.unit.scenarios.test_fragments import PROFILE

ENTRY = ("-shared", "-Wl,-e,Dot11ExtIhvInitService")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A DLL that imports from a helper of its own."""
    helper = tmp_path / "helper"
    helper.mkdir()
    source = "__declspec(dllexport) int Helps(void) { return 1; }"
    library = compiled(helper, source, "-shared", "-Wl,-e,Helps", name="vhelp.dll")
    wants = "__declspec(dllimport) int Helps(void); int f(void) { return Helps(); }"
    return compiled(tmp_path, EXPORTS + wants, *ENTRY, str(library))


def lab(**dll: object) -> Lab:
    """A lab.toml with a [dll] table."""
    return Lab.model_validate({"dll": dll})


def test_nothing_is_brought() -> None:
    """The guest's own DLL is tested then."""
    assert vendors_dll(Lab(), CommandLineDll()) is None


def test_a_missing_import_is_told_with_its_fix(own: Path) -> None:
    """Before anything starts: which DLL, which function, and how to give it along."""
    with pytest.raises(
        UsageError, match=r"x.dll imports vhelp.dll .Helps., which is not"
    ) as caught:
        vendors_dll(Lab(), CommandLineDll(own))
    assert "--with" in caught.value.hint


def test_with_its_companion_it_is_whole(own: Path) -> None:
    """By --with or by lab.toml."""
    helper = own.parent / "helper" / "vhelp.dll"
    by_option = vendors_dll(Lab(), CommandLineDll(own, (helper,)))
    by_file = vendors_dll(lab(path=str(own), companions=[str(helper.parent)]), CommandLineDll())
    for found in (by_option, by_file):
        assert found is not None
        assert "vhelp.dll" in [one.name for one in found.companions]
        assert found.notices == ()


def test_the_command_line_comes_first(own: Path, tmp_path: Path) -> None:
    """Another DLL does not get the companions of lab.toml's."""
    other = compiled(tmp_path, EXPORTS, *ENTRY).rename(tmp_path / "other.dll")
    found = vendors_dll(lab(path="none.dll", companions=["none"]), CommandLineDll(other))
    assert found is not None
    assert found.path == other
    assert found.companions == ()


@pytest.mark.parametrize("key", ["path", "companions"])
def test_what_lab_toml_names_is_told_as_its_key(own: Path, key: str) -> None:
    """And as no option of a command line."""
    given: dict[str, object] = {"path": str(own), "companions": [str(own.parent / "helper")]}
    given[key] = ["none"] if key == "companions" else "none"
    with pytest.raises(UsageError, match=rf"^lab\.toml \[dll\] {key} none: "):
        vendors_dll(lab(**given), CommandLineDll())


def test_companions_of_nothing() -> None:
    """--with alone is a mistake."""
    with pytest.raises(UsageError, match="no DLL of yours"):
        vendors_dll(Lab(), CommandLineDll(None, (Path("x"),)))


def test_fragments_of_lab_toml_take_the_scenarios_place() -> None:
    """What is not given stays the scenario's."""
    given = lab(connectivity="<C/>", security="<S><P>{passphrase}</P></S>", oui="00a1b2")
    ihv = apply_vendor_profile(find_scenario("plain"), given, CommandLineDll()).ihv
    assert (ihv.connectivity, ihv.security, ihv.adapter_oui, ihv.type) == (
        "<C/>", "<S><P>{passphrase}</P></S>", "00a1b2", "00",
    )  # fmt: skip
    assert not ihv.takes_a_fault
    assert "<P>" not in repr(given)


def test_nothing_said_changes_nothing() -> None:
    """The very scenario comes back."""
    plain = find_scenario("plain")
    assert apply_vendor_profile(plain, Lab(), CommandLineDll()) is plain


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_profile_as_windows_tools_write_it(tmp_path: Path, encoding: str) -> None:
    """netsh wlan export profile writes UTF-8; other tools UTF-16."""
    path = tmp_path / "p.xml"
    path.write_text(PROFILE.replace("US-ASCII", encoding), encoding=encoding)
    ihv = apply_vendor_profile(find_scenario("plain"), Lab(), CommandLineDll(profile=path)).ihv
    assert ihv.adapter_oui == "00a1B2"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"security": "<a>"}, r"lab.toml \[dll\]: security: .*not well-formed"),
        ({"security": ""}, "neither security nor connectivity"),
        ({"use_ms_onex": True}, "0x80012"),
        ({"oui": "12"}, "oui"),
        ({"profile": "none.xml"}, r"^lab.toml \[dll\] profile none.xml: No such file"),
    ],
)
def test_what_cannot_be_used_is_told(given: dict[str, object], said: str) -> None:
    """Where it stands and what is wrong, without its content."""
    with pytest.raises(UsageError, match=said) as caught:
        apply_vendor_profile(find_scenario("plain"), lab(**given), CommandLineDll())
    assert "<a>" not in caught.value.message


def test_a_security_our_sample_lacks_wants_a_dll_that_has_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The sample's own fragment is of no use then; the vendor's from lab.toml is."""
    monkeypatch.delitem(SAMPLE_FRAGMENTS, "wpa2-psk")
    plain = find_scenario("plain")
    with pytest.raises(UsageError, match=r"security = 'wpa2-psk': our sample DLL does not know"):
        apply_vendor_profile(plain, Lab(), CommandLineDll())
    said = lab(security="<Vendor><Key>{passphrase}</Key></Vendor>")
    with pytest.raises(UsageError, match=r"our sample DLL does not know"):
        apply_vendor_profile(plain, said, CommandLineDll())  # a fragment makes it no other DLL
    theirs = CommandLineDll(Path("vendor.dll"))
    assert apply_vendor_profile(plain, said, theirs).ihv.security.startswith("<Vendor>")


def test_a_security_that_the_guest_lacks_is_refused() -> None:
    """Whoever's DLL it is: it is the WLAN service that would authenticate."""
    network = Network(security="wpa3-sae")
    scenario = find_scenario("plain").model_copy(update={"network": network})
    for dll in (CommandLineDll(), CommandLineDll(Path("vendor.dll"))):
        with pytest.raises(UsageError, match=r"'wpa3-sae': the WLAN service of the ref") as caught:
            apply_vendor_profile(scenario, Lab(), dll)
        assert caught.value.hint is not None
        named = caught.value.hint.removeprefix("take ").split(" or ")
        assert named[0] == "'wpa2-psk'"
        choices = [SECURITY_CHOICES[name.strip("'")] for name in named]
        assert all(one.by_guest and one.credential == "passphrase" for one in choices)


@pytest.mark.parametrize(
    "more",
    [
        {"network": Network(security="wpa2-eap", pmk_caching="refuse")},
        {"ap": (ApOrder(on="echoed", do="forget-pmks"),)},
    ],
)
def test_pmks_that_the_guest_never_names_are_not_tried_in_vain(more: dict[str, object]) -> None:
    """Whoever's DLL it is: it is the WLAN service that would name one."""
    scenario = find_scenario("eap-tls").model_copy(update=more)
    for dll in (CommandLineDll(), CommandLineDll(Path("vendor.dll"))):
        with pytest.raises(UsageError, match=r"names no PMK of an earlier association"):
            apply_vendor_profile(scenario, Lab(), dll)


@pytest.mark.parametrize(
    ("security", "ciphers", "added"),
    [
        ("wpa-psk", ("ccmp-128",), "tkip"),
        ("wpa-psk", ("ccmp-128", "tkip"), None),
        ("wpa-wpa2-psk", ("tkip",), "ccmp-128"),
        ("wpa-wpa2-psk", ("ccmp-128",), None),
    ],
)
def test_a_pairwise_cipher_that_our_sample_lacks_is_no_fault_of_it(
    security: str, ciphers: tuple[str, ...], added: str | None
) -> None:
    """It has WPA with TKIP and WPA2 with the others; a vendor's own DLL may have more."""
    fragment = SAMPLE_FRAGMENTS[security]
    plain = find_scenario("plain")
    scenario = plain.model_copy(
        update={
            "network": Network(security=security, pairwise_ciphers=ciphers),
            "ihv": plain.ihv.model_copy(update={"security": fragment}),
        }
    )
    apply_vendor_profile(scenario, Lab(), CommandLineDll(Path("vendor.dll")))
    if added is None:
        apply_vendor_profile(scenario, Lab(), CommandLineDll())
        return
    with pytest.raises(UsageError, match="our sample DLL has WPA") as caught:
        apply_vendor_profile(scenario, Lab(), CommandLineDll())
    assert caught.value.hint is not None
    assert f"add '{added}'" in caught.value.hint


@pytest.mark.parametrize(
    ("network", "refused"),
    [
        (Network(pairwise_ciphers=("ccmp-256",)), "ccmp-256"),
        (Network(pairwise_ciphers=("ccmp-256",), group_cipher="ccmp-128"), "ccmp-256"),
        (Network(pairwise_ciphers=("ccmp-256", "gcmp-256")), None),
        (Network(group_cipher="ccmp-256"), "ccmp-256"),
        (Network(pmf="required", group_mgmt_cipher="bip-gmac-128"), "bip-gmac-128"),
        (Network(pmf="required", group_mgmt_cipher="bip-gmac-256"), None),
        (Network(security="open"), None),
    ],
)
def test_a_cipher_whose_keys_no_dll_can_set_is_refused(
    network: Network, refused: str | None
) -> None:
    """Pairwise, for all, or of management frames where those are protected."""
    scenario = find_scenario("plain").model_copy(update={"network": network})
    if refused is None:
        apply_vendor_profile(scenario, Lab(), CommandLineDll())
        return
    with pytest.raises(UsageError, match=f"names the cipher {refused}, of whose keys") as caught:
        apply_vendor_profile(scenario, Lab(), CommandLineDll())
    data = "take ccmp-128 or gcmp-128 or gcmp-256"
    assert caught.value.hint in (data, "take bip-cmac-128 or bip-gmac-256")
    assert (caught.value.hint == data) == refused.startswith("ccmp")
