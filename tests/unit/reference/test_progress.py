# SPDX-License-Identifier: GPL-2.0-or-later
"""Progress of a disk build."""

import pytest
from imagebuild.progress import ProgressReader

LOG = [
    "I: automatically chosen mode: root",
    "I: running apt-get update...",
    "Get:1 http://mirror.example trixie InRelease [140 kB]",
    "I: downloading packages with apt...",
    "0 upgraded, 59 newly installed, 0 to remove and 0 not upgraded.",
    "I: installing essential packages...",
    "Setting up dpkg (1.22) ...",
    "I: installing remaining packages inside the chroot...",
    "0 upgraded, 2 newly installed, 0 to remove and 0 not upgraded.",
    "Get:1 http://mirror.example trixie/main amd64 wine [1 kB]",
    "Get:2 http://mirror.example trixie/main amd64 kmod [1 kB]",
    "Unpacking kmod (34) ...",
    "Setting up kmod (34) ...",
    "Unpacking wine (10.0) ...",
    "Setting up wine (10.0) ...",
    "hil-stage: accounts",
    "hil-stage: wine",
    "hil-stage: artifacts",
]


def test_stages_come_in_order_and_never_go_back():
    """The order is that of the work; each report is further than the one before."""
    reader = ProgressReader()
    reports = [report for line in LOG if (report := reader.feed(line))]
    assert list(dict.fromkeys(report.stage for report in reports)) == [
        "package lists",
        "base system",
        "download",
        "install",
        "wine prefix",
        "disk image",
    ]
    fractions = [report.fraction for report in reports]
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] < fractions[-1] < 1


def test_packages_are_counted_against_what_apt_announced():
    """Half of the packages downloaded is half of that stage."""
    reader = ProgressReader()
    for line in LOG[:9]:
        reader.feed(line)
    start = reader.current.fraction
    half, whole = reader.feed(LOG[9]), reader.feed(LOG[10])
    assert half is not None
    assert whole is not None
    assert whole.fraction - half.fraction == pytest.approx(half.fraction - start)


def test_the_essential_packages_do_not_count_twice():
    """apt runs twice; lines of its first run (59 packages) do not move the second's stages."""
    reader = ProgressReader()
    for line in LOG[:7]:
        reader.feed(line)
    assert reader.current.stage == "base system"


def test_unknown_lines_move_nothing():
    """dpkg says many things."""
    assert ProgressReader().feed("W: something or other") is None
