# SPDX-License-Identifier: GPL-2.0-or-later
"""USB WLAN adapters played by the air: usbredir, and models of chips.

:mod:`hwsim.usb.device` says what a model is, :mod:`hwsim.usb.redir` speaks with QEMU; models are in
:mod:`hwsim.usb.models`. None of them knows the medium: :mod:`hwsim.ports.usb` joins them.
"""
