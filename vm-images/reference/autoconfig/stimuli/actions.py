# SPDX-License-Identifier: GPL-2.0-or-later
"""The actions a stimulus can name, and how those on the connection are carried out (the others:
`handler_actions`).

Every action gets the context and its parameters, and reports once what came of it: what the handler
returned, or nothing where the teardown goes on by itself. What an action calls in the DLL goes to
the IHV host directly, so that no stimulus makes another one due.
"""

from __future__ import annotations

from collections.abc import Callable

from .. import codes
from ..association.attempt import AttemptEnd, EndedBy, TeardownOrder
from ..ihv_host.call_queue import Arguments
from ..ihv_host.lifecycle import Outcome
from . import handler_actions
from .context import Action, Report, StimulusContext


def reset(context: StimulusContext, _parameters: Arguments, report: Report) -> None:
    """AdapterReset now, whatever is pending; an attempt the DLL takes part in ends as failed."""
    _reset(context, TeardownOrder.RESET_FIRST, report)


def reset_then_stop(context: StimulusContext, _parameters: Arguments, report: Report) -> None:
    """As `reset`, with the session's StopPostAssociate after it (STOP-06)."""
    _reset(context, TeardownOrder.RESET_THEN_STOP, report)


def _reset(context: StimulusContext, order: TeardownOrder, report: Report) -> None:
    attempt = context.connection.attempt
    if attempt is not None and attempt.pre_called and attempt.end is None:
        context.connection.end(
            AttemptEnd(EndedBy.FAILURE, codes.REASON_DRIVER_DISCONNECTED, order=order)
        )
        report({})
        return
    if attempt is None or attempt.end is None:
        context.connection.packets.clear_handling()  # ETH-04

    def returned(result: Arguments) -> None:
        context.connection.on_reset()
        report(result)

    context.host.call("adapter_reset", context.adapter(), returned)


def disconnect(context: StimulusContext, _parameters: Arguments, report: Report) -> None:
    """As WlanDisconnect by a client."""
    context.connection.disconnect()
    report({})


def roam(context: StimulusContext, _parameters: Arguments, report: Report) -> None:
    """Another access point of the network; reports when the port is open there, or why not."""
    context.connection.roam(True, report)


def reassociate(context: StimulusContext, _parameters: Arguments, report: Report) -> None:
    """The same access point anew; reports as `roam`."""
    context.connection.roam(False, report)


def disassociate(context: StimulusContext, parameters: Arguments, report: Report) -> None:
    """The OS ends the association with this DOT11_ASSOC_STATUS."""
    if context.connection.attempt is not None:
        reason = codes.REASON_DRIVER_DISCONNECTED
        context.connection.end(AttemptEnd(EndedBy.FAILURE, reason, parameters["status"]))
    report({})


def ui_timeout(context: StimulusContext, _parameters: Arguments, report: Report) -> None:
    """The user does not answer: the service gives the attempt up for that reason."""
    if context.connection.attempt is None:
        report({"skipped": "no association"})
        return
    context.connection.end(AttemptEnd(EndedBy.FAILURE, codes.REASON_UI_REQUEST_TIMEOUT))
    report({})


def remove_adapter(context: StimulusContext, _parameters: Arguments, report: Report) -> None:
    """The adapter goes (ADPT-05: Stop if due, then DeinitAdapter), and comes back at once."""

    def removal() -> None:
        context.lifecycle.replug(lambda outcome: report({"error": outcome.error}))

    attempt = context.connection.attempt
    if attempt is None:
        removal()
    elif attempt.end is not None:
        report({"skipped": "the attempt is at its end already"})
    else:
        end = AttemptEnd(
            EndedBy.FAILURE, codes.REASON_DRIVER_DISCONNECTED, order=TeardownOrder.REMOVE
        )
        context.connection.remove(end, removal)


def stop_service(context: StimulusContext, _parameters: Arguments, report: Report) -> None:
    """As "net stop WlanSvc", then "net start WlanSvc" for what follows."""
    start: Callable[[Outcome], None] = lambda _stopped: context.lifecycle.start(  # noqa: E731
        lambda outcome: report({"error": outcome.error})
    )
    context.lifecycle.stop(start)


def hold_completion(context: StimulusContext, parameters: Arguments, report: Report) -> None:
    """The next packet sent gets its SendPacketCompletion that much later."""
    context.connection.packets.hold_completion(parameters["delay_ms"] / 1000)
    report({})


def hold_delivery(context: StimulusContext, parameters: Arguments, report: Report) -> None:
    """No ReceivePacket for that long: what arrives waits in the backlog (ETH-07)."""
    context.connection.packets.hold_delivery(parameters["delay_ms"] / 1000)
    report({})


def change_profile(context: StimulusContext, parameters: Arguments, report: Report) -> None:
    """The rest of the attempt goes with another security fragment in its profile (PRE-05)."""
    attempt = context.connection.attempt
    if attempt is None:
        report({"skipped": "no association, so no profile"})
        return
    attempt.profile = handler_actions.with_fragment(attempt.profile, parameters["fragment"])
    report({})


ACTIONS: dict[str, Action] = {
    "reset": reset,
    "reset-then-stop": reset_then_stop,
    "disconnect": disconnect,
    "roam": roam,
    "reassociate": reassociate,
    "disassociate": disassociate,
    "remove-adapter": remove_adapter,
    "stop-service": stop_service,
    "session-change": handler_actions.session_change,
    "ask-ui": handler_actions.ask_ui,
    "answer-ui": handler_actions.answer_ui,
    "ui-timeout": ui_timeout,
    "onex-result": handler_actions.onex_result,
    "query-ui": handler_actions.query_ui,
    "indicate": handler_actions.indicate,
    "control": handler_actions.control,
    "packet": handler_actions.packet,
    "hold-completion": hold_completion,
    "hold-delivery": hold_delivery,
    "capability-match": handler_actions.capability_match,
    "validate": handler_actions.validate,
    "change-profile": change_profile,
    "discovery": handler_actions.discovery,
    "second-pre-associate": handler_actions.second_pre_associate,
    "stale-handle": handler_actions.stale_handle,
}
"""Every action of `hil_common.stimuli` but "refuse", which is the runner's own."""
