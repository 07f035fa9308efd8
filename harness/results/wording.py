# SPDX-License-Identifier: GPL-2.0-or-later
"""How values are written for people, the same on the console and in the report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness import codes
from harness.results.model import AssociationResult, LabFaultResult
from harness.text import clean
from hwsim.records import FOUR_WAY

_LISTED = 4
"""More durations than these are told by the least and the largest."""

_EAPOL = ("eapol-start", "eap", *FOUR_WAY)
_SHORT = {"eapol-start": "Start", "eap": "EAP"}


def win32(code: int | None) -> str:
    """Name a Win32 code ("ERROR_SUCCESS", "1234"); a code is unsigned, as Windows prints it."""
    return "—" if code is None else codes.win32_name(code) or str(code & 0xFFFFFFFF)


def reason_code(code: int | None) -> str:
    """Name a WLAN or vendor's reason code, as far as it has a name; 0 for success, else hex."""
    if not code:
        return "—" if code is None else "0"
    name = codes.reason_name(code).removeprefix("WLAN_REASON_CODE_")
    number = f"0x{code & 0xFFFFFFFF:x}"
    return f"{name} ({number})" if name else number


def span_us(us: float) -> str:
    """Write a duration given in microseconds with a fitting unit: "420 µs", "1.24 ms", "2.50 s"."""
    size = abs(us)
    if size < 999.5:
        return f"{us:.0f} µs"
    if size < 99_995:
        return f"{us / 1000:.2f} ms"
    if size < 999_500:
        return f"{us / 1000:.0f} ms"
    return f"{us / 1e6:.2f} s"


def spans_us(values: Sequence[float | None]) -> str:
    """Write several durations: "36.61 / 35.20 ms"; beyond four "35.20 to 41.90 ms (6)".

    One that is missing is "—". A unit that all share is written once.
    """
    known = [value for value in values if value is not None]
    if len(values) > _LISTED:
        ends = _shared_unit([span_us(min(known)), span_us(max(known))], " to ") if known else "—"
        return f"{ends} ({len(known)})"
    return _shared_unit(["—" if value is None else span_us(value) for value in values], " / ")


def _shared_unit(texts: Sequence[str], between: str) -> str:
    units = {text.partition(" ")[2] for text in texts} - {""}
    if len(units) != 1:
        return between.join(texts)
    (unit,) = units
    return f"{between.join(text.partition(' ')[0] for text in texts)} {unit}"


def span_s(seconds: float) -> str:
    """Write a duration given in seconds: "0.3 s", "12.4 s", "2 min 05 s"."""
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def size_bytes(size: int) -> str:
    """Write a size in bytes with a binary unit."""
    if size < 1024:
        return f"{size} B"
    if size < 1 << 20:
        return f"{size / 1024:.1f} KiB"
    return f"{size / (1 << 20):.1f} MiB"


def ranges(numbers: Iterable[int], limit: int = 20) -> str:
    """Write ascending integers shortly: "1–3, 7, 9–12"; beyond ``limit`` spans they end in "…"."""
    written = [str(a) if a == b else f"{a}–{b}" for a, b in spans(numbers)]
    return ", ".join(written[:limit] + ["…"] * (len(written) > limit))


def spans(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Gather ascending integers into spans of first and last."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return tuple(found)


def eapol_counts(item: AssociationResult) -> str:
    """Write which EAPOL messages were on the air: "M1 M2 M3 M4", "Start EAP×12", "no EAPOL"."""
    known = [name for name in _EAPOL if item.messages.get(name)]
    others = sorted(name for name in item.messages if name not in _EAPOL and item.messages[name])
    counted = ((_SHORT.get(name, name), item.messages[name]) for name in known + others)
    return clean(" ".join(name if n == 1 else f"{name}×{n}" for name, n in counted)) or "no EAPOL"


def figure_spans(item: AssociationResult, name: str) -> str:
    """Write a timing figure of every handshake of an association; "" if none has it."""
    values = [
        one.timing_us.get(name)
        for one in item.handshakes
        if name in one.timing_us or not one.renewal
    ]
    return spans_us(values) if any(value is not None for value in values) else ""


def echo_counts(item: AssociationResult) -> str:
    """Write answered of sent echoes: "3/3", "0/3", "—"; "(plain)" if not protected."""
    if item.echo is None:
        return "—"
    text = f"{item.echo.answered}/{item.echo.sent}"
    return text if item.echo.protected or not item.echo.answered else f"{text} (plain)"


def describe_fault(fault: LabFaultResult) -> str:
    """Say a lab fault in one line: what broke, what was awaited, how long, the last state.

    What the message says already is not said again.
    """
    parts = [fault.message]
    if fault.awaited and fault.awaited not in fault.message:
        waited = "" if fault.waited_s is None else f" for {fault.waited_s:.1f} s"
        parts.append(f"waited{waited} for {fault.awaited}")
    if fault.last_state and fault.last_state not in fault.message:
        parts.append(f"last state: {fault.last_state}")
    return "; ".join(parts)
