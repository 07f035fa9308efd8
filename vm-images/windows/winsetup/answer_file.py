# SPDX-License-Identifier: GPL-2.0-or-later
"""autounattend.xml: what Windows Setup would ask, answered. Pure.

Names and passes of the settings are those of Microsoft's "Unattended Windows Setup Reference".
Setup finds the file at the root of any CD by its name, and drivers there in ``$WinPEDriver$``.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree as ET

from .wim import Edition

NAME: Final = "autounattend.xml"
USER: Final = "Administrator"
COMPUTER: Final = "HIL-WINDOWS"
NAMESPACE: Final = "urn:schemas-microsoft-com:unattend"
WCM: Final = "http://schemas.microsoft.com/WMIConfig/2002/State"
EFI_MIB: Final = 260
RESERVED_MIB: Final = 16
HIDDEN: Final = "*****"

NO_ENCRYPTION: Final = (
    r"reg add HKLM\SYSTEM\CurrentControlSet\Control\BitLocker /v PreventDeviceEncryption "
    "/t REG_DWORD /d 1 /f"
)
"""The image is started without the TPM it was installed with."""

SERIAL: Final = r"\\.\COM1"

Tree = dict[str, "str | Tree | list[Tree]"]
"""Settings: a text, a group of settings, or a list of equal ones, each of which is added."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What is answered differently from one installation to the next."""

    edition: Edition
    password: str = field(repr=False)
    """Of the administrator, generated for this image."""
    disc_label: str
    """Of the CD that has the scripts."""
    product_key: str | None = field(default=None, repr=False)


def answer_file(answers: Answers) -> bytes:
    """The answer file as UTF-8."""
    ET.register_namespace("", NAMESPACE)
    ET.register_namespace("wcm", WCM)
    root = ET.Element(f"{{{NAMESPACE}}}unattend")
    for name, components in _passes(answers).items():
        settings = ET.SubElement(root, f"{{{NAMESPACE}}}settings", {"pass": name})
        for component, tree in components.items():
            attributes = {
                "name": component,
                "processorArchitecture": answers.edition.architecture,
                "publicKeyToken": "31bf3856ad364e35",
                "language": "neutral",
                "versionScope": "nonSxS",
            }
            _fill(ET.SubElement(settings, f"{{{NAMESPACE}}}component", attributes), tree)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def masked(answers: Answers) -> Answers:
    """The same answers without what is secret, to be shown."""
    key = None if answers.product_key is None else HIDDEN
    return Answers(answers.edition, HIDDEN, answers.disc_label, key)


def _passes(answers: Answers) -> dict[str, dict[str, Tree]]:
    language = answers.edition.language
    locale: Tree = {
        "InputLocale": language, "SystemLocale": language, "UILanguage": language,
        "UserLocale": language,
    }  # fmt: skip
    return {
        "windowsPE": {
            "Microsoft-Windows-International-Core-WinPE": {
                "SetupUILanguage": {"UILanguage": language},
                **locale,
            },
            "Microsoft-Windows-Setup": _setup(answers),
        },
        "specialize": {
            "Microsoft-Windows-Shell-Setup": {"ComputerName": COMPUTER, "TimeZone": "UTC"},
            "Microsoft-Windows-Deployment": {
                "RunSynchronous": {
                    "RunSynchronousCommand": _commands(
                        _stage("specialize"),
                        f"net user {USER} /active:yes",
                        NO_ENCRYPTION,
                    )
                }
            },
        },
        "oobeSystem": {
            "Microsoft-Windows-International-Core": locale,
            "Microsoft-Windows-Shell-Setup": _first_logon(answers),
        },
    }


