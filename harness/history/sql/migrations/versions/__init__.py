# SPDX-License-Identifier: GPL-2.0-or-later
"""One file a migration, in order; none is ever changed once it was released."""
