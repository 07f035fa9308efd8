# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m hwsim --control FD --radio FD --run-dir DIR``: the air as a process.

``--control`` and ``--radio`` are listening Unix stream sockets: descriptors that the parent
created and handed over, or, to try things by hand, paths where to make them; the control ``-`` is
standard input and output. ``--usb`` is another such socket, to which QEMU's ``usb-redir`` connects:
an adapter is there, of the kind that ``--adapter`` names, and ``--radio`` (which may be left out
then) tells how the guest's clock stands. With ``--vhost-user`` frames go by virtio device 29
(:mod:`hwsim.ports.vhost_user`). ``--kernel N`` in the place of all makes N radios of this
machine's mac80211_hwsim (as root), and the air is the medium of its network namespace; ``--phy``
there is an adapter's monitor interface (:mod:`hwsim.ports.phy`). The process
ends with 0 when the controlling client goes away or upon SIGTERM and SIGINT; the capture is
complete then, and radios that were made are gone.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from hwsim.air import Air
from hwsim.control.server import Descriptors
from hwsim.errors import ModelFault, PortError, WireError
from hwsim.frames import mac_bytes
from hwsim.loop import Loop
from hwsim.ports.base import Port
from hwsim.ports.usb import UsbPort
from hwsim.ports.virtio_serial import VirtioSerialPort
from hwsim.usb.plugins import source_of

CLIENT_LIMIT_NS: Final = 60_000_000_000
"""A parent that handed over descriptors and has not connected for so long is gone."""
MAX_RADIOS: Final = 256
_NICE: Final = -10
_COLLECT_NS: Final = 10_000_000_000
_COLLECT_OBJECTS: Final = 5_000


def main(argv: Sequence[str] | None = None) -> int:
    """Run the air until its client leaves or a signal ends it.

    Returns 0, or 3 if no client ever came; for one that handed over descriptors it waits
    :data:`CLIENT_LIMIT_NS`.
    """
    options = _options(argv)
    loop = Loop()
    with _control(options.control) as control, _port(loop, options) as port:
        wake = _stop_on_signals(loop)
        adapter = port if isinstance(port, UsbPort) else None
        air = Air(loop, control, port, options.run_dir, adapter)
        if options.control.isdecimal():
            loop.call_after(CLIENT_LIMIT_NS, lambda: None if air.had_client else loop.stop())
        _raise_priority(beside_stations=options.kernel is not None)
        _defer_gc(loop)
        loop.run()
        air.close()
        loop.close()
        wake.close()
    return 0 if air.had_client else 3


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments, of which one has to say where the radios are."""
    parser = _parser()
    options = parser.parse_args(argv)
    by_socket = options.usb is not None or options.radio is not None
    ways = [by_socket, options.kernel is not None, options.phy is not None]
    if not any(ways):
        parser.error("one of the arguments --radio --usb --kernel --phy is required")
    if sum(ways) > 1:
        parser.error("of --kernel, --phy, and --radio or --usb only one can be given")
    if (options.phy is None) is not (options.station is None):
        parser.error("arguments --phy and --station: each needs the other")
    if (options.usb is None) is not (options.adapter is None):
        parser.error("arguments --usb and --adapter: each needs the other")
    if options.vhost_user is not None and (options.radio is None or options.usb is not None):
        parser.error("argument --vhost-user: it goes with --radio, and not with --usb")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hwsim", description="The air process.")
    listening = "a listening Unix socket: a descriptor handed over, or a path to make it at"
    parser.add_argument(
        "--control", required=True, metavar="FD|PATH|-",
        help=f"control: {listening}, or - for standard input and output",
    )  # fmt: skip
    parser.add_argument("--radio", metavar="FD|PATH", help=f"radio: {listening}")
    parser.add_argument(
        "--vhost-user", metavar="FD|PATH",
        help="beside --radio, over which the guest tells of its radios and its clock: be the "
        f"back-end of virtio device 29, which carries their frames: {listening}",
    )  # fmt: skip
    parser.add_argument("--usb", metavar="FD|PATH", help=f"emulated USB adapter: {listening}")
    parser.add_argument(
        "--adapter", metavar="MODEL",
        help="what the emulated USB adapter is: a name that `hil radios` lists, module:Class, "
        "exec:PROGRAM or unix:SOCKET",
    )  # fmt: skip
    parser.add_argument(
        "--kernel", type=_count, metavar="N",
        help="be the medium of this machine's mac80211_hwsim, and make N radios besides those "
        "that are there",
    )  # fmt: skip
    parser.add_argument(
        "--phy", metavar="INTERFACE",
        help="be heard by a device under test, by this monitor interface of an adapter",
    )  # fmt: skip
    parser.add_argument(
        "--station", type=_mac, metavar="MAC", help="of --phy: the device's address",
    )  # fmt: skip
    parser.add_argument(
        "--run-dir", required=True, type=Path, metavar="DIR",
        help="where air.pcapng and air.keys are written",
    )  # fmt: skip
    return parser


def _mac(text: str) -> bytes:
    """An address; the error is argparse's."""
    try:
        return mac_bytes(text.lower())
    except WireError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _count(text: str) -> int:
    """So many radios; the error is argparse's."""
    if not text.isdecimal() or int(text) > MAX_RADIOS:
        raise argparse.ArgumentTypeError(f"{text!r:.40}: a number from 0 to {MAX_RADIOS}")
    return int(text)


