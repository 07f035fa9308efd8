// SPDX-License-Identifier: GPL-2.0-or-later
/* Faults that take the host down, or break the connection on the air (HOST, EXPECT). */
#include <string.h>

#include "adapter.h"
#include "fault_state.h"
#include "faults.h"

/* HOST-01 */
static DWORD WINAPI crashes(HANDLE handle, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
                            PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
    *(volatile int *)NULL = 0;
    return good.Dot11ExtIhvPerformPostAssociate(handle, session, port, size, params);
}

/* HOST-02 */
static DWORD WINAPI hangs(HANDLE handle, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
                          PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
    Sleep(INFINITE);
    return good.Dot11ExtIhvPerformPostAssociate(handle, session, port, size, params);
}

/* EXPECT-01 */
static DWORD WINAPI reports_failure(HANDLE service, HANDLE session, PDOT11_MAC_ADDRESS peer,
                                    DWORD reason, DWORD error)
{
    (void)reason, (void)error;
    return os.Dot11ExtPostAssociateCompletion(service, session, peer, REASON_INTERNAL,
                                              ERROR_ACCESS_DENIED);
}

/* EXPECT-02 */
static DWORD WINAPI sets_wrong_key(HANDLE service, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
    key->ucKey[key->usKeyLength - 1] ^= 1;
    return os.Dot11ExtSetKeyMappingKey(service, key);
}

/* EXPECT-02: the first pairwise key stays in use; only the access point has those that follow. */
static DWORD WINAPI sets_first_pairwise(HANDLE service, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
    return state.count++ == 0 ? os.Dot11ExtSetKeyMappingKey(service, key) : ERROR_SUCCESS;
}

/* EXPECT-02: so does the first group key. */
static DWORD WINAPI sets_first_group(HANDLE service, PDOT11_CIPHER_DEFAULT_KEY_VALUE key,
                                     DOT11_DIRECTION direction)
{
    return state.count++ == 0 ? os.Dot11ExtSetDefaultKey(service, key, direction) : ERROR_SUCCESS;
}

static DWORD WINAPI names_first_group(HANDLE service, ULONG id)
{
    return state.count == 1 ? os.Dot11ExtSetDefaultKeyId(service, id) : ERROR_SUCCESS;
}

/* EXPECT-01: whoever sent a packet, it passes for the access point's. */
static DWORD WINAPI takes_any_source(HANDLE handle, DWORD size, LPVOID buffer)
{
    uint8_t copy[PACKET_MAX];
    if (buffer == NULL || size < sizeof state.peer || size > sizeof copy)
        return good.Dot11ExtIhvReceivePacket(handle, size, buffer);
    memcpy(copy, buffer, size);
    memcpy(copy, state.peer, sizeof state.peer);
    return good.Dot11ExtIhvReceivePacket(handle, size, copy);
}

const Fault FAULTS_HOST[] = {
    {.name = "crashes", .handlers.Dot11ExtIhvPerformPostAssociate = crashes},
    {.name = "hangs", .handlers.Dot11ExtIhvPerformPostAssociate = hangs},
    {.name = "reports-a-failure", .api.Dot11ExtPostAssociateCompletion = reports_failure},
    {.name = "sets-wrong-key", .api.Dot11ExtSetKeyMappingKey = sets_wrong_key},
    {.name = "keeps-pairwise-key", .api.Dot11ExtSetKeyMappingKey = sets_first_pairwise},
    {.name = "keeps-group-key",
     .api.Dot11ExtSetDefaultKey = sets_first_group,
     .api.Dot11ExtSetDefaultKeyId = names_first_group},
    {.name = "answers-anybody", .handlers.Dot11ExtIhvReceivePacket = takes_any_source},
    {0},
};
