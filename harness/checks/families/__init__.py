# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules themselves, a module for each family or part of one."""

# Importing a module registers its rules; the order here is the order of reports.
from harness.checks.families import life  # noqa: I001, F401
from harness.checks.families import life_end  # noqa: F401
from harness.checks.families import adapter  # noqa: F401
from harness.checks.families import adapter_end  # noqa: F401
from harness.checks.families import preassociation  # noqa: F401
from harness.checks.families import preassociation_work  # noqa: F401
from harness.checks.families import invalid_profile  # noqa: F401
from harness.checks.families import late  # noqa: F401
from harness.checks.families import packets  # noqa: F401
from harness.checks.families import permissions  # noqa: F401
from harness.checks.families import ethertypes  # noqa: F401
from harness.checks.families import receiving  # noqa: F401
from harness.checks.families import backlog  # noqa: F401
from harness.checks.families import sends  # noqa: F401
from harness.checks.families import postassociation  # noqa: F401
from harness.checks.families import parameters  # noqa: F401
from harness.checks.families import postassociation_os  # noqa: F401
from harness.checks.families import postassociation_work  # noqa: F401
from harness.checks.families import stop_reset  # noqa: F401
from harness.checks.families import aftermath  # noqa: F401
from harness.checks.families import onex  # noqa: F401
from harness.checks.families import onex_packets  # noqa: F401
from harness.checks.families import onex_os  # noqa: F401
from harness.checks.families import keys  # noqa: F401
from harness.checks.families import key_forms  # noqa: F401
from harness.checks.families import key_ids  # noqa: F401
from harness.checks.families import ui  # noqa: F401
from harness.checks.families import memory  # noqa: F401
from harness.checks.families import other_handlers  # noqa: F401
from harness.checks.families import host  # noqa: F401
from harness.checks.families import host_end  # noqa: F401
from harness.checks.families import expectation  # noqa: F401
from harness.checks.families import ordered  # noqa: F401
