# SPDX-License-Identifier: GPL-2.0-or-later
"""The ciphers of the access point are those of the table."""

from __future__ import annotations

import pytest

from hil_common.ciphers import DATA_CIPHERS, GROUP_MANAGEMENT_CIPHERS
from hwsim.ciphers.suites import DATA_SUITES, INTEGRITY_SUITES, data_suite


def test_each_cipher_of_the_table_is_there() -> None:
    """Under its name, and in the table's order."""
    assert tuple(DATA_SUITES) == tuple(DATA_CIPHERS)
    assert tuple(INTEGRITY_SUITES) == tuple(GROUP_MANAGEMENT_CIPHERS)


@pytest.mark.parametrize("name", DATA_CIPHERS)
def test_a_cipher_is_found_by_its_selector(name: str) -> None:
    """As a station's RSNE has it; a key of the table's length makes a key in use."""
    suite = data_suite(DATA_CIPHERS[name].selector)
    assert suite.cipher.name == name
    assert suite.key(bytes(suite.cipher.key_length), 2).key_id == 2


@pytest.mark.parametrize("name", GROUP_MANAGEMENT_CIPHERS)
def test_an_integrity_key_of_the_tables_length(name: str) -> None:
    """It makes a key in use."""
    suite = INTEGRITY_SUITES[name]
    assert suite.key(bytes(suite.cipher.key_length), 4).key_id == 4
