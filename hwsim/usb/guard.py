# SPDX-License-Identifier: GPL-2.0-or-later
"""A model nobody vouches for: what it raises, how long it takes and what it says are looked at.

A model plays hardware. What goes wrong in it is the lab's fault and never the driver's, so it is
told at once, with the reason, and the model is asked nothing more. What the air does in a call of
the model's (it carries the frame that the model transmits) counts neither as its time nor as its
error.
"""

from __future__ import annotations

import resource
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from hwsim.errors import ModelFault, WireError
from hwsim.loop import Loop, now_ns
from hwsim.usb.device import (
    AirFrame,
    Done,
    Later,
    Model,
    ModelUser,
    SentFrame,
    Setup,
    Stall,
    Transfer,
    UsbIdentity,
)
from hwsim.usb.identity import (
    checked_address,
    checked_answer,
    checked_delay,
    checked_frame,
    checked_identity,
    checked_transfer,
)

BLOCKED_NS: Final = 250_000_000
"""A call that takes longer has held up the air: a driver's request waits five times less. Time in
which another process had the processor does not count."""
ANSWER_NS: Final = 1_000_000_000
"""A later answer comes within this time."""
COMPLETE_NS: Final = 5_000_000_000
"""So long may a transfer of the driver stay uncompleted that waits for no frame's status."""
_LOOK_NS: Final = 200_000_000
_WORDS: Final = 300

MakeModel = Callable[[bytes, ModelUser], Model]
_Result = TypeVar("_Result")


