# SPDX-License-Identifier: GPL-2.0-or-later
"""The file that is sent holds what was seen, and no secret and no name of this machine."""

from __future__ import annotations

import json
import platform
import zipfile
from pathlib import Path

import pytest

from harness.run import proof_pack as module
from harness.run.proof import Proof
from harness.run.proof_pack import holds_a_secret, pack, without_names


@pytest.fixture
def proof(tmp_path: Path) -> Proof:
    """One with the logs of a guest and a run."""
    folder, run = tmp_path / "proof", tmp_path / "20261128-x"
    folder.mkdir()
    run.mkdir()
    (folder / "serial.log").write_text(f"Windows on {platform.node()}\n")
    (run / "result.json").write_text("{}")
    (run / "air.keys").write_text("0123")
    (run / "events.jsonl").write_text('{"event": "run"}\n')
    made = Proof(rehearsal=True, folder=folder)
    made.runs.append(run)
    made.secrets.append(b"only for lab")
    return made


def packed(proof: Proof, target: Path) -> tuple[dict[str, bytes], list[str]]:
    """What is in the file, and what was left out."""
    left_out = pack(proof, target)
    with zipfile.ZipFile(target) as file:
        return {name: file.read(name) for name in file.namelist()}, left_out


def test_what_was_seen_is_in_it(proof: Proof, tmp_path: Path) -> None:
    """Steps, logs, results; keys of the test network stay here."""
    found, left_out = packed(proof, tmp_path / "x.zip")
    assert left_out == []
    told = json.loads(found["proof.json"])
    assert told["rehearsal"]
    assert len(told["steps"]) == 10
    assert set(found) >= {"guest/serial.log", "20261128-x/result.json", "20261128-x/events.jsonl"}
    assert not any("keys" in name for name in found)


def test_a_file_with_a_secret_is_left_out(proof: Proof, tmp_path: Path) -> None:
    """The passphrase of the network, or a private key."""
    (proof.folder / "serial.log").write_text("psk=only for lab")
    (proof.folder / "qemu-stderr.log").write_text("-----BEGIN OPENSSH PRIVATE KEY-----")
    found, left_out = packed(proof, tmp_path / "x.zip")
    assert left_out == ["guest/serial.log: holds a secret", "guest/qemu-stderr.log: holds a secret"]
    assert not any(b"only for lab" in content for content in found.values())


def test_a_secret_with_a_name_in_it_is_found(
    proof: Proof, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked for before names are replaced, which would hide it by a part."""
    monkeypatch.setattr(module.getpass, "getuser", lambda: "mallory")
    proof.secrets.append(b"mallory's own")
    (proof.folder / "serial.log").write_text("psk=mallory's own")
    found, left_out = packed(proof, tmp_path / "x.zip")
    assert left_out == ["guest/serial.log: holds a secret"]
    assert not any(b"USER's own" in content for content in found.values())


@pytest.mark.parametrize(
    "told",
    [
        'a<b&"c'.encode("utf-16-le"),
        b"<Data>&lt;Key&gt;a&amp;lt;b&amp;amp;&quot;c&lt;/Key&gt;</Data>",
        b"<Key>a&lt;b&amp;&quot;c</Key>",
        json.dumps({"psk": 'a<b&"c'}).encode(),
    ],
)
def test_a_secret_is_found_as_files_have_it(told: bytes) -> None:
    """An event has the profile, which is XML, within its own XML."""
    assert holds_a_secret(told, [b'a<b&"c'])
    assert not holds_a_secret(told, [b"another"])


def test_what_a_step_saw_is_no_way_out(proof: Proof, tmp_path: Path) -> None:
    """The words of a fault may quote the guest."""
    proof.steps[0].seen = "it said only for lab"
    found, _ = packed(proof, tmp_path / "x.zip")
    told = json.loads(found["proof.json"])
    assert told["steps"][0]["seen"] == "left out: it holds a secret"


def test_names_of_this_machine_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own, its user's and the home folder's; short ones are parts of words."""
    monkeypatch.setattr(module.platform, "node", lambda: "labhost7")
    monkeypatch.setattr(module.getpass, "getuser", lambda: "mallory")
    home = str(Path.home())
    assert without_names(f"{home}/x labhost7 mallory".encode()) == b"~/x HOST USER"
    monkeypatch.setattr(module.platform, "node", lambda: "pc")
    assert without_names(b"pci") == b"pci"


def test_a_huge_file_stays_here(
    proof: Proof, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is named."""
    monkeypatch.setattr(module, "LARGEST", 1)
    _, left_out = packed(proof, tmp_path / "x.zip")
    assert "guest/serial.log: larger than 0 MiB" in left_out
