// SPDX-License-Identifier: GPL-2.0-or-later
/* Faults of adapters and their two handles (ADPT). */
#include "adapter.h"
#include "fault_state.h"
#include "faults.h"

/* ADPT-01: the second live adapter gets the first one's handle. */
static DWORD WINAPI same_handle(PDOT11_ADAPTER data, HANDLE service, PHANDLE handle)
{
    DWORD error = good.Dot11ExtIhvInitAdapter(data, service, handle);
    if (error == ERROR_SUCCESS && state.kept != NULL)
        *handle = state.kept;
    else if (error == ERROR_SUCCESS)
        state.kept = *handle;
    return error;
}

/* ADPT-02: first with a handle nobody gave, then with the right one. */
static DWORD WINAPI exclude_for_another(HANDLE service, BOOL exclude)
{
    os.Dot11ExtSetExcludeUnencrypted((HANDLE)((uintptr_t)service ^ 0x100000), exclude);
    return os.Dot11ExtSetExcludeUnencrypted(service, exclude);
}

/* ADPT-03 */
static VOID WINAPI sets_in_deinit(HANDLE handle)
{
    os.Dot11ExtSetExcludeUnencrypted(state.service, FALSE);
    good.Dot11ExtIhvDeinitAdapter(handle);
}

static DWORD WINAPI withhold_pre(HANDLE service, HANDLE session, DWORD reason, DWORD error)
{
    (void)service, (void)session, (void)reason, (void)error;
    return ERROR_SUCCESS;
}

/* ADPT-06 */
static VOID WINAPI completes_in_deinit(HANDLE handle)
{
    good.Dot11ExtIhvDeinitAdapter(handle);
    os.Dot11ExtPreAssociateCompletion(state.service, state.connect_session, REASON_CANCELLED,
                                      ERROR_CANCELLED);
}

/* ADPT-10 */
static DWORD WINAPI resets_anything(HANDLE handle)
{
    good.Dot11ExtIhvAdapterReset(handle);
    return ERROR_SUCCESS;
}

static DWORD WINAPI hears_for_anything(HANDLE handle, DOT11EXT_IHV_INDICATION_TYPE type, ULONG size,
                                       LPVOID buffer)
{
    DWORD error = good.Dot11ExtIhvReceiveIndication(handle, type, size, buffer);
    return error == ERROR_NOT_FOUND ? ERROR_SUCCESS : error;
}

static DWORD WINAPI stops_anything(HANDLE handle, PDOT11_MAC_ADDRESS peer,
                                   DOT11_ASSOC_STATUS status)
{
    good.Dot11ExtIhvStopPostAssociate(handle, peer, status);
    return ERROR_SUCCESS;
}

const Fault FAULTS_ADAPTER[] = {
    {.name = "gives-handle-twice", .handlers.Dot11ExtIhvInitAdapter = same_handle},
    {.name = "foreign-service-handle", .api.Dot11ExtSetExcludeUnencrypted = exclude_for_another},
    {.name = "uses-dead-service-handle", .handlers.Dot11ExtIhvDeinitAdapter = sets_in_deinit},
    {.name = "completes-in-deinit",
     .handlers.Dot11ExtIhvDeinitAdapter = completes_in_deinit,
     .api.Dot11ExtPreAssociateCompletion = withhold_pre},
    {.name = "takes-stale-handle",
     .handlers = {.Dot11ExtIhvAdapterReset = resets_anything,
                  .Dot11ExtIhvReceiveIndication = hears_for_anything,
                  .Dot11ExtIhvStopPostAssociate = stops_anything}},
    {0},
};
