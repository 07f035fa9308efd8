# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory of the framework as one process used it: allocated, freed and handed on.

Sources: I:dot11ext_allocate_buffer, I:dot11ext_free_buffer,
I:dot11ext_get_profile_custom_user_data.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from harness.checks.case import Case
from harness.checks.codes import hexed
from harness.checks.outcomes import Outcomes
from harness.evidence import fields, names
from harness.evidence.calls import Call, Process
from harness.evidence.regions import regions

_LISTED: Final = frozenset({
    "pIhvDiscoveryProfiles", "pszXmlFragmentIhvConnectivity", "pszXmlFragmentIhvSecurity",
})  # fmt: skip
_INNER: Final = _LISTED | {"pvUIRequest", "pAttribs", "pValue"}
SEPARATE: Final = _LISTED | {"ppIhvUIRequest", "pEapAttributes"}
"""Members the documents say are allocated each by itself; others may lie inside such a buffer."""


@dataclass(frozen=True, slots=True)
class Handover:
    """A buffer that passed to the OS: returned by a handler, or given to StartOneX.

    ``name`` is the member that pointed to it; ``allocated`` that AllocateBuffer gave it.
    """

    call: Call
    name: str
    address: int
    allocated: bool


@dataclass(frozen=True, slots=True)
class Release:
    """A FreeBuffer, with what the address was: live, freed before, handed on, anyone's, or never
    seen."""

    call: Call
    address: int
    was: str


@dataclass(slots=True)
class Buffers:
    """What became of the buffers that AllocateBuffer and its like gave to one process."""

    live: dict[int, Call] = field(default_factory=dict)
    """Still the DLL's at the end, by address, with the call they came from."""
    releases: list[Release] = field(default_factory=list)
    handovers: list[Handover] = field(default_factory=list)


def track_buffers(process: Process) -> Buffers:
    """Walk through the process's buffers in order of the moments they change hands."""
    buffers = Buffers()
    gone: dict[int, str] = {}
    for _, step, call in sorted(_steps(process), key=lambda item: item[0]):
        if step == "gain":
            address = fields.stored(call.out, "ppvBuffer", "ppvData")
            if address:
                buffers.live[address] = call
                gone.pop(address, None)
        elif step == "release":
            address = fields.handle(call.args, "pvMemory")
            if address:
                was = "live" if address in buffers.live else gone.get(address, "never seen")
                buffers.releases.append(Release(call, address, was))
                buffers.live.pop(address, None)
                gone[address] = "freed before"
        elif step == "refusal":
            for _, address in handed_on(call):
                if buffers.live.pop(address, None) is not None:
                    gone[address] = "anyone's"
        else:
            for name, address in handed_on(call):
                allocated = buffers.live.pop(address, None) is not None
                if allocated or name in SEPARATE:
                    buffers.handovers.append(Handover(call, name, address, allocated))
                    gone[address] = "handed on"
    return buffers


def handed_on(call: Call) -> Iterator[tuple[str, int]]:
    """The pointers a call hands on, by member: the outer one, then those inside of it."""
    if call.function == names.START_ONEX:
        outer, source = "pEapAttributes", call.args
        address = fields.handle(source, outer)
    else:
        outer, source = "ppIhvUIRequest", call.out
        address = fields.stored(source, outer)
    if address:
        yield outer, address
    for region in regions(source):
        name = region.name.rpartition(".")[2]
        if name in _INNER:
            yield name, region.address


def inner_addresses_shown(call: Call) -> bool:
    """The trace has the addresses inside, too: traces of older recorders had the outer one."""
    if call.function == names.START_ONEX:
        given = call.args.get("pEapAttributes")
        return given in (None, "0x0") or isinstance(given, Mapping)
    inner = "pIhvUIRequest" if call.function == names.QUERY_UI else "pIhvDiscoveryProfileList"
    return "address" in (fields.mapping(call.out, inner) or {})


def allocated_when_handed_on(
    case: Case, function: str, what: str, members: Collection[str]
) -> Outcomes:
    """Whether what a function hands to the OS in these members came from AllocateBuffer.

    ``what`` begins the message of a breach, such as "StartOneX was given".
    """
    for process in case.segments.processes:
        for item in track_buffers(process).handovers:
            if item.call.function != function or item.name not in members:
                continue
            lost = case.losses.lost_before(item.call)
            if item.allocated:
                yield case.held(item.call)
            elif lost:
                yield case.unknown(lost, item.call)
            else:
                yield case.breach(
                    f"{what} {hexed(item.address)}, which is no buffer of AllocateBuffer",
                    item.call,
                )


def _steps(process: Process) -> Iterator[tuple[tuple[int, int], str, Call]]:
    """Gains and answers count from the return, releases and gifts from the entry.

    Of a gift that is refused no document says whose it is then: the DLL may free it or not.
    """
    for call in process.calls:
        at = (call.returned.t_ns, call.returned.seq) if call.returned else call.key
        match call.function:
            case names.ALLOCATE_BUFFER | names.GET_USER_DATA if call.succeeded:
                yield at, "gain", call
            case names.FREE_BUFFER:
                yield call.key, "release", call
            case names.QUERY_UI | names.DISCOVERY_PROFILES if call.succeeded:
                yield at, "handover", call
            case names.START_ONEX if call.succeeded:
                yield call.key, "handover", call
            case names.START_ONEX if call.returned is not None:
                yield at, "refusal", call
            case _:
                pass
