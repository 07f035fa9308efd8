// SPDX-License-Identifier: GPL-2.0-or-later
/* Faults of StopPostAssociate, AdapterReset and what follows them (STOP, RST). */
#include "adapter.h"
#include "fault_state.h"
#include "faults.h"

/* Between a stop and the next session of a roaming station; a reset would come sooner. */
#define AFTER_STOP_MS 5u

static void start_onex(void)
{
    os.Dot11ExtStartOneX(state.service, NULL);
}

/* STOP-05 */
static DWORD WINAPI stops_and_starts_onex(HANDLE handle, PDOT11_MAC_ADDRESS peer,
                                          DOT11_ASSOC_STATUS status)
{
    DWORD error = good.Dot11ExtIhvStopPostAssociate(handle, peer, status);
    if (state.count++ == 0) /* the last stop is followed by a reset, of which RST-05 speaks */
        run_after(AFTER_STOP_MS, start_onex);
    return error;
}

/* STOP-06 */
static DWORD WINAPI reset_and_note(HANDLE handle)
{
    state.done = true;
    return good.Dot11ExtIhvAdapterReset(handle);
}

static DWORD WINAPI no_stop_after_reset(HANDLE handle, PDOT11_MAC_ADDRESS peer,
                                        DOT11_ASSOC_STATUS status)
{
    DWORD error = good.Dot11ExtIhvStopPostAssociate(handle, peer, status);
    return state.done ? ERROR_INVALID_STATE : error;
}

static void exclude_unencrypted(void)
{
    os.Dot11ExtSetExcludeUnencrypted(state.service, TRUE);
}

/* STOP-08: waits for a thread that is in a framework call, with what that thread waits for. */
static DWORD WINAPI deadlocks(HANDLE handle, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
    run_on_thread(exclude_unencrypted);
    Sleep(INFINITE);
    return good.Dot11ExtIhvStopPostAssociate(handle, peer, status);
}

static void send_to_peer(void)
{
    static uint8_t packet[] = {0, 0, 0, 0, 0, 0, 0x88, 0x8e, 2, 1, 0, 0};
    for (int i = 0; i < 6; i++)
        packet[i] = state.peer[i];
    os.Dot11ExtSendPacket(state.service, sizeof packet, packet, (HANDLE)0xbad00002u);
}

/* STOP-09 */
static DWORD WINAPI resets_and_sends(HANDLE handle)
{
    DWORD error = good.Dot11ExtIhvAdapterReset(handle);
    run_after(AFTER_RETURN_MS, send_to_peer);
    return error;
}

/* RST-02 */
static DWORD WINAPI connects_once(HANDLE handle, HANDLE session,
                                  PDOT11EXT_IHV_PROFILE_PARAMS params,
                                  PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                  PDOT11EXT_IHV_SECURITY_PROFILE security, PDOT11_BSS_LIST list,
                                  PDWORD reason)
{
    if (state.connections > 1) {
        *reason = REASON_WRONG_STATE;
        return ERROR_INVALID_STATE;
    }
    return good.Dot11ExtIhvPerformPreAssociate(handle, session, params, connectivity, security,
                                               list, reason);
}

/* RST-03 */
static DWORD WINAPI pre_without_cancelled(HANDLE service, HANDLE session, DWORD reason,
                                          DWORD error)
{
    return os.Dot11ExtPreAssociateCompletion(
        service, session, reason, error == ERROR_CANCELLED ? ERROR_INVALID_STATE : error);
}

static DWORD WINAPI post_without_cancelled(HANDLE service, HANDLE session, PDOT11_MAC_ADDRESS peer,
                                           DWORD reason, DWORD error)
{
    return os.Dot11ExtPostAssociateCompletion(
        service, session, peer, reason, error == ERROR_CANCELLED ? ERROR_INVALID_STATE : error);
}

static void stop_onex(void)
{
    os.Dot11ExtStopOneX(state.service);
}

/* RST-05 */
static DWORD WINAPI resets_and_stops_onex(HANDLE handle)
{
    DWORD error = good.Dot11ExtIhvAdapterReset(handle);
    run_after(AFTER_RETURN_MS, stop_onex);
    return error;
}

/* RST-06 */
static DWORD WINAPI resets_once(HANDLE handle)
{
    if (state.done)
        return ERROR_INVALID_STATE;
    state.done = true;
    return good.Dot11ExtIhvAdapterReset(handle);
}

/* RST-07: a key of the first connection, named in the second. */
#define OLD_INDEX 2 /* not the index of another fault, nor that of the group key */

static DWORD WINAPI names_old_key(HANDLE service, PDOT11_CIPHER_DEFAULT_KEY_VALUE key,
                                  DOT11_DIRECTION direction)
{
    ULONG own = key->uKeyIndex;
    if (!state.done && state.connections == 1) {
        key->uKeyIndex = OLD_INDEX;
        os.Dot11ExtSetDefaultKey(service, key, direction);
        key->uKeyIndex = own;
    } else if (!state.done) {
        os.Dot11ExtSetDefaultKeyId(service, OLD_INDEX);
    }
    state.done = true;
    return os.Dot11ExtSetDefaultKey(service, key, direction);
}

const Fault FAULTS_END[] = {
    {.name = "starts-onex-after-stop",
     .handlers.Dot11ExtIhvStopPostAssociate = stops_and_starts_onex},
    {.name = "stop-after-reset-fails",
     .handlers = {.Dot11ExtIhvAdapterReset = reset_and_note,
                  .Dot11ExtIhvStopPostAssociate = no_stop_after_reset}},
    {.name = "deadlocks-in-stop", .handlers.Dot11ExtIhvStopPostAssociate = deadlocks},
    {.name = "sends-after-reset", .handlers.Dot11ExtIhvAdapterReset = resets_and_sends},
    {.name = "connects-once", .handlers.Dot11ExtIhvPerformPreAssociate = connects_once},
    {.name = "resets-with-another-code",
     .api = {.Dot11ExtPreAssociateCompletion = pre_without_cancelled,
             .Dot11ExtPostAssociateCompletion = post_without_cancelled}},
    {.name = "stops-onex-after-reset",
     .handlers.Dot11ExtIhvAdapterReset = resets_and_stops_onex},
    {.name = "second-reset-fails", .handlers.Dot11ExtIhvAdapterReset = resets_once},
    {.name = "key-id-from-before-reset", .api.Dot11ExtSetDefaultKey = names_old_key},
    {0},
};
