# SPDX-License-Identifier: GPL-2.0-or-later
"""An ISO image, read: by UDF where it has that (Windows' own), else by Joliet or ISO 9660.

Paths are those of the image, with ``/`` between their parts, and found in any case, as Windows
finds them. An image that cannot be read is `Unfit`, whatever is wrong with it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, cast

import pycdlib

from .unfit import Unfit

SECTOR: Final = 2048
MOST_FILES: Final = 100_000


class Disc:
    """An open image."""

    def __init__(self, path: Path, iso: pycdlib.PyCdlib) -> None:
        self.path = path
        self._iso = iso
        self._view = (
            "udf_path" if iso.has_udf() else "joliet_path" if iso.has_joliet() else "iso_path"
        )
        self._names = {_folded(one): one for one in self._walk()}

    @property
    def label(self) -> str:
        """The volume's name, as its ISO 9660 part has it."""
        return str(self._iso.pvd.volume_identifier.decode("latin-1")).rstrip("\0 ")

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of all files, sorted."""
        return tuple(sorted(self._names.values()))

    @property
    def catalog_sector(self) -> int | None:
        """Where the El Torito boot catalogue is; None on an image that does not boot."""
        catalog = self._iso.eltorito_boot_catalog
        return None if catalog is None else int(catalog.extent_location())

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return _folded(path) in self._names

    @contextlib.contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """A file's content, to be read from any place; raises `Unfit` if there is no such file."""
        with _readable(self.path), self._iso.open_file_from_iso(**self._place(path)) as file:
            yield cast(BinaryIO, file)

    def read(self, path: str, *, most: int) -> bytes:
        """A file's whole content; raises `Unfit` if it has more than `most` bytes."""
        with self.open(path) as file:
            data = file.read(most + 1)
        if len(data) > most:
            raise Unfit(f"{self.path}: {path} has more than {most} bytes")
        return data

    def extent(self, path: str) -> tuple[int, int]:
        """The sector at which a file begins, and its length in bytes; it lies in one piece."""
        with _readable(self.path):
            record = self._iso.get_record(**self._place(path))
            place = record.inode if self._view == "udf_path" else record
            pieces = getattr(record, "alloc_descs", [None])
            if place is None or len(pieces) != 1:
                raise Unfit(f"{self.path}: {path} does not lie in one piece")
            return int(place.extent_location()), int(record.get_data_length())

    def _place(self, path: str) -> dict[str, str]:
        try:
            return {self._view: "/" + self._names[_folded(path)]}
        except KeyError:
            raise Unfit(f"{self.path} has no file {path}") from None

    def _walk(self) -> Iterator[str]:
        count = 0
        for folder, _, files in self._iso.walk(**{self._view: "/"}):
            for name in files:
                count += 1
                if count > MOST_FILES:
                    raise Unfit(f"{self.path} has more than {MOST_FILES} files")
                yield str(PurePosixPath(folder) / name).lstrip("/")


@contextlib.contextmanager
def open_disc(path: Path) -> Iterator[Disc]:
    """Open an ISO image; raises `Unfit` for a file that is none."""
    iso = pycdlib.PyCdlib()
    with contextlib.ExitStack() as stack:
        with _readable(path):
            iso.open(str(path))
            stack.callback(iso.close)
            disc = Disc(path, iso)
        yield disc


@contextlib.contextmanager
def _readable(path: Path) -> Iterator[None]:
    """What pycdlib raises upon an image it cannot read: its own errors, and any other, as its
    fields are taken as they are."""
    try:
        yield
    except (Unfit, MemoryError):
        raise
    except OSError as error:
        raise Unfit(f"{path}: {error.strerror or error}") from None
    except Exception as error:
        why = " ".join(str(error).split()) or type(error).__name__
        raise Unfit(f"{path} cannot be read as an ISO image: {why}") from None


def _folded(path: str) -> str:
    return path.strip("/").casefold()
