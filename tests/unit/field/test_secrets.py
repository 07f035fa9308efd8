# SPDX-License-Identifier: GPL-2.0-or-later
"""Keys as Wireshark keeps them."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.field.secrets import Secrets, read_secrets


def test_each_kind_of_key(tmp_path: Path) -> None:
    """Comments and blank lines are no keys; a TK is of no use to a handshake."""
    path = tmp_path / "80211_keys"
    lines = [
        "# of the lab", "", '"wpa-pwd","correct horse:lab"', '"wpa-pwd","any network"',
        '"wpa-pwd","a%3ab%20:%c3%a9 "', f'"wpa-psk","{"ab" * 32}"', f'"wpa-psk","{"cd" * 48}"',
        f'"msk","{"ef" * 64}"', f'"tk","{"00" * 16}"', '"wep","0102030405"',
    ]  # fmt: skip
    path.write_text("\n".join(lines), encoding="utf-8")
    assert read_secrets(path) == Secrets(
        ((b"correct horse", b"lab"), (b"any network", None), (b"a:b ", "é ".encode())),
        (b"\xab" * 32, b"\xcd" * 48),
        (b"\xef" * 64,),
    )


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('"wpa-psk","abc"', "line 2: wpa-psk takes 32, 48 or 64 bytes in hexadecimal"),
        ('"msk","00"', "line 2: msk takes 64 to 128 bytes in hexadecimal"),
        ("correct horse", "line 2: is no key"),
        ('"wpa-pwd"', "line 2: is no key"),
        ('"psk","x","y"', "line 2: is no key"),
    ],
)
def test_a_bad_line_is_named_and_its_key_is_not(tmp_path: Path, line: str, problem: str) -> None:
    """Wireshark would drop the whole file, and say nothing."""
    path = tmp_path / "keys"
    path.write_text(f'"wpa-pwd","secret words"\n{line}\n')
    with pytest.raises(UsageError) as refused:
        read_secrets(path)
    assert str(refused.value).endswith(problem)
    assert "secret" not in str(refused.value)


def test_no_file(tmp_path: Path) -> None:
    """In one line."""
    with pytest.raises(UsageError, match="--keys"):
        read_secrets(tmp_path / "none")


def test_keys_do_not_show() -> None:
    """In no text of the object."""
    assert "correct" not in repr(Secrets(((b"correct horse", None),), (bytes(32),)))
    assert not Secrets()
