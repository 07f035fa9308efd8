# SPDX-License-Identifier: GPL-2.0-or-later
"""The answer file: whole, as it was read by eye; its settings where Microsoft documents them."""

from __future__ import annotations

import base64
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from winsetup.answer_file import NAMESPACE, WCM, Answers, answer_file, encoded, masked
from winsetup.wim import Edition

GOLDEN = Path(__file__).parent / "autounattend.xml"
ANSWERS = Answers(
    Edition(6, "Windows 11 Pro", "Professional", "amd64", 26100, False, "de-DE"),
    "pass-word", "HIL_PROVISION", "AAAAA-BBBBB",
)  # fmt: skip

DOCUMENTED = {
    ("windowsPE", "Microsoft-Windows-International-Core-WinPE"): {
        "SetupUILanguage", "InputLocale", "SystemLocale", "UILanguage", "UserLocale",
    },
    ("windowsPE", "Microsoft-Windows-Setup"): {
        "DiskConfiguration", "ImageInstall", "DynamicUpdate", "UserData", "RunSynchronous",
    },
    ("specialize", "Microsoft-Windows-Shell-Setup"): {"ComputerName", "TimeZone"},
    ("specialize", "Microsoft-Windows-Deployment"): {"RunSynchronous"},
    ("oobeSystem", "Microsoft-Windows-International-Core"): {
        "InputLocale", "SystemLocale", "UILanguage", "UserLocale",
    },
    ("oobeSystem", "Microsoft-Windows-Shell-Setup"): {
        "OOBE", "UserAccounts", "AutoLogon", "FirstLogonCommands",
    },
}  # fmt: skip
"""Settings of each component in the pass it is used in here, which Microsoft's Unattended Windows
Setup Reference names among its valid passes (read by hand; no schema of it is in any package)."""

LONGEST = {"Path": 259, "CommandLine": 1024, "ComputerName": 15}
"""Characters that the reference allows of a setting."""


def settings() -> list[tuple[str, ET.Element]]:
    """Pass and component."""
    root = ET.fromstring(answer_file(ANSWERS))
    return [
        (part.attrib["pass"], component)
        for part in root.findall(f"{{{NAMESPACE}}}settings")
        for component in part
    ]


def plain(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]


def test_it_is_as_it_was_read() -> None:
    """Byte for byte; who changes it reads it again."""
    assert answer_file(ANSWERS) == GOLDEN.read_bytes()


def test_settings_are_in_passes_they_are_documented_for() -> None:
    """Setup ignores or refuses others."""
    found = {(name, one.attrib["name"]): {plain(s.tag) for s in one} for name, one in settings()}
    assert found == DOCUMENTED


def test_every_component_says_whose_it_is() -> None:
    """The five attributes that Setup tells components by."""
    for _, component in settings():
        assert component.attrib.pop("name")
        assert component.attrib == {
            "processorArchitecture": "amd64", "publicKeyToken": "31bf3856ad364e35",
            "language": "neutral", "versionScope": "nonSxS",
        }  # fmt: skip


def test_members_of_lists_are_added_in_order() -> None:
    """Each has the action, and an order from 1 without a gap where its kind has one."""
    for _, component in settings():
        for parent in component.iter():
            orders = [one.find(f"{{{NAMESPACE}}}Order") for one in parent]
            numbered = [int(one.text or "") for one in orders if one is not None]
            assert numbered == list(range(1, len(numbered) + 1))
            if numbered:
                assert all(one.get(f"{{{WCM}}}action") == "add" for one in parent)


def test_no_text_is_too_long() -> None:
    """Setup refuses the file for one."""
    for _, component in settings():
        for one in component.iter():
            assert len(one.text or "") <= LONGEST.get(plain(one.tag), 1024)


def test_passwords_are_hidden_as_setup_unhides_them() -> None:
    """Base64 of the password and the element's name; which hides nothing from who wants to know."""
    assert base64.b64decode(encoded("x", "Password")).decode("utf-16-le") == "xPassword"
    assert b"pass-word" not in answer_file(ANSWERS)


def test_what_is_shown_has_no_secrets() -> None:
    """Neither password nor product key, in any form."""
    shown = answer_file(masked(ANSWERS)).decode()
    for secret in ("pass-word", "AAAAA", *(encoded("pass-word", one) for one in
                   ("Password", "AdministratorPassword"))):  # fmt: skip
        assert secret not in shown
        assert secret not in repr(ANSWERS)


def test_without_a_product_key_none_is_said() -> None:
    """Evaluation and volume media want none."""
    without = Answers(ANSWERS.edition, "p", "L")
    assert b"ProductKey" not in answer_file(without)


@pytest.mark.parametrize("hostile", ["a&b<c>", 'x"y', "ü\u2028"])
def test_what_the_iso_says_stays_text(hostile: str) -> None:
    """A language is untrusted, as all of an ISO is."""
    edition = Edition(1, "W", "Pro", "amd64", 26100, False, hostile)
    root = ET.fromstring(answer_file(Answers(edition, "p", "L")))
    assert hostile in [one.text for one in root.iter(f"{{{NAMESPACE}}}UILanguage")]
