# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules of the air of a run under way, from another process: what `hil air` asks for.

The air has one client, the harness. So the harness listens besides, on a socket in the private
folder of its run: a connection is one call, a JSON line each way. What comes in is checked as a
scenario's `[[air]]` is, and is given to the air by the calls that a test has (`AirClient`), so the
same events tell of it.
"""

from __future__ import annotations

import contextlib
import json
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from harness.config.validation import validated
from harness.errors import HarnessError, UsageError
from harness.lab.air import AirClient
from harness.local.workspace import PREFIX
from harness.scenarios import AirRule

CALL_S: Final = 15.0
"""Bound on one call, which the harness bounds by 10 s."""
READ_S: Final = 5.0
SOCKET: Final = "rules"
"""Its name in a run's folder."""
_LONGEST: Final = 1 << 16

Call = Callable[[AirClient, Mapping[str, Any]], dict[str, Any]]


def _medium(given: Mapping[str, Any]) -> int:
    return int(given.get("medium", 1))


def _list(air: AirClient, given: Mapping[str, Any]) -> dict[str, Any]:
    return {"rules": air.list_rules(medium=_medium(given))}


def _add(air: AirClient, given: Mapping[str, Any]) -> dict[str, Any]:
    rules = [rule_of(one, "rule") for one in given["rules"]]
    asked = bool(given.get("asked_only"))
    return {"places": air.add_rules(*rules, asked_only=asked, medium=_medium(given))}


def _change(air: AirClient, given: Mapping[str, Any]) -> dict[str, Any]:
    rule = rule_of(given["rule"], "rule")
    return {"place": air.change_rule(int(given["place"]), rule, medium=_medium(given))}


def _remove(air: AirClient, given: Mapping[str, Any]) -> dict[str, Any]:
    air.remove_rule(int(given["place"]), medium=_medium(given))
    return {}


def _trigger(air: AirClient, given: Mapping[str, Any]) -> dict[str, Any]:
    return {"stations": air.trigger_rule(int(given["place"]), medium=_medium(given))}


def _run(air: AirClient, _given: Mapping[str, Any]) -> dict[str, Any]:
    return {"pid": air.pid}


CALLS: Final[Mapping[str, Call]] = {
    "run": _run, "list": _list, "add": _add, "change": _change, "remove": _remove,
    "trigger": _trigger,
}  # fmt: skip


def rule_of(given: Any, source: str) -> AirRule:
    """One `[[air]]` rule; raises `UsageError` for what none is, `source` being where it stands."""
    if not isinstance(given, dict):
        raise UsageError(f"{source}: a rule is a table, as in [[air]]")
    rule = validated(given, AirRule, source=source)
    if rule.association is not None:
        raise UsageError(
            f"{source}: association: a rule given live is for the association under way",
            hint="leave association out",
        )
    return rule


def answer(air: AirClient, line: bytes) -> dict[str, Any]:
    """What a call comes to: its result, or `error` in words."""
    try:
        given = json.loads(line)
        return CALLS[given["call"]](air, given)
    except HarnessError as error:
        return {"error": str(error), "hint": error.hint}
    except (KeyError, TypeError, ValueError, RecursionError):
        return {"error": "this is no call that a run takes", "hint": ""}
    except OSError as error:
        return {"error": f"the air of this run is gone: {error}", "hint": ""}


@contextlib.contextmanager
def serving(air: AirClient, place: Path) -> Iterator[None]:
    """Take calls for that air meanwhile, on a socket made at that path."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        listener.listen()
        serve = threading.Thread(
            target=_serve, args=(listener, air), name="live rules", daemon=True
        )
        serve.start()
        try:
            yield
        finally:
            place.unlink(missing_ok=True)
            listener.shutdown(socket.SHUT_RDWR)  # wakes the thread
            serve.join(CALL_S)


def _serve(listener: socket.socket, air: AirClient) -> None:
    """One call after the other, each bounded, until the listener is shut down."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, contextlib.suppress(OSError):  # who goes away gets no answer
            connection.settimeout(READ_S)
            with connection.makefile("rb") as lines:
                told = answer(air, lines.readline(_LONGEST))
            connection.sendall(json.dumps(told).encode() + b"\n")


def runs_under_way() -> dict[int, Path]:
    """The sockets of the runs of this user, by the process of the air of each."""
    found = {}
    for place in sorted(Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{SOCKET}")):
        with contextlib.suppress(OSError, UsageError):  # another's, or of a run that is over
            found[int(ask(place, "run")["pid"])] = place
    return found


def ask(place: Path, call: str, /, **given: Any) -> dict[str, Any]:
    """A call of the run at that socket; raises `UsageError` with what it says against it."""
    try:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(CALL_S)
            sock.connect(str(place))
            sock.sendall(json.dumps({"call": call, **given}).encode() + b"\n")
            told = sock.makefile("rb").readline()
        result: dict[str, Any] = json.loads(told)
    except (OSError, ValueError) as error:
        raise UsageError(f"the run does not answer ({error}): it may be over") from None
    if "error" in result:
        raise UsageError(result["error"], hint=result["hint"])
    return result