def _setup(answers: Answers) -> Tree:
    user: Tree = {"AcceptEula": "true", "FullName": USER, "Organization": "wlan-hil"}
    if answers.product_key is not None:
        user["ProductKey"] = {"Key": answers.product_key, "WillShowUI": "OnError"}
    image: Tree = {"Key": "/IMAGE/INDEX", "Value": str(answers.edition.index)}
    return {
        "DiskConfiguration": {
            "WillShowUI": "OnError",
            "Disk": [
                {
                    "DiskID": "0",
                    "WillWipeDisk": "true",
                    "CreatePartitions": {"CreatePartition": _partitions()},
                    "ModifyPartitions": {"ModifyPartition": _formats()},
                }
            ],
        },
        "ImageInstall": {
            "OSImage": {
                "InstallFrom": {"MetaData": [image]},
                "InstallTo": {"DiskID": "0", "PartitionID": "3"},
                "WillShowUI": "OnError",
            }
        },
        "DynamicUpdate": {"Enable": "false", "WillShowUI": "OnError"},
        "UserData": user,
        "RunSynchronous": {"RunSynchronousCommand": _commands(_stage("windows-pe"))},
    }


def _partitions() -> list[Tree]:
    return [
        {"Order": "1", "Type": "EFI", "Size": str(EFI_MIB)},
        {"Order": "2", "Type": "MSR", "Size": str(RESERVED_MIB)},
        {"Order": "3", "Type": "Primary", "Extend": "true"},
    ]


def _formats() -> list[Tree]:
    return [
        {"Order": "1", "PartitionID": "1", "Format": "FAT32", "Label": "System"},
        {"Order": "2", "PartitionID": "2"},
        {"Order": "3", "PartitionID": "3", "Format": "NTFS", "Label": "Windows", "Letter": "C"},
    ]


def _first_logon(answers: Answers) -> Tree:
    def hidden(name: str) -> Tree:
        return {"Value": encoded(answers.password, name), "PlainText": "false"}

    def shown(name: str) -> Tree:
        return {"Value": HIDDEN, "PlainText": "true"}

    password = shown if answers.password == HIDDEN else hidden
    return {
        "OOBE": {
            "HideEULAPage": "true", "HideOEMRegistrationScreen": "true",
            "HideOnlineAccountScreens": "true", "HideWirelessSetupInOOBE": "true",
            "ProtectYourPC": "3",
        },
        "UserAccounts": {"AdministratorPassword": password("AdministratorPassword")},
        "AutoLogon": {
            "Enabled": "true", "Username": USER, "LogonCount": "1",
            "Password": password("Password"),
        },
        "FirstLogonCommands": {
            "SynchronousCommand": [
                {
                    "Order": "1",
                    "CommandLine": provisioning_command(answers.disc_label),
                    "Description": "Provisioning",
                }
            ]
        },
    }  # fmt: skip


def provisioning_command(label: str) -> str:
    """Run the first script of the CD with this label, whatever letter Windows gave it."""
    find = f"(Get-CimInstance Win32_Volume -Filter \\\"Label='{label}'\\\").DriveLetter"
    script = f"& ({find} + '\\provision\\first-logon.ps1')"
    return f'powershell.exe -NoProfile -ExecutionPolicy Bypass -Command "{script}"'


def encoded(password: str, element: str) -> str:
    """A password as answer files hide it: Base64 of UTF-16 with the element's name behind it."""
    return base64.b64encode((password + element).encode("utf-16-le")).decode()


def _stage(name: str) -> str:
    return f'cmd.exe /c "echo HIL-STAGE {name}>{SERIAL}"'


def _commands(*lines: str) -> list[Tree]:
    return [{"Order": str(at), "Path": line} for at, line in enumerate(lines, 1)]


def _fill(parent: ET.Element, tree: Tree) -> None:
    for name, value in tree.items():
        tag = f"{{{NAMESPACE}}}{name}"
        for one in value if isinstance(value, list) else [value]:
            child = ET.SubElement(parent, tag)
            if isinstance(value, list):
                child.set(f"{{{WCM}}}action", "add")
            if isinstance(one, str):
                child.text = one
            else:
                _fill(child, one)