@contextlib.contextmanager
def _control(where: str) -> Iterator[socket.socket | Descriptors]:
    if where == "-":
        yield Descriptors(sys.stdin.fileno(), sys.stdout.fileno())
    else:
        with _listener(where) as listener:
            yield listener


@contextlib.contextmanager
def _port(loop: Loop, options: argparse.Namespace) -> Iterator[Port]:
    if options.kernel is None and options.phy is None:
        with contextlib.ExitStack() as stack:
            port: Port | None = None
            if options.radio is not None:
                port = VirtioSerialPort(loop, stack.enter_context(_listener(options.radio)))
            if options.vhost_user is not None:
                from hwsim.ports.vhost_user import VhostUserPort  # most do without

                assert port is not None, "the arguments say so"
                device = stack.enter_context(_listener(options.vhost_user))
                port = VhostUserPort(loop, device, port)
            if options.usb is not None:
                listener = stack.enter_context(_listener(options.usb))
                try:
                    source = source_of(options.adapter)
                except ModelFault as fault:
                    sys.exit(f"hwsim: device model {fault}")
                port = UsbPort(loop, listener, source, port)
            assert port is not None, "the arguments name one"
            yield port
        return
    with contextlib.ExitStack() as stack:
        try:
            kernel = stack.enter_context(_port_of_this_machine(loop, options))
        except PortError as error:
            sys.exit(f"hwsim: {error}")
        yield kernel


def _port_of_this_machine(
    loop: Loop, options: argparse.Namespace
) -> contextlib.AbstractContextManager[Port]:
    """The port to its kernel's radios, or to an adapter's monitor interface."""
    if options.phy is None:
        from hwsim.ports.kernel import kernel_port  # its library is slow to load; most do without

        return kernel_port(loop, options.kernel)
    from hwsim.ports.phy import phy_port

    return phy_port(loop, options.phy, options.station)


def _listener(where: str) -> socket.socket:
    if where.isdecimal():
        try:
            return socket.socket(fileno=int(where))
        except OSError as error:
            sys.exit(f"hwsim: descriptor {where} is no socket: {error.strerror}")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(where)
    except OSError as error:
        sys.exit(f"hwsim: {where}: {error.strerror}")
    listener.listen(1)
    return listener


def _stop_on_signals(loop: Loop) -> socket.socket:
    """SIGTERM and SIGINT end the loop in order; a byte on a socket pair, returned, wakes it."""
    reader, writer = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.detach(), warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.stop())

    def drain() -> None:
        reader.recv(64)

    loop.watch(reader.fileno(), drain)
    return reader


def _raise_priority(*, beside_stations: bool) -> None:
    """Raise the process' priority where that is allowed.

    An answer that the host's scheduler delays would be measured as if the station were slow. Where
    stations run on the same processors, an access point comes before all of them, as a device of
    its own would; the kernel leaves others a twentieth of the time (sched(7)).
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, _NICE)
        if beside_stations:
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def _defer_gc(loop: Loop) -> None:
    """Keep garbage collection out of the time in which a station waits for an answer.

    What exists already is never collected again; new garbage is, when the loop is idle, once there
    are more than ``_COLLECT_OBJECTS`` new objects.
    """
    gc.collect()
    gc.freeze()
    gc.disable()

    def collect() -> None:
        if gc.get_count()[0] > _COLLECT_OBJECTS:
            loop.when_idle(lambda: _discard(gc.collect()))
        loop.call_after(_COLLECT_NS, collect)

    loop.call_after(_COLLECT_NS, collect)


def _discard(_: object) -> None:
    """Drop a value: the loop takes functions that return nothing."""


if __name__ == "__main__":
    sys.exit(main())
