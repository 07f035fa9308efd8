# SPDX-License-Identifier: GPL-2.0-or-later
"""A newcomer's mistakes: each is one line with the fix and exit 2, and nothing is started."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field

import pytest

from tests.unit.command import Command

SCENARIO = 'name = "x"\nsummary = "y"\n'
JARGON = re.compile(r"Input should|Value error|valid (integer|string|tuple)|pydantic|Traceback")
"""Words of the libraries beneath, which say nothing to a person."""

WAIVER = '[[rules]]\nid = "POST-05"\nseverity = "off"\n'


@dataclass(frozen=True)
class Mistake:
    """What was typed, what the line must say of the error and its fix, and the files there."""

    typed: str
    words: tuple[str, ...]
    files: dict[str, str] = field(default_factory=dict)


def lab(text: str, *words: str) -> Mistake:
    """A mistake in lab.toml."""
    return Mistake("run", ("lab.toml", *words), {"lab.toml": text})


def scenario(text: str, *words: str) -> Mistake:
    """A mistake in a scenario file."""
    return Mistake("run my.toml", ("my.toml", *words), {"my.toml": text})


MISTAKES: dict[str, Mistake] = {
    # the command itself
    "a command misspelt": Mistake("rnu", ("rnu", "'run'")),
    "a command in capitals": Mistake("Run", ("'run'",)),
    "an option misspelt": Mistake("run --asociations 3", ("--asociations", "--associations")),
    "an option of another command": Mistake("run --report x", ("--report", "./hil run --help")),
    "an option without its value": Mistake("run --dll", ("--dll", "argument", "--help")),
    "a pattern that fits nothing": Mistake("run plain m9-*", ("m9-*", "hil scenarios")),
    "one of several that is none": Mistake("run plain m4-lots", ("m4-lots", "m4-lost")),
    "a number that is none": Mistake("run -n many", ("--associations", "whole number")),
    "no associations": Mistake("run -n 0", ("--associations 0", "1 to 100000")),
    "too many associations": Mistake("run -n 100001", ("--associations 100001", "1 to 100000")),
    "nothing to measure": Mistake("bench -n 0", ("--associations", "wanted 1 or more")),
    "a soak of less than nothing": Mistake("bench --soak=-5", ("--soak", "wanted 0 or more")),
    "a variable that was not set": Mistake("run ''", ("empty", "variable")),
    "an option whose variable was not set": Mistake("run --fault=", ("--fault is empty",)),
    "an option with an empty value": Mistake("run --dll ''", ("--dll is empty",)),
    "a shell nobody knows": Mistake("completion tcsh", ("tcsh", "bash", "zsh", "fish")),
    "the tests, without a clone": Mistake("test", ("clone", "./hil test")),
    # names
    "a scenario misspelt": Mistake("run m4lost", ("'m4lost'", "did you mean m4-lost?")),
    "a scenario nobody knows": Mistake("run everything", ("'everything'", "./hil scenarios`")),
    "a scenario file that is not there": Mistake("run ./no.toml", ("no.toml", "No such file")),
    "a scenario file of another name": Mistake(
        "run my.txt", ("my.txt", ".toml", "name"), {"my.txt": SCENARIO}
    ),
    "a fault in a scenario's place": Mistake("run crashes", ("a fault", "--fault crashes")),
    "a fault misspelt": Mistake(
        "run --fault never-complete", ("'never-complete'", "did you mean never-completes?")
    ),
    "a fault nobody knows": Mistake("run --fault explodes", ("'explodes'", "./hil faults`")),
    "a rule misspelt": Mistake("rules POST5", ("POST5", "did you mean POST-05?")),
    "a rule nobody knows": Mistake("rules 802.1X", ("802.1X", "./hil rules`")),
    "no run to judge": Mistake("judge", ("Missing argument", "./hil judge --help")),
    "a run that is not there": Mistake("judge runs/latest", ("runs/latest", "run directory")),
    "a folder that is no run": Mistake(
        "judge here", ("here: has neither", "run directory"), {"here/x": ""}
    ),
    "a report over a file": Mistake(
        "judge here --report r", ("--report r", "is a file, not a folder"), {"r": ""}
    ),
    # the vendor's files
    "a DLL that is not there": Mistake("run --dll no.dll", ("--dll no.dll", "No such file")),
    "a DLL that is a folder": Mistake("run --dll d", ("--dll d", "directory"), {"d/x": ""}),
    "a DLL that is text": Mistake("run --dll t.dll", ("not a Windows PE", "INF"), {"t.dll": "x"}),
    "an empty DLL": Mistake("run --dll e.dll", ("not a Windows PE", "INF"), {"e.dll": ""}),
    "a Linux library": Mistake("run --dll l.so", ("an ELF file", "INF"), {"l.so": "\x7fELF" * 60}),
    "helpers without a DLL": Mistake("run --with h.dll", ("--with h.dll", "--dll"), {"h.dll": ""}),
    "a fault of one's own DLL": Mistake(
        "run --fault crashes --dll x.dll", ("--fault crashes", "leave out --dll")
    ),
    "a profile that is not there": Mistake("run --profile p.xml", ("--profile p.xml", "XML file")),
    "a profile of something else": Mistake(
        "run --profile p.xml", ("--profile p.xml", "WLANProfile"), {"p.xml": "<profile/>"}
    ),
    # lab.toml
    "a lab.toml that is not there": Mistake("run --lab no.toml", ("no.toml", "./hil init`")),
    "a lab.toml that is a folder": Mistake("run --lab d", ("Is a directory",), {"d/x": ""}),
    "a lab.toml that is no TOML": lab("[guest\n", "not valid TOML", "line 1"),
    "a table misspelt": lab("[gest]\n", "gest", "did you mean guest?", "./hil init`"),
    "a key misspelt": lab("[limits]\nboot = 3\n", "limits.boot", "boot_s"),
    "text for a number": lab('[limits]\nboot_s = "soon"\n', "= 'soon'", "wanted a number"),
    "a fraction of a MiB": lab("[guest]\nmemory_mib = 512.5\n", "= 512.5", "wanted a whole number"),
    "too little memory": lab("[guest]\nmemory_mib = 1\n", "guest.memory_mib = 1", "384 or more"),
    "an accelerator misspelt": lab('[guest]\naccel = "KVM"\n', "'auto'", "did you mean kvm?"),
    "a wait without end": lab("[limits]\nboot_s = inf\n", "limits.boot_s", "3600 or less"),
    "a table twice over": lab("[[guest]]\nmemory_mib = 512\n", "wanted one table [guest]"),
    "a waiver without a reason": lab(
        WAIVER + "expires = 2027-01-31\n", "rules.0.reason", "is missing"
    ),
    "a waiver without an end": lab(WAIVER + 'reason = "known"\n', "POST-05", "needs expires"),
    "a date that is none": lab(
        WAIVER + 'reason = "known"\nexpires = "soon"\n', "= 'soon'", "a date such as 2027-01-31"
    ),
    "a waiver of an unknown rule": lab(
        '[[rules]]\nid = "POST-5"\nseverity = "warn"\nreason = "x"\n', "did you mean POST-05?"
    ),
    # scenarios
    "a scenario without a summary": scenario('name = "x"\n', "summary", "missing"),
    "a name with blanks": scenario(
        'name = "My Test"\nsummary = "y"\n', "'My Test'", "lower-case letters, digits and hyphens"
    ),
    "one bracket too few": scenario(
        SCENARIO + '[air]\nmessage = "M3"\naction = "drop"\n', "[[air]] with two brackets"
    ),
    "a message nobody knows": scenario(
        SCENARIO + '[[air]]\nmessage = "M5"\naction = "drop"\n', "= 'M5'", "wanted 'beacon'", "'M4'"
    ),
    "a key of a rule misspelt": scenario(
        SCENARIO + '[[air]]\nmesage = "M1"\naction = "drop"\n', "air.0.mesage", "mean message?"
    ),
    "a delay that says not how long": scenario(
        SCENARIO + '[[air]]\nmessage = "M1"\naction = "delay"\n', "wants 'delay_ms'"
    ),
    "a handler misspelt": scenario(
        SCENARIO + '[[os]]\non = "PerformPostAssociate"\ndo = "reset"\n',
        "did you mean Dot11ExtIhvPerformPostAssociate?",
    ),
    "a passphrase too short": scenario(
        SCENARIO + '[network]\npassphrase = "seven77"\n', "network.passphrase", "8 to 63"
    ),
    "a passphrase too long": scenario(
        SCENARIO + f'[network]\npassphrase = "{"x" * 64}"\n', "64 characters", "8 to 63"
    ),
    "an SSID too long": scenario(
        SCENARIO + f'[network]\nssid = "{"x" * 33}"\n', "33 bytes", "1 to 32"
    ),
    "a fragment that is no XML": scenario(
        SCENARIO + "[ihv]\nsecurity = '<IhvSecurity>'\n", "ihv.security"
    ),
    "802.1X without its section": scenario(
        SCENARIO + '[network]\nsecurity = "wpa2-eap"\n', "wants an [eap] section"
    ),
    # hil init
    "files that are there already": Mistake(
        "init", ("lab.toml", "nothing is overwritten", "another folder"), {"lab.toml": "[guest]\n"}
    ),
    "a folder that is a file": Mistake("init f", ("f is a file, not a folder",), {"f": ""}),
}  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting a process fails the test: no guest, no build."""

    def start(self: object, argv: object, **_: object) -> None:
        raise AssertionError(f"started {argv}")

    monkeypatch.setattr(subprocess.Popen, "__init__", start)


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_one_line_with_the_fix(hil: Command, mistake: Mistake) -> None:
    """What is wrong, and what to do; exit 2; in plain words; no secret; nothing left behind."""
    for name, content in mistake.files.items():
        (hil.folder / name).parent.mkdir(exist_ok=True)
        (hil.folder / name).write_text(content)
    before = sorted(hil.folder.rglob("*"))
    said = hil(*("" if word == "''" else word for word in mistake.typed.split()))
    assert said.code == 2, said
    labels = [line.partition(":")[0] for line in said.err.splitlines()]
    assert labels in (["error"], ["error", "hint"]), said.err
    assert [word for word in mistake.words if word not in said.err] == [], said.err
    assert JARGON.search(said.err) is None, said.err
    assert "seven77" not in said.err
    assert said.out == ""
    assert sorted(hil.folder.rglob("*")) == before


def test_there_are_thirty_and_more() -> None:
    """What new users were seen to do."""
    assert len(MISTAKES) >= 30
