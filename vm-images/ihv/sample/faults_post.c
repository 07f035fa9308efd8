// SPDX-License-Identifier: GPL-2.0-or-later
/* Faults of post-association (POST). */
#include <string.h>

#include "adapter.h"
#include "fault_state.h"
#include "faults.h"

#define POST_PARAMETERS                                                                           \
    HANDLE handle, HANDLE session, PDOT11_PORT_STATE port, ULONG size,                            \
        PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params
#define POST_ARGUMENTS handle, session, port, size, params
#define COMPLETION_PARAMETERS                                                                     \
    HANDLE service, HANDLE session, PDOT11_MAC_ADDRESS peer, DWORD reason, DWORD error

/* ---- the handler ---- */

/* POST-03 */
static DWORD WINAPI writes_port_state(POST_PARAMETERS)
{
    port->bPortAuthorized = TRUE;
    return good.Dot11ExtIhvPerformPostAssociate(POST_ARGUMENTS);
}

/* POST-04 */
static DWORD WINAPI returns_ntstatus(POST_PARAMETERS)
{
    (void)handle, (void)session, (void)port, (void)size, (void)params;
    return NTSTATUS_VALUE;
}

/* POST-14: the first session of a connection only. */
static DWORD WINAPI once_only(POST_PARAMETERS)
{
    if (state.count++ > 0)
        return ERROR_NOT_SUPPORTED;
    return good.Dot11ExtIhvPerformPostAssociate(POST_ARGUMENTS);
}

/* POST-15: reads on to the end of the beacon, wherever that is said to be. */
static DWORD WINAPI trusts_offsets(POST_PARAMETERS)
{
    const volatile uint8_t *bytes = (const uint8_t *)params;
    for (uint64_t at = 0; at < (uint64_t)params->uBeaconOffset + params->uBeaconSize; at++)
        (void)bytes[at];
    return good.Dot11ExtIhvPerformPostAssociate(POST_ARGUMENTS);
}

/* ---- the completion ---- */

/* POST-05, STOP-04 (which completes later) and POST-06 (which did before) */
static DWORD WINAPI withhold(COMPLETION_PARAMETERS)
{
    (void)service, (void)session, (void)peer, (void)reason, (void)error;
    return ERROR_SUCCESS;
}

/* POST-06 */
static DWORD WINAPI completes_inside(POST_PARAMETERS)
{
    DWORD error = good.Dot11ExtIhvPerformPostAssociate(POST_ARGUMENTS);
    if (error == ERROR_SUCCESS)
        os.Dot11ExtPostAssociateCompletion(state.service, session, &state.peer, REASON_SUCCESS,
                                           ERROR_SUCCESS);
    return error;
}

/* POST-07: first a session nobody gave, then the right one. */
static DWORD WINAPI completes_another(COMPLETION_PARAMETERS)
{
    os.Dot11ExtPostAssociateCompletion(service, (HANDLE)((uintptr_t)session ^ 0x100000), peer,
                                       reason, error);
    return os.Dot11ExtPostAssociateCompletion(service, session, peer, reason, error);
}

/* POST-08 */
static DWORD WINAPI completes_with_odd_reason(COMPLETION_PARAMETERS)
{
    return os.Dot11ExtPostAssociateCompletion(
        service, session, peer, error == ERROR_SUCCESS ? REASON_OF_MSM : reason, error);
}

/* POST-11: success before the first key, and not again after the keys. */
static DWORD WINAPI completes_then_sets(HANDLE service, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
    if (!state.done)
        os.Dot11ExtPostAssociateCompletion(service, state.session, &state.peer, REASON_SUCCESS,
                                           ERROR_SUCCESS);
    state.done = true;
    return os.Dot11ExtSetKeyMappingKey(service, key);
}

