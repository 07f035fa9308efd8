# SPDX-License-Identifier: GPL-2.0-or-later
"""What a history must hold to in any database: classes of tests, for one that has a `place`.

tests/services runs all of it against PostgreSQL; for SQLite the values are tests of tests/unit, the
processes that write at once or are killed of tests/services.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from harness.errors import StoreError
from harness.history.identity import fingerprint, parts_of, stands_for
from harness.history.model import (
    Artefact,
    CellState,
    Crash,
    FindingRow,
    History,
    Mark,
    NightState,
    Sample,
    Test,
    Writer,
)
from harness.history.sql import SqlHistory, open_history
from harness.history.sql.tables import metadata
from harness.history.sql.upgrade import VERSION_TABLE
from harness.history.synthetic import SyntheticHistory
from harness.results import Environment, EvidenceFile, RunResult, Verdict
from tests.history_writer import Writer as Process
from tests.history_writer import check
from tests.unit.results.samples import NO_COMPLETION, STARTED, WARNING, association, run

PLAIN = Test("reference", "hwsim", "acme", "plain")
LOST = Test("reference", "hwsim", "acme", "m4-lost")
AT = datetime(2026, 11, 28, 22, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOME = Environment(qemu="7.2", host_cpu="EPYC", versions={"scapy": "2.8"}, dll_sha256="a" * 64)


def run_named(name: str, **fields: object) -> RunResult:
    """A run of two associations, one with a finding, by its id."""
    ended = (association(1, WARNING), association(2, NO_COMPLETION))
    return run(*ended, **({"run_id": name, "environment": HOME} | fields))


class HistoryBattery:
    """Tests of a history; `place` is an empty database, each time another one."""

    @pytest.fixture
    def history(self, place: str) -> Iterator[SqlHistory]:
        """The history, open."""
        with open_history(place) as history:
            yield history

    def test_it_is_what_the_protocols_ask_for(self, history: SqlHistory) -> None:
        """To the type checker, above all."""
        reads: History = history
        writes: Writer = history
        assert reads is writes

    def test_the_migrations_lead_to_the_tables(self, history: SqlHistory) -> None:
        """Whoever changes one changes the other."""

        def differences(connection: object) -> list[object]:
            options = {"version_table": VERSION_TABLE, "compare_server_default": True}
            context = MigrationContext.configure(connection, opts=options)  # type: ignore[arg-type]
            return compare_metadata(context, metadata)

        assert history.database.read(differences) == []

    def test_a_run_is_read_as_it_was_written(self, history: SqlHistory) -> None:
        """With all that belongs to it."""
        files = (EvidenceFile(path="air.keys", description="", size_bytes=5, secret=True),)
        result = run_named("r1", evidence=files, fault="hangs")
        history.add_run(result, PLAIN, "/lab/runs/r1")
        (found,) = history.runs()
        assert (found.id, found.test, found.path, found.fault) == (
            "r1", PLAIN, "/lab/runs/r1", "hangs",
        )  # fmt: skip
        assert (found.started_at, found.duration_s) == (STARTED, result.duration_s)
        assert (found.verdict, found.reason) == (Verdict.FAIL, result.reason)
        assert (found.associations, found.dll_sha256, found.pruned_at) == (2, "a" * 64, None)
        assert history.environments([found.environment]) == {
            found.environment: {"host_cpu": "EPYC", "qemu": "7.2", "versions.scapy": "2.8"}
        }
        assert history.findings(["r1"]) == [
            FindingRow("r1", "POST-12", "WARN", WARNING.message, 1),
            FindingRow("r1", "POST-05", "FAIL", NO_COMPLETION.message, 2),
        ]
        assert history.artefacts(["r1"]) == [Artefact("r1", "air.keys", 5, True)]

    def test_the_samples_of_its_figures(self, history: SqlHistory) -> None:
        """Each, and summed up."""
        ended = [association(n, timing_us={"handler": float(n) / 3}) for n in range(1, 101)]
        history.add_run(run(*ended, run_id="r1"), PLAIN, "r1")
        samples = history.timings(["r1", "none"])["r1"]["handler"]
        assert list(samples) == [n / 3 for n in range(1, 101)]
        assert history.samples("r1")["handler"][99] == Sample(100, 1, 100 / 3)
        assert history.samples("none") == {}
        (summed,) = history.summaries(["r1"])
        assert summed == ("r1", "handler", 100, 1 / 3, 50 / 3, 95 / 3, 99 / 3, 100 / 3)

    def test_a_run_kept_again_takes_the_place_of_the_first(self, history: SqlHistory) -> None:
        """Whole: nothing of the first is left."""
        history.add_run(run_named("r1"), PLAIN, "r1")
        history.add_run(run(association(1), run_id="r1"), LOST, "r1")
        (found,) = history.runs()
        assert (found.test, found.verdict) == (LOST, Verdict.PASS)
        assert history.findings(["r1"]) == []

    def test_runs_come_the_oldest_first(self, history: SqlHistory) -> None:
        """And an id that is not there is left out."""
        for name, hours in (("b", 2), ("a", 1), ("c", 3)):
            at = STARTED + timedelta(hours=hours)
            history.add_run(run_named(name, started_at=at), PLAIN, name)
        assert [one.id for one in history.runs()] == ["a", "b", "c"]
        assert [one.id for one in history.runs(["c", "none", "a"])] == ["a", "c"]
        assert [one.run_id for one in history.findings(["c", "a"])] == ["c", "c", "a", "a"]

    def test_a_night_from_its_begin_to_its_end(self, history: SqlHistory) -> None:
        """A cell that passed, one that failed twice and is known, one that was not reached."""
        planned = [(PLAIN, 1), (LOST, 1), (LOST, 2)]
        night_id = history.begin_night("validation", "d" * 64, planned, AT)
        passed = history.begin_attempt(night_id, 0, "slot-1", AT)
        history.end_attempt(passed, Verdict.PASS, "", AT + MINUTE, run_id="r1")
        history.end_cell(night_id, 0, CellState.DONE, None, "")
        crash = Crash(0xC0000005, ("acme.dll!Init+0x12", "ntdll.dll+0x1234"))
        for _ in range(2):
            failed = history.begin_attempt(night_id, 1, "slot-2", AT)
            history.end_attempt(failed, Verdict.FAIL, "crashed", AT + MINUTE, crash=crash)
        history.end_cell(night_id, 1, CellState.DONE, Mark.KNOWN_ISSUE, "next release")
        history.end_night(night_id, NightState.OVER_BUDGET, AT + 2 * MINUTE)

        night = history.night(night_id)
        assert (night.plan, night.plan_digest) == ("validation", "d" * 64)
        assert (night.started_at, night.ended_at) == (AT, AT + 2 * MINUTE)
        assert night.state is NightState.OVER_BUDGET
        good, bad, rest = night.cells
        assert (good.test, good.state, good.verdict) == (PLAIN, CellState.DONE, Verdict.PASS)
        assert (good.attempts[0].run_id, good.attempts[0].shard) == ("r1", "slot-1")
        assert (bad.verdict, bad.mark, bad.mark_reason) == (
            Verdict.FAIL, Mark.KNOWN_ISSUE, "next release",
        )  # fmt: skip
        assert [one.number for one in bad.attempts] == [1, 2]
        assert bad.attempts[0].crash == crash
        assert (rest.repetition, rest.state, rest.attempts) == (2, CellState.PLANNED, ())

    def test_a_cell_that_was_cut_off_is_named(self, history: SqlHistory) -> None:
        """It was named before it began."""
        night_id = history.begin_night("p", "d", [(PLAIN, 1)], AT)
        history.begin_attempt(night_id, 0, "slot-1", AT)
        (cell,) = history.night(night_id).cells
        assert (cell.state, cell.verdict) == (CellState.RUNNING, None)
        assert (cell.attempts[0].ended_at, cell.attempts[0].verdict) == (None, None)

    def test_a_night_that_is_resumed_has_no_end(self, history: SqlHistory) -> None:
        """Until it ends again."""
        night_id = history.begin_night("p", "d", [(PLAIN, 1)], AT)
        history.end_night(night_id, NightState.INTERRUPTED, AT + MINUTE)
        history.end_night(night_id, NightState.RUNNING, AT + 2 * MINUTE)
        assert history.night(night_id).ended_at is None

    def test_the_newest_nights_of_a_plan(self, history: SqlHistory) -> None:
        """The oldest of them first."""
        ids = [
            history.begin_night(plan, "d", [(PLAIN, 1)], AT + number * MINUTE)
            for number, plan in enumerate(["a", "b", "a", "a"])
        ]
        assert [one.id for one in history.nights()] == ids
        assert [one.id for one in history.nights(2)] == ids[2:]
        assert [one.id for one in history.nights(2, plan="b")] == [ids[1]]
        assert [one.id for one in history.nights(plan="a")] == [ids[0], *ids[2:]]

    def test_what_is_not_there_is_refused(self, history: SqlHistory) -> None:
        """A night, a cell, an attempt."""
        with pytest.raises(StoreError, match="no night n1"):
            history.night("n1")
        with pytest.raises(StoreError, match="no cell 7 of night n1"):
            history.begin_attempt("n1", 7, "slot-1", AT)
        with pytest.raises(StoreError, match="no attempt a1"):
            history.end_attempt("a1", Verdict.PASS, "", AT)
        with pytest.raises(StoreError, match="no night n1"):
            history.end_night("n1", NightState.COMPLETE, AT)

    def test_text_that_no_database_takes(self, history: SqlHistory) -> None:
        """A NUL and half a character come from guests; they are told as escapes."""
        finding = NO_COMPLETION.model_copy(update={"message": "a\0b\ud800c 'd' \u1234\U0001f600"})
        history.add_run(run(association(1, finding), run_id="r1"), PLAIN, "/runs/\udcff")
        assert history.findings(["r1"])[0].message == "a\\x00b\\ud800c 'd' \u1234\U0001f600"
        assert history.runs()[0].path == "/runs/\\udcff"

    def test_what_runs_have_in_common_is_kept_once(self, history: SqlHistory) -> None:
        """The environment, by its fingerprint; what is tested is no part of it."""
        other = HOME.model_copy(update={"dll_sha256": "b" * 64, "clock_uncertainty_us": 3.0})
        slower = HOME.model_copy(update={"host_cpu": "Atom"})
        for name, place in (("r1", HOME), ("r2", other), ("r3", slower)):
            history.add_run(run_named(name, environment=place), PLAIN, name)
        first, second, third = (one.environment for one in history.runs())
        assert first == second == fingerprint(parts_of(HOME))
        assert third != first
        assert history.environments([first, third])[third]["host_cpu"] == "Atom"

    def test_the_synthetic_history_reads_like_a_written_one(self, place: str) -> None:
        """Each cell has its run, each run its figures."""
        made = SyntheticHistory(nights=3, tests=4, figures=("handler", "m1_to_m2"))
        ids = made.write_to(place)
        with open_history(place) as history:
            nights = history.nights()
            assert [night.id for night in nights] == ids
            tried = [cell.attempts[0] for night in nights for cell in night.cells]
            runs = history.runs()
            assert [one.run_id for one in tried] == [one.id for one in runs]
            assert [one.verdict for one in tried] == [one.verdict for one in runs]
            assert {len(one) for one in history.timings([one.id for one in runs]).values()} == {2}

    def test_which_test_a_run_stands_for(self) -> None:
        """By the name of its DLL's file, unless a plan names it."""
        result = run_named("r", environment=Environment(dll_path=r"C:\drivers\ACME.dll"))
        assert stands_for(result) == Test("reference", "hwsim", "ACME", "plain")
        assert stands_for(result, "acme").dll == "acme"
        assert stands_for(run_named("r")).dll == "sample"


class WritersBattery:
    """Tests of processes that write to one history; `place` is an empty database."""

    def test_writers_that_write_at_once_do_not_fail(self, place: str) -> None:
        """From the first moment on: they make the tables together, too."""
        writers = [Process(place, f"w{number}", 20) for number in range(3)]
        assert [one.end() for one in writers] == [0, 0, 0]
        assert [len(one.acknowledged) for one in writers] == [20, 20, 20]
        check(place, writers)

    def test_a_writer_that_is_killed_leaves_whole_transactions(self, place: str) -> None:
        """At whatever point; and the next one goes on."""
        writers = []
        for number, cells in enumerate([0, 1, 3, 8]):
            writers.append(Process(place, f"w{number}", 1000))
            writers[-1].go_on(cells)
            writers[-1].kill()
            check(place, writers)
