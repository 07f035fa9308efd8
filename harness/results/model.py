# SPDX-License-Identifier: GPL-2.0-or-later
"""``result.json``: what one run found out, as pydantic models (schema 3).

The file is the interface to everything outside: boards, comparisons, scripts. Names and units are
fixed by the JSON schema shipped beside this module (``result.schema.json``). Reading is strict: an
unknown or missing field is an error that names the field.

Every number says its unit in its name: ``_us`` microseconds, ``_ns`` nanoseconds, ``_s`` seconds.
``at_ns`` is on the guest's clock, the one QueryPerformanceCounter reads.

The models of findings and of undecided rules read the attributes of the checks' own dataclasses:
``FindingResult.model_validate(finding)`` takes a ``harness.checks`` finding as it is.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from harness.config.lab import GuestKind
from harness.results.verdict import Verdict

SCHEMA: Final = 3
"""Number of the result.json schema this version writes; it reads all up to it.

2 adds ``handshakes`` to each association. Schema 1 knew the figures of one handshake only.
3 adds the handshakes that renew keys, the air's figures beside the station's, the number of
``sessions``, how a connection was ``lost``, and ``damage`` and ``missing``: what is wrong with the
evidence itself; ``completions`` counts over all sessions.
"""

Count = Annotated[int, Field(ge=0)]
Span = tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]
Micros = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Model(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, from_attributes=True, populate_by_name=True
    )


class FindingResult(_Model):
    """A rule that was broken: which one, how badly, when (guest clock), by which records.

    FAIL blames the driver, MISS the lab (the OS side broke a rule of its own), WARN nobody.
    """

    rule: str
    severity: Literal["FAIL", "WARN", "MISS"]
    message: str
    at_ns: int | None = None
    association: int | None = None
    evidence: tuple[int, ...] = Field(default=(), description="seq of IHV trace records")
    process: Count = Field(default=0, description="process of the trace those seq belong to")
    override: str | None = Field(
        default=None, description="why lab.toml gives it another severity than the rule's"
    )


class UndecidedResult(_Model):
    """A rule that could not be decided, and why; ``association`` is None for the whole run."""

    rule: str
    reason: str
    association: int | None = None


class WaivedResult(_Model):
    """A finding that lab.toml waives: on record with the reason, but without a say."""

    finding: FindingResult
    reason: str
    expires: date = Field(description="last day of the waiver")


class RulesResult(_Model):
    """Which rules were applied, which could not be decided, and what lab.toml made of them."""

    checked: tuple[str, ...] = ()
    held: dict[str, tuple[Span, ...]] = Field(
        default_factory=dict,
        description="rule → first and last index of associations that put it to the test and kept "
        "it; a rule of the service or the adapter as a whole has none",
    )
    undecided: tuple[UndecidedResult, ...] = ()
    waived: tuple[WaivedResult, ...] = ()
    notes: tuple[str, ...] = Field(default=(), description="overrides that no longer apply")


class DamageResult(_Model):
    """Something is wrong with the evidence itself. Nobody is blamed for it."""

    kind: str = Field(description="what kind of damage, in words")
    message: str = Field(description="what exactly")
    missing: bool = Field(description="evidence was lost by it")
    line: Count = Field(default=0, description="of the file concerned; 0: no single one")


class LabFaultResult(_Model):
    """The lab broke: what was waited for, for how long, and what was seen last."""

    message: str = Field(description="one line: what broke")
    awaited: str | None = None
    waited_s: float | None = Field(default=None, ge=0)
    last_state: str | None = None
    hint: str | None = Field(default=None, description="what a person can do about it")


class PostAssociation(_Model):
    """What the driver did in the post-association phase of one association.

    The codes are those of its last session; with several adapters of the last of one that failed,
    if there is one. The counts are over all sessions of all adapters.
    """

    called: bool = False
    return_code: int | None = Field(default=None, description="Win32; null: never returned")
    sessions: Count | None = Field(
        default=None, description="PerformPostAssociate calls; null: not counted (schema 2)"
    )
    completions: Count = Field(
        default=0, description="PostAssociateCompletion calls, those of no known session included"
    )
    win32_error: int | None = None
    reason_code: int | None = None
    asynchronous: bool | None = Field(
        default=None, description="completed outside the handler; null: never completed"
    )


class EchoResult(_Model):
    """Data after the handshake: echoes sent by the access point and answers it got."""

    sent: Count
    answered: Count
    arp: bool = Field(description="the station answered ARP")
    protected: bool = Field(description="every answer was protected")
    rtt_us: tuple[Micros, ...] = ()


class HandshakeResult(_Model):
    """How long things took in one key handshake of a station.

    A figure missing from ``timing_us`` could not be measured. ``timing_uncertainty_us`` has an
    entry for each figure that spans two clocks: the true value lies within plus or minus that.
    """

    station: str | None = Field(default=None, description="its address; null: not known")
    access_point: str | None = Field(default=None, description="the BSSID; null: not known")
    session: str | None = Field(
        default=None, description="hSecuritySessionID, as the trace has it; null: not known"
    )
    kind: Literal["4-way", "group"] = "4-way"
    renewal: Count = Field(
        default=0,
        description="0: the one the session began with; else a later one of its kind, from 1",
    )
    retries: dict[str, Count] = Field(default_factory=lambda: {"m1": 0, "m3": 0})
    timing_us: dict[str, float] = Field(default_factory=dict)
    timing_uncertainty_us: dict[str, Micros] = Field(default_factory=dict)


class AssociationResult(_Model):
    """One association: verdict, findings, what the handler did, how long things took.

    Each station and security session has a handshake, and more that renew its keys. ``timing_us``
    and ``timing_uncertainty_us`` of the association are those of the first one; ``retries`` counts
    over all of them.
    """

    index: Annotated[int, Field(ge=1)]
    verdict: Verdict
    findings: tuple[FindingResult, ...] = ()
    connected: bool | None = Field(
        default=None,
        description="the port became authorized, with several adapters every one's, and the "
        "connection lasted until the scenario ended it",
    )
    lost: str | None = Field(
        default=None, description="how a connection that stood was lost before its end was due"
    )
    post_association: PostAssociation = PostAssociation()
    messages: dict[str, Count] = Field(
        default_factory=dict, description="EAPOL messages on the air, retransmissions included"
    )
    retries: dict[str, Count] = Field(default_factory=lambda: {"m1": 0, "m3": 0})
    echo: EchoResult | None = None
    timing_us: dict[str, float] = Field(default_factory=dict)
    timing_uncertainty_us: dict[str, Micros] = Field(default_factory=dict)
    handshakes: tuple[HandshakeResult, ...] = Field(
        default=(),
        description="several where there are several adapters, the station roams, or keys are "
        "renewed",
    )
    duration_s: float | None = Field(default=None, ge=0)
    lab_fault: LabFaultResult | None = None
    error: str | None = Field(default=None, description="why the test could not be carried out")
    missing: tuple[str, ...] = Field(
        default=(), description="evidence that is missing, and what could not be decided for it"
    )

    @model_validator(mode="before")
    @classmethod
    def _only_handshake(cls, data: Any) -> Any:
        """Take an association of schema 1, which has figures and no handshakes, for what it was."""
        if isinstance(data, dict) and data.get("timing_us") and "handshakes" not in data:
            figures = ("timing_us", "timing_uncertainty_us", "retries")
            return data | {"handshakes": ({key: data[key] for key in figures if key in data},)}
        return data


class TimingSummary(_Model):
    """Distribution of one figure over the handshakes that have it, in microseconds."""

    n: Annotated[int, Field(ge=1)]
    min: float
    p50: float
    p95: float
    p99: float
    max: float


class Environment(_Model):
    """Fingerprint of where the run took place; figures compare within equal fingerprints only."""

    dll_path: str | None = None
    dll_sha256: str | None = None
    dll_companions: dict[str, str] = Field(
        default_factory=dict, description="files put beside the DLL, with their SHA-256"
    )
    guest_build: str | None = None
    qemu: str | None = None
    accelerator: str | None = None
    accelerator_reason: str | None = None
    kernel: str | None = Field(default=None, description="of the host")
    host_cpu: str | None = None
    host_cpus: int | None = Field(default=None, ge=1)
    clock_uncertainty_us: float | None = Field(
        default=None, ge=0, description="of guest clock against air clock, at its best"
    )
    versions: dict[str, str] = Field(default_factory=dict)
    other: dict[str, str] = Field(default_factory=dict)


class AirSummary(_Model):
    """What the scenario asked of the air, as resolved. Never the passphrase."""

    ssid: str
    bssid: str | None = None
    channel: int
    security: str
    rules: tuple[str, ...] = Field(default=(), description="one phrase per [[air]] rule")
    orders: tuple[str, ...] = Field(default=(), description="one phrase per [[ap]] order")
    usb: tuple[str, ...] = Field(default=(), description="one phrase per [[usb]] order")


class Stage(_Model):
    """A stage of the run (image, boot, associations) and how long it took."""

    name: str
    duration_s: Annotated[float, Field(ge=0)]


class EvidenceFile(_Model):
    """A file kept in the run directory; ``secret`` means it holds keys of the test network."""

    path: str = Field(description="relative to the run directory")
    description: str
    size_bytes: int | None = Field(default=None, ge=0)
    secret: bool = False


def _read_as(schema: Any) -> Any:
    """The schema a document is in once it was read: an older one is taken for what it means."""
    return SCHEMA if schema in (1, 2) else schema


class RunResult(_Model):
    """Everything one run found out: the content of ``result.json``."""

    schema_version: Annotated[Literal[3], BeforeValidator(_read_as)] = Field(
        default=SCHEMA, alias="schema"
    )
    verdict: Verdict
    reason: str = Field(default="", description="the verdict in one sentence")
    scenario: str
    scenario_description: str = ""
    guest: GuestKind
    run_id: str
    started_at: datetime
    duration_s: Annotated[float, Field(ge=0)]
    beyond_documents: bool = Field(
        default=False, description="a stress scenario: no document says that the OS does this"
    )
    orders: tuple[str, ...] = Field(default=(), description="one phrase per [[os]] order")
    command: str = Field(description="one line that runs it again")
    fault: str | None = Field(default=None, description="fault asked of the sample driver")
    requested_associations: Count
    environment: Environment = Environment()
    air: AirSummary | None = None
    associations: tuple[AssociationResult, ...] = ()
    timing_summary_us: dict[str, TimingSummary] = Field(default_factory=dict)
    rules: RulesResult = RulesResult()
    findings: tuple[FindingResult, ...] = Field(
        default=(), description="of the run as a whole: load, service, adapter"
    )
    lab_faults: tuple[LabFaultResult, ...] = ()
    errors: tuple[str, ...] = Field(default=(), description="why the test could not be carried out")
    missing: tuple[str, ...] = Field(
        default=(), description="evidence that is missing from no single association"
    )
    damage: tuple[DamageResult, ...] = Field(
        default=(), description="all that is wrong with the evidence itself"
    )
    stages: tuple[Stage, ...] = ()
    evidence: tuple[EvidenceFile, ...] = ()

    @property
    def all_findings(self) -> tuple[FindingResult, ...]:
        """The findings of the run as a whole, then those of each association."""
        own = tuple(finding for item in self.associations for finding in item.findings)
        return self.findings + own

    @property
    def all_lab_faults(self) -> tuple[LabFaultResult, ...]:
        """The lab faults of the run as a whole, then those of its associations."""
        own = tuple(item.lab_fault for item in self.associations if item.lab_fault)
        return self.lab_faults + own

    def to_json(self) -> str:
        """Return the text of ``result.json``, by its JSON schema, with a final newline."""
        return self.model_dump_json(by_alias=True, indent=1) + "\n"


def json_schema() -> dict[str, Any]:
    """Return the JSON schema of ``result.json`` (draft 2020-12), built from the models."""
    schema = RunResult.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
