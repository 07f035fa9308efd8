# SPDX-License-Identifier: GPL-2.0-or-later
"""What cannot be used of a wanted run is told before anything starts."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest

from harness.config.lab import Lab
from harness.errors import Unfit, UsageError
from harness.faults import FAULTS
from harness.run import planning
from harness.run.vendor import CommandLineDll
from harness.scenarios import find_scenario

THIRD = """name = "third"
summary = "The third one is refused."

[[air]]
message = "assoc-req"
action = "refuse"
status = 53
association = 3
"""


def test_only_the_reference_guest_obeys_orders() -> None:
    """Told before anything starts."""
    planning._check_guest(find_scenario("plain"), "windows")
    planning._check_guest(find_scenario("reset-post-pending"), "reference")
    with pytest.raises(UsageError, match="only the reference guest obeys orders"):
        planning._check_guest(find_scenario("reset-post-pending"), "windows")


def test_a_port_that_qemu_has_no_device_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what is there and how to come by another; the usual port asks nothing of QEMU."""
    lab = Lab.model_validate({"air": {"port": "vhost_user"}})
    monkeypatch.setattr(planning, "vhost_user_misfit", lambda: None)
    planning._check_port(lab)
    monkeypatch.setattr(planning, "vhost_user_misfit", lambda: "QEMU 7.2.22: too old")
    planning._check_port(Lab())
    with pytest.raises(UsageError, match=r"port = 'vhost_user': QEMU 7\.2\.22") as refused:
        planning._check_port(lab)
    assert "trixie-backports" in refused.value.hint


def test_a_usb_radio_takes_no_other_port() -> None:
    """Told before anything starts; it is so for every scenario, none is skipped for it."""
    planning._check_port(Lab.model_validate({"guest": {"radio": "rtl8187l"}}))
    wrong = {"guest": {"radio": "rtl8187l"}, "air": {"port": "vhost_user"}}
    with pytest.raises(UsageError, match="take no port vhost_user") as refused:
        planning._check_port(Lab.model_validate(wrong))
    assert not isinstance(refused.value, Unfit)


def test_what_another_scenario_could_be_run_with_is_told_apart() -> None:
    """The radio, the guest and the fault may each be right for others."""
    plain, lab = find_scenario("plain"), Lab.model_validate({"guest": {"radio": "rtl8187l"}})
    planning.check_fits(plain, lab, FAULTS["never-completes"])
    two = plain.model_copy(update={"adapters": 2})
    with pytest.raises(Unfit, match="plain cannot be run with the radio rtl8187l: 2 adapters"):
        planning.check_fits(two, lab)
    whole = find_scenario("eap-whole-profile")
    with pytest.raises(Unfit, match="with --fault never-completes: the profile is all its own"):
        planning.check_fits(whole, Lab(), FAULTS["never-completes"])


def test_a_profile_that_other_scenarios_could_be_run_with(tmp_path: Path) -> None:
    """What lab.toml's [dll] says goes with an 802.1X network alone; a fault needs our sample."""
    lab = Lab.model_validate({"dll": {"use_ms_onex": True}})
    given = CommandLineDll()
    assert planning.plan_run(lab, "eap-tls", given=given, command="").scenario.ihv.use_ms_onex
    with pytest.raises(Unfit, match=r"plain cannot be run with lab\.toml \[dll\]: .*wants \[eap\]"):
        planning.plan_run(lab, "plain", given=given, command="")
    own = CommandLineDll(tmp_path / "vendor.dll")
    with pytest.raises(UsageError, match="only our sample DLL can be told") as refused:
        planning.plan_run(Lab(), "plain", fault="never-completes", given=own, command="")
    assert not isinstance(refused.value, Unfit)


def test_associations_that_the_scenario_names_are_wanted(tmp_path: Path) -> None:
    """A rule for the third of two would try nothing: told before anything starts."""
    file = tmp_path / "third.toml"
    file.write_text(THIRD)
    plan = planning.plan_run(
        Lab(), str(file), associations=3, given=CommandLineDll(), command="hil"
    )
    assert plan.scenario.associations == 3
    with pytest.raises(Unfit, match=r"associations = 2: .* wants 3") as refused:
        planning.plan_run(Lab(), str(file), associations=2, given=CommandLineDll(), command="hil")
    assert "-n 3" in refused.value.hint


def test_what_a_scenario_expects_besides_its_exceptions_is_tried() -> None:
    """With the refused association alone the connection behind it would pass untried."""
    asked = partial(
        planning.plan_run, Lab(), "assoc-refused-once", given=CommandLineDll(), command="hil"
    )
    assert asked(associations=2).scenario.associations == 2
    with pytest.raises(Unfit, match=r"associations = 1: .* wants 2") as refused:
        asked(associations=1)
    assert "-n 2" in refused.value.hint


def test_a_fault_is_tried_in_all_that_a_scenario_names(tmp_path: Path) -> None:
    """Its usual number of associations is enlarged: nobody has asked for so few."""
    file = tmp_path / "fifth.toml"
    file.write_text(THIRD.replace("association = 3", "association = 5"))
    plan = planning.plan_run(
        Lab(), str(file), fault="never-completes", given=CommandLineDll(), command="hil"
    )
    assert plan.scenario.associations == 5


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ("reset-post-pending", "only the reference guest obeys orders"),
        ("eap-peap", "802.1X"),
        ("isolated-media", "2 adapters: it has 1"),
    ],
)
def test_what_a_windows_guest_cannot_do_is_refused_beforehand(scenario: str, said: str) -> None:
    """A rehearsal is spoken to as Windows is."""
    lab = Lab.model_validate({"guest": {"kind": "windows", "image": "rehearsal"}})
    with pytest.raises(UsageError, match=re.escape(said)):
        planning.plan_run(lab, scenario, given=CommandLineDll(), command="x")
