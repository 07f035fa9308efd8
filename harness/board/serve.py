# SPDX-License-Identifier: GPL-2.0-or-later
"""Serves the board, and the folders of runs below it, to this machine alone.

Whoever runs a program on this machine can reach its loopback address, and every page in a browser
can try to. So all is below a path that nobody can guess, made anew at each start; what is asked for
elsewhere is not there. Files come from the folders of runs and from nowhere else.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from harness.errors import HarnessError

LOOPBACK: Final = "127.0.0.1"
PAGES: Final = (".html",)
TEXTS: Final = (".json", ".jsonl", ".log", ".txt", ".toml", ".xml")
"""Kinds of files that a browser shows; others are for saving."""
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
CHUNK: Final = 1 << 16
TIMEOUT_S: Final = 30
"""How long a browser may take for a request."""


class BoardServer(ThreadingHTTPServer):
    """A server on a port of loopback, 0 for a free one; raises OSError for a port that is taken."""

    daemon_threads = True

    def __init__(self, port: int, runs: Path, page: Callable[[], str]) -> None:
        self.secret = secrets.token_urlsafe(16)
        self._lock = Lock()
        self._page = page
        super().__init__((LOOPBACK, port), partial(_Handler, runs.resolve()))

    @property
    def url(self) -> str:
        """What to open in a browser of this machine; its path holds the secret."""
        return f"http://{LOOPBACK}:{self.server_port}/{self.secret}/"

    def page(self) -> bytes:
        """The page as the history is now, made by one request at a time."""
        with self._lock:
            return self._page().encode("utf-8", "backslashreplace")


class _Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: BoardServer
    server_version = "hil-board"
    sys_version = ""
    timeout = TIMEOUT_S

    def __init__(self, runs: Path, *rest: Any) -> None:
        self._runs = runs
        super().__init__(*rest)

    def do_GET(self) -> None:
        """The page, or a file of a run."""
        path = unquote(urlsplit(self.path).path)
        root = f"/{self.server.secret}/"
        if not secrets.compare_digest(path[: len(root)].encode(), root.encode()):
            self.send_error(HTTPStatus.NOT_FOUND)
        elif path == root:
            self._send_page()
        else:
            self._send_file(path.removeprefix(root))

    do_HEAD = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not told at the terminal: they have the secret in them."""

    def _send_page(self) -> None:
        try:
            content = self.server.page()
        except HarnessError as error:
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE, explain=error.message)
            return
        self._begin("text/html; charset=utf-8", len(content))
        if self.command == "GET":
            self.wfile.write(content)

    def _send_file(self, name: str) -> None:
        try:
            path = (self._runs / name).resolve(strict=True)
            inside = path.is_relative_to(self._runs) and path.parent != self._runs
            allowed = inside and path.is_file()  # beside the runs there is the history itself
            file = path.open("rb") if allowed else None
        except (OSError, ValueError):
            file = None
        if file is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        with file:
            size = os.fstat(file.fileno()).st_size
            self._begin(_kind(path), size)
            while self.command == "GET" and size > 0 and (part := file.read(min(size, CHUNK))):
                self.wfile.write(part)  # of a file that grows, what there was
                size -= len(part)

    def _begin(self, kind: str, size: int) -> None:
        self.send_response(HTTPStatus.OK)
        for name, value in {"Content-Type": kind, "Content-Length": str(size), **HEADERS}.items():
            self.send_header(name, value)
        self.end_headers()


def _kind(path: Path) -> str:
    if path.suffix in PAGES:
        return "text/html; charset=utf-8"
    return "text/plain; charset=utf-8" if path.suffix in TEXTS else "application/octet-stream"
