# SPDX-License-Identifier: GPL-2.0-or-later
"""A PostgreSQL server of a test's own, from Debian's packages, reached by a Unix socket alone."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg

from harness.local.deadline import Deadline
from harness.local.programs import PARENT_DEATH, last_line

USERS = ("postgres", "nobody")
"""Who runs the server where the tests are run by root, whom it refuses."""


def programs() -> Path:
    """The folder of the newest server that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_version)
    assert found, "PostgreSQL is not installed: apt-get install --no-install-recommends postgresql"
    return found[-1].parent


def _version(program: Path) -> int:
    return int(program.parents[1].name)


class Server:
    """A server with no database of ours in it; `close` ends it and removes all it wrote."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hil-pg-", dir="/tmp"))
        self._data = self.folder / "data"
        self._log = self.folder / "log"
        self._as_user: tuple[str, ...] = ()
        if os.geteuid() == 0:
            user = next(one for one in map(_user, USERS) if one)
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            ids = (f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
            self._as_user = ("setpriv", *ids, "--")
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        made = subprocess.run(
            [*self._as_user, str(programs() / "initdb"), "-D", str(self._data), "-U", "hil",
             "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"],
            cwd=self.folder, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr

    def start(self) -> None:
        """Start it, and wait until it answers.

        After a kill it refuses to begin while a process of its former life is still there.
        """
        Deadline("PostgreSQL", 60).poll(self._started)

    def _started(self) -> bool | None:
        if self._process is None or self._process.poll() is not None:
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    [*self._as_user, *PARENT_DEATH, str(programs() / "postgres"),
                     "-D", str(self._data), "-k", str(self.folder),
                     "-c", "listen_addresses=", "-c", "fsync=off"],
                    cwd=self.folder, stdout=log, stderr=log,
                )  # fmt: skip
        try:
            psycopg.connect(self._conninfo("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return None
        return True

    def kill(self) -> None:
        """End it as a power cut does; its other processes end when they see it."""
        assert self._process, last_line(self._log)
        self._process.kill()
        self._process.wait(timeout=30)

    @property
    def pid(self) -> int:
        """The process that is killed to end it."""
        assert self._process
        return self._process.pid

    def wait_for_end(self, limit_s: float) -> None:
        """Wait until it has ended, whoever killed it."""
        assert self._process
        self._process.wait(timeout=limit_s)

    def new_database(self) -> str:
        """The URL of an empty database."""
        self._databases += 1
        name = f"hil{self._databases}"
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql://hil@/{name}?host={self.folder}"

    def close(self) -> None:
        """End it."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)  # SIGTERM would wait for clients
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _conninfo(self, database: str) -> str:
        return f"host={self.folder} user=hil dbname={database}"


def _user(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None
