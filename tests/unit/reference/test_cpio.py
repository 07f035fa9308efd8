# SPDX-License-Identifier: GPL-2.0-or-later
"""The initramfs archive."""

import stat
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imagebuild import cpio

NAMES = st.text(alphabet="abcdefgh.-_", min_size=1, max_size=12).filter(lambda n: n.strip("."))


def parse(data):
    """Read an archive back by the letter of buffer-format.rst: {path: (mode, content)}."""
    found, at = {}, 0
    while True:
        assert data[at : at + 6] == b"070701"
        fields = [int(data[at + 6 + 8 * i : at + 14 + 8 * i], 16) for i in range(13)]
        mode, size, name_size = fields[1], fields[6], fields[11]
        name = data[at + 110 : at + 110 + name_size - 1].decode()
        start = (at + 110 + name_size + 3) & ~3
        if name == "TRAILER!!!":
            return found
        found[name] = (mode, data[start : start + size])
        at = (start + size + 3) & ~3


@given(st.dictionaries(NAMES, st.binary(max_size=40), max_size=6))
def test_whatever_goes_in_comes_out(files):
    """Contents of any length survive, whatever padding they and their names need."""
    data = cpio.archive(cpio.file(name, content) for name, content in files.items())
    assert {name: content for name, (_, content) in parse(data).items()} == files
    assert len(data) % 512 == 0


def test_parents_come_first_and_once():
    """The kernel creates no missing directories, so each file's are in the archive before it."""
    entries = [cpio.file("a/b/x", b""), cpio.file("a/y", b""), cpio.directory("a/b")]
    assert [entry.path for entry in cpio.with_parents(entries)] == ["a", "a/b", "a/b/x", "a/y"]


@pytest.mark.parametrize("path", ["/etc/passwd", "a/../../b", ""])
def test_paths_stay_inside(path):
    """A path that leaves the archive is refused."""
    with pytest.raises(ValueError, match="not a path inside"):
        cpio.archive([cpio.file(path, b"")])


def test_a_path_is_there_once():
    """Two files of one name would silently hide each other."""
    with pytest.raises(ValueError, match="twice"):
        cpio.archive([cpio.file("a", b"1"), cpio.file("a", b"2")])


def test_gnu_cpio_reads_it(tmp_path):
    """An independent reader finds types, permissions, contents and link targets as written."""
    entries = [
        cpio.directory("d", 0o700),
        cpio.file("d/key", b"secret\n", mode=0o600),
        cpio.file("d/run", b"#!/bin/sh\n", executable=True),
        cpio.link("d/link", "run"),
    ]
    subprocess.run(
        ["cpio", "-idmu", "--quiet"], input=cpio.archive(entries), cwd=tmp_path, check=True
    )
    assert (tmp_path / "d/key").read_bytes() == b"secret\n"
    assert stat.S_IMODE((tmp_path / "d/key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "d/run").stat().st_mode) == 0o755
    assert (tmp_path / "d/link").readlink().name == "run"