class Guard:
    """A :class:`hwsim.usb.device.Model` around another, and its :class:`ModelUser`.

    ``make`` makes the model; ``fault`` is called once, from the loop, with what it did wrong.
    ``watch``: whom to tell, before the model is made, whose calls may not block; without it they
    may. Raises :class:`ModelFault` if it cannot even be made.
    """

    def __init__(
        self, make: MakeModel, mac: bytes, user: ModelUser, loop: Loop,
        fault: Callable[[str], None], *, watch: Callable[[Guard], None] | None = None,
    ) -> None:  # fmt: skip
        self._user = user
        self._loop = loop
        self._fault: Callable[[str], None] = discard  # until it is made, an error tells
        self._made = False
        self._timed = watch is not None
        self._thread = threading.get_ident()
        self._own_error: BaseException | None = None
        self.since_ns = 0
        """Since when the model has been asked; 0: it is not."""
        self.asked = "its class"
        self._reason = ""
        self._owed: set[Done] = set()
        self._quiet_ns = 0
        self._due: dict[int, tuple[int, str]] = {}
        self._bulk: dict[int, tuple[int, str]] = {}
        self._count = 0
        self._looking = False
        self.mac = mac
        if watch is not None:
            watch(self)
        model = self._ask("its class", None, lambda: make(mac, self))
        usb = None if model is None else self._ask("usb", None, lambda: model.usb)
        if model is None or self._reason:
            raise ModelFault(self._reason)
        checked_address(self._ask("mac", mac, lambda: model.mac), mac)
        self._model: Model = model
        self.usb: UsbIdentity = checked_identity(usb)
        self._fault, self._made = fault, True

    @property
    def started(self) -> bool:
        """See :class:`hwsim.usb.device.Model`."""
        return self._ask("started", False, lambda: bool(self._model.started))

    def reset(self) -> None:
        """See :class:`hwsim.usb.device.Model`."""
        self._due.clear()
        self._bulk.clear()
        self._owed.clear()
        answer = self._ask("reset()", None, self._model.reset)
        if isinstance(answer, Later):
            number = self._expect(self._due, "reset()")
            answer.then(lambda _done: discard(self._due.pop(number, None)))

    def control(self, setup: Setup, data: bytes) -> bytes | Later[bytes | None]:
        """See :class:`hwsim.usb.device.Model`."""
        what = f"control() of request {setup.request}"
        try:
            answer = self._ask(
                what, None, lambda: self._model.control(setup, data), allowed=(Stall, WireError)
            )
        except WireError:  # as a chip says no to a request, too
            raise Stall from None
        if isinstance(answer, Later):
            return self._awaited(what, answer, lambda found: checked_answer(setup, found))
        return self._checked(lambda: checked_answer(setup, answer))

    def bulk_out(self, endpoint: int, data: bytes, complete: Callable[[], None]) -> None:
        """See :class:`hwsim.usb.device.Model`."""
        number = self._expect(self._bulk, f"a transfer to endpoint {endpoint:#04x}")

        def completed() -> None:
            self._bulk.pop(number, None)
            self._outside(complete)

        try:
            self._ask(
                "bulk_out()", None, lambda: self._model.bulk_out(endpoint, data, completed),
                allowed=(WireError,),
            )  # fmt: skip
        except WireError:
            self._bulk.pop(number, None)
            raise

    def receive(self, frame: AirFrame) -> Transfer | Later[Transfer | None] | None:
        """See :class:`hwsim.usb.device.Model`."""
        answer = self._ask("receive()", None, lambda: self._model.receive(frame))
        if answer is None:
            return None
        if isinstance(answer, Later):
            return self._awaited("receive()", answer, self._transfer)
        try:
            return self._checked(lambda: self._transfer(answer))
        except Stall:
            return None

    # what the model calls (hwsim.usb.device.ModelUser)

    def now_ns(self) -> int:
        """The time."""
        return self._user.now_ns()

    def call_after(self, delay_ns: int, callback: Callable[[], None]) -> None:
        """A timer of the model's; of one that has failed none runs any more."""

        def due() -> None:
            self._ask("a timer", None, callback)

        if self._hears("call_after()", lambda: checked_delay(delay_ns), early=True):
            self._user.call_after(delay_ns, due)

    def on_frame(self, sent: SentFrame, done: Done) -> None:
        """The model transmits."""
        if not self._hears("on_frame()", lambda: checked_frame(sent)):
            return
        owed = [done]

        def told(acked: bool) -> None:
            if owed:
                self._owed.discard(told)  # of one before a reset: it is not there
                self._quiet_ns = now_ns()
                self._ask("done()", None, lambda: owed.pop()(acked))

        self._owed.add(told)
        self._outside(lambda: self._user.on_frame(sent, told))

    def on_transfer(self, transfer: Transfer) -> None:
        """The model has something for the driver."""
        if self._hears("on_transfer()", lambda: self._transfer(transfer)):
            self._outside(lambda: self._user.on_transfer(transfer))

    def on_malformed(self) -> None:
        """The driver sent what is no frame of the model's."""
        if self._hears("on_malformed()", lambda: None):
            self._outside(self._user.on_malformed)

    def on_started(self) -> None:
        """The model is in operation, or is so no more."""
        if self._hears("on_started()", lambda: None):
            self._outside(self._user.on_started)

    # the rest

    def fail(self, reason: str) -> None:
        """The model is done with, for that reason; only the first one is told."""
        if not self._reason:
            self._reason = reason
            self._due.clear()
            self._bulk.clear()
            self._loop.later(lambda: self._fault(reason))

    def retire(self) -> None:
        """The model was unplugged: what it does from now on is nobody's business."""
        self._reason = self._reason or "it was unplugged"
        self._due.clear()
        self._bulk.clear()

    def _transfer(self, transfer: object) -> Transfer:
        return checked_transfer(transfer, self.usb)

    def _checked(self, check: Callable[[], _Result]) -> _Result:
        """What was looked at; of a model that has failed there is a :class:`Stall` for it."""
        if not self._reason:
            try:
                return check()
            except ModelFault as fault:
                self.fail(str(fault))
        raise Stall

    def _hears(self, what: str, check: Callable[[], object], *, early: bool = False) -> bool:
        """Whether to listen to a call of the model's, ``early`` too: before it is made."""
        if self._reason:
            return False
        if not self._made and not early:
            self.fail(f"it called {what} before it was made")
            return False
        if threading.get_ident() != self._thread:
            self.fail(f"it called {what} in a thread of its own")
            return False
        try:
            check()
        except ModelFault as fault:
            self.fail(str(fault))
        return not self._reason

    def _awaited(
        self, what: str, answer: Later[_Result | None], check: Callable[[object], _Result]
    ) -> Later[_Result | None]:
        """The answer when it comes and is one."""
        number, checked = self._expect(self._due, what), Later[_Result | None]()

        def came(found: _Result | None) -> None:
            self._due.pop(number, None)
            if found is not None:
                try:
                    found = self._checked(lambda: check(found))
                except Stall:
                    found = None
            self._outside(lambda: checked.settle(found))

        answer.then(came)
        return checked

    def _ask(
        self, what: str, otherwise: _Result, call: Callable[[], _Result],
        allowed: tuple[type[Exception], ...] = (),
    ) -> _Result:  # fmt: skip
        """What the model answers; ``otherwise`` if it has failed, now or before."""
        if self._reason:
            return otherwise
        before = self.asked, self.since_ns
        self.asked, self.since_ns = what, now_ns()
        spent = _spent() if self._timed else (0, 0)
        try:
            return call()
        except allowed:
            raise
        except (Exception, SystemExit) as error:
            if self._own_error is not None:
                own, self._own_error = self._own_error, None
                raise own from None
            traceback.print_exception(error)  # for who wrote the model: it is in the air's log
            self.fail(f"{what} raised {words_of(error)}")
            return otherwise
        finally:
            took_ns = now_ns() - self.since_ns
            self.asked, self.since_ns = before[0], now_ns() if before[1] else 0
            if self._timed and took_ns > BLOCKED_NS and _blocked(spent):
                self.fail(f"{what} took {took_ns / 1e9:.2f} s, and may not block")

    def _outside(self, call: Callable[[], None]) -> None:
        """Call the air from within a call of the model's."""
        before = self.asked, self.since_ns
        spent_ns = now_ns() - before[1] if before[1] else 0
        self.since_ns = 0
        try:
            call()
        except BaseException as error:
            self._own_error = error
            raise
        finally:
            self.asked, self.since_ns = before[0], now_ns() - spent_ns if before[1] else 0

    def _expect(self, awaited: dict[int, tuple[int, str]], what: str) -> int:
        """Look to it that something comes; its number."""
        self._count += 1
        awaited[self._count] = now_ns(), what
        if not self._looking:
            self._looking = True
            self._loop.call_after(_LOOK_NS, self._look)
        return self._count

    def _look(self) -> None:
        """See whether the oldest of what is awaited is late."""
        self._looking = False
        at_ns = now_ns()
        for since_ns, what in list(self._due.values())[:1]:
            if at_ns - since_ns > ANSWER_NS:
                self.fail(f"{what} was not answered within {ANSWER_NS / 1e9:g} s")
        for since_ns, what in list(self._bulk.values())[:1]:
            if not self._owed and at_ns - max(since_ns, self._quiet_ns) > COMPLETE_NS:
                self.fail(f"{what} was not completed within {COMPLETE_NS / 1e9:g} s")
        if self._due or self._bulk:
            self._looking = True
            self._loop.call_after(_LOOK_NS, self._look)


def _spent() -> tuple[int, int]:
    """The processor time of this thread (ns), and how often it has waited."""
    return time.thread_time_ns(), resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw


def _blocked(since: tuple[int, int]) -> bool:
    """Whether the thread has worked or waited since, and not just stood behind another process."""
    work_ns, waits = _spent()
    return waits > since[1] or work_ns - since[0] > BLOCKED_NS


def discard(_: object) -> None:
    """Drop a value."""


def words_of(error: BaseException) -> str:
    """An exception in one line, with the place in the model."""
    try:
        said = " ".join(str(error).split())
    except Exception:
        said = "which cannot be told"
    name, walked = type(error).__name__, traceback.extract_tb(error.__traceback__)
    frames = [one for one in walked if not one.filename.startswith("<")]
    at = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{name}{': ' if said else ''}{said:.{_WORDS}}{at}"