/* POST-12 */
static DWORD WINAPI names_another_peer(COMPLETION_PARAMETERS)
{
    static DOT11_MAC_ADDRESS other = {2, 0, 0, 0, 0x77, 0};
    (void)peer;
    return os.Dot11ExtPostAssociateCompletion(service, session, &other, reason, error);
}

/* POST-13 */
static DWORD WINAPI forgets_cancelled(COMPLETION_PARAMETERS)
{
    if (error == ERROR_CANCELLED)
        return ERROR_SUCCESS;
    return os.Dot11ExtPostAssociateCompletion(service, session, peer, reason, error);
}

/* POST-16 */
static DWORD WINAPI sets_algorithm_too(HANDLE service, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
    os.Dot11ExtSetAuthAlgorithm(service, DOT11_AUTH_ALGO_RSNA_PSK);
    return os.Dot11ExtSetKeyMappingKey(service, key);
}

static void complete_with_failure(void)
{
    os.Dot11ExtPostAssociateCompletion(state.service, state.session, NULL, REASON_CANCELLED,
                                       ERROR_CANCELLED);
}

/* POST-17 */
static DWORD WINAPI fails_and_completes(POST_PARAMETERS)
{
    (void)handle, (void)session, (void)port, (void)size, (void)params;
    run_after(AFTER_RETURN_MS, complete_with_failure);
    return ERROR_GEN_FAILURE;
}

/* STOP-04 */
static DWORD WINAPI stops_and_completes(HANDLE handle, PDOT11_MAC_ADDRESS peer,
                                        DOT11_ASSOC_STATUS status)
{
    DWORD error = good.Dot11ExtIhvStopPostAssociate(handle, peer, status);
    run_after(AFTER_RETURN_MS, complete_with_failure);
    return error;
}

static DWORD WINAPI reset_waits(HANDLE handle)
{
    wait_for_pending();
    return good.Dot11ExtIhvAdapterReset(handle);
}

const Fault FAULTS_POST[] = {
    {.name = "writes-port-state", .handlers.Dot11ExtIhvPerformPostAssociate = writes_port_state},
    {.name = "ntstatus-from-post-associate",
     .handlers.Dot11ExtIhvPerformPostAssociate = returns_ntstatus},
    {.name = "never-completes", .api.Dot11ExtPostAssociateCompletion = withhold},
    {.name = "completes-inside-handler",
     .handlers.Dot11ExtIhvPerformPostAssociate = completes_inside,
     .api.Dot11ExtPostAssociateCompletion = withhold},
    {.name = "wrong-session", .api.Dot11ExtPostAssociateCompletion = completes_another},
    {.name = "reason-out-of-range",
     .api.Dot11ExtPostAssociateCompletion = completes_with_odd_reason},
    {.name = "completes-before-keys",
     .api = {.Dot11ExtSetKeyMappingKey = completes_then_sets,
             .Dot11ExtPostAssociateCompletion = withhold}},
    {.name = "names-another-peer", .api.Dot11ExtPostAssociateCompletion = names_another_peer},
    {.name = "reset-forgets-post-association",
     .api.Dot11ExtPostAssociateCompletion = forgets_cancelled},
    {.name = "refuses-to-roam", .handlers.Dot11ExtIhvPerformPostAssociate = once_only},
    {.name = "trusts-association-offsets",
     .handlers.Dot11ExtIhvPerformPostAssociate = trusts_offsets},
    {.name = "sets-algorithm-while-connected",
     .api.Dot11ExtSetKeyMappingKey = sets_algorithm_too},
    {.name = "error-and-completes",
     .handlers = {.Dot11ExtIhvPerformPostAssociate = fails_and_completes,
                  .Dot11ExtIhvAdapterReset = reset_waits}},
    {.name = "completes-after-stop",
     .handlers = {.Dot11ExtIhvStopPostAssociate = stops_and_completes,
                  .Dot11ExtIhvAdapterReset = reset_waits},
     .api.Dot11ExtPostAssociateCompletion = withhold},
    {0},
};
