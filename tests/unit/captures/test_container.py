# SPDX-License-Identifier: GPL-2.0-or-later
"""The part of a file that is in memory."""

from __future__ import annotations

import gzip
import io
import random

from harness.captures.container import CHUNK, Window


def test_no_more_than_is_needed_stays_in_memory() -> None:
    """What was dealt with is given up when more is read."""
    window = Window(io.BytesIO(bytes(5 * CHUNK)))
    for _ in range(40):
        assert window.need(CHUNK // 8)
        window.at += CHUNK // 8
        assert len(window.data) <= CHUNK + CHUNK // 8
    assert not window.need(1)
    assert window.place == 5 * CHUNK


def test_a_compressed_file_that_is_cut_ends_early() -> None:
    """With what could be read of it."""
    packed = gzip.compress(bytes(range(256)) * 10_000, mtime=0)
    window = Window(gzip.GzipFile(fileobj=io.BytesIO(packed[:-40])))
    assert not window.need(2_560_000)
    assert window.data == (bytes(range(256)) * 10_000)[: len(window.data)]


def test_of_a_compressed_file_that_is_cut_nothing_is_lost_that_can_be_read() -> None:
    """Even if it is smaller than what is read at a time."""
    content = random.Random(1).randbytes(5000)
    packed = gzip.compress(content, mtime=0)
    window = Window(gzip.GzipFile(fileobj=io.BytesIO(packed[:-1000])))
    assert window.need(3900)
    assert window.data == content[: len(window.data)]
