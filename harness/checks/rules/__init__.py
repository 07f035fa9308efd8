# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules themselves. Each file has the prefix of one family in its name and only its rules."""

# Importing a module registers its rules. They are applied, and reported on, in this order.
from harness.checks.rules import life_service  # noqa: I001, F401
from harness.checks.rules import life_end  # noqa: F401
from harness.checks.rules import adpt_handles  # noqa: F401
from harness.checks.rules import adpt_end  # noqa: F401
from harness.checks.rules import pre_completion  # noqa: F401
from harness.checks.rules import pre_work  # noqa: F401
from harness.checks.rules import pre_invalid_profile  # noqa: F401
from harness.checks.rules import pre_buffers  # noqa: F401
from harness.checks.rules import eth_registration  # noqa: F401
from harness.checks.rules import tx_packets  # noqa: F401
from harness.checks.rules import adpt_permissions  # noqa: F401
from harness.checks.rules import pre_permissions  # noqa: F401
from harness.checks.rules import ui_permissions  # noqa: F401
from harness.checks.rules import eth_lists  # noqa: F401
from harness.checks.rules import rx_packets  # noqa: F401
from harness.checks.rules import eth_backlog  # noqa: F401
from harness.checks.rules import tx_moments  # noqa: F401
from harness.checks.rules import post_completion  # noqa: F401
from harness.checks.rules import post_session  # noqa: F401
from harness.checks.rules import post_parameters  # noqa: F401
from harness.checks.rules import post_os  # noqa: F401
from harness.checks.rules import post_work  # noqa: F401
from harness.checks.rules import stop_session  # noqa: F401
from harness.checks.rules import rst_connections  # noqa: F401
from harness.checks.rules import stop_after  # noqa: F401
from harness.checks.rules import rst_after  # noqa: F401
from harness.checks.rules import onex_calls  # noqa: F401
from harness.checks.rules import onex_packets  # noqa: F401
from harness.checks.rules import onex_os  # noqa: F401
from harness.checks.rules import key_material  # noqa: F401
from harness.checks.rules import key_forms  # noqa: F401
from harness.checks.rules import key_ids  # noqa: F401
from harness.checks.rules import rst_keys  # noqa: F401
from harness.checks.rules import ui_requests  # noqa: F401
from harness.checks.rules import rst_ui_requests  # noqa: F401
from harness.checks.rules import life_memory  # noqa: F401
from harness.checks.rules import ui_memory  # noqa: F401
from harness.checks.rules import onex_memory  # noqa: F401
from harness.checks.rules import mem_buffers  # noqa: F401
from harness.checks.rules import ind_indications  # noqa: F401
from harness.checks.rules import prof_handlers  # noqa: F401
from harness.checks.rules import ctrl_size  # noqa: F401
from harness.checks.rules import nic_buffer  # noqa: F401
from harness.checks.rules import vs_key  # noqa: F401
from harness.checks.rules import ndis_verifier  # noqa: F401
from harness.checks.rules import host_handlers  # noqa: F401
from harness.checks.rules import host_process  # noqa: F401
from harness.checks.rules import host_crashes  # noqa: F401
from harness.checks.rules import expect_outcome  # noqa: F401
from harness.checks.rules import expect_orders  # noqa: F401
