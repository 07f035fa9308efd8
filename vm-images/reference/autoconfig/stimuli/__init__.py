# SPDX-License-Identifier: GPL-2.0-or-later
"""What a harness makes the service do out of the ordinary: which stimuli there are and when each is
due (`plan`), and how they are carried out (`runner`, `actions`).

A scenario's `[[os]]` entries become these; where their user reads of them they are called orders.
"""
