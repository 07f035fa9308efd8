# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

pytest.register_assert_rewrite("tests.history_battery", "tests.history_writer")
