# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil compare`: what changed from one run, night or build to another."""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from harness.cli.options import JsonOption, LabOption
from harness.errors import UsageError
from harness.naming import as_typed

if TYPE_CHECKING:
    from harness.comparison.given import Source
    from harness.results import RunResult

INCOMPARABLE_EXIT: Final = 3
WORD: Final = 13
"""Columns for the word in front of a sentence; a narrow terminal has it on a line of its own."""
NARROW: Final = 60
WIDEST: Final = 110
PIPED: Final = 100


def compare(
    base: Annotated[
        str,
        typer.Argument(
            metavar="BASE",
            help="What came before: last-1, last-7..last-1, a night, a run or its folder, or "
            "dll:NAME@SHA256.",
        ),
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="What is compared with it.")],
    plan: Annotated[
        str | None, typer.Option(help="Whose nights `last` counts (default: the newest's).")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Show figures without a change, too.")
    ] = False,
    as_json: JsonOption = False,
    lab: LabOption = None,
) -> None:
    """Compare two runs, nights or builds: verdicts, and each timing figure beyond chance.

    Exit codes: 0 not worse, 1 worse (a verdict or a timing figure of the driver), 2 wrong usage, 3
    nothing to compare.
    """
    from harness.comparison.compare import compare as compared
    from harness.comparison.document import document
    from harness.comparison.given import WithRuns
    from harness.comparison.sides import Catalogue, NothingToCompare
    from harness.comparison.wording import described

    results = _results(base, new)
    sides = [results[one].run_id if one in results else one for one in (base, new)]
    try:
        with _history(lab) as kept:
            history = WithRuns(kept, results)
            known = Catalogue(history, plan)
            found = compared(history, known, known.choose(sides[0]), known.choose(sides[1]))
    except NothingToCompare as error:
        told = f"nothing to compare: {error.message}\nhint: {error.hint}"
        typer.echo(as_typed(told), err=True)
        raise typer.Exit(INCOMPARABLE_EXIT) from None
    if as_json:
        typer.echo(json.dumps(document(found), indent=1))
    else:
        for line in laid_out(described(found, everything=everything), _width()):
            typer.echo(line)
    raise typer.Exit(int(found.worse))


@contextlib.contextmanager
def _history(lab: Path | None) -> Iterator[Source]:
    """The history of the lab; one that is not there is not made by asking it."""
    from harness.comparison.given import Nothing
    from harness.config.lab import load_lab

    place = load_lab(lab).store.place
    if "://" not in place and not Path(place).exists():
        yield Nothing()
        return
    from harness.history.sql import read_history

    with read_history(place) as history:
        yield history


def _results(*sides: str) -> dict[str, RunResult]:
    """The results of those sides that are folders of runs."""
    from harness.results.reading import load_result
    from harness.results.store.folder import RESULT

    found = {}
    for side in sides:
        folder = Path(side)
        if (folder / RESULT).is_file():
            found[side] = load_result(folder / RESULT)
        elif folder.is_dir():
            raise UsageError(f"{side}: no {RESULT} in it", hint="name the folder of a run")
    return found


def laid_out(rows: Iterable[tuple[str, str]], width: int) -> Iterator[str]:
    """Rows of a word and a sentence as lines of at most `width` columns where words allow it."""
    indent = " " * (2 if width < NARROW else WORD)
    for word, sentence in rows:
        if width < NARROW:
            yield word
            yield from textwrap.wrap(
                sentence, width, initial_indent=indent, subsequent_indent=indent
            )
        else:
            start = f"{word:<{WORD - 1}} "
            yield from textwrap.wrap(
                start + sentence, width, subsequent_indent=indent, drop_whitespace=True
            )


def _width() -> int:
    if not sys.stdout.isatty():
        return PIPED
    return min(WIDEST, shutil.get_terminal_size().columns)
